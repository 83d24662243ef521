package org.stacking4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInitUniform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

final class MlpTest {

  @Test
  void base_hasTheRecipesLayers() {
    MultiLayerConfiguration base = Mlp.base(784, 10, 256, 128);

    assertThat(layers(base))
        .extracting(layer -> (Object) layer.getClass())
        .containsExactly(
            DenseLayer.class,
            BatchNormalization.class,
            ActivationLayer.class,
            DenseLayer.class,
            BatchNormalization.class,
            ActivationLayer.class,
            OutputLayer.class);
    assertSize(base, 0, 784, 256);
    assertSize(base, 1, 256, 256);
    assertSize(base, 3, 256, 128);
    assertSize(base, 4, 128, 128);
    assertSize(base, 6, 128, 10);
  }

  @Test
  void base_batchNormalisationIsPyTorchs_andReluFollowsIt() {
    MultiLayerConfiguration base = Mlp.base(5, 3, 8, 8);

    for (int i : new int[] {1, 4}) {
      BatchNormalization layer = (BatchNormalization) layers(base).get(i);
      assertThat(layer.getDecay()).isEqualTo(0.9);
      assertThat(layer.getEps()).isEqualTo(1e-5);
      // DL4J ignores an activation written on batch normalisation; without a layer of its own the
      // network would be linear.
      assertThat(((ActivationLayer) layers(base).get(i + 1)).getActivationFn())
          .isInstanceOf(ActivationReLU.class);
      assertThat(((BaseLayer) layers(base).get(i - 1)).getActivationFn())
          .isInstanceOf(ActivationIdentity.class);
    }
  }

  @Test
  void base_dropoutIsOnTheLayerAfterEachBlock() {
    // dropOut(p) acts on a layer's input and keeps with p: on the first layer it would drop pixels.
    assertThat(retained(Mlp.base(5, 3, 8, 8))).containsExactly(1, 1, 1, 0.7, 1, 1, 0.7);
    assertThat(retained(Mlp.base(5, 3, 8))).containsExactly(1, 1, 1, 0.7);
  }

  @Test
  void table_isTheBaseNetworkBehindStandardisedColumns() {
    MultiLayerConfiguration table = Mlp.table(30, 3, 16, 8);
    MultiLayerConfiguration base = Mlp.base(30, 3, 16, 8);

    BatchNormalization first = (BatchNormalization) layers(table).get(0);
    assertSize(table, 0, 30, 30);
    assertThat(first.getDecay()).isEqualTo(0.9);
    assertThat(Math.sqrt(first.getEps())).isCloseTo(1e-5, within(1e-12));
    // Five deviations are 1, where the next layer cuts off.
    assertThat(first.getGamma()).isEqualTo(0.2);
    assertThat(first.isLockGammaBeta()).isFalse();
    assertThat(((ActivationLayer) layers(table).get(1)).getActivationFn())
        .isInstanceOf(ActivationHardTanH.class);
    assertThat(layers(table).subList(2, layers(table).size()))
        .extracting(layer -> (Object) layer.getClass())
        .isEqualTo(layers(base).stream().map(Object::getClass).toList());
    assertSize(table, 2, 30, 16);
    assertSize(table, 8, 8, 3);
    assertThat(retained(table)).containsExactly(1, 1, 1, 1, 1, 0.7, 1, 1, 0.7);
  }

  @Test
  void meta_hasTheRecipesLayers() {
    MultiLayerConfiguration meta = Mlp.meta(30, 10);

    assertThat(layers(meta))
        .extracting(layer -> (Object) layer.getClass())
        .containsExactly(DenseLayer.class, DenseLayer.class, OutputLayer.class);
    assertSize(meta, 0, 30, 128);
    assertSize(meta, 1, 128, 128);
    assertSize(meta, 2, 128, 10);
    assertThat(((BaseLayer) layers(meta).get(0)).getActivationFn())
        .isInstanceOf(ActivationReLU.class);
    assertThat(((BaseLayer) layers(meta).get(1)).getActivationFn())
        .isInstanceOf(ActivationReLU.class);
    assertThat(retained(meta)).containsExactly(1, 0.7, 1);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void preset_startsUniformAndLearnsWithAdam(MultiLayerConfiguration preset) {
    for (Layer layer : layers(preset)) {
      if (layer instanceof DenseLayer || layer instanceof OutputLayer) {
        BaseLayer base = (BaseLayer) layer;
        assertThat(base.getWeightInitFn()).isInstanceOf(WeightInitUniform.class);
        assertThat(base.getBiasInit()).isZero();
        assertThat(base.getIUpdater()).isInstanceOf(Adam.class);
        Adam adam = (Adam) base.getIUpdater();
        assertThat(adam.getLearningRate()).isEqualTo(1e-3);
        assertThat(adam.getBeta1()).isEqualTo(0.9);
        assertThat(adam.getBeta2()).isEqualTo(0.999);
        assertThat(adam.getEpsilon()).isEqualTo(1e-8);
        // DL4J's own clipping would distort the running statistics of batch normalisation.
        assertThat(base.getGradientNormalization()).isEqualTo(GradientNormalization.None);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("presets")
  void preset_endsInSoftmaxWithCrossEntropy(MultiLayerConfiguration preset) {
    OutputLayer output = (OutputLayer) layers(preset).get(layers(preset).size() - 1);

    assertThat(output.getActivationFn()).isInstanceOf(ActivationSoftmax.class);
    assertThat(output.getLossFn()).isInstanceOf(LossMCXENT.class);
    Member.of("accepted", preset);
  }

  static Stream<MultiLayerConfiguration> presets() {
    return Stream.of(
        Mlp.base(5, 3, 8), Mlp.base(5, 3, 8, 6, 4), Mlp.table(5, 3, 8, 6), Mlp.meta(6, 3));
  }

  @Test
  void preset_isANewConfigurationEachTime() {
    // Networks that share a configuration race for its dropout mask.
    MultiLayerConfiguration first = Mlp.base(5, 3, 8);
    MultiLayerConfiguration second = Mlp.base(5, 3, 8);

    Layer output = layers(first).get(3);
    assertThat(output).isNotSameAs(layers(second).get(3));
    assertThat(output.getIDropout()).isNotSameAs(layers(second).get(3).getIDropout());
  }

  @ParameterizedTest
  @MethodSource("wrongSizes")
  void baseOrTable_wrongSize(int inputs, int classes, int[] hidden, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mlp.base(inputs, classes, hidden))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mlp.table(inputs, classes, hidden))
        .withMessage(message);
  }

  static Stream<Arguments> wrongSizes() {
    return Stream.of(
        Arguments.of(0, 3, new int[] {8}, "inputs must be >= 1, found 0"),
        Arguments.of(5, 1, new int[] {8}, "classes must be >= 2, found 1"),
        Arguments.of(5, 3, new int[] {}, "a base network needs at least one hidden layer"),
        Arguments.of(5, 3, new int[] {8, 0}, "hidden layers need >= 1 unit each, found 0"));
  }

  @Test
  void meta_wrongSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mlp.meta(0, 3))
        .withMessage("inputs must be >= 1, found 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mlp.meta(6, 1))
        .withMessage("classes must be >= 2, found 1");
  }

  private static List<Layer> layers(MultiLayerConfiguration configuration) {
    return configuration.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
  }

  private static void assertSize(MultiLayerConfiguration of, int layer, int in, int out) {
    FeedForwardLayer found = (FeedForwardLayer) layers(of).get(layer);
    assertThat(found.getNIn()).isEqualTo(in);
    assertThat(found.getNOut()).isEqualTo(out);
  }

  /** The share of its input that each layer keeps; 1 for no dropout. */
  private static double[] retained(MultiLayerConfiguration configuration) {
    return layers(configuration).stream()
        .mapToDouble(
            layer -> layer.getIDropout() == null ? 1 : ((Dropout) layer.getIDropout()).getP())
        .toArray();
  }
}
