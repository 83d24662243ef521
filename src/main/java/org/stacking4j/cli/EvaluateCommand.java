package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How good a saved ensemble is on labelled rows. */
@Command(
    name = "evaluate",
    description =
        "Judges a saved ensemble by the rows of a table, which should be none that it learned from.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  evaluate --model my/ensemble.zip --data csv:later.csv --label kind",
      "  evaluate --model my/ensemble.zip --data csv:later.csv --label price",
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
          "The column of the labels or the target, or those of the targets, with commas between"
              + " (default: the last one; for numbers, the names that were learned).")
  private String @Nullable [] label;

  @Option(
      names = "--weight",
      paramLabel = "COLUMN",
      description = "The column of the rows' weights (none).")
  private String weight = "";

  EvaluateCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    Path table = options.table();
    StackingEnsemble ensemble = options.ensemble();
    TableSchema schema = options.schema(ensemble);
    boolean regression = ensemble.task() == Task.REGRESSION;
    String[] outputs =
        label != null
            ? label
            : regression ? ensemble.outputNames().toArray(String[]::new) : new String[0];
    CsvColumns columns = CsvColumns.of(outputs).withWeight(weight);
    Object evaluation;
    if (regression) {
      LabeledData rows = CsvTable.loadTargets(table, columns, schema);
      evaluation = ensemble.evaluateRegression(rows);
    } else {
      LabeledData rows = CsvTable.load(table, columns, schema, ensemble.classNames());
      evaluation = ensemble.evaluate(rows);
    }
    if (output.isJson()) {
      output.print(Output.tree(evaluation));
    } else {
      output.say(evaluation.toString());
    }
    return 0;
  }
}
