package org.stacking4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.testing.TinyNetworks;

/** Targets of any scale, and the checks that tell networks for them from those for classes. */
final class StandardisationTest {
  private static final INDArray FEATURES = Nd4j.createFromArray(new float[][] {{1, 7}, {3, 7}});
  private static final LabeledData DATA =
      LabeledData.of(FEATURES, new float[][] {{10, 4}, {30, 4}}, List.of("price", "area"));

  @Test
  void of_columns_isMeanAndDeviation_andOneForConstantColumns() {
    Standardisation targets = Standardisation.ofTargets(DATA);
    Standardisation features = Standardisation.ofFeatures(DATA);

    assertThat(targets.mean(0)).isEqualTo(20);
    assertThat(targets.deviation(0)).isEqualTo(10);
    assertThat(targets.mean(1)).isEqualTo(4);
    assertThat(targets.deviation(1)).isEqualTo(1);
    assertThat(features.mean(0)).isEqualTo(2);
    assertThat(features.deviation(0)).isEqualTo(1);
    assertThat(targets.apply(new float[] {10, 4, 35, 6})).containsExactly(-1, 0, 1.5f, 2);
    assertThat(targets).hasToString("means [20.0, 4.0], deviations [10.0, 1.0]");
  }

  @Test
  void of_aConstantColumnWithRounding_isNotBlownUp() {
    float[][] targets = {{0.1f}, {0.1f}, {0.1f}};
    LabeledData constant = LabeledData.of(Nd4j.ones(3, 1), targets, List.of("y"));

    assertThat(Standardisation.ofTargets(constant).deviation(0)).isEqualTo(1);
  }

  @Test
  void wary_ofAColumnThatIsHardlyEverSet_countsInFifthsOfTheFarthestRow() {
    // Column 0 is 100 in one of 100 rows: its mean is 1, its deviation 9.95, and it would be 9.95
    // deviations away. Column 1 is 0 and 2 in turn, column 2 always 7.
    float[][] rows = new float[100][];
    for (int row = 0; row < 100; row++) {
      rows[row] = new float[] {row == 50 ? 100 : 0, row % 2 * 2, 7};
    }
    LabeledData data = LabeledData.of(Nd4j.createFromArray(rows), new float[100][1], List.of("y"));
    Standardisation plain = Standardisation.ofFeatures(data);

    Standardisation wary = plain.wary(data, 0);

    assertThat(plain.deviation(0)).isCloseTo(9.95, within(0.001));
    assertThat(wary.deviation(0)).isCloseTo(19.8, within(1e-6));
    assertThat(wary.deviation(1)).isCloseTo(1, within(1e-6));
    float[] applied = wary.apply(new float[] {100, 2, 9});
    assertThat(applied[0]).isCloseTo(5, within(1e-5f));
    assertThat(applied[1]).isCloseTo(1, within(1e-5f));
    assertThat(applied[2]).isEqualTo(0);
    assertThat(plain.wary(data, 1).deviation(0)).isEqualTo(plain.deviation(0));
    Standardisation last = wary.from(2);
    assertThat(last.apply(new float[] {100, 2, 9})).containsExactly(100, 2, 0);
    // Folded into a network, a constant column has no weight.
    TrainedNetwork network =
        TinyNetworks.regressionWithWeights(new float[][] {{1}, {10}, {100}}, 0.5f);
    assertThat(
            network
                .withInputScale(last)
                .logits(Nd4j.createFromArray(new float[][] {{3, 2, 1e6f}}))
                .toFloatVector())
        .containsExactly(23.5f);
  }

  @Test
  void withOutputScale_stretchesTheAnswersAndMovesThem() {
    Standardisation scale = Standardisation.ofTargets(DATA); // means 20 and 4, deviations 10 and 1
    TrainedNetwork network =
        TinyNetworks.regressionWithWeights(new float[][] {{1, 2}, {3, 4}}, 0.5f, -0.5f);
    INDArray row = Nd4j.createFromArray(new float[][] {{1, -1}});

    assertThat(network.logits(row).toFloatVector()).containsExactly(-1.5f, -2.5f);
    assertThat(network.withOutputScale(scale, true).logits(row).toFloatVector())
        .containsExactly(5, 1.5f);
    assertThat(network.withOutputScale(scale, false).logits(row).toFloatVector())
        .containsExactly(-15, -2.5f);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TinyNetworks.withWeights(new float[][] {{1, 2}}, 0, 0).withOutputScale(scale, true))
        .withMessage("a network for classes has no scale of targets");
  }

  @Test
  void withInputScale_answersForColumnsAsTheyAre() {
    Standardisation scale = Standardisation.ofFeatures(DATA); // means 2 and 7, deviations 1 and 1
    TrainedNetwork network =
        TrainedNetwork.of(
            Mlp.correction(Task.REGRESSION, 2, 1), ramp(Mlp.correction(Task.REGRESSION, 2, 1)));
    INDArray standardised = Nd4j.createFromArray(new float[][] {{-1, 0.5f}, {1, -2}});
    INDArray asTheyAre = Nd4j.createFromArray(new float[][] {{1, 7.5f}, {3, 5}});

    float[] expected = network.logits(standardised).toFloatVector();
    float[] found = network.withInputScale(scale).logits(asTheyAre).toFloatVector();

    assertThat(expected[0]).isNotCloseTo(expected[1], within(0.01f));
    assertThat(found).containsExactly(expected, within(1e-4f));
    MultiLayerConfiguration table = Mlp.table(Task.REGRESSION, 2, 1, 4);
    assertThat(TrainedNetwork.takesInputScale(table)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainedNetwork.of(table, ramp(table)).withInputScale(scale))
        .withMessage("only a dense first layer with a bias can standardise its input");
  }

  @Test
  void check_tellsTheTasksApart() {
    assertThat(NetworkCheck.check("a", Mlp.base(Task.REGRESSION, 3, 1, 4)))
        .isEqualTo(Task.REGRESSION);
    assertThat(NetworkCheck.check("a", Mlp.base(3, 2, 4))).isEqualTo(Task.CLASSIFICATION);
    assertThat(Member.of("a", Mlp.table(Task.REGRESSION, 3, 1, 4)).name()).isEqualTo("a");
    refused(
        () -> NetworkCheck.checkSizes("a", Mlp.base(3, 2, 4), 3, Task.REGRESSION, 2),
        "a: the network ends in softmax with cross-entropy, for classes, but the data has targets;"
            + " use Activation.IDENTITY and LossFunction.MSE in its output layer");
    refused(
        () ->
            NetworkCheck.checkSizes(
                "a", Mlp.base(Task.REGRESSION, 3, 2, 4), 3, Task.CLASSIFICATION, 2),
        "a: the network ends in identity with squared error, for targets, but the data has classes;"
            + " use Activation.SOFTMAX and LossFunction.MCXENT in its output layer");
    refused(
        () ->
            NetworkCheck.checkSizes("a", Mlp.base(Task.REGRESSION, 3, 2, 4), 3, Task.REGRESSION, 1),
        "a: the output layer has 2 units but the data has 1 target; set its nOut to 1");
    refused(() -> Mlp.linear(Task.REGRESSION, 3, 0), "targets must be >= 1, found 0");
  }

  @Test
  void check_withoutABias_saysSo() {
    MultiLayerConfiguration network =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(
                new OutputLayer.Builder(LossFunction.MSE)
                    .nIn(2)
                    .nOut(1)
                    .hasBias(false)
                    .activation(Activation.IDENTITY)
                    .build())
            .build();

    refused(
        () -> NetworkCheck.check("member 'a'", network),
        "member 'a': the output layer of a regression needs a bias; leave hasBias out");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }

  private static float[] ramp(MultiLayerConfiguration network) {
    long count = 0;
    for (int i = 0; i < network.getConfs().size(); i++) {
      count += network.getConf(i).getLayer().initializer().numParams(network.getConf(i));
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7 % 11 - 5) / 10f;
    }
    return values;
  }
}
