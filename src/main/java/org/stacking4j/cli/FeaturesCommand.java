package org.stacking4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.FeatureRows;
import org.stacking4j.experiment.Answers;
import org.stacking4j.experiment.NewData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.spark.SparkFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Meta-features of a saved ensemble for new rows. */
@Command(
    name = "features",
    description = {
      "Writes the meta-features of new rows, to learn from elsewhere: for each row the members'"
          + " logits, or the numbers they predict.",
      "With --label the file is as meta-features-test.csv, and the rows must fit into memory."
          + " Without, it has no column for the label, pictures have one for their file, and there"
          + " may be more rows than fit."
    },
    mixinStandardHelpOptions = true,
    customSynopsis =
        "stacking4j features --model=FILE --data=DATA --out=FILE [--label[=COLUMN]] [-q] [--json]",
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  features --model my/ensemble.zip --data csv:new.csv --out features.csv",
      "  features --model my/ensemble.zip --data csv:later.csv --label --out f.csv",
      "  features --model my/ensemble.zip --data images:later --label --out f.csv",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class FeaturesCommand implements Callable<Integer> {
  @Mixin private final Output output;

  @Mixin private ModelOptions options = new ModelOptions();

  @Mixin private ParquetOptions parquet = new ParquetOptions();

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      arity = "0..1",
      fallbackValue = "",
      split = ",",
      description =
          "Write the right answers too, from this column of a table, or several with commas between"
              + " (without a name: those that were learned from); of pictures"
              + " the names of their folders, of IDX images the file of their labels.")
  private String @Nullable [] label;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "The CSV file they go to, whole or not at all.")
  private Path out = Path.of("");

  FeaturesCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    StackingEnsemble ensemble = options.ensemble();
    if (parquet.answers(SparkFiles.Question.META_FEATURES, ensemble, options.data(), out, output)) {
      return 0;
    }
    ObjectNode document = Output.object();
    long rows;
    if (label == null) {
      try (FeatureRows source = NewData.open(ensemble, options.data())) {
        Answers answers = Answers.writeMetaFeatures(ensemble, source, out);
        answers.warning().ifPresent(output::warn);
        answers.warning().ifPresent(warning -> document.put("warning", warning));
        rows = answers.rows();
      }
    } else {
      boolean named = label.length != 1 || !label[0].isEmpty();
      CsvColumns columns = CsvColumns.of(named ? label : new String[0]);
      MetaFeatures features =
          ensemble.metaFeatures(NewData.labelled(ensemble, options.data(), columns));
      features.writeCsv(out);
      rows = features.rows();
    }
    if (output.isJson()) {
      output.print(document.put("rows", rows).put("file", out.toString()));
    } else {
      output.say("Meta-features of " + rows + " rows in " + out);
    }
    return 0;
  }
}
