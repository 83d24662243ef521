package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private void write(Path file, String text) throws IOException {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void assertOnly(Path... files) throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      assertThat(found).containsExactlyInAnyOrder(files);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // where making links is a privilege
  void write_inThePlaceOfALink_leavesWhatItLedTo() throws IOException {
    Path kept = Files.writeString(folder.resolve("kept"), "kept");
    Path link = Files.createSymbolicLink(folder.resolve("link"), kept);

    AtomicFile.write(link, out -> out.write('x'));

    assertThat(kept).hasContent("kept");
    assertThat(link).hasContent("x");
    assertThat(Files.isSymbolicLink(link)).isFalse();
  }

  @Test
  void write_contentThatDoesNotFlush_isWhole() throws IOException {
    Path file = folder.resolve("a.txt");

    write(file, "new");

    assertThat(file).hasContent("new");
    assertOnly(file);
  }

  @Test
  void write_contentThatCloses_isWhole() throws IOException {
    Path file = folder.resolve("a.txt");

    AtomicFile.write(
        file,
        out -> {
          out.write('x');
          out.close();
        });

    assertThat(file).hasContent("x");
  }

  @Test
  void write_failsInAPrinterThatWraps_saysTheSame() throws IOException {
    Path file = folder.resolve("a.txt");

    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      throw new UncheckedIOException("wrapped", new IOException("disk full"));
                    }))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("cannot write " + file + ": disk full");
    assertOnly();
  }

  @Test
  void write_fails_leavesTheOldFileAndNoPart() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");

    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("the disk is full");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + file + ": the disk is full");

    assertThat(file).hasContent("old");
    assertOnly(file);
  }

  @Test
  void write_failsUnforeseen_leavesTheOldFileAndNoPart() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");

    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw new IllegalStateException("a bug");
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(file).hasContent("old");
    assertOnly(file);
  }

  @Test
  void write_folderMissing_isNamed() {
    Path file = folder.resolve("none").resolve("a.txt");

    assertThatThrownBy(() -> write(file, "x"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot write " + file + ": the folder " + file.getParent() + " does not exist");
  }

  @Test
  void write_targetIsAFolder_isNamed() {
    assertThatThrownBy(() -> write(folder, "x"))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + folder + ": it is a folder, name a file");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void write_permissions_areThoseOfAnyNewFile() throws IOException {
    // A temporary file is private to its owner; results are there to be shared.
    Path ordinary = Files.writeString(folder.resolve("ordinary"), "x");
    Path file = folder.resolve("a.txt");

    write(file, "x");

    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(Files.getPosixFilePermissions(ordinary));
  }
}
