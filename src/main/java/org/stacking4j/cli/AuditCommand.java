package org.stacking4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.stacking4j.LeakAudit;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks for leaks in what a conf file would do. */
@Command(
    name = "audit",
    description = {
      "Looks for leaks: fits the stacks of a conf file, watching which rows each network is given,"
          + " and once more on permuted labels, from which nothing can be learned.",
      "In-sample leaks by design, and fails."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  audit                                 the demo's out-of-fold stack",
      "  audit --config my.yaml --train 2000   your own, on its first 2000 rows",
      "",
      "Exit codes: 0 no leak found, 1 a leak found or not ruled out, or failed, 2 asked for something impossible."
    })
final class AuditCommand implements Callable<Integer> {
  @Mixin private final Output output;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A conf file to start from (default: the bundled mnist-demo.yaml).")
  private @Nullable Path config;

  @Option(
      names = "--train",
      paramLabel = "N",
      description = "The first N training rows, 0 for all (default: the conf file's).")
  private @Nullable Integer train;

  @Option(
      names = "--strategy",
      paramLabel = "all|in-sample|out-of-fold|holdout|time-ordered",
      completionCandidates = Words.Strategies.class,
      description = "Which stacks to look at (${DEFAULT-VALUE}).",
      defaultValue = "out-of-fold")
  private String strategy = "out-of-fold";

  @Mixin private ThreadsOption threadsOption = new ThreadsOption();

  AuditCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    int threads = threadsOption.threads();
    Map<String, Object> overrides = new LinkedHashMap<>();
    overrides.put("strategy", strategy);
    if (train != null) {
      overrides.put("train", train);
    }
    Map<String, LeakAudit> audits;
    try (RunProgress shown = output.progress()) {
      audits = new Experiment(ConfFile.read(config, overrides), threads, shown).audit();
    }
    boolean passed = audits.values().stream().allMatch(LeakAudit::passed);
    if (output.isJson()) {
      ObjectNode document = Output.object().put("passed", passed);
      ObjectNode stacks = document.putObject("stacks");
      audits.forEach((label, audit) -> stacks.set(label, Output.tree(audit)));
      output.print(document);
    } else {
      audits.forEach((label, audit) -> output.say(System.lineSeparator() + label + "\n" + audit));
      output.stress(passed ? "No leak found." : "A leak was found, or cannot be ruled out.");
    }
    return passed ? 0 : 1;
  }
}
