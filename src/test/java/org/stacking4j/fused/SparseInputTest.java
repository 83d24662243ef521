package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.NativeThreads;

/** A first layer that computes with what differs from the background, against all of it. */
final class SparseInputTest {
  private static final int ROWS = 300;
  private static final int COLUMNS = 41;
  private static final int CLASSES = 4;
  private static final int BATCH = 23;

  private final SplittableRandom random = new SplittableRandom(5);

  @BeforeAll
  static void oneNativeThread() {
    NativeThreads.useOne();
  }

  static Stream<NeuralNetConfiguration.Builder> settings() {
    return Stream.<IUpdater>of(
            new Sgd(0.05), new Nesterovs(0.01, 0.9), new Adam(0.01, 0.9, 0.999, 1e-4))
        .flatMap(
            updater ->
                Stream.of(
                    new NeuralNetConfiguration.Builder().updater(updater),
                    new NeuralNetConfiguration.Builder().updater(updater).l2(0.02),
                    new NeuralNetConfiguration.Builder()
                        .updater(updater)
                        .weightDecay(0.05, true)
                        .biasUpdater(new Sgd(0.02))));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void step_isDl4jsFit(NeuralNetConfiguration.Builder settings) {
    for (boolean bias : new boolean[] {true, false}) {
      MultiLayerConfiguration configuration = configuration(settings, bias);
      LabeledData data = sparse(COLUMNS);
      MultiLayerNetwork reference = network(configuration);
      MultiLayerNetwork network = network(configuration);
      try (FusedNetwork fused = fused(network, data)) {
        for (int step = 0; step < 30; step++) {
          int[] rows = someRows(step == 3 ? 1 : step == 4 ? BATCH : 5 + random.nextInt(BATCH - 4));
          reference.fit(data.features(rows), data.oneHot(rows));
          double loss = fused.step(rows, targets(data, rows), null, null);

          assertThat(loss).isCloseTo(reference.score(), within(1e-4));
          if (step == 14) {
            fused.store(); // must not disturb it
          }
        }
        fused.store();
      }
      assertClose(network.params(), reference.params());
      if (reference.getUpdater().getStateViewArray() != null) {
        assertClose(
            network.getUpdater().getStateViewArray(), reference.getUpdater().getStateViewArray());
      }
    }
  }

  @Test
  void step_ofANetworkThatIsItsOutputLayer_isDl4jsFit() {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .updater(new Sgd(0.05))
            .seed(3)
            .list()
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(COLUMNS)
                    .nOut(33)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    LabeledData data = sparse(COLUMNS);
    MultiLayerNetwork reference = network(configuration);
    MultiLayerNetwork network = network(configuration);
    try (FusedNetwork fused = fused(network, data)) {
      for (int step = 0; step < 10; step++) {
        int[] rows = someRows(BATCH);
        float[][] targets = new float[BATCH][33];
        for (float[] row : targets) {
          row[random.nextInt(33)] = 1;
        }
        INDArray y = Nd4j.createFromArray(targets);
        reference.fit(data.features(rows), y);
        fused.step(rows, y.data().asFloat(), null, null);
      }
      fused.store();
    }
    assertClose(network.params(), reference.params());
  }

  @Test
  void step_withAGradientNormLimit_isThatOfAllFeatures() {
    LabeledData data = sparse(COLUMNS);
    MultiLayerConfiguration configuration =
        configuration(new NeuralNetConfiguration.Builder().updater(new Sgd(0.1)), true);
    int[] rows = someRows(BATCH);
    for (double limit : new double[] {0.05, 100}) {
      try (FusedNetwork sparse =
              new FusedNetwork(network(configuration), data, BATCH, limit, 1, new Crew());
          FusedNetwork dense = new FusedNetwork(network(configuration), BATCH, limit, 1)) {
        sparse.step(rows, targets(data, rows), null, null);
        data.features(rows, dense.input());
        dense.step(rows.length, targets(data, rows), null, null);

        assertThat(sparse.parameters()).containsExactly(dense.parameters(), within(1e-6f));
      }
    }
  }

  @Test
  void step_afterTheNetworkWasStoredByOneAndReadByAnother_goesOn() {
    LabeledData data = sparse(COLUMNS);
    MultiLayerConfiguration configuration =
        configuration(new NeuralNetConfiguration.Builder().updater(new Adam(0.01)), true);
    MultiLayerNetwork whole = network(configuration);
    MultiLayerNetwork parts = network(configuration);
    int[] rows = someRows(BATCH);
    try (FusedNetwork fused = fused(whole, data)) {
      for (int step = 0; step < 4; step++) {
        fused.step(rows, targets(data, rows), null, null);
      }
      fused.store();
    }
    for (int part = 0; part < 2; part++) {
      try (FusedNetwork fused = fused(parts, data)) {
        fused.step(rows, targets(data, rows), null, null);
        fused.step(rows, targets(data, rows), null, null);
        fused.store();
      }
    }
    assertThat(parts.params().toFloatVector()).isEqualTo(whole.params().toFloatVector());
    assertThat(parts.getUpdater().getStateViewArray().toFloatVector())
        .isEqualTo(whole.getUpdater().getStateViewArray().toFloatVector());
  }

  @Test
  void save_isInDl4jsOrder_andRestoreGoesOnWithTheSameBits() throws IOException {
    LabeledData data = sparse(COLUMNS);
    MultiLayerConfiguration configuration =
        configuration(new NeuralNetConfiguration.Builder().updater(new Adam(0.01)), true);
    int[] rows = someRows(BATCH);
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    float[] before;
    float[] after;
    try (FusedNetwork fused = fused(network(configuration), data)) {
      fused.step(rows, targets(data, rows), null, null);
      before = fused.parameters();
      fused.save(new DataOutputStream(saved));
      fused.step(rows, targets(data, rows), null, null);
      after = fused.parameters();
    }
    try (FusedNetwork fused = fused(network(configuration), data);
        FusedNetwork dense =
            new FusedNetwork(network(configuration), BATCH, Double.POSITIVE_INFINITY, 1)) {
      fused.restore(in(saved));
      assertThat(fused.parameters()).isEqualTo(before);
      fused.step(rows, targets(data, rows), null, null);
      assertThat(fused.parameters()).isEqualTo(after);

      dense.restore(in(saved));
      assertThat(dense.parameters()).isEqualTo(before);
      data.features(rows, dense.input());
      dense.step(rows.length, targets(data, rows), null, null);
      assertThat(dense.parameters()).containsExactly(after, within(1e-5f));
    }
  }

  private static DataInputStream in(ByteArrayOutputStream saved) {
    return new DataInputStream(new ByteArrayInputStream(saved.toByteArray()));
  }

  @ParameterizedTest
  @CsvSource({"0, 12", "4, 12", "0, 5", "3, 7"})
  @Timeout(60)
  void step_helpedForAWhile_givesTheSameBits(int from, int to) throws InterruptedException {
    LabeledData data = sparse(600, 3); // so many that BLAS's part is cut too
    MultiLayerConfiguration configuration = Mlp.base(600, CLASSES, 256, 256);
    configuration.getConfs().forEach(conf -> conf.setSeed(9));

    HelpedSteps.assertSameBits(
        from,
        to,
        crew -> new FusedNetwork(network(configuration), data, 128, 2, 1, crew),
        (fused, step) -> {
          int[] rows = new SplittableRandom(step).ints(step == 7 ? 83 : 128, 0, ROWS).toArray();
          fused.step(rows, targets(data, rows), null, null);
        });
  }

  @ParameterizedTest
  @CsvSource({"67108864, 5", "0, 5", "67108864, 100", "0, 100"})
  void select_givesWhatDiffers_whetherAllRowsAreKeptOrNone(long mostKept, int everyDense) {
    LabeledData data = sparse(COLUMNS, everyDense);
    try (SparseFeatures features =
        Objects.requireNonNull(SparseFeatures.of(data, 64, BATCH, mostKept))) {
      int[] order = features.order();
      int dense = COLUMNS / everyDense;
      assertThat(features.dense()).isEqualTo(dense);
      float[] background = features.background();
      assertThat(Arrays.copyOf(background, 4)).containsExactly(-1, 0, 0.5f, 3);
      assertThat(Arrays.stream(order).distinct()).hasSize(COLUMNS);
      for (int[] rows : new int[][] {{0, 299, 7, 7}, someRows(BATCH)}) {
        float[] expected = data.features(rows).data().asFloat();
        features.select(rows);
        FloatPointer denseBatch = features.denseBatch();
        for (int i = 0; i < rows.length; i++) {
          float[] row = Arrays.copyOf(background, COLUMNS);
          for (int place = features.from[i]; place < features.to[i]; place++) {
            assertThat(features.difference[place]).isNotZero();
            row[features.column[place]] += features.difference[place];
          }
          for (int j = 0; j < dense; j++) {
            row[background.length + j] = denseBatch.get((long) i * dense + j);
          }
          for (int j = 0; j < COLUMNS; j++) {
            assertThat(row[j]).isCloseTo(expected[i * COLUMNS + order[j]], within(1e-6f));
          }
        }
        assertThat(features.to[rows.length - 1]).isPositive();
      }
    }
  }

  @Test
  void of_batchesTooLargeToCountIn_isNull() {
    LabeledData data = sparse(COLUMNS);

    assertThat(SparseFeatures.of(data, 64, 65_536)).isNull();
    try (SparseFeatures most = SparseFeatures.of(data, 64, 65_535)) {
      assertThat(most).isNotNull();
    }
  }

  @Test
  void of_rowsOfAllKindsOfValues_isNull() {
    float[][] values = new float[ROWS][COLUMNS];
    for (float[] row : values) {
      for (int i = 0; i < COLUMNS; i++) {
        row[i] = (float) random.nextDouble();
      }
    }
    LabeledData data = data(values);

    assertThat(SparseFeatures.of(data, 256, BATCH)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"67108864", "12000"})
  void of_aSampleThatMisleads_isRightAllTheSame(long mostKept) {
    // The sample takes every second of these rows; the others are all different.
    float[][] values = new float[512][COLUMNS];
    for (int row = 1; row < 512; row += 2) {
      for (int i = 0; i < COLUMNS; i++) {
        values[row][i] = (float) random.nextDouble(1, 2);
      }
    }
    LabeledData data = data(values);
    try (SparseFeatures features =
        Objects.requireNonNull(SparseFeatures.of(data, 64, BATCH, mostKept))) {
      features.select(new int[] {511, 510});
      assertThat(features.to[0] - features.from[0]).isEqualTo(COLUMNS);
      assertThat(features.difference[features.from[0] + 3]).isEqualTo(values[511][3]);
      assertThat(features.to[1]).isEqualTo(features.from[1]);
    }
  }

  private LabeledData sparse(int columns) {
    return sparse(columns, 5);
  }

  /**
   * Columns whose background is −1, 0, 0.5 or 3; a tenth of their values is something else, and all
   * of some columns.
   */
  private LabeledData sparse(int columns, int everyDense) {
    float[] background = {-1, 0, 0.5f, 3};
    float[][] values = new float[ROWS][columns];
    for (float[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] =
            random.nextInt(10) > 0 && i % everyDense != everyDense - 1
                ? background[i % 4]
                : background[i % 4] + (float) random.nextDouble(-1, 1);
      }
    }
    return data(values);
  }

  private static LabeledData data(float[][] values) {
    int[] labels = IntStream.range(0, values.length).map(i -> i % CLASSES).toArray();
    return LabeledData.of(Nd4j.createFromArray(values), labels, List.of("a", "b", "c", "d"));
  }

  private int[] someRows(int count) {
    return random.ints(count, 0, ROWS).toArray();
  }

  private static float[] targets(LabeledData data, int[] rows) {
    return data.oneHot(rows).data().asFloat();
  }

  private static FusedNetwork fused(MultiLayerNetwork network, LabeledData data) {
    FusedNetwork fused =
        new FusedNetwork(network, data, BATCH, Double.POSITIVE_INFINITY, 1, new Crew());
    assertThat(fused.stages().get(0)).isInstanceOf(SparseInputStage.class);
    return fused;
  }

  private static MultiLayerConfiguration configuration(
      NeuralNetConfiguration.Builder settings, boolean bias) {
    return settings
        .seed(3)
        .list()
        .layer(
            new DenseLayer.Builder()
                .nIn(COLUMNS)
                .nOut(37)
                .hasBias(bias)
                .activation(Activation.TANH)
                .build())
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(37)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build())
        .build();
  }

  private static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration.clone());
    network.init();
    return network;
  }

  private static void assertClose(INDArray found, INDArray expected) {
    float[] a = found.dup().data().asFloat();
    float[] b = expected.dup().data().asFloat();
    for (int i = 0; i < b.length; i++) {
      assertThat((double) a[i])
          .as("place %d of %d", i, a.length)
          .isCloseTo(b[i], within(1e-4 * (1 + Math.abs(b[i]))));
    }
  }
}
