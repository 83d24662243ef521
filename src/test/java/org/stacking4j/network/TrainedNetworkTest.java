package org.stacking4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.stacking4j.data.LabeledData;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

@TestInstance(Lifecycle.PER_CLASS)
final class TrainedNetworkTest {
  private final LabeledData data = TinyData.blobs(64, 6, 3, 1);
  private MultiLayerNetwork fitted;

  /** The base network after some steps, so that batch normalisation has statistics of its own. */
  @BeforeAll
  void fit() {
    fitted = network(Mlp.base(6, 3, 8, 8), 5);
    for (int step = 0; step < 30; step++) {
      fitted.fit(data.features(), oneHot());
    }
  }

  @Test
  void logits_equalTheProductWorkedByHand() {
    TrainedNetwork network =
        TinyNetworks.withWeights(new float[][] {{1, 2, 3}, {4, 5, 6}}, 0.5f, -0.5f, 0);

    INDArray logits = network.logits(Nd4j.createFromArray(new float[][] {{1, 0}, {2, -1}}));

    assertThat(logits.toFloatMatrix())
        .isDeepEqualTo(new float[][] {{1.5f, 1.5f, 3}, {-1.5f, -1.5f, 0}});
    assertThat(logits.dataType()).isEqualTo(DataType.FLOAT);
  }

  @Test
  void logits_areNotCappedWhereProbabilitiesAre() {
    // The logarithm of a softmax that underflows would give infinity here.
    TrainedNetwork network = TinyNetworks.withWeights(new float[][] {{500, -500}}, 0, 0);

    assertThat(floats(network.logits(Nd4j.createFromArray(new float[][] {{1}}))))
        .containsExactly(500, -500);
  }

  @Test
  void softmaxOfLogits_equalsOutput() {
    INDArray expected = fitted.output(data.features(), false);

    INDArray found = Transforms.softmax(TrainedNetwork.of(fitted).logits(data.features()), true);

    assertThat(floats(found)).containsExactly(floats(expected), within(1e-6f));
    // With dropout left on and the batch's own statistics it would be another answer.
    assertThat(floats(fitted.output(data.features(), true))).isNotEqualTo(floats(expected));
  }

  @Test
  void logits_ofManyRows_equalThoseOfSingleRows() {
    int rows = 2 * 2048 + 3; // three chunks, the last one short
    INDArray many = TinyData.blobs(rows, 6, 3, 2).features();
    TrainedNetwork network = TrainedNetwork.of(fitted);

    INDArray together = network.logits(many);

    assertThat(together.shape()).containsExactly(rows, 3);
    for (int row : new int[] {0, 1, 2047, 2048, 2049, 4095, 4096, 4097, rows - 1}) {
      INDArray alone = network.logits(many.getRow(row, true));
      assertThat(floats(together.getRow(row, true))).containsExactly(floats(alone), within(1e-5f));
    }
  }

  static Stream<MultiLayerConfiguration> presets() {
    return Stream.of(Mlp.base(6, 3, 8, 8), Mlp.table(6, 3, 8, 8));
  }

  @ParameterizedTest
  @MethodSource("presets")
  void logits_askedForInPiecesOfWholeChunks_areTheSameBits(MultiLayerConfiguration preset) {
    int rows = 3 * Chunks.ROWS + 77;
    INDArray many = TinyData.blobs(rows, 6, 3, 2).features();
    MultiLayerNetwork own = network(preset, 5);
    own.fit(data.features(), oneHot());
    TrainedNetwork network = TrainedNetwork.of(own);
    float[] together = floats(network.logits(many));

    for (int from = 0; from < rows; from += Chunks.ROWS) {
      int to = Math.min(rows, from + Chunks.ROWS);
      INDArray piece = many.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
      assertThat(floats(network.logits(piece)))
          .isEqualTo(Arrays.copyOfRange(together, 3 * from, 3 * to));
    }
  }

  @Test
  void logits_doNotDependOnHowTheRowsAreStored() {
    TrainedNetwork network = TrainedNetwork.of(fitted);
    INDArray features = data.features();
    float[] expected = floats(network.logits(features));

    INDArray wide = Nd4j.hstack(features, features);
    INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(6, 12));
    assertThat(floats(network.logits(features.dup('f')))).isEqualTo(expected);
    assertThat(floats(network.logits(view))).isEqualTo(expected);
    assertThat(floats(network.logits(features.castTo(DataType.DOUBLE)))).isEqualTo(expected);
  }

  @Test
  void logits_leaveTheFeaturesAsTheyAre() {
    INDArray features = data.features();

    TrainedNetwork.of(fitted).logits(features);

    assertThat(floats(features)).isEqualTo(floats(data.features()));
  }

  @Test
  void logits_fromManyThreadsAtOnce_areTheSameBits() throws Exception {
    // A MultiLayerNetwork keeps its last activations: two threads in one would get each other's.
    TrainedNetwork network = TrainedNetwork.of(fitted);
    int threads = 8;
    var start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<float[]> expected = new ArrayList<>();
      List<Future<List<float[]>>> answers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        INDArray own = TinyData.blobs(300, 6, 3, t).features();
        expected.add(floats(network.logits(own)));
        answers.add(
            pool.submit(
                () -> {
                  start.await();
                  return IntStream.range(0, 15).mapToObj(i -> floats(network.logits(own))).toList();
                }));
      }
      for (int t = 0; t < threads; t++) {
        float[] alone = expected.get(t);
        assertThat(answers.get(t).get())
            .hasSize(15)
            .allSatisfy(logits -> assertThat(logits).isEqualTo(alone));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void of_trainingOnDoesNotChangeTheFrozenNetwork() {
    MultiLayerNetwork network = network(Mlp.base(6, 3, 8), 1);
    TrainedNetwork frozen = TrainedNetwork.of(network);
    float[] logits = floats(frozen.logits(data.features()));
    float[] parameters = frozen.parameters();

    network.fit(data.features(), oneHot());

    assertThat(network.params().toFloatVector()).isNotEqualTo(parameters);
    assertThat(frozen.parameters()).isEqualTo(parameters);
    assertThat(floats(frozen.logits(data.features()))).isEqualTo(logits);
  }

  @Test
  void toMultiLayerNetwork_isIndependent() {
    TrainedNetwork frozen = TrainedNetwork.of(fitted);
    float[] logits = floats(frozen.logits(data.features()));

    MultiLayerNetwork thawed = frozen.toMultiLayerNetwork();
    assertThat(floats(thawed.output(data.features())))
        .isEqualTo(floats(fitted.output(data.features())));
    thawed.fit(data.features(), oneHot());

    assertThat(thawed.params().toFloatVector()).isNotEqualTo(frozen.parameters());
    assertThat(floats(frozen.logits(data.features()))).isEqualTo(logits);
  }

  @Test
  void parameters_roundTrip() {
    TrainedNetwork network = TrainedNetwork.of(fitted);

    TrainedNetwork again = TrainedNetwork.of(network.configuration(), network.parameters());

    assertThat(again.parameters()).isEqualTo(fitted.params().toFloatVector());
    assertThat(floats(again.logits(data.features())))
        .isEqualTo(floats(network.logits(data.features())));
    assertThat(again.classes()).isEqualTo(3);
  }

  @Test
  void parameters_areCopiedInAndOut() {
    float[] given = {1, 2, 3, 4, 0, 0};
    TrainedNetwork network = TrainedNetwork.of(TinyNetworks.linear(2, 2), given);

    given[0] = 99;
    network.parameters()[1] = 99;

    assertThat(network.parameters()).containsExactly(1, 2, 3, 4, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 7})
  void of_wrongNumberOfParameters(int count) {
    MultiLayerConfiguration configuration = TinyNetworks.linear(2, 2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainedNetwork.of(configuration, new float[count]))
        .withMessage("the configuration has 6 parameters, found " + count);
  }

  @Test
  void configuration_isACopy() {
    TrainedNetwork network = TrainedNetwork.of(fitted);

    assertThat(network.configuration()).isNotSameAs(network.configuration());
    assertThat(network.configuration().toJson())
        .isEqualTo(fitted.getLayerWiseConfigurations().toJson());
  }

  private INDArray oneHot() {
    return data.oneHot(IntStream.range(0, data.rows()).toArray());
  }

  private static MultiLayerNetwork network(MultiLayerConfiguration configuration, long seed) {
    configuration.getConfs().forEach(conf -> conf.setSeed(seed));
    var network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }
}
