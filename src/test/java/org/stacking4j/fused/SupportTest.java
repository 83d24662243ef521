package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.stacking4j.network.Mlp;

final class SupportTest {
  @Test
  void obstacle_ofThePresets_isNone() {
    assertThat(FusedNetwork.obstacle(Mlp.base(784, 10, 256, 256))).isEmpty();
    assertThat(FusedNetwork.obstacle(Mlp.table(16, 26, 128, 128))).isEmpty();
    assertThat(FusedNetwork.obstacle(Mlp.meta(30, 10))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("obstacles")
  void obstacle_ofAnythingElse_isNamed(DenseLayer.Builder layer, String reason) {
    assertThat(FusedNetwork.obstacle(with(layer))).contains(reason);
  }

  static Stream<Arguments> obstacles() {
    return Stream.of(
        Arguments.of(dense().updater(new RmsProp()), "layer 0 has updater RmsProp"),
        Arguments.of(dense().biasUpdater(new RmsProp()), "layer 0 has updater RmsProp"),
        Arguments.of(dense().hasLayerNorm(true), "layer 0 has layer normalisation"),
        Arguments.of(dense().activation(Activation.MISH), "layer 0 has activation mish"),
        Arguments.of(
            dense().activation(new ActivationReLU(6.0, null, null)), "layer 0 has activation relu"),
        Arguments.of(
            dense().activation(new ActivationELU(2)), "layer 0 has activation elu(alpha=2.0)"),
        Arguments.of(dense().dropOut(new AlphaDropout(0.5)), "layer 0 has AlphaDropout"),
        Arguments.of(
            dense().dropOut(new Dropout(new FixedSchedule(0.5))),
            "layer 0 has Dropout by schedule"),
        Arguments.of(dense().weightNoise(new DropConnect(0.5)), "layer 0 has weight noise"),
        Arguments.of(
            dense().constrainWeights(new MaxNormConstraint(1, 0)),
            "layer 0 has constraints on its parameters"),
        Arguments.of(
            dense().regularization(List.of(new L1Regularization(0.1))),
            "layer 0 has L1Regularization"),
        Arguments.of(
            dense().gradientNormalization(GradientNormalization.ClipL2PerLayer),
            "layer 0 has gradient normalisation of its own"));
  }

  @Test
  void obstacle_ofAConvolution_isItsPreprocessorOrItself() {
    MultiLayerConfiguration convolution =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(2)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(5, 5, 1))
            .build();

    assertThat(FusedNetwork.obstacle(convolution)).contains("it has an input preprocessor");
    convolution.setInputPreProcessors(java.util.Map.of());
    assertThat(FusedNetwork.obstacle(convolution)).contains("layer 0 is ConvolutionLayer");
  }

  @Test
  void obstacle_ofALossNotKnown_namesTheLoss() {
    MultiLayerConfiguration odd =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(2)
                    .nOut(2)
                    .activation(Activation.SIGMOID)
                    .build())
            .validateOutputLayerConfig(false)
            .build();

    assertThat(FusedNetwork.obstacle(odd)).contains("layer 0 has sigmoid with LossMCXENT()");
  }

  @Test
  void obstacle_ofLockedBatchNormalisation_isNamed() {
    MultiLayerConfiguration locked =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new BatchNormalization.Builder().nIn(2).nOut(2).lockGammaBeta(true).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(2)
                    .nOut(2)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();

    assertThat(FusedNetwork.obstacle(locked)).contains("layer 0 is locked");
  }

  @Test
  void construction_despiteAnObstacle_isRefusedWithTheReason() {
    MultiLayerNetwork network = new MultiLayerNetwork(with(dense().updater(new RmsProp())));
    network.init();

    assertThatThrownBy(() -> new FusedNetwork(network, 8, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the fused step cannot train this network, because layer 0 has updater RmsProp");
  }

  private static DenseLayer.Builder dense() {
    return new DenseLayer.Builder().nIn(3).nOut(4).activation(Activation.RELU);
  }

  private static MultiLayerConfiguration with(DenseLayer.Builder layer) {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(layer.build())
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(4)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build())
        .build();
  }
}
