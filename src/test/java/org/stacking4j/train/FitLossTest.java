package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** In double, so that differences of scores have digits left. */
final class FitLossTest {
  private static final IActivation SOFTMAX = new ActivationSoftmax();
  private static final INDArray LABELS =
      Nd4j.createFromArray(new double[][] {{1, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 0, 1}});
  private static final INDArray LOGITS =
      Nd4j.createFromArray(
          new double[][] {{0.3, -1.2, 0.8}, {2.1, 0.4, -0.7}, {0, 0, 0}, {-3, 1.5, 0.2}});
  private static final INDArray MARGIN =
      Nd4j.createFromArray(
          new double[][] {{-0.5, 0.25, 1.5}, {1, 2, 3}, {-2, 0.7, 0.1}, {4, -1, 0.6}});

  private static final INDArray WEIGHTS = Nd4j.createFromArray(0.5, 2.0, 4.0, 0.1).reshape(4, 1);

  private final FitLoss loss = new FitLoss(new LossMCXENT(), true, false);

  @Test
  void gradient_equalsFiniteDifferencesOfTheScore() {
    INDArray labels = Nd4j.hstack(LABELS, MARGIN);
    assertGradientIsTheSlope(loss, labels);
  }

  private static void assertGradientIsTheSlope(FitLoss loss, INDArray labels) {
    INDArray gradient = loss.computeGradient(labels, LOGITS.dup(), SOFTMAX, null);

    double step = 1e-5;
    for (int row = 0; row < 4; row++) {
      for (int c = 0; c < 3; c++) {
        INDArray up = LOGITS.dup();
        up.putScalar(row, c, LOGITS.getDouble(row, c) + step);
        INDArray down = LOGITS.dup();
        down.putScalar(row, c, LOGITS.getDouble(row, c) - step);
        double slope =
            (loss.computeScore(labels, up, SOFTMAX, null, false)
                    - loss.computeScore(labels, down, SOFTMAX, null, false))
                / (2 * step);
        assertThat(gradient.getDouble(row, c)).isEqualTo(slope, within(1e-8));
      }
    }
  }

  @Test
  void score_isThatOfTheSum() {
    // −ln softmax(logits + margin) at the right class, row by row, in plain arithmetic.
    double expected = 0;
    int[] right = {0, 2, 1, 2};
    for (int row = 0; row < 4; row++) {
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        sum += Math.exp(LOGITS.getDouble(row, c) + MARGIN.getDouble(row, c));
      }
      expected +=
          Math.log(sum) - LOGITS.getDouble(row, right[row]) - MARGIN.getDouble(row, right[row]);
    }
    INDArray labels = Nd4j.hstack(LABELS, MARGIN);

    assertThat(loss.computeScore(labels, LOGITS.dup(), SOFTMAX, null, false))
        .isEqualTo(expected, within(1e-12));
    assertThat(loss.computeScore(labels, LOGITS.dup(), SOFTMAX, null, true))
        .isEqualTo(expected / 4, within(1e-12));
    assertThat(
            loss.computeScoreArray(labels, LOGITS.dup(), SOFTMAX, null).sumNumber().doubleValue())
        .isEqualTo(expected, within(1e-12));
    Pair<Double, INDArray> both =
        loss.computeGradientAndScore(labels, LOGITS.dup(), SOFTMAX, null, true);
    assertThat(both.getFirst()).isEqualTo(expected / 4, within(1e-12));
    assertThat(both.getSecond())
        .isEqualTo(loss.computeGradient(labels, LOGITS.dup(), SOFTMAX, null));
  }

  @Test
  void zeroMargin_isThePlainLoss() {
    INDArray labels = Nd4j.hstack(LABELS, MARGIN.mul(0));
    LossMCXENT plain = new LossMCXENT();

    assertThat(loss.computeScore(labels, LOGITS.dup(), SOFTMAX, null, true))
        .isEqualTo(plain.computeScore(LABELS, LOGITS.dup(), SOFTMAX, null, true), within(1e-12));
    assertThat(loss.computeGradient(labels, LOGITS.dup(), SOFTMAX, null))
        .isEqualTo(plain.computeGradient(LABELS, LOGITS.dup(), SOFTMAX, null));
  }

  @Test
  void withoutMargin_isThePlainLoss() {
    LossMCXENT plain = new LossMCXENT();
    FitLoss own = new FitLoss(plain, false, false);

    assertThat(own.computeScore(LABELS, LOGITS.dup(), SOFTMAX, null, true))
        .isEqualTo(plain.computeScore(LABELS, LOGITS.dup(), SOFTMAX, null, true), within(1e-12));
    assertThat(own.computeGradient(LABELS, LOGITS.dup(), SOFTMAX, null))
        .isEqualTo(plain.computeGradient(LABELS, LOGITS.dup(), SOFTMAX, null));
  }

  @Test
  void margin_shiftedByTheSameForAllClasses_changesNothing() {
    INDArray labels = Nd4j.hstack(LABELS, MARGIN);
    INDArray shift = Nd4j.createFromArray(7.0, -3.0, 0.5, 20.0).reshape(4, 1);
    INDArray shifted = Nd4j.hstack(LABELS, MARGIN.addColumnVector(shift));

    assertThat(loss.computeScore(shifted, LOGITS.dup(), SOFTMAX, null, true))
        .isEqualTo(loss.computeScore(labels, LOGITS.dup(), SOFTMAX, null, true), within(1e-9));
    assertThat(
            loss.computeGradient(shifted, LOGITS.dup(), SOFTMAX, null)
                .sub(loss.computeGradient(labels, LOGITS.dup(), SOFTMAX, null))
                .amaxNumber()
                .doubleValue())
        .isLessThan(1e-9);
  }

  @Test
  void weights_multiplyEachRowsScoreAndGradient() {
    // Worked by hand: softmax(0, 0, 0) is a third each, so row 2 alone scores ln 3 and has the
    // gradient (1/3, −2/3, 1/3); with weight 4 it is four times that.
    FitLoss weighted = new FitLoss(new LossMCXENT(), false, true);
    INDArray labels = Nd4j.hstack(LABELS, WEIGHTS);

    INDArray scores = weighted.computeScoreArray(labels, LOGITS.dup(), SOFTMAX, null);
    INDArray gradient = weighted.computeGradient(labels, LOGITS.dup(), SOFTMAX, null);

    assertThat(scores.getDouble(2)).isEqualTo(4 * Math.log(3), within(1e-12));
    assertThat(gradient.getRow(2).toDoubleVector())
        .containsExactly(new double[] {4 / 3.0, -8 / 3.0, 4 / 3.0}, within(1e-12));
    assertThat(weighted.computeScore(labels, LOGITS.dup(), SOFTMAX, null, true))
        .isEqualTo(scores.sumNumber().doubleValue() / 4, within(1e-12));
  }

  @Test
  void weightsBehindAMargin_gradientEqualsFiniteDifferencesOfTheScore() {
    FitLoss both = new FitLoss(new LossMCXENT(), true, true);
    INDArray labels = Nd4j.hstack(LABELS, MARGIN, WEIGHTS);

    assertGradientIsTheSlope(both, labels);
    // Row by row it is the loss without weights, times the weight.
    INDArray plain = loss.computeScoreArray(Nd4j.hstack(LABELS, MARGIN), LOGITS, SOFTMAX, null);
    INDArray scores = both.computeScoreArray(labels, LOGITS, SOFTMAX, null);
    for (int row = 0; row < 4; row++) {
      assertThat(scores.getDouble(row))
          .isEqualTo(WEIGHTS.getDouble(row) * plain.getDouble(row), within(1e-12));
    }
  }

  @Test
  void name_tellsWhatWasAdded() {
    String own = new LossMCXENT().name();

    assertThat(new FitLoss(new LossMCXENT(), false, false).name()).isEqualTo(own);
    assertThat(loss.name()).isEqualTo("margin + " + own);
    assertThat(new FitLoss(new LossMCXENT(), true, true).name())
        .isEqualTo("weighted margin + " + own);
  }

  @Test
  void arguments_stayAsTheyAre() {
    INDArray labels = Nd4j.hstack(LABELS, MARGIN);
    INDArray logits = LOGITS.dup();

    loss.computeGradientAndScore(labels, logits, SOFTMAX, null, true);

    assertThat(labels).isEqualTo(Nd4j.hstack(LABELS, MARGIN));
    assertThat(logits).isEqualTo(LOGITS);
  }
}
