package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stacking4j.StackingEnsemble;
import picocli.CommandLine.Option;

/** Which ensemble is asked, for which rows. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "FILE",
      required = true,
      description = "The ensemble, as fit has saved it: DIR/ensemble.zip.")
  private Path model = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "csv:FILE|images:DIR|idx:DIR|mnist",
      required = true,
      description =
          "A table with the columns it learned from, in any order, and perhaps others; a folder of"
              + " pictures; IDX files (idx:FILE for one of them); or the bundled test digits.")
  private String data = "";

  StackingEnsemble ensemble() throws IOException {
    checkFile(model);
    return StackingEnsemble.load(model);
  }

  /** Says which file is meant where somebody names the folder that fit wrote to. */
  static void checkFile(Path model) throws IOException {
    if (Files.isDirectory(model)) {
      throw new IOException(
          "cannot read " + model + ": it is a folder; name the file ensemble.zip in it");
    }
  }

  String data() {
    return data;
  }
}
