package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.meta.MetaFeatures;

/** The folder a run's files go to; one run at a time has it, until closed. */
final class OutputFolder implements AutoCloseable {
  private static final String CHECKPOINTS = "checkpoints";
  private static final String LOCK = "lock";

  private final Path folder;
  private final FileChannel lock;

  private OutputFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Where a run into this folder keeps its fits. */
  static Path checkpoints(Path folder) {
    return folder.resolve(CHECKPOINTS);
  }

  /**
   * Makes the folder if need be, tries it out, so that a run does not end in one that cannot be
   * written, and clears away what a run that was killed was just writing.
   *
   * @throws IOException if it cannot be written, or another run has it
   */
  static OutputFolder prepare(Path folder) throws IOException {
    @Nullable FileChannel lock = null;
    try {
      Files.createDirectories(checkpoints(folder));
      Files.delete(Files.createTempFile(folder, ".try-", ".part"));
      lock = lock(checkpoints(folder).resolve(LOCK));
      if (lock != null) {
        AtomicFile.sweep(folder);
        AtomicFile.sweep(checkpoints(folder));
      }
    } catch (IOException e) {
      throw new IOException(
          "cannot write to the output folder "
              + folder
              + ": "
              + reason(folder, e)
              + "; name another folder",
          e);
    }
    if (lock == null) {
      throw new IOException(
          "another run is writing to "
              + folder
              + " ("
              + Files.readString(checkpoints(folder).resolve(LOCK)).strip()
              + "); wait until it ends, or name another folder");
    }
    return new OutputFolder(folder, lock);
  }

  /**
   * Locks a file until its channel is closed, or the process is gone; returns null if it is locked
   * already. It stays there: whoever deletes a lock cannot know who has just opened it.
   */
  private static @Nullable FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      // A byte that is never written, so that others can read who has it on any system.
      if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null) {
        String owner =
            "process "
                + ProcessHandle.current().pid()
                + ", since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // locked by this very process
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  private static String reason(Path folder, IOException e) {
    if (e instanceof java.nio.file.FileAlreadyExistsException || Files.isRegularFile(folder)) {
      return "it is a file";
    }
    return e instanceof java.nio.file.NoSuchFileException
        ? "it cannot be made there"
        : AtomicFile.reason(e);
  }

  /**
   * Writes all files, each whole or not at all; {@code results.json} comes last.
   *
   * @param answers what the last stack's members say of the test rows
   */
  void write(Results results, MetaFeatures answers) throws IOException {
    StackingEnsemble ensemble = results.lastEnsemble();
    Path training = folder.resolve("meta-features-train.csv");
    if (ensemble.trainingMetaFeatures().isPresent()) {
      ensemble.trainingMetaFeatures().get().writeCsv(training);
    } else {
      Files.deleteIfExists(training); // an earlier run's
    }
    answers.writeCsv(folder.resolve("meta-features-test.csv"));
    ensemble.save(folder.resolve("ensemble.zip"));
    results.findings().writeBoard(folder.resolve("leaderboard.csv"));
    results.watch().lap("files");
    AtomicFile.write(folder.resolve("results.json"), out -> out.write(results.toJson()));
  }
}
