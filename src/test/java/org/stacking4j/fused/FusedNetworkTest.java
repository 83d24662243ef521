package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.NativeThreads;

/** The fused step against DL4J's own, on networks drawn at random. */
final class FusedNetworkTest {
  private static final int STEPS = 25;
  private static final int MOST_ROWS = 23;

  @BeforeAll
  static void oneNativeThread() {
    NativeThreads.useOne();
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 120);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void step_onRandomNetworks_isDl4jsFit(long seed) {
    RandomNetworks drawn = new RandomNetworks(seed);
    MultiLayerConfiguration configuration = drawn.configuration();
    MultiLayerNetwork reference = network(configuration);
    MultiLayerNetwork network = network(configuration);
    try (FusedNetwork fused =
        new FusedNetwork(network, MOST_ROWS, Double.POSITIVE_INFINITY, seed)) {
      for (int step = 0; step < STEPS; step++) {
        int rows = 5 + drawn.random.nextInt(MOST_ROWS - 4);
        float[] features = drawn.features(rows);
        float[] targets = drawn.targets(rows);
        float @Nullable [] weights =
            drawn.random.nextBoolean() ? null : drawn.uniform(rows, 0.5, 2);

        RowWeights.set(reference, weights);
        reference.fit(matrix(features, rows), matrix(targets, rows));
        fused.input().put(0, features);
        double loss = fused.step(rows, targets, null, weights);

        assertThat(loss)
            .as("loss in step %d", step)
            .isCloseTo(reference.score(), within(1e-4 * (1 + Math.abs(reference.score()))));
      }
      fused.store();
    }
    assertClose(network.params(), reference.params());
    if (reference.getUpdater().getStateViewArray() != null) {
      assertClose(
          network.getUpdater().getStateViewArray(), reference.getUpdater().getStateViewArray());
    }
    assertThat(network.getIterationCount()).isEqualTo(reference.getIterationCount());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 1})
  void step_withAGradientNormLimit_scalesTheGradientOfAllLayersTogether(double limit) {
    // Two steps of plain gradient descent on the same batch: unlimited, the step is rate ×
    // gradient.
    RandomNetworks drawn = new RandomNetworks(7);
    MultiLayerConfiguration configuration = dense(drawn, new Sgd(0.1));
    float[] features = drawn.features(20);
    float[] targets = indicators(drawn, 20);
    float[] start = network(configuration).params().toFloatVector();
    float[] free = afterOneStep(configuration, features, targets, Double.POSITIVE_INFINITY);
    float[] limited = afterOneStep(configuration, features, targets, limit);
    double norm = 0;
    for (int i = 0; i < start.length; i++) {
      norm += Math.pow((start[i] - free[i]) / 0.1, 2);
    }
    norm = Math.sqrt(norm);
    assertThat(norm).isBetween(0.05, 1.0);

    double scale = norm > limit ? limit / (norm + 1e-6) : 1;
    for (int i = 0; i < start.length; i++) {
      assertThat((double) start[i] - limited[i])
          .isCloseTo(scale * (start[i] - free[i]), within(1e-6));
    }
  }

  @Test
  void step_withAMargin_isThatOfAnOutputBiasMovedByIt() {
    RandomNetworks drawn = new RandomNetworks(3);
    MultiLayerConfiguration configuration = dense(drawn, new Sgd(0.1));
    MultiLayerNetwork plain = network(configuration);
    MultiLayerNetwork moved = network(configuration);
    float[] shift = {0.7f, -0.4f, 0.2f, 1.1f, -0.9f};
    INDArray bias = moved.getParam("1_b");
    for (int i = 0; i < drawn.outputs; i++) {
      bias.putScalar(i, bias.getFloat(i) + shift[i]);
    }
    float[] margin = new float[20 * drawn.outputs];
    for (int i = 0; i < margin.length; i++) {
      margin[i] = shift[i % drawn.outputs];
    }
    float[] features = drawn.features(20);
    float[] targets = indicators(drawn, 20);

    float[] byMargin;
    float[] byBias;
    double loss;
    double otherLoss;
    try (FusedNetwork one = new FusedNetwork(plain, 20, Double.POSITIVE_INFINITY, 1);
        FusedNetwork other = new FusedNetwork(moved, 20, Double.POSITIVE_INFINITY, 1)) {
      one.input().put(0, features);
      other.input().put(0, features);
      loss = one.step(20, targets, margin, null);
      otherLoss = other.step(20, targets, null, null);
      byMargin = one.parameters();
      byBias = other.parameters();
    }
    assertThat(loss).isCloseTo(otherLoss, within(1e-6));
    for (int i = 0; i < byMargin.length - drawn.outputs; i++) {
      assertThat(byMargin[i]).isCloseTo(byBias[i], within(1e-6f));
    }
  }

  /** Finite differences, with the loss itself computed by DL4J in double precision. */
  @ParameterizedTest
  @MethodSource("someSeeds")
  void gradient_isTheSlopeOfTheLoss(long seed) {
    RandomNetworks drawn = new RandomNetworks(seed);
    MultiLayerConfiguration configuration = drawn.configuration();
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      if (conf.getLayer() instanceof BaseLayer layer) {
        layer.setIUpdater(new Sgd(1)); // then one step is the gradient
        layer.setBiasUpdater(null);
        // Decay is no gradient, and a penalty's is not the question.
        layer.setRegularization(List.of());
        layer.setRegularizationBias(List.of());
        // Without biases, a row that ReLU cut off meets the next function at its kink.
        layer.setBiasInit(0.1);
      }
    }
    float[] features = drawn.features(MOST_ROWS);
    float[] targets = drawn.targets(MOST_ROWS);
    MultiLayerNetwork network = network(configuration);
    double[] start = network.params().dup().data().asDouble();
    float[] after = afterOneStep(configuration, features, targets, Double.POSITIVE_INFINITY);

    MultiLayerConfiguration exact = configuration.clone();
    exact.setDataType(DataType.DOUBLE);
    exact.getConfs().forEach(conf -> conf.setDataType(DataType.DOUBLE));
    MultiLayerNetwork precise = new MultiLayerNetwork(exact);
    precise.init();
    INDArray x = matrix(features, MOST_ROWS).castTo(DataType.DOUBLE);
    INDArray y = matrix(targets, MOST_ROWS).castTo(DataType.DOUBLE);
    Set<Integer> statistics = runningStatistics(network);
    for (int i = 0; i < start.length; i++) {
      if (!statistics.contains(i)) {
        double slope =
            (loss(precise, start, i, 1e-6, x, y) - loss(precise, start, i, -1e-6, x, y)) / 2e-6;
        assertThat(start[i] - after[i])
            .as("gradient of parameter %d of %d", i, start.length)
            .isCloseTo(slope, within(2e-4 * (1 + Math.abs(slope))));
      }
    }
  }

  static LongStream someSeeds() {
    return LongStream.rangeClosed(1, 25);
  }

  private static double loss(
      MultiLayerNetwork network, double[] at, int place, double by, INDArray x, INDArray y) {
    double[] moved = at.clone();
    moved[place] += by;
    network.setParameters(Nd4j.createFromArray(moved).reshape(1, moved.length));
    return network.score(new DataSet(x, y), true);
  }

  private static Set<Integer> runningStatistics(MultiLayerNetwork network) {
    Set<Integer> places = new HashSet<>();
    int place = 0;
    for (Map.Entry<String, INDArray> parameter : network.paramTable().entrySet()) {
      boolean statistic = parameter.getKey().matches("\\d+_(mean|var|log10stdev)");
      for (int i = 0; i < parameter.getValue().length(); i++, place++) {
        if (statistic) {
          places.add(place);
        }
      }
    }
    return places;
  }

  /**
   * Biases and shifts that the next batch normalisation cancels drift by rounding, so the answers
   * are compared, and of the parameters the statistics of the input.
   */
  @Test
  void step_onTheTablePreset_isDl4jsFit() {
    RandomNetworks drawn = new RandomNetworks(13);
    MultiLayerConfiguration configuration = Mlp.table(6, 3, 8, 8);
    withoutDropout(configuration, 5);
    MultiLayerNetwork reference = network(configuration);
    MultiLayerNetwork network = network(configuration);
    try (FusedNetwork fused = new FusedNetwork(network, 20, Double.POSITIVE_INFINITY, 1)) {
      for (int step = 0; step < STEPS; step++) {
        float[] features = table(drawn, 20);
        float[] targets = indicators(drawn, 20, 3);
        reference.fit(matrix(features, 20), matrix(targets, 20));
        fused.input().put(0, features);
        double loss = fused.step(20, targets, null, null);
        assertThat(loss).as("loss in step %d", step).isCloseTo(reference.score(), within(2e-3));
      }
      fused.store();
    }
    assertClose(network.getParam("0_mean"), reference.getParam("0_mean"));
    assertClose(network.getParam("0_log10stdev"), reference.getParam("0_log10stdev"));
    assertClose(network.getParam("0_gamma"), reference.getParam("0_gamma"));
    INDArray x = matrix(table(drawn, 50), 50);
    float[] expected = reference.output(x).dup('c').data().asFloat();
    assertThat(network.output(x).dup('c').data().asFloat())
        .containsExactly(expected, within(3e-3f));
  }

  /** Columns of several scales and offsets; the fourth is constant, the fifth mostly. */
  private static float[] table(RandomNetworks drawn, int rows) {
    float[] values = drawn.uniform(rows * 6, -2, 2);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (i % 6) {
            case 0 -> 100 + values[i];
            case 1 -> 1000 * values[i];
            case 2 -> 0.01f * values[i] - 0.1f;
            case 3 -> 7;
            case 4 -> values[i] > 1.9f ? 3 : 0;
            default -> values[i];
          };
    }
    return values;
  }

  @Test
  void store_betweenTheTrainers_letsEachGoOnWhereTheOtherStopped() {
    RandomNetworks drawn = new RandomNetworks(11);
    MultiLayerConfiguration configuration = Mlp.base(6, 3, 8, 8);
    withoutDropout(configuration, 5);
    MultiLayerNetwork reference = network(configuration);
    MultiLayerNetwork mixed = network(configuration);
    for (int step = 0; step < 12; step++) {
      float[] features = drawn.uniform(20 * 6, -2, 2);
      float[] targets = new float[20 * 3];
      for (int row = 0; row < 20; row++) {
        targets[row * 3 + drawn.random.nextInt(3)] = 1;
      }
      reference.fit(matrix(features, 20), matrix(targets, 20));
      if (step / 3 % 2 == 0) {
        try (FusedNetwork fused = new FusedNetwork(mixed, 20, Double.POSITIVE_INFINITY, 1)) {
          fused.input().put(0, features);
          fused.step(20, targets, null, null);
          fused.endEpoch();
          fused.store();
        }
      } else {
        mixed.fit(matrix(features, 20), matrix(targets, 20));
        mixed.incrementEpochCount();
      }
      reference.incrementEpochCount();
    }
    INDArray x = matrix(drawn.uniform(50 * 6, -2, 2), 50);
    float[] expected = reference.output(x).dup('c').data().asFloat();
    assertThat(mixed.output(x).dup('c').data().asFloat()).containsExactly(expected, within(1e-3f));
    assertThat(mixed.getIterationCount()).isEqualTo(12);
    assertThat(mixed.getEpochCount()).isEqualTo(12);
  }

  @Test
  void step_repeatedFromTheSameState_givesTheSameBits() {
    MultiLayerConfiguration configuration = Mlp.base(6, 3, 8, 8);
    configuration.getConfs().forEach(conf -> conf.setSeed(9));
    RandomNetworks drawn = new RandomNetworks(2);
    float[] features = drawn.uniform(20 * 6, -2, 2);
    float[] targets = new float[20 * 3];
    for (int row = 0; row < 20; row++) {
      targets[row * 3 + row % 3] = 1;
    }
    float[] once = afterOneStep(configuration, features, targets, 2);

    assertThat(afterOneStep(configuration, features, targets, 2)).containsExactly(once);
  }

  /** The network is as wide as the recipe's, so that its products and its update are cut. */
  @ParameterizedTest
  @CsvSource({"0, 12", "4, 12", "0, 5", "3, 7"})
  @Timeout(60)
  void step_helpedForAWhile_givesTheSameBits(int from, int to) throws InterruptedException {
    MultiLayerConfiguration configuration = Mlp.base(300, 10, 256, 256);
    configuration.getConfs().forEach(conf -> conf.setSeed(9));

    HelpedSteps.assertSameBits(
        from,
        to,
        crew -> new FusedNetwork(network(configuration), 128, 2, 1, crew),
        (fused, step) -> {
          int rows = step == 7 ? 83 : 128; // as an epoch's last batch
          float[] targets = new float[rows * 10];
          for (int row = 0; row < rows; row++) {
            targets[row * 10 + row % 10] = 1;
          }
          fused.input().put(0, new RandomNetworks(step).uniform(rows * 300, -2, 2));
          fused.step(rows, targets, null, null);
        });
  }

  private static void withoutDropout(MultiLayerConfiguration configuration, long seed) {
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      conf.setSeed(seed);
      conf.getLayer().setIDropout(null);
    }
  }

  private static MultiLayerConfiguration dense(RandomNetworks drawn, IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .updater(updater)
        .list()
        .layer(
            new DenseLayer.Builder().nIn(drawn.columns).nOut(7).activation(Activation.TANH).build())
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(7)
                .nOut(drawn.outputs)
                .activation(Activation.SOFTMAX)
                .build())
        .build();
  }

  private static float[] indicators(RandomNetworks drawn, int rows) {
    return indicators(drawn, rows, drawn.outputs);
  }

  private static float[] indicators(RandomNetworks drawn, int rows, int outputs) {
    float[] targets = new float[rows * outputs];
    for (int row = 0; row < rows; row++) {
      targets[row * outputs + drawn.random.nextInt(outputs)] = 1;
    }
    return targets;
  }

  private static float[] afterOneStep(
      MultiLayerConfiguration configuration, float[] features, float[] targets, double limit) {
    MultiLayerNetwork network = network(configuration);
    int rows = targets.length / Math.toIntExact(outputs(network));
    try (FusedNetwork fused = new FusedNetwork(network, rows, limit, 1)) {
      fused.input().put(0, features);
      fused.step(rows, targets, null, null);
      return fused.parameters();
    }
  }

  private static long outputs(MultiLayerNetwork network) {
    return network.layerSize(network.getnLayers() - 1);
  }

  private static void assertClose(INDArray found, INDArray expected) {
    float[] a = found.dup().data().asFloat();
    float[] b = expected.dup().data().asFloat();
    assertThat(a).hasSameSizeAs(b);
    for (int i = 0; i < a.length; i++) {
      assertThat((double) a[i])
          .as("place %d of %d", i, a.length)
          .isCloseTo(b[i], within(1e-4 * (1 + Math.abs(b[i]))));
    }
  }

  private static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration.clone());
    network.init();
    return network;
  }

  private static INDArray matrix(float[] values, int rows) {
    return Nd4j.createFromArray(values).reshape(rows, values.length / rows);
  }
}
