package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/**
 * A process that fits, and loads and asks, a thousand times over is as large as after the first
 * hundred: asked of Linux, in a process of its own. {@code -Dstacking4j.soak=1000} says how often.
 */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = "stacking4j.soak", matches = "\\d+")
final class SoakTest {
  private static final double MOST_GROWTH = 0.05;

  @Test
  void process_doesNotGrow() throws Exception {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xms256m",
            "-Xmx256m",
            "-XX:+AlwaysPreTouch", // so that the heap does not grow while it is watched
            "-XX:TieredStopAtLevel=1", // nor what the better compiler needs: 30 MB, until 1500 fits
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            Soak.class.getName(),
            System.getProperty("stacking4j.soak"));
    Process process = java.redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.println(printed);

    assertThat(process.waitFor()).as(printed).isZero();
    List<String> stations = printed.lines().filter(line -> line.startsWith("kB ")).toList();
    assertThat(stations).hasSize(3);
    for (String station : stations) {
      String[] numbers = station.substring(3).split(" ", 3);
      double early = Double.parseDouble(numbers[0]);
      double late = Double.parseDouble(numbers[1]);
      assertThat(late / early - 1).as(station).isLessThanOrEqualTo(MOST_GROWTH);
    }
  }

  /** Prints for each thing that it does over and over how large it was early and at the end. */
  static final class Soak {
    private static final LabeledData DATA = TinyData.blobs(200, 20, 3, 1);

    private Soak() {}

    public static void main(String[] args) throws IOException {
      int rounds = Integer.parseInt(args[0]);
      watch("fits by " + Trainer.FUSED, rounds, i -> fit(Trainer.FUSED, i));
      watch("fits by " + Trainer.DL4J, rounds, i -> fit(Trainer.DL4J, i));
      Path file = Files.createTempFile("soak", ".zip");
      try {
        ensemble().save(file);
        INDArray features = DATA.features();
        watch(
            "rounds of load and predict",
            Math.max(200, rounds / 3),
            i -> StackingEnsemble.load(file).predict(features));
      } finally {
        Files.delete(file);
      }
    }

    /** One of many things to do. */
    private interface Round {
      void run(int number) throws IOException;
    }

    private static void watch(String what, int rounds, Round round) throws IOException {
      int early = Math.min(100, rounds / 2);
      List<Long> sizes = new ArrayList<>();
      for (int i = 1; i <= rounds; i++) {
        round.run(i);
        if (i == early || i == rounds) {
          sizes.add(resident());
        }
      }
      System.out.println(
          "kB "
              + sizes.get(0)
              + " "
              + sizes.get(1)
              + " after "
              + early
              + " and "
              + rounds
              + " "
              + what);
    }

    private static void fit(Trainer trainer, int seed) {
      FitSettings settings = new FitSettings(2, 32, 2, true, trainer);
      var network = Mlp.base(20, 3, 32, 32);
      LocalFits.onThreads(1)
          .run(List.of(new FitTask("m", 0, 0, network, settings, DATA, null, seed)));
    }

    private static StackingEnsemble ensemble() {
      FitSettings settings = new FitSettings(2, 32, 2, true);
      StackingConfig config =
          StackingConfig.builder()
              .member(new Member("a", Mlp.base(20, 3, 32), settings))
              .member(new Member("b", Mlp.base(20, 3, 32, 32), settings))
              .outOfFold(3)
              .build();
      return StackingEnsemble.fit(config, DATA, LocalFits.onThreads(1));
    }

    private static long resident() throws IOException {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }
}
