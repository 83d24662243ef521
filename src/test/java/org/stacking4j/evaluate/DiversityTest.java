package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stacking4j.evaluate.Diversity.Pair;

final class DiversityTest {
  /** Ten rows of class 0; a member's digit is 0 where it is right. */
  private static int[] member(String predicted) {
    return predicted.chars().map(digit -> digit - '0').toArray();
  }

  private static Diversity of(String... members) {
    int[][] predicted =
        IntStream.range(0, members.length).mapToObj(m -> member(members[m])).toArray(int[][]::new);
    return Diversity.of(predicted, new int[members[0].length()]);
  }

  @Test
  void of_equalsTheNumbersWorkedByHand() {
    // First and second: 6 both right, 1 only the first, 2 only the second, 1 neither.
    // Q = (6 × 1 − 1 × 2) / (6 × 1 + 1 × 2) = 1/2.
    // First and third: 4, 3, 0, 3: Q = 1. Second and third: 4, 4, 0, 2: Q = 1.
    Diversity diversity = of("0000000111", "0000001002", "0000111333");

    assertThat(diversity.pairs())
        .containsExactly(
            new Pair(0, 1, 0.3, 0.5, 0.1),
            new Pair(0, 2, 0.3, 1, 0.3),
            new Pair(1, 2, 0.4, 1, 0.2));
    assertThat(diversity.disagreement()).isEqualTo(1.0 / 3, within(1e-12));
    assertThat(diversity.q()).isEqualTo(2.5 / 3, within(1e-12));
    assertThat(diversity.doubleFault()).isEqualTo(0.2, within(1e-12));
    assertThat(diversity.oracleAccuracy()).isEqualTo(0.9);
  }

  @Test
  void of_membersThatErrOnDifferentRows_hasQOfMinusOne() {
    assertThat(of("0011", "1100").pairs()).containsExactly(new Pair(0, 1, 1, -1, 0));
    assertThat(of("0011", "1100").oracleAccuracy()).isEqualTo(1);
  }

  @Test
  void of_membersThatErrIndependently_hasQOfZero() {
    assertThat(of("0011", "0101").pairs()).containsExactly(new Pair(0, 1, 0.5, 0, 0.25));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000 0000", "0000 0011", "1111 0011", "1111 1111", "0000 1111"})
  void q_whereNothingCanBeSeen_isZero(String members) {
    // A member that is always right, or always wrong, has 0/0; it would make the mean useless.
    assertThat(of(members.split(" ")).q()).isZero();
  }

  @Test
  void of_oneMember_isComparedWithItself() {
    Diversity diversity = of("0002");

    assertThat(diversity.pairs()).containsExactly(new Pair(0, 0, 0, 1, 0.25));
    assertThat(diversity.disagreement()).isZero();
    assertThat(diversity.doubleFault()).isEqualTo(0.25);
    assertThat(diversity.oracleAccuracy()).isEqualTo(0.75);
  }

  @Test
  void of_countsRightPredictionsOfAnyClass() {
    int[][] predicted = {{0, 1, 2, 0}, {2, 1, 0, 1}};

    assertThat(Diversity.of(predicted, new int[] {0, 1, 2, 2}).pairs())
        .containsExactly(new Pair(0, 1, 0.5, 1, 0.25));
  }

  @Test
  void measures_areTiedToTheErrorRates() {
    // Disagreement + 2 × double fault = the sum of both error rates, whatever the rows.
    var random = new SplittableRandom(5);
    int[] labels = random.ints(1000, 0, 3).toArray();
    int[][] predicted = new int[4][];
    double[] errors = new double[4];
    for (int m = 0; m < 4; m++) {
      predicted[m] = random.ints(1000, 0, 3).toArray();
      for (int row = 0; row < 1000; row++) {
        errors[m] += predicted[m][row] == labels[row] ? 0 : 0.001;
      }
    }

    Diversity diversity = Diversity.of(predicted, labels);

    assertThat(diversity.pairs()).hasSize(6);
    for (Pair pair : diversity.pairs()) {
      assertThat(pair.disagreement() + 2 * pair.doubleFault())
          .isEqualTo(errors[pair.first()] + errors[pair.second()], within(1e-9));
    }
    // Four members that know nothing: each wrong on 2/3, all of them on (2/3)⁴.
    assertThat(diversity.oracleAccuracy()).isEqualTo(1 - Math.pow(2.0 / 3, 4), within(0.05));
    assertThat(diversity.q()).isEqualTo(0, within(0.15));
  }

  @Test
  void q_ofManyRows_doesNotOverflow() {
    int[] first = new int[200_000];
    int[] second = new int[200_000];
    for (int row = 0; row < 100_000; row++) {
      first[row] = 1;
      second[row] = 1;
    }

    assertThat(Diversity.of(new int[][] {first, second}, new int[200_000]).q()).isEqualTo(1);
  }

  @Test
  void of_whatCannotBeCompared() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Diversity.of(new int[0][], new int[3]))
        .withMessage("diversity needs members and rows, found 0 members and 3 labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Diversity.of(new int[2][0], new int[0]))
        .withMessage("diversity needs members and rows, found 2 members and 0 labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Diversity.of(new int[][] {new int[3], new int[2]}, new int[3]))
        .withMessage("2 predictions of member 1 cannot be compared with 3 labels");
  }

  @Test
  void toString_isASentence_underEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(new Diversity(List.of(new Pair(0, 1, 0.0312, 0.9, 0.02)), 0.982))
          .hasToString(
              "of two members exactly one is right on 3.1 % of rows;"
                  + " at least one of all is right on 98.2 %");
      assertThat(of("0002")).hasToString("the only member is right on 75.0 % of rows");
    } finally {
      Locale.setDefault(before);
    }
  }
}
