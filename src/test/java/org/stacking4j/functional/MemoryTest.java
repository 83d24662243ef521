package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitResult;

/**
 * Building meta-features needs little more than the rows themselves: asked of Linux, in a process
 * of its own, because arrays lie outside of the heap.
 */
@EnabledOnOs(OS.LINUX)
class MemoryTest {
  @Test
  void metaFeatures_ofManyRows_takeLessThanACopyOfThem() throws Exception {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xms96m",
            "-Xmx96m",
            "-XX:+AlwaysPreTouch", // so that the heap does not grow while it is watched
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            Build.class.getName());
    Process process = java.redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(printed).isZero();
    List<Long> megabytes = printed.lines().map(Long::parseLong).toList();
    assertThat(megabytes).as("features, for new rows, for training").hasSize(3);
    assertThat(megabytes.get(0)).isGreaterThan(240); // the measure sees the features
    assertThat(megabytes.subList(1, 3)).allSatisfy(more -> assertThat(more).isLessThan(80));
  }

  /** Prints by how many megabytes the process grew: filling 256 MB of features, then using them. */
  static final class Build {
    private static final int ROWS = 160_000;
    private static final int COLUMNS = 400;

    private Build() {}

    public static void main(String[] args) throws IOException {
      MemberNetworks networks =
          MemberNetworks.of(List.of("a"), List.of(List.of(network(), network())), List.of());
      measure(networks, data(100)); // loads classes and native code
      long before = resident("VmRSS");
      LabeledData data = data(ROWS);
      System.out.println(resident("VmRSS") - before);
      measure(networks, data).forEach(System.out::println);
    }

    private static List<Long> measure(MemberNetworks networks, LabeledData data)
        throws IOException {
      int[] foldOfRow = IntStream.range(0, data.rows()).map(row -> row % 2 + 1).toArray();
      long forNew = grown(() -> networks.metaFeatures(data, Prediction.FOLD_MEAN));
      long forTraining = grown(() -> networks.trainingMetaFeatures(data, Folds.of(foldOfRow, 2)));
      return List.of(forNew, forTraining);
    }

    private static long grown(Runnable task) throws IOException {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // forget the highest so far
      long before = resident("VmRSS");
      task.run();
      return resident("VmHWM") - before;
    }

    private static long resident(String key) throws IOException {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(key + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow();
    }

    private static LabeledData data(int rows) {
      return LabeledData.of(COLUMNS, (from, to, target) -> {}, new int[rows], List.of("no", "yes"));
    }

    private static FitResult network() {
      return TinyNetworks.fitted(
          TrainedNetwork.of(TinyNetworks.linear(COLUMNS, 2), new float[2 * COLUMNS + 2]));
    }
  }
}
