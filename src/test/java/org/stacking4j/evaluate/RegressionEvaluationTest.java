package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;

final class RegressionEvaluationTest {
  // Mean 4, squared distances from it 9, 1, 1, 9: variance 5.
  private static final LabeledData ONE =
      LabeledData.of(Nd4j.ones(4, 1), new float[][] {{1}, {3}, {5}, {7}}, List.of("y"));

  @Test
  void of_oneTarget_isAsWorkedOutByHand() {
    // Errors 1, 0, -2, 0: squares 1 and 4.
    RegressionEvaluation found = evaluate(ONE, 2, 3, 3, 7);

    assertThat(found.rmse()).isCloseTo(Math.sqrt(5 / 4.0), within(1e-12));
    assertThat(found.mae()).isCloseTo(0.75, within(1e-12));
    assertThat(found.r2()).isCloseTo(1 - 1.25 / 5, within(1e-12));
    assertThat(found.rows()).isEqualTo(4);
    assertThat(found).hasToString("RMSE 1.118, MAE 0.7500, R² 0.7500 on 4 rows");
  }

  @Test
  void of_theMean_explainsNothing_andOfTheTargets_all() {
    assertThat(evaluate(ONE, 4, 4, 4, 4).r2()).isEqualTo(0);
    assertThat(evaluate(ONE, 1, 3, 5, 7).r2()).isEqualTo(1);
    assertThat(evaluate(ONE, 7, 5, 3, 1).r2()).isEqualTo(-3);
  }

  @Test
  void of_weightedRows_countsThemSoOften() {
    // As if the third row stood there three times: 1, 3, 5, 5, 5, 7.
    LabeledData weighted = ONE.withWeights(new double[] {2, 2, 6, 2});
    LabeledData repeated =
        LabeledData.of(Nd4j.ones(6, 1), new float[][] {{1}, {3}, {5}, {5}, {5}, {7}}, List.of("y"));

    RegressionEvaluation found = evaluate(weighted, 2, 3, 3, 7);
    RegressionEvaluation expected = evaluate(repeated, 2, 3, 3, 3, 3, 7);

    assertThat(found.rmse()).isCloseTo(expected.rmse(), within(1e-12));
    assertThat(found.mae()).isCloseTo(expected.mae(), within(1e-12));
    assertThat(found.r2()).isCloseTo(expected.r2(), within(1e-12));
  }

  @Test
  void of_severalTargets_isTheMean() {
    LabeledData two =
        LabeledData.of(
            Nd4j.ones(2, 1), new float[][] {{0, 100}, {2, 300}}, List.of("small", "large"));

    // Small: errors 1 and 0, variance 1, so R² is 1 - 0.5. Large: errors 100 and 0, variance 10000.
    RegressionEvaluation found = evaluate(two, 1, 200, 2, 300);

    assertThat(found.r2()).isCloseTo((0.5 + 0.5) / 2, within(1e-12));
    assertThat(found.mae()).isCloseTo((0.5 + 50) / 2, within(1e-12));
    assertThat(found.rmse()).isCloseTo(Math.sqrt((0.5 + 5000) / 2), within(1e-9));
  }

  @Test
  void of_aConstantTarget_isRightOrNot() {
    LabeledData constant = LabeledData.of(Nd4j.ones(2, 1), new float[][] {{5}, {5}}, List.of("y"));

    assertThat(evaluate(constant, 5, 5).r2()).isEqualTo(1);
    assertThat(evaluate(constant, 5, 6).r2()).isEqualTo(0);
  }

  @Test
  void of_targetsFarFromZero_losesNoDigits() {
    LabeledData far =
        LabeledData.of(
            Nd4j.ones(4, 1),
            new float[][] {{1_000_001}, {1_000_003}, {1_000_005}, {1_000_007}},
            List.of("y"));

    assertThat(evaluate(far, 1_000_002, 1_000_003, 1_000_003, 1_000_007).r2())
        .isCloseTo(0.75, within(1e-9));
  }

  @Test
  void of_anotherShapeOrClasses_saysWhat() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegressionEvaluation.of(Nd4j.ones(3, 1), ONE))
        .withMessage("predictions must have shape [4, 1], found [3, 1]");
    LabeledData classes = LabeledData.of(Nd4j.ones(2, 1), new int[2], List.of("a", "b"));
    assertThatIllegalStateException()
        .isThrownBy(() -> RegressionEvaluation.of(Nd4j.ones(2, 2), classes))
        .withMessage("rows with the classes [a, b] have no targets to judge by");
  }

  @Test
  void squaredErrors_areInUnitsOfTheVariance() {
    SquaredErrors errors = SquaredErrors.of(ONE);

    assertThat(errors.of(2, new double[] {3})).isCloseTo(4 / 5.0, within(1e-12));
    assertThat(errors.of(new float[] {2, 3, 3, 7}))
        .containsExactly(new double[] {0.2, 0, 0.8, 0}, within(1e-12));
    LabeledData two =
        LabeledData.of(
            Nd4j.ones(2, 1), new float[][] {{0, 100}, {2, 300}}, List.of("small", "large"));
    assertThat(SquaredErrors.of(two).of(new float[] {1, 200, 2, 400}))
        .containsExactly(new double[] {1, 0.5}, within(1e-12));
  }

  @Test
  void squaredErrors_ofWeightedRows_areInUnitsOfTheWeightedVariance() {
    LabeledData rows = LabeledData.of(Nd4j.ones(3, 1), new float[][] {{0}, {1}, {2}}, List.of("y"));
    LabeledData doubled =
        LabeledData.of(Nd4j.ones(4, 1), new float[][] {{0}, {1}, {2}, {2}}, List.of("y"));

    SquaredErrors errors = SquaredErrors.of(rows.withWeights(new double[] {1, 1, 2}));

    assertThat(errors.of(0, new double[] {1})).isCloseTo(16 / 11.0, within(1e-12));
    assertThat(errors.of(0, new double[] {1}))
        .isCloseTo(SquaredErrors.of(doubled).of(0, new double[] {1}), within(1e-12));
    assertThat(SquaredErrors.of(rows.withWeights(new double[] {0.3, 0.3, 0.3})).of(new float[3]))
        .isEqualTo(SquaredErrors.of(rows).of(new float[3]));
  }

  private static RegressionEvaluation evaluate(LabeledData data, float... predicted) {
    return RegressionEvaluation.of(
        Nd4j.createFromArray(predicted).reshape('c', data.rows(), data.outputs()), data);
  }
}
