package org.stacking4j.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of bytes that the fuzzer has thought of, and what reading it may come to. */
final class Inputs {
  /** Reads a file. */
  @FunctionalInterface
  interface Reading {
    void of(Path file) throws IOException;
  }

  private Inputs() {}

  /**
   * Reads the bytes from a file: it must come to its end, or to an error in a sentence. Whatever
   * else is thrown is a finding.
   */
  static void read(byte[] bytes, Reading reading) {
    try {
      Path folder = Files.createTempDirectory("stacking4j-fuzz");
      Path file = folder.resolve("input");
      try {
        Files.write(file, bytes);
        reading.of(file);
      } catch (IOException | IllegalArgumentException e) {
        if (e.getMessage() == null || e.getMessage().isBlank()) {
          throw new IllegalStateException("an error without a sentence", e);
        }
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
