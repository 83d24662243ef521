package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

/** Fits to targets: their scale must not matter, and one step can be worked out by hand. */
final class RegressionFitTest {
  private static final INDArray X = Nd4j.createFromArray(new float[][] {{-1}, {1}});
  private static final LabeledData TWO =
      LabeledData.of(X, new float[][] {{10}, {30}}, List.of("price"));
  private static final FitSettings ONE_STEP =
      new FitSettings(1, 2, Double.POSITIVE_INFINITY, false);

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"FUSED", "DL4J"})
  void fit_ofOneStep_isAsWorkedOutByHand(Trainer trainer) {
    // Mean 20, deviation 10: the targets are -1 and 1 inside. From zero, the gradient of the mean
    // of (w x + b - t)² is -2 for w and 0 for b, so a step of 0.5 makes w = 1 and b = 0: in the
    // target's unit 10 x + 20.
    FitResult fit =
        NetworkFitter.fit(task(TWO, null, ONE_STEP, trainer), FitListener.NONE, Turn.alone(), null);

    assertThat(fit.network().parameters()).containsExactly(new float[] {10, 20}, within(1e-5f));
    assertThat(fit.network().logits(X).toFloatVector())
        .containsExactly(new float[] {10, 30}, within(1e-5f));
    assertThat(fit.epochLosses().get(0)).isCloseTo(1, within(1e-6)); // the variance, to begin with
  }

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"FUSED", "DL4J"})
  void fit_withMargin_learnsWhatTheMarginLeaves(Trainer trainer) {
    // The margin is 12 and 24, inside -0.8 and 0.4; it leaves -0.2 and 0.6. The gradient is -0.8
    // for w and -0.4 for b, so a step of 0.5 makes w = 0.4 and b = 0.2, stretched 4 x + 2.
    INDArray margin = Nd4j.createFromArray(new float[][] {{12}, {24}});

    FitResult fit =
        NetworkFitter.fit(
            task(TWO, margin, ONE_STEP, trainer), FitListener.NONE, Turn.alone(), null);

    assertThat(fit.network().parameters()).containsExactly(new float[] {4, 2}, within(1e-5f));
  }

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"FUSED", "DL4J"})
  void fit_withWeights_countsRowsByThem(Trainer trainer) {
    // Weights 1 and 3 are 0.5 and 1.5 inside; the scale is that of the rows, unweighted. The
    // gradient for w is -2 × (0.5 × 1 + 1.5 × 1) / 2 = -2, for b -2 × (0.5 × -1 + 1.5 × 1) / 2 =
    // -1.
    LabeledData weighted = TWO.withWeights(new double[] {1, 3});

    FitResult fit =
        NetworkFitter.fit(
            task(weighted, null, ONE_STEP, trainer), FitListener.NONE, Turn.alone(), null);

    assertThat(fit.network().parameters()).containsExactly(new float[] {10, 25}, within(1e-5f));
  }

  @Test
  void fit_ofTwoTargets_givesEachItsScale() {
    LabeledData data =
        LabeledData.of(X, new float[][] {{10, 3}, {30, 3}}, List.of("price", "constant"));

    FitTask task =
        new FitTask("a", 0, 0, TinyNetworks.regression(1, 2, 1), ONE_STEP, data, null, 1);
    FitResult fit = NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null);

    // The mean over two targets halves the gradient, so a step of 1 goes as far as 0.5 above.
    assertThat(fit.network().logits(X).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{10, 3}, {30, 3}});
  }

  @Test
  void fit_toTargetsOfAnotherScale_isTheSameStretched() {
    // Whole numbers, stretched by a power of two: both targets are exact in float32, so that no
    // rounding of the data is magnified by the steps of training.
    LabeledData drawn = TinyData.numbers(120, 4, 1, 1);
    float[][] whole = new float[120][1];
    float[][] stretched = new float[120][1];
    for (int row = 0; row < 120; row++) {
      whole[row][0] = (float) Math.rint(drawn.targets(new int[] {row}).getFloat(0));
      stretched[row][0] = whole[row][0] / 1024 - 7;
    }
    LabeledData data = drawn.withTargets(whole);
    INDArray own = fitted(data).logits(data.features());
    INDArray other = fitted(data.withTargets(stretched)).logits(data.features());

    assertThat(own.stdNumber().doubleValue()).isGreaterThan(100); // it learned something
    for (int row = 0; row < 120; row++) {
      assertThat(other.getDouble(row, 0)).isCloseTo(own.getDouble(row, 0) / 1024 - 7, within(1e-5));
    }
  }

  @Test
  void fusedFit_andDl4jFit_giveTheSame() {
    LabeledData data = TinyData.numbers(200, 5, 2, 3);
    FitSettings settings = new FitSettings(5, 32, 2, true);
    float[][] parameters = new float[2][];
    for (Trainer trainer : List.of(Trainer.FUSED, Trainer.DL4J)) {
      FitTask task =
          new FitTask(
              "a",
              0,
              0,
              Mlp.correction(Task.REGRESSION, 5, 2), // no dropout
              settings.withTrainer(trainer),
              data,
              null,
              1);
      parameters[trainer == Trainer.FUSED ? 0 : 1] =
          NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null)
              .network()
              .logits(data.features())
              .data()
              .asFloat();
    }

    assertThat(parameters[0]).containsExactly(parameters[1], within(0.05f)); // of 5000
  }

  private static TrainedNetwork fitted(LabeledData data) {
    FitTask task =
        new FitTask(
            "a",
            0,
            0,
            Mlp.table(Task.REGRESSION, 4, 1, 16),
            new FitSettings(20, 16, 2, true),
            data,
            null,
            1);
    return NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null).network();
  }

  private static FitTask task(
      LabeledData data,
      @org.jspecify.annotations.Nullable INDArray margin,
      FitSettings settings,
      Trainer trainer) {
    return new FitTask(
        "a",
        0,
        0,
        TinyNetworks.regression(1, 1, 0.5),
        settings.withTrainer(trainer),
        data,
        margin,
        1);
  }
}
