package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class EvaluationTest {
  private static final INDArray PROBABILITIES =
      Nd4j.createFromArray(new float[][] {{0.5f, 0.5f}, {0.25f, 0.75f}, {1, 0}, {0.125f, 0.875f}});

  @Test
  void of_equalsTheNumbersWorkedByHand() {
    Evaluation evaluation =
        Evaluation.of(new int[] {0, 0, 0, 1}, PROBABILITIES, new int[] {0, 1, 0, 0});

    assertThat(evaluation.accuracy()).isEqualTo(0.5);
    // −ln of 1/2, 3/4, 1 and 1/8.
    assertThat(evaluation.logLoss())
        .isEqualTo((Math.log(2) + Math.log(4.0 / 3) + 0 + Math.log(8)) / 4, within(1e-12));
    assertThat(evaluation.rows()).isEqualTo(4);
  }

  @Test
  void logLoss_ofAnImpossibleClass_isCapped() {
    // One row that is wrong with certainty would make the mean infinite, and every table useless.
    Evaluation evaluation =
        Evaluation.of(
            new int[] {0, 0},
            Nd4j.createFromArray(new float[][] {{1, 0}, {1, 1e-20f}}),
            new int[] {1, 1});

    assertThat(evaluation.logLoss()).isEqualTo(23 * Math.log(2), within(1e-12));
  }

  @Test
  void logLoss_ofAProbabilityRoundedAboveOne_isZero() {
    Evaluation evaluation =
        Evaluation.of(
            new int[] {0},
            Nd4j.createFromArray(new float[][] {{Math.nextUp(1f), 0}}),
            new int[] {0});

    assertThat(evaluation.logLoss()).isZero();
  }

  @Test
  void of_probabilitiesStoredColumnByColumn() {
    int[] predicted = {0, 0, 0, 1};
    int[] labels = {0, 1, 0, 0};

    assertThat(Evaluation.of(predicted, PROBABILITIES.dup('f'), labels))
        .isEqualTo(Evaluation.of(predicted, PROBABILITIES, labels));
  }

  @Test
  void of_differentNumbersOfRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[3], PROBABILITIES, new int[4]))
        .withMessage("3 predictions, 4 rows of probabilities and 4 labels cannot be compared");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[3], PROBABILITIES, new int[3]))
        .withMessage("3 predictions, 4 rows of probabilities and 3 labels cannot be compared");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[0], PROBABILITIES, new int[0]))
        .withMessageStartingWith("0 predictions, ");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void of_labelOutOfRange(int label) {
    // Unchecked, the probability of the next row's class would be taken for this row's.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[4], PROBABILITIES, new int[] {0, label, 0, 0}))
        .withMessage(
            "label " + label + " in row 1 is out of range: there are probabilities of 2 classes");
  }

  @Test
  void toString_isTheSameUnderEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(new Evaluation(0.96921, 0.10338, 5000))
          .hasToString("accuracy 0.9692, log loss 0.1034 on 5000 rows");
    } finally {
      Locale.setDefault(before);
    }
  }
}
