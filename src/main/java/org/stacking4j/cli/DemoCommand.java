package org.stacking4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.Task;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.Experiment;
import org.stacking4j.experiment.ExperimentConfig;
import org.stacking4j.experiment.Outcome;
import org.stacking4j.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Three networks on MNIST, stacked in two ways and judged. */
@Command(
    name = "demo",
    description =
        "Fits the base networks, stacks them, and prints one leaderboard on rows none of them saw.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  demo                                   the recipe on 20000 rows of MNIST",
      "  demo --train 2000 --epochs 3           a quick look",
      "  demo --data idx:fashion --out fashion  four IDX files of your own",
      "  demo --data csv:my.csv --label kind    a table of your own",
      "  demo --data csv:my.csv --label price --task regression",
      "                                         numbers to predict instead of classes",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class DemoCommand implements Callable<Integer> {
  private final PrintWriter screen;
  private final PrintWriter progress;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A conf file to start from (default: the bundled mnist-demo.yaml).")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "mnist|idx:DIR|csv:FILE",
      description =
          "The bundled MNIST, a folder with four IDX files, gzip or not, or a table with a header"
              + " line.")
  private @Nullable String data;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "The column of a table that holds the labels (the last one).")
  private @Nullable String label;

  @Option(
      names = "--task",
      paramLabel = "classification|regression",
      description = "What is asked: which class, or in a table a number (classification).")
  private @Nullable String task;

  @Option(
      names = "--train",
      paramLabel = "N",
      description = "The first N training rows, 0 for all (20000; of other data, all).")
  private @Nullable Integer train;

  @Option(
      names = "--test",
      paramLabel = "N",
      description = "The first N test rows, 0 for all (5000; of other data, all).")
  private @Nullable Integer test;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes of the base networks over the rows (10).")
  private @Nullable Integer epochs;

  @Option(names = "--folds", paramLabel = "K", description = "Folds of out-of-fold (5).")
  private @Nullable Integer folds;

  @Option(
      names = "--strategy",
      paramLabel = "all|in-sample|out-of-fold|holdout|time-ordered",
      description = "Which stacks to make (all: in-sample and out-of-fold).")
  private @Nullable String strategy;

  @Option(
      names = "--trainer",
      paramLabel = "auto|fused|dl4j",
      description = "What computes the steps of a fit (auto: the fused step wherever it can).")
  private @Nullable String trainer;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Where all randomness comes from: same seed, same numbers (1).")
  private @Nullable Long seed;

  @Mixin private ThreadsOption threadsOption = new ThreadsOption();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go (${DEFAULT-VALUE}).")
  private Path out = Path.of("out");

  DemoCommand(PrintWriter screen, PrintWriter progress) {
    this.screen = screen;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException {
    int threads = threadsOption.threads();
    ExperimentConfig experiment = ConfFile.read(config, overrides());
    Outcome findings;
    try (DemoProgress shown = DemoProgress.on(screen, progress)) {
      Experiment run = new Experiment(experiment, threads, shown);
      findings = experiment.task() == Task.REGRESSION ? run.runRegression(out) : run.run(out);
    }
    Report.write(out);
    screen.println();
    screen.print(in(Charset.defaultCharset(), findings.board()));
    screen.println();
    screen.println(in(Charset.defaultCharset(), findings.verdict()));
    screen.println();
    screen.println(
        "Files in "
            + out
            + ": results.json, leaderboard.csv, meta-features-train.csv,"
            + " meta-features-test.csv, ensemble.zip, report.html");
    screen.flush();
    return 0;
  }

  /** A text with {@code +-} for ± and {@code R2} for R² where the character set has none. */
  static String in(Charset charset, String text) {
    return charset.newEncoder().canEncode(text)
        ? text
        : text.replace("±", "+-").replace("R²", "R2");
  }

  /** What the options say, by the keys of the conf file. */
  private Map<String, Object> overrides() {
    Map<String, Object> overrides = new LinkedHashMap<>();
    putIfGiven(overrides, "data", data);
    putIfGiven(overrides, "label", label);
    putIfGiven(overrides, "task", task);
    putIfGiven(overrides, "train", train);
    putIfGiven(overrides, "test", test);
    putIfGiven(overrides, "fit.epochs", epochs);
    putIfGiven(overrides, "out-of-fold.folds", folds);
    putIfGiven(overrides, "strategy", strategy);
    putIfGiven(overrides, "fit.trainer", trainer);
    putIfGiven(overrides, "seed", seed);
    return overrides;
  }

  private static void putIfGiven(
      Map<String, Object> overrides, String key, @Nullable Object value) {
    if (value != null) {
      overrides.put(key, value);
    }
  }
}
