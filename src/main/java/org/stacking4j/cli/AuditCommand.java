package org.stacking4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.stacking4j.LeakAudit;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks for leaks in what a conf file would do. */
@Command(
    name = "audit",
    description = {
      "Looks for leaks: fits the out-of-fold stack, or what --strategy says, as fit would, watching"
          + " which rows each network is given, and once more on permuted labels, from which nothing can be learned.",
      "In-sample leaks by design, and fails."
    },
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  audit                                 the demo's out-of-fold stack",
      "  audit --config my.yaml --train 2000   your own, on its first 2000 rows",
      "  audit --data images:photos            what fit would do with these",
      "",
      "Exit codes: 0 no leak found, 1 a leak found or not ruled out, or failed, 2 asked for something impossible."
    })
final class AuditCommand implements Callable<Integer> {
  @Mixin private final Output output;

  @Mixin private ExperimentOptions options = new ExperimentOptions();

  @Mixin private ThreadsOption threadsOption = new ThreadsOption();

  AuditCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    int threads = threadsOption.threads();
    Map<String, Object> overrides = options.overrides();
    overrides.putIfAbsent("strategy", "out-of-fold");
    Map<String, LeakAudit> audits;
    try (RunProgress shown = output.progress()) {
      audits =
          new Experiment(ConfFile.readForFit(options.config(), overrides), threads, shown).audit();
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
