package org.stacking4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.Experiment;
import org.stacking4j.experiment.ExperimentConfig;
import org.stacking4j.experiment.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a fit would take. */
@Command(
    name = "plan",
    description =
        "Says what fit would take with the same options: fits, time and memory. Reads the data and"
            + " measures the processor for a moment; fits and writes nothing.",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  plan --data csv:my.csv --label kind",
      "  plan --config my.yaml --folds 10",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class PlanCommand implements Callable<Integer> {
  @Mixin private final Output output;

  @Mixin private ExperimentOptions options = new ExperimentOptions();

  @Mixin private ThreadsOption threadsOption = new ThreadsOption();

  PlanCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    ExperimentConfig config = ConfFile.readForFit(options.config(), options.overrides());
    Plan plan = new Experiment(config, threadsOption.threads(), RunProgress.silent()).plan();
    if (output.isJson()) {
      ObjectNode document = Output.tree(plan);
      plan.warning().ifPresent(warning -> document.put("warning", warning));
      output.print(document);
    } else {
      output.say(plan.describe());
      plan.warning().ifPresent(output::say);
    }
    return 0;
  }
}
