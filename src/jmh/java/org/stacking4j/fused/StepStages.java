package org.stacking4j.fused;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.NativeThreads;

/**
 * Where a fused step of the recipe's base network goes, stage by stage, against the same matrix
 * products alone, measured in turn with it:
 *
 * <pre>mvn -q -Pjmh test-compile exec:exec -Drun=org.stacking4j.fused.StepStages</pre>
 */
public final class StepStages {
  private static final int ROWS = 128;
  private static final int ROUNDS = 40;
  private static final int STEPS = 100;
  private static final int WARM_UP = 10;

  private StepStages() {}

  /** Prints microseconds per step: the median of the rounds. */
  public static void main(String[] args) throws IOException {
    NativeThreads.useOne();
    LabeledData data = Mnist.load().train().first(20_000);
    MultiLayerNetwork network = new MultiLayerNetwork(Mlp.base(784, 10, 256, 256));
    network.init();
    SplittableRandom random = new SplittableRandom(1);
    Map<String, double[]> times = new LinkedHashMap<>();
    try (FusedNetwork fused = new FusedNetwork(network, data, ROWS, 2, 1, new Crew());
        Products products = new Products()) {
      float[] targets = new float[ROWS * 10];
      int[] rows = new int[ROWS];
      for (int round = 0; round < ROUNDS; round++) {
        for (int step = 0; step < STEPS; step++) {
          for (int i = 0; i < ROWS; i++) {
            rows[i] = random.nextInt(data.rows());
            java.util.Arrays.fill(targets, i * 10, i * 10 + 10, 0);
            targets[i * 10 + data.label(rows[i])] = 1;
          }
          long from = System.nanoTime();
          fused.step(rows, targets, null, null);
          add(times, "step", round, from);
        }
        for (int step = 0; step < STEPS; step++) {
          stages(fused, targets, times, round, step);
        }
        for (int step = 0; step < STEPS; step++) {
          long from = System.nanoTime();
          products.run();
          add(times, "its matrix products alone", round, from);
        }
      }
    }
    times.forEach(
        (name, each) -> {
          double[] warm = java.util.Arrays.copyOfRange(each, WARM_UP, ROUNDS);
          java.util.Arrays.sort(warm);
          System.out.printf(
              Locale.ROOT, "%-28s %8.1f µs%n", name, warm[warm.length / 2] / 1e3 / STEPS);
        });
  }

  private static void stages(
      FusedNetwork fused, float[] targets, Map<String, double[]> times, int round, int step) {
    long from = System.nanoTime();
    float[] values = new float[0];
    for (int i = 0; i < fused.stages().size(); i++) {
      Stage stage = fused.stages().get(i);
      values = stage.forward(values, ROWS, step);
      from = add(times, "  forward " + name(stage, i), round, from);
    }
    for (int i = 0; i < ROWS * 10; i++) {
      values[i] -= targets[i]; // a gradient; the loss itself is in the whole step
    }
    from = System.nanoTime();
    for (int i = fused.stages().size() - 1; i >= 0; i--) {
      Stage stage = fused.stages().get(i);
      values = stage.backward(values, ROWS);
      from = add(times, "  backward " + name(stage, i), round, from);
    }
    fused.updates().apply(1e-9f, step + 1000, 0);
    add(times, "  update", round, from);
  }

  private static String name(Stage stage, int index) {
    return index + " " + stage.getClass().getSimpleName().replace("Stage", "");
  }

  private static long add(Map<String, double[]> times, String name, int round, long from) {
    long now = System.nanoTime();
    times.computeIfAbsent(name, key -> new double[ROUNDS])[round] += now - from;
    return now;
  }

  /** The eight products of a step, on memory of their own. */
  private static final class Products implements AutoCloseable {
    private final int[][] layers = {{784, 256}, {256, 256}, {256, 10}};
    private final NativeFloats x = new NativeFloats(ROWS * 784);
    private final NativeFloats w = new NativeFloats(784 * 256);
    private final NativeFloats z = new NativeFloats(ROWS * 256);

    void run() {
      for (int i = 0; i < layers.length; i++) {
        int in = layers[i][0];
        int out = layers[i][1];
        Blas.timesTransposed(x.at(0), w.at(0), z.at(0), ROWS, out, in, out);
        Blas.transposedTimes(z.at(0), x.at(0), w.at(0), out, in, ROWS, in);
        if (i > 0) {
          Blas.times(z.at(0), w.at(0), x.at(0), ROWS, in, out, in);
        }
      }
    }

    @Override
    public void close() {
      x.close();
      w.close();
      z.close();
    }
  }
}
