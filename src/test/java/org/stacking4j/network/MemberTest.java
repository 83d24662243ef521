package org.stacking4j.network;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.RowSample;
import org.stacking4j.data.Task;
import org.stacking4j.testing.TinyNetworks;

final class MemberTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "wide-1", "0_x", "A-B_c9", "9"})
  void name_wellFormed(String name) {
    assertThat(Member.of(name, Mlp.base(4, 3, 8)).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-a", "_a", "a.b", "a b", "a/b", "../a", "größe", "a\n", "a,b"})
  void name_malformed(String name) {
    // A dot would make column names ambiguous, a slash would leave the archive's folder.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of(name, Mlp.base(4, 3, 8)))
        .withMessage(
            "member name '"
                + name
                + "' is malformed: use letters, digits, '-' and '_', beginning with a letter or"
                + " digit");
  }

  @Test
  void of_hasDefaultSettings() {
    assertThat(Member.of("a", Mlp.base(4, 3, 8)).settings()).isEqualTo(FitSettings.defaults());
  }

  @Test
  void configuration_isCopiedIn() {
    MultiLayerConfiguration given = Mlp.base(4, 3, 8);
    Member member = Member.of("a", given);

    setOutputs(given, 7);

    assertThat(outputs(member.configuration())).isEqualTo(3);
  }

  @Test
  void configuration_isCopiedOut() {
    Member member = Member.of("a", Mlp.base(4, 3, 8));
    MultiLayerConfiguration first = member.configuration();

    setOutputs(first, 7);

    assertThat(outputs(member.configuration())).isEqualTo(3);
    // DL4J keeps the dropout mask in the configuration: a shared one races.
    assertThat(first.getConf(3).getLayer().getIDropout())
        .isNotSameAs(member.configuration().getConf(3).getLayer().getIDropout());
  }

  @Test
  void batchNormalisation_withAnActivationThatIsIgnored() {
    MultiLayerConfiguration trap =
        list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
            .layer(new BatchNormalization.Builder().nOut(8).activation(Activation.RELU).build())
            .layer(softmax(8, 3))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", trap))
        .withMessage(
            "member 'wide': layer 1 (BatchNormalization) has activation relu, which Deeplearning4j"
                + " ignores; put an ActivationLayer after it");
  }

  @Test
  void batchNormalisation_withActivationFromTheGlobalBuilder() {
    // The commonest way into the trap: one activation for the whole network.
    MultiLayerConfiguration trap =
        new NeuralNetConfiguration.Builder()
            .activation(Activation.TANH)
            .list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
            .layer(new BatchNormalization.Builder().nOut(8).build())
            .layer(softmax(8, 3))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", trap))
        .withMessageContaining("layer 1 (BatchNormalization) has activation tanh");
  }

  @Test
  void batchNormalisation_followedByAnActivationLayer_isAccepted() {
    MultiLayerConfiguration fine =
        list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
            .layer(new BatchNormalization.Builder().nOut(8).activation(Activation.RELU).build())
            .layer(new ActivationLayer(Activation.RELU))
            .layer(softmax(8, 3))
            .build();

    assertThat(outputs(Member.of("wide", fine).configuration())).isEqualTo(3);
  }

  @Test
  void batchNormalisation_withoutAnActivation_isAccepted() {
    MultiLayerConfiguration fine =
        list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
            .layer(new BatchNormalization.Builder().nOut(8).build())
            .layer(softmax(8, 3))
            .build();

    assertThat(outputs(Member.of("wide", fine).configuration())).isEqualTo(3);
  }

  @Test
  void batchNormalisation_withGradientNormalization() {
    MultiLayerConfiguration trap =
        new NeuralNetConfiguration.Builder()
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
            .layer(new BatchNormalization.Builder().nOut(8).build())
            .layer(softmax(8, 3))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", trap))
        .withMessage(
            "member 'wide': layer 1 (BatchNormalization) has gradientNormalization"
                + " ClipL2PerLayer, which Deeplearning4j applies to the running statistics too;"
                + " leave it out and use FitSettings.gradientNormLimit");
  }

  @Test
  void gradientNormalization_withoutBatchNormalisation_isAccepted() {
    MultiLayerConfiguration fine =
        new NeuralNetConfiguration.Builder()
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .list()
            .layer(softmax(4, 3))
            .build();

    assertThat(outputs(Member.of("wide", fine).configuration())).isEqualTo(3);
  }

  @Test
  void output_withoutSoftmax() {
    MultiLayerConfiguration sigmoid =
        list()
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(4)
                    .nOut(3)
                    .activation(Activation.SIGMOID)
                    .build())
            .validateOutputLayerConfig(false)
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", sigmoid))
        .withMessage(
            "member 'wide': the last layer must be an OutputLayer with Activation.SOFTMAX and"
                + " LossFunction.MCXENT (for classes), or with Activation.IDENTITY and"
                + " LossFunction.MSE (for targets), found OutputLayer with sigmoid and"
                + " LossMCXENT()");
  }

  @Test
  void output_withAnotherLoss() {
    MultiLayerConfiguration squares =
        list()
            .layer(
                new OutputLayer.Builder(LossFunction.MSE)
                    .nIn(4)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", squares))
        .withMessageEndingWith("found OutputLayer with softmax and LossMSE()");
  }

  @Test
  void output_ofAnotherKind() {
    MultiLayerConfiguration lossLayer =
        list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(3).build())
            .layer(
                new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build())
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", lossLayer))
        .withMessageEndingWith(" and LossFunction.MSE (for targets), found LossLayer");
  }

  @Test
  void output_withNegativeLogLikelihood_isAccepted() {
    // DL4J's other name for the same loss.
    MultiLayerConfiguration fine =
        list()
            .layer(
                new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
                    .nIn(4)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();

    assertThat(outputs(Member.of("wide", fine).configuration())).isEqualTo(3);
  }

  @Test
  void output_ofOneClass() {
    MultiLayerConfiguration one =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(softmax(4, 1))
            .validateOutputLayerConfig(false)
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", one))
        .withMessage("member 'wide': the output layer needs nOut >= 2, one per class, found 1");
  }

  @Test
  void dataType_double() {
    // It would be trained to the end, and then answer nothing.
    MultiLayerConfiguration doubles =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .list()
            .layer(softmax(4, 3))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", doubles))
        .withMessage(
            "member 'wide': the network's data type must be FLOAT, found DOUBLE; leave dataType"
                + " out");
  }

  @Test
  void activation_thatIsSharedByCopies() {
    // DL4J's randomised ReLU keeps its draw in itself: the folds of a member, fitted side by side,
    // would use each other's, and fail where their batches differ in size.
    MultiLayerConfiguration inALayer =
        list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(8).activation(Activation.RRELU).build())
            .layer(softmax(8, 3))
            .build();
    MultiLayerConfiguration onItsOwn =
        list()
            .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
            .layer(new ActivationLayer(Activation.RRELU))
            .layer(softmax(8, 3))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", inALayer))
        .withMessage(
            "member 'wide': layer 0 has activation rrelu, which cannot be fitted on several"
                + " threads; use another, such as leakyrelu");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", onItsOwn))
        .withMessageStartingWith("member 'wide': layer 1 has activation rrelu");
  }

  @ParameterizedTest
  @CsvSource({
    "10, 4, '2 4 6 8'",
    "10, 3, '2 5 7'",
    "10, 1, 5",
    "10, 9, '1 2 3 4 5 6 7 8 9'",
    "10, 0, ''",
    "2, 1, 1"
  })
  void snapshots_areTakenAtEvenlySpacedEnds(int epochs, int snapshots, String expected) {
    Member member =
        new Member("wide", Mlp.base(4, 3, 8), FitSettings.defaults().withEpochs(epochs))
            .withSnapshots(snapshots);

    assertThat(member.snapshotEpochs().stream().map(String::valueOf).collect(joining(" ")))
        .isEqualTo(expected);
    assertThat(member.names()).hasSize(1 + snapshots).startsWith("wide");
    assertThat(member.names().subList(1, 1 + snapshots))
        .isEqualTo(member.snapshotEpochs().stream().map(epoch -> "wide-epoch-" + epoch).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 10, 11})
  void snapshots_outOfRange(int snapshots) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", Mlp.base(4, 3, 8)).withSnapshots(snapshots))
        .withMessage(
            "member 'wide': snapshots must be >= 0 and fewer than its 10 epochs, found "
                + snapshots);
  }

  @ParameterizedTest
  @CsvSource({"10, 1, ''", "10, 2, '5'", "10, 3, '3 6'", "4, 4, '1 2 3'"})
  void cycles_endAtEvenlySpacedEpochs_andTheLastIsTheMember(
      int epochs, int cycles, String expected) {
    Member member =
        new Member("wide", Mlp.base(4, 3, 8), FitSettings.defaults().withEpochs(epochs))
            .withCyclicSnapshots(cycles);

    assertThat(member.snapshotEpochs().stream().map(String::valueOf).collect(joining(" ")))
        .isEqualTo(expected);
    assertThat(member.names()).hasSize(cycles).startsWith("wide");
    assertThat(member.cyclic()).isTrue();
    assertThat(member.withSeed(3).withColumns(0, 1, 2, 3).withBagging().cyclic()).isTrue();
    assertThat(member.withSnapshots(1).cyclic()).isFalse();
    assertThat(Member.of("wide", Mlp.base(4, 3, 8)).cyclic()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 11})
  void cycles_outOfRange(int cycles) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", Mlp.base(4, 3, 8)).withCyclicSnapshots(cycles))
        .withMessage(
            "member 'wide': cycles must be >= 1 and at most its 10 epochs, found " + cycles);
  }

  @Test
  void cycles_ofAnUpdaterWithoutARate() {
    MultiLayerConfiguration adaptive = TinyNetworks.linear(4, 3, new AdaDelta(), new LossMCXENT());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", adaptive).withCyclicSnapshots(2))
        .withMessage(
            "member 'wide': layer 0 has updater AdaDelta, which has no learning rate to go in"
                + " cycles; use Adam, Nesterovs or Sgd, or withSnapshots");
  }

  @Test
  void withers_keepEverythingElse() {
    Member member =
        Member.of("wide", Mlp.base(4, 3, 8))
            .withSnapshots(2)
            .withSeed(7)
            .withColumns(3, 1, 2, 0)
            .withRowSample(0.5);

    assertThat(member.snapshots()).isEqualTo(2);
    assertThat(member.seed()).isEqualTo(7);
    assertThat(member.columns()).containsExactly(3, 1, 2, 0);
    assertThat(member.rows()).isEqualTo(new RowSample(0.5, false));
    assertThat(member.withBagging().rows()).isEqualTo(new RowSample(1, true));
    assertThat(member.withSnapshots(1).withSeed(8).rows()).isEqualTo(member.rows());
    assertThat(member.withSnapshots(1).withSeed(8).columns()).isEqualTo(member.columns());
    assertThat(member.settings()).isEqualTo(FitSettings.defaults());
  }

  @Test
  void checkSizes_otherOutputs() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                NetworkCheck.checkSizes(
                    "member 'wide'", Mlp.base(4, 10, 8), 4, Task.CLASSIFICATION, 3))
        .withMessage(
            "member 'wide': the output layer has 10 units but the data has 3 classes; set its nOut"
                + " to 3");
  }

  @Test
  void checkSizes_otherInputs() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                NetworkCheck.checkSizes(
                    "member 'wide'", Mlp.base(784, 3, 8), 4, Task.CLASSIFICATION, 3))
        .withMessage(
            "member 'wide': the first layer takes 784 inputs but the data has 4 columns; set its"
                + " nIn to 4");
  }

  private static NeuralNetConfiguration.ListBuilder list() {
    return new NeuralNetConfiguration.Builder().list();
  }

  private static OutputLayer softmax(int in, int out) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(in)
        .nOut(out)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static void setOutputs(MultiLayerConfiguration configuration, int outputs) {
    int last = configuration.getConfs().size() - 1;
    ((FeedForwardLayer) configuration.getConf(last).getLayer()).setNOut(outputs);
  }

  private static long outputs(MultiLayerConfiguration configuration) {
    int last = configuration.getConfs().size() - 1;
    return ((FeedForwardLayer) configuration.getConf(last).getLayer()).getNOut();
  }
}
