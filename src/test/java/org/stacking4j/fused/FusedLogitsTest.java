package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.NativeThreads;

/** The fused forward pass against DL4J's own, before the output layer's activation. */
final class FusedLogitsTest {
  private static final int ROWS = 600; // more than two of its batches

  @BeforeAll
  static void oneNativeThread() {
    NativeThreads.useOne();
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 80);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void logits_ofRandomNetworks_areDl4jsPreActivations(long seed) {
    RandomNetworks drawn = new RandomNetworks(seed);
    MultiLayerConfiguration configuration = drawn.configuration();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    for (int step = 0; step < 5; step++) { // so that running statistics are not those of the start
      network.fit(matrix(drawn.features(20), 20), matrix(drawn.targets(20), 20));
    }
    INDArray rows = matrix(drawn.features(ROWS), ROWS);
    float[] found = new FusedLogits(network).logits(rows);
    OutputLayer output = (OutputLayer) network.getOutputLayer().conf().getLayer();
    output.setActivationFn(new ActivationIdentity());

    float[] expected = network.output(rows, false).dup('c').data().asFloat();

    assertThat(found).containsExactly(expected, within(1e-4f * (1 + largest(expected))));
  }

  static Stream<MultiLayerConfiguration> presets() {
    return Stream.of(Mlp.base(6, 3, 8), Mlp.table(6, 3, 8)); // a dense layer first, or another
  }

  @ParameterizedTest
  @MethodSource("presets")
  void logits_doNotDependOnTypeOrderOrPlaceOfTheFeatures(MultiLayerConfiguration preset) {
    MultiLayerNetwork network = new MultiLayerNetwork(preset);
    network.init();
    INDArray wide = matrix(new RandomNetworks(1).uniform(ROWS * 10, -2, 2), ROWS);
    INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 8));
    FusedLogits asked = new FusedLogits(network);

    float[] expected = asked.logits(view.dup('c'));

    assertThat(asked.logits(view)).containsExactly(expected);
    assertThat(asked.logits(view.dup('f'))).containsExactly(expected);
    assertThat(asked.logits(view.castTo(DataType.DOUBLE))).containsExactly(expected);
    INDArray behind = Nd4j.vstack(wide, view.dup('c').reshape(ROWS * 6 / 10, 10));
    INDArray at = behind.get(NDArrayIndex.interval(ROWS, ROWS + ROWS * 6 / 10));
    assertThat(asked.logits(at.reshape(ROWS, 6))).containsExactly(expected);
  }

  @Test
  void construction_despiteAnObstacle_isRefusedWithTheReason() {
    MultiLayerConfiguration other = Mlp.meta(6, 3);
    ((DenseLayer) other.getConf(0).getLayer()).setActivationFn(new ActivationRationalTanh());
    MultiLayerNetwork network = new MultiLayerNetwork(other);
    network.init();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FusedLogits(network))
        .withMessage(
            "the fused stages cannot ask this network, because layer 0 has activation rationaltanh");
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static INDArray matrix(float[] values, int rows) {
    return Nd4j.createFromArray(values).reshape(rows, values.length / rows);
  }
}
