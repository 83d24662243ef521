package org.stacking4j.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.experiment.NewData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How good a saved ensemble is on labelled rows. */
@Command(
    name = "evaluate",
    description =
        "Judges a saved ensemble by labelled rows, which should be none that it learned from. Pictures"
            + " are in folders named like their classes; beside IDX images stands the file of their"
            + " labels; of mnist, and where there are train and test, those of the test are taken.",
    mixinStandardHelpOptions = true,
    customSynopsis =
        "stacking4j evaluate --model=FILE --data=DATA [--label=COLUMN] [--weight=COLUMN] [-q] [--json]",
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  evaluate --model my/ensemble.zip --data csv:later.csv",
      "  evaluate --model my/ensemble.zip --data csv:later.csv --label kind_now",
      "  evaluate --model my/ensemble.zip --data images:later",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private final Output output;

  @Mixin private ModelOptions options = new ModelOptions();

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "The column of a table's labels or target, or those of the targets, with commas between"
              + " (default: those that were learned from).")
  private String @Nullable [] label;

  @Option(
      names = "--weight",
      paramLabel = "COLUMN",
      description = "The column of a table's weights (none).")
  private String weight = "";

  EvaluateCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    StackingEnsemble ensemble = options.ensemble();
    CsvColumns columns = CsvColumns.of(label == null ? new String[0] : label).withWeight(weight);
    LabeledData rows = NewData.labelled(ensemble, options.data(), columns);
    Object evaluation =
        ensemble.task() == Task.REGRESSION
            ? ensemble.evaluateRegression(rows)
            : ensemble.evaluate(rows);
    if (output.isJson()) {
      output.print(Output.tree(evaluation));
    } else {
      output.say(evaluation.toString());
    }
    return 0;
  }
}
