package org.stacking4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.AtomicFile;

/** On a real disk of 1 MiB that is full or read-only, which only root can mount. */
@EnabledOnOs(OS.LINUX)
final class FullDiskTest {
  private static final int DISK = 1 << 20;
  private static final int PAGE = 4096;

  @TempDir private Path folder;
  private Path disk;
  private boolean mounted;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(folder.resolve("disk"));
    mounted = call("mount", "-t", "tmpfs", "-o", "size=" + DISK, "tmpfs", disk.toString());
    assumeTrue(mounted, "cannot mount a disk here");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (mounted) {
      assertThat(call("umount", disk.toString())).isTrue();
    }
  }

  @Test
  void fit_whereNothingMayBeWritten_saysSoBeforeItFits() throws IOException, InterruptedException {
    assertThat(call("mount", "-o", "remount,ro", disk.toString())).isTrue();
    Path conf =
        Files.writeString(
            folder.resolve("conf.yaml"),
            "data: csv:conf/wine.csv\nmembers: [{name: a, hidden: [4]}]\n");
    for (Path out : List.of(disk, disk.resolve("out"), disk.resolve("deep/out"))) {
      assertThat(fit(conf, out, 1))
          .isEqualTo(
              "1 stacking4j: cannot write to the output folder "
                  + out
                  + ": Read-only file system; name another folder");
    }
    Path answers = disk.resolve("answers.csv");
    assertThatIOException()
        .isThrownBy(() -> AtomicFile.write(answers, file -> file.write(1)))
        .withMessage("cannot write " + answers + ": Read-only file system");
  }

  private static boolean call(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such command
    }
  }

  @Test
  void fit_whereTheDiskIsFullAtAnyWrite_saysSo_andLeavesTheModelBefore() throws IOException {
    Path conf =
        Files.writeString(
            folder.resolve("conf.yaml"),
            """
            data: csv:conf/wine.csv
            members:
              - {name: a, hidden: [4]}
              - {name: b, hidden: [5]}
            fit: {epochs: 2}
            out-of-fold: {folds: 2, meta: linear}
            """);
    Path out = disk.resolve("out");
    assertThat(fit(conf, out, 1)).isEqualTo("0 ");
    Map<String, byte[]> before = files(out);
    long used = used();
    int failed = 0;
    boolean fitted = false;
    // What a second run needs beside the first, since it writes before it replaces.
    for (int free = 0; !fitted && free < DISK; free += Math.max(PAGE, free / 4 / PAGE * PAGE)) {
      Path filler = Files.write(disk.resolve("filler"), new byte[(int) (DISK - used - free)]);

      String said = fit(conf, out, 2);

      fitted = said.startsWith("0");
      if (!fitted) {
        failed++;
        assertThat(said)
            .as("with " + free + " bytes left")
            .startsWith("1 stacking4j: ")
            .contains("No space left on device")
            .doesNotContain("\tat ", "Exception");
        // Each file is an old or a new one, and whole: they are replaced one by one.
        assertThat(files(out).keySet()).isEqualTo(before.keySet());
        assertThat(StackingEnsemble.load(out.resolve("ensemble.zip")).columns()).isEqualTo(13);
      }
      Files.delete(filler);
      try (Stream<Path> kept = Files.list(out.resolve("checkpoints"))) {
        for (Path file : kept.toList()) {
          Files.delete(file);
        }
      }
      used = used();
    }
    assertThat(failed).isGreaterThan(3);
    assertThat(fitted).isTrue();
    assertThat(files(out).get("ensemble.zip")).isNotEqualTo(before.get("ensemble.zip"));
  }

  /** Exit code and errors. */
  private static String fit(Path conf, Path out, int seed) {
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "fit",
            "--config",
            conf.toString(),
            "--seed",
            Integer.toString(seed),
            "--out",
            out.toString());
    List<String> errors =
        err.toString().lines().filter(line -> line.startsWith("stacking4j")).toList();
    return code + " " + String.join("\n", errors);
  }

  private long used() throws IOException {
    return Files.getFileStore(disk).getTotalSpace() - Files.getFileStore(disk).getUsableSpace();
  }

  private static Map<String, byte[]> files(Path out) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(out)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }
}
