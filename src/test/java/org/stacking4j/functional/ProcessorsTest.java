package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/**
 * ND4J splits sums over whole arrays by the number of OpenMP threads it found when it was loaded,
 * which is the machine's number of processors. Results must not depend on it.
 */
class ProcessorsTest {
  @Test
  void fit_machinesWithOneOrTwoProcessors_giveTheSameBits() throws Exception {
    assertThat(fitInAProcessWith(2)).isEqualTo(fitInAProcessWith(1)).startsWith("bits ");
  }

  private static String fitInAProcessWith(int threads) throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            Fit.class.getName());
    java.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    Process process = java.redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }

  /** Fits a network that is large enough to be split, and prints what came out. */
  static final class Fit {
    private Fit() {}

    public static void main(String[] args) {
      Nd4j.getRandom().setSeed(1);
      int[] labels = new int[300];
      Arrays.setAll(labels, row -> row % 10);
      LabeledData data =
          LabeledData.of(
              Nd4j.randn(DataType.FLOAT, 300, 80),
              labels,
              List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
      for (Trainer trainer : new Trainer[] {Trainer.FUSED, Trainer.DL4J}) {
        fit(data, new FitSettings(2, 300, 0.1, true, trainer));
      }
    }

    private static void fit(LabeledData data, FitSettings settings) {
      FitTask task = new FitTask("a", 0, 0, Mlp.base(80, 10, 64), settings, data, null, 1);
      FitResult result = LocalFits.onThreads(1).run(List.of(task)).get(0);
      float[] logits = result.network().logits(data.features()).data().asFloat();
      System.out.println(
          "bits "
              + result.trainer()
              + " "
              + Arrays.hashCode(result.network().parameters())
              + " "
              + Arrays.hashCode(logits)
              + " "
              + result.epochLosses());
    }
  }
}
