package org.stacking4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.Task;
import org.stacking4j.experiment.Experiment;
import org.stacking4j.experiment.ExperimentConfig;
import org.stacking4j.experiment.Outcome;
import org.stacking4j.report.Report;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs an experiment and tells what came out. */
abstract class ExperimentCommand implements Callable<Integer> {
  private final PrintWriter screen;
  private final PrintWriter progress;

  @Mixin private ExperimentOptions options = new ExperimentOptions();

  @Mixin private ThreadsOption threadsOption = new ThreadsOption();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go (${DEFAULT-VALUE}).")
  private Path out = Path.of("out");

  @Option(
      names = "--resume",
      description =
          "Take up the fits that an earlier run into the same folder has kept, ended or not, instead"
              + " of making them again.")
  private boolean resume;

  ExperimentCommand(PrintWriter screen, PrintWriter progress) {
    this.screen = screen;
    this.progress = progress;
  }

  /** What to do by a conf file, or null, and what goes before it. */
  abstract ExperimentConfig read(@Nullable Path file, Map<String, Object> overrides)
      throws IOException;

  @Override
  public Integer call() throws IOException {
    int threads = threadsOption.threads();
    ExperimentConfig experiment = read(options.config(), options.overrides());
    Outcome findings = Interruption.watch(() -> run(experiment, threads), this::goodbye);
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

  private Outcome run(ExperimentConfig experiment, int threads) throws IOException {
    try (DemoProgress shown = DemoProgress.on(screen, progress)) {
      Experiment fresh = new Experiment(experiment, threads, shown);
      Experiment run = resume ? fresh.resuming() : fresh;
      return experiment.task() == Task.REGRESSION ? run.runRegression(out) : run.run(out);
    }
  }

  private void goodbye() {
    progress.println();
    progress.println(
        "stacking4j: stopped; finished fits are kept in "
            + out
            + ", the same command with --resume goes on from there");
    progress.flush();
  }

  /** A text with {@code +-} for ± and {@code R2} for R² where the character set has none. */
  static String in(Charset charset, String text) {
    return charset.newEncoder().canEncode(text)
        ? text
        : text.replace("±", "+-").replace("R²", "R2");
  }
}
