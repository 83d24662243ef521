package org.stacking4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  private static final List<String> FILES =
      List.of(
          "results.json",
          "leaderboard.csv",
          "meta-features-train.csv",
          "meta-features-test.csv",
          "ensemble.zip",
          "report.html");

  /** What of results.json is said as JSON: what is not about single rows and epochs. */
  private static final List<String> TOLD =
      List.of(
          "data",
          "leaderboard",
          "difference_to",
          "comparisons",
          "contributions",
          "combiners",
          "saved_stack",
          "verdict");

  @Mixin private final Output output;

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

  ExperimentCommand(Output output) {
    this.output = output;
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
    if (output.isJson()) {
      output.print(told());
    } else {
      output.say(System.lineSeparator() + findings.board());
      output.stress(findings.verdict());
      output.say(System.lineSeparator() + "Files in " + out + ": " + String.join(", ", written()));
    }
    return 0;
  }

  private Outcome run(ExperimentConfig experiment, int threads) throws IOException {
    try (RunProgress shown = output.progress()) {
      Experiment fresh = new Experiment(experiment, threads, shown);
      Experiment run = resume ? fresh.resuming() : fresh;
      return experiment.task() == Task.REGRESSION ? run.runRegression(out) : run.run(out);
    }
  }

  private void goodbye() {
    output.warn(
        "stopped; finished fits are kept in "
            + out
            + ", the same command with --resume goes on from there");
  }

  /** There are no meta-features of the training rows where nothing learned from them. */
  private List<String> written() {
    return FILES.stream().filter(name -> Files.exists(out.resolve(name))).toList();
  }

  private ObjectNode told() throws IOException {
    JsonNode results = new JsonMapper().readTree(out.resolve("results.json").toFile());
    ObjectNode document = Output.object();
    for (String key : TOLD) {
      document.set(key, results.path(key));
    }
    for (JsonNode row : document.path("leaderboard")) {
      ((ObjectNode) row).remove("reliability");
    }
    ObjectNode files = document.putObject("files");
    written().forEach(name -> files.put(name, out.resolve(name).toString()));
    return document;
  }
}
