package org.stacking4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.FeatureRows;
import org.stacking4j.experiment.Answers;
import org.stacking4j.experiment.NewData;
import org.stacking4j.spark.SparkFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers of a saved ensemble for new rows. */
@Command(
    name = "predict",
    description = {
      "Answers for each row of a table, or each picture, in order: row (from 0), of a picture its"
          + " file, predicted class, and a probability for each class; or for numbers, the predicted"
          + " ones.",
      "No labels are needed. A table, or a folder of pictures and the folders in it, may be larger"
          + " than memory."
    },
    mixinStandardHelpOptions = true,
    customSynopsis = "stacking4j predict --model=FILE --data=DATA --out=FILE [-q] [--json]",
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  predict --model my/ensemble.zip --data csv:new.csv --out answers.csv",
      "  predict --model my/ensemble.zip --data images:new --out answers.csv",
      "  predict --model my/ensemble.zip --data parquet:new --out answers    on Spark: docs/scaling.md",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class PredictCommand implements Callable<Integer> {
  @Mixin private final Output output;

  @Mixin private ModelOptions options = new ModelOptions();

  @Mixin private ParquetOptions parquet = new ParquetOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "The CSV file the answers go to, whole or not at all.")
  private Path out = Path.of("");

  PredictCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    StackingEnsemble ensemble = options.ensemble();
    if (parquet.answers(SparkFiles.Question.PREDICTIONS, ensemble, options.data(), out, output)) {
      return 0;
    }
    Answers answers;
    try (FeatureRows rows = NewData.open(ensemble, options.data())) {
      answers = Answers.write(ensemble, rows, out);
    }
    answers.warning().ifPresent(output::warn);
    if (output.isJson()) {
      ObjectNode document = Output.object().put("rows", answers.rows()).put("file", out.toString());
      answers.warning().ifPresent(warning -> document.put("warning", warning));
      output.print(document);
    } else {
      output.say(answers.rows() + " rows answered in " + out);
    }
    return 0;
  }
}
