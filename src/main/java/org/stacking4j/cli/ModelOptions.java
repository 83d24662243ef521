package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.TableSchema;
import picocli.CommandLine.Option;

/** Which ensemble is asked, for which rows. */
final class ModelOptions {
  private static final String CSV = "csv:";

  @Option(
      names = "--model",
      paramLabel = "FILE",
      required = true,
      description = "The ensemble, as fit has saved it: DIR/ensemble.zip.")
  private Path model = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "csv:FILE",
      required = true,
      description = "A table with the columns it learned from, in any order, and perhaps others.")
  private String data = "";

  StackingEnsemble ensemble() throws IOException {
    return StackingEnsemble.load(model);
  }

  Path table() {
    if (!data.startsWith(CSV) || data.length() == CSV.length()) {
      throw new IllegalArgumentException("unknown data '" + data + "'; use csv:FILE");
    }
    return Path.of(data.substring(CSV.length()));
  }

  /** How a table becomes features for it. */
  TableSchema schema(StackingEnsemble ensemble) {
    return ensemble
        .schema()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    model
                        + " was not fitted on a table, so nobody knows which column is which; fit it"
                        + " with --data csv:FILE"));
  }
}
