package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LossDifferenceTest {

  @Test
  void of_equalsTheExampleWorkedByHand() {
    // Of two rows a resample has the better one twice, each once, or the other twice, with 1/4, 1/2
    // and 1/4: the outermost 2.5 % are the two ends.
    LossDifference difference =
        LossDifference.of(new double[] {0.5, 2}, new double[] {1.5, 1}, null, 1);

    assertThat(difference).isEqualTo(new LossDifference(0, -1, 1));
  }

  @Test
  void of_aDifferenceThatIsTheSameInEachRow_isCertain() {
    // The losses vary, but in pairs: an interval of two means apart would be wide.
    LossDifference difference =
        LossDifference.of(
            new double[] {1, 5, 0.5, 9}, new double[] {0.75, 4.75, 0.25, 8.75}, null, 1);

    assertThat(difference).isEqualTo(new LossDifference(0.25, 0.25, 0.25));
  }

  @Test
  void of_manyRows_isNearTheNormalInterval() {
    double[][] losses = losses(2000, 0.1, 3);
    double mean = 0;
    double squares = 0;
    for (int row = 0; row < 2000; row++) {
      double gain = losses[0][row] - losses[1][row];
      mean += gain / 2000;
      squares += gain * gain / 2000;
    }
    double error = Math.sqrt((squares - mean * mean) / 2000);

    LossDifference difference = LossDifference.of(losses[0], losses[1], null, 1);

    assertThat(difference.difference()).isEqualTo(mean, within(1e-12));
    assertThat(difference.low()).isEqualTo(mean - 1.96 * error, within(0.2 * error));
    assertThat(difference.high()).isEqualTo(mean + 1.96 * error, within(0.2 * error));
  }

  @Test
  void of_weights_isNearTheNormalIntervalOfAWeightedMean() {
    double[][] losses = losses(2000, 0.1, 4);
    double[] weights = new SplittableRandom(5).doubles(2000, 0, 10).toArray();
    double total = Arrays.stream(weights).sum();
    double mean = 0;
    for (int row = 0; row < 2000; row++) {
      mean += weights[row] * (losses[0][row] - losses[1][row]) / total;
    }
    double variance = 0; // of a ratio of means, by the delta method
    for (int row = 0; row < 2000; row++) {
      double off = weights[row] * (losses[0][row] - losses[1][row] - mean) / total;
      variance += off * off;
    }
    double error = Math.sqrt(variance);

    LossDifference difference = LossDifference.of(losses[0], losses[1], weights, 1);

    assertThat(difference.difference()).isEqualTo(mean, within(1e-12));
    assertThat(difference.low()).isEqualTo(mean - 1.96 * error, within(0.2 * error));
    assertThat(difference.high()).isEqualTo(mean + 1.96 * error, within(0.2 * error));
  }

  @Test
  void of_rowsOfWeightZero_areLeftOut() {
    // A resample of those alone would be 0/0.
    double[] weights = new double[50];
    weights[7] = 2;
    weights[9] = 2;
    double[][] losses = losses(50, 0.1, 6);
    double[] first = {losses[0][7], losses[0][9]};
    double[] second = {losses[1][7], losses[1][9]};

    assertThat(LossDifference.of(losses[0], losses[1], weights, 1))
        .usingRecursiveComparison()
        .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1, Double.class)
        .isEqualTo(LossDifference.of(first, second, null, 1));
  }

  @Test
  void of_weightsAllOne_givesTheBitsOfNone() {
    double[][] losses = losses(100, 0.1, 7);
    double[] ones = new double[100];
    Arrays.fill(ones, 1);

    assertThat(LossDifference.of(losses[0], losses[1], ones, 1))
        .isEqualTo(LossDifference.of(losses[0], losses[1], null, 1));
  }

  @Test
  void of_swapped_isNegated() {
    double[][] losses = losses(100, 0.1, 8);
    LossDifference one = LossDifference.of(losses[0], losses[1], null, 1);
    LossDifference other = LossDifference.of(losses[1], losses[0], null, 1);

    assertThat(other.difference()).isEqualTo(-one.difference());
    assertThat(other.low()).isEqualTo(-one.high());
    assertThat(other.high()).isEqualTo(-one.low());
  }

  @Test
  void of_seed_decidesTheIntervalAndNotTheDifference() {
    double[][] losses = losses(100, 0.1, 9);
    LossDifference one = LossDifference.of(losses[0], losses[1], null, 1);
    LossDifference other = LossDifference.of(losses[0], losses[1], null, 2);

    assertThat(LossDifference.of(losses[0], losses[1], null, 1)).isEqualTo(one);
    assertThat(other.difference()).isEqualTo(one.difference());
    assertThat(other.low()).isNotEqualTo(one.low());
  }

  @Test
  void interval_coversTheTruthAsOftenAsItSays() {
    int covered = 0;
    for (int trial = 0; trial < 400; trial++) {
      double[][] losses = losses(200, 0.1, 1000 + trial);
      LossDifference difference = LossDifference.of(losses[0], losses[1], null, trial);
      covered += difference.low() <= 0.1 && 0.1 <= difference.high() ? 1 : 0;
    }

    assertThat(covered / 400.0).isEqualTo(0.95, within(0.035)); // 3 standard errors
  }

  @Test
  void of_whatCannotBeCompared() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LossDifference.of(new double[2], new double[3], null, 1))
        .withMessage("2 losses cannot be compared with 3 losses");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LossDifference.of(new double[0], new double[0], null, 1))
        .withMessage("0 losses cannot be compared with 0 losses");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LossDifference.of(new double[2], new double[2], new double[2], 1))
        .withMessage("weights must have a positive, finite sum, found 0.0");
  }

  @Test
  void toString_isTheSameUnderEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(new LossDifference(-0.01291, -0.01883, 0.00712))
          .hasToString("-0.0129 [-0.0188, +0.0071]");
    } finally {
      Locale.setDefault(before);
    }
  }

  /**
   * Two losses of each row with a long tail in common; the first is larger by a mean of so much.
   */
  private static double[][] losses(int rows, double by, long seed) {
    var random = new SplittableRandom(seed);
    double[][] losses = new double[2][rows];
    for (int row = 0; row < rows; row++) {
      double common = -Math.log(1 - random.nextDouble());
      losses[0][row] = common + by + random.nextDouble() - 0.5;
      losses[1][row] = common + 0.2 * (random.nextDouble() - 0.5);
    }
    return losses;
  }
}
