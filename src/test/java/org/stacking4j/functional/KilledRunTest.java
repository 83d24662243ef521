package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes, really killed. {@code -Dstacking4j.kills=50} kills that often; a few times is for
 * every build.
 */
final class KilledRunTest {
  private static final int KILLS = Integer.getInteger("stacking4j.kills", 3);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void fit_killedAtAnyMoment_andResumed_writesWhatOneThatWasNotDoes() throws Exception {
    long start = System.nanoTime();
    run(folder.resolve("whole"));
    long whole = System.nanoTime() - start;
    Map<String, Object> expected = content(folder.resolve("whole"));
    assertThat(expected)
        .containsKeys("results.json", "leaderboard.csv", "ensemble.zip/manifest.json")
        .containsKeys("meta-features-train.csv", "meta-features-test.csv");
    var random = new SplittableRandom(1);
    int resumed = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      Path out = folder.resolve("killed-" + kill);
      double share = (kill - random.nextDouble()) / KILLS; // spread over the whole run
      Process process = start(out);
      if (!process.waitFor((long) (share * whole), TimeUnit.NANOSECONDS)) {
        process.destroyForcibly().waitFor(); // SIGKILL
        resumed++;
      }

      String said = run(out, "--resume");

      assertThat(content(out)).as("killed after " + share + ": " + said).isEqualTo(expected);
      assertThat(left(out)).as("left behind").isEmpty();
    }
    assertThat(resumed).as("killed before their end").isPositive();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void fit_askedToEnd_endsWithinSeconds_saysHowToGoOn_andLeavesNothingHalf() throws Exception {
    Path out = folder.resolve("out");
    Process process = start(out, "--epochs", "100000");
    Path checkpoints = out.resolve("checkpoints");
    long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!Files.exists(checkpoints.resolve("lock")) && System.nanoTime() < patience) {
      Thread.sleep(50);
    }
    Thread.sleep(500); // in the midst of its first fits
    long asked = System.nanoTime();
    // SIGTERM goes the way of SIGINT, which Ctrl-C sends, but that is ignored by whatever a shell
    // has started in the background.
    process.toHandle().destroy(); // and what it says can still be read

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

    assertThat(System.nanoTime() - asked).isLessThan(TimeUnit.SECONDS.toNanos(10));
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isEqualTo(143);
    assertThat(said)
        .endsWith(
            "stacking4j: stopped; finished fits are kept in "
                + out
                + ", the same command with --resume goes on from there\n")
        .doesNotContain("cancelled", "Exception");
    assertThat(left(out)).isEmpty();
  }

  private Process start(Path out, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "org.stacking4j.cli.Main",
                "fit",
                "--data",
                "csv:conf/wine.csv",
                "--threads",
                "2",
                "--out",
                out.toString()));
    command.addAll(List.of(more));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private String run(Path out, String... more) throws IOException, InterruptedException {
    Process process = start(out, more);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static List<Path> left(Path out) throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(file -> file.toString().endsWith(".part")).toList();
    }
  }

  /** What the files of a run hold, times aside. */
  private static Map<String, Object> content(Path out) throws IOException {
    Map<String, Object> content = new TreeMap<>();
    for (String name : List.of("meta-features-train.csv", "meta-features-test.csv")) {
      content.put(name, Files.readString(out.resolve(name)));
    }
    content.put(
        "leaderboard.csv",
        Files.readAllLines(out.resolve("leaderboard.csv")).stream()
            .map(line -> line.replaceFirst("^((?:[^,]*,){5})[^,]*,", "$1")) // seconds
            .collect(Collectors.joining("\n")));
    ObjectNode results = (ObjectNode) JSON.readTree(out.resolve("results.json").toFile());
    results.remove("timing");
    content.put("results.json", results);
    try (ZipFile zip = new ZipFile(out.resolve("ensemble.zip").toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        if (!entry.getName().equals("provenance.json")) {
          byte[] bytes = zip.getInputStream(entry).readAllBytes();
          content.put(
              "ensemble.zip/" + entry.getName(), new String(bytes, StandardCharsets.ISO_8859_1));
        }
      }
    }
    return content;
  }
}
