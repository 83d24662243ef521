package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.meta.MetaFeatures;

/** The folder a run's files go to. */
final class OutputFolder {
  private final Path folder;

  private OutputFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder if need be and tries it out, so that a run does not end in one that cannot be
   * written.
   */
  static OutputFolder prepare(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".try-", ".part"));
      return new OutputFolder(folder);
    } catch (IOException e) {
      throw new IOException(
          "cannot write to the output folder " + folder + ": " + reason(folder, e), e);
    }
  }

  private static String reason(Path folder, IOException e) {
    if (e instanceof java.nio.file.FileAlreadyExistsException || Files.isRegularFile(folder)) {
      return "it is a file";
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "it cannot be made there";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /**
   * Writes all files, each whole or not at all; {@code results.json} comes last.
   *
   * @param answers what the last stack's members say of the test rows
   */
  void write(Results results, MetaFeatures answers) throws IOException {
    StackingEnsemble ensemble = results.lastEnsemble();
    ensemble
        .trainingMetaFeatures()
        .orElseThrow()
        .writeCsv(folder.resolve("meta-features-train.csv"));
    answers.writeCsv(folder.resolve("meta-features-test.csv"));
    ensemble.save(folder.resolve("ensemble.zip"));
    results.findings().writeBoard(folder.resolve("leaderboard.csv"));
    results.watch().lap("files");
    AtomicFile.write(folder.resolve("results.json"), out -> out.write(results.toJson()));
  }
}
