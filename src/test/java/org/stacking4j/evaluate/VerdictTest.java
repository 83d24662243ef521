package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class VerdictTest {
  private static final LossDifference OPEN = new LossDifference(-0.001, -0.004, 0.002);
  private static final LossDifference LOWER = new LossDifference(-0.0129, -0.0191, -0.0067);
  private static final LossDifference HIGHER = new LossDifference(0.0129, 0.0067, 0.0191);

  private static String verdict(int rows, int onlyStack, int onlyAverage, LossDifference logLoss) {
    return Verdict.of("equal-cost average", new Comparison(rows, onlyStack, onlyAverage, logLoss));
  }

  @Test
  void of_aStackThatIsBetter() {
    String sentence =
        "the stack beats the equal-cost average by 0.32 ± 0.28 percentage points of accuracy"
            + " (5000 rows, p = 0.024)";

    assertThat(verdict(5000, 33, 17, OPEN)).isEqualTo(sentence);
    assertThat(verdict(5000, 33, 17, LOWER)).isEqualTo(sentence);
  }

  @Test
  void of_saysHowToGetTheAverage_whereItIsToBePreferred() {
    String how = "--meta average";

    assertThat(Verdict.of("soft", new Comparison(5000, 27, 25, OPEN), how))
        .endsWith("; use the average (--meta average)");
    assertThat(Verdict.of("soft", new Comparison(5000, 25, 27, LOWER), how))
        .contains("; use the average (--meta average), unless you need probabilities, ");
    assertThat(Verdict.of("soft", new Comparison(5000, 17, 60, OPEN), how))
        .endsWith("; use the average (--meta average)");
    assertThat(Verdict.of("soft", new Comparison(5000, 33, 17, OPEN), how)).doesNotContain(how);
  }

  @Test
  void of_aStackThatIsBetterButSurerOfItsMistakes() {
    assertThat(verdict(5000, 80, 20, HIGHER))
        .isEqualTo(
            "the stack beats the equal-cost average by 1.20 ± 0.39 percentage points of accuracy"
                + " (5000 rows, p < 0.001), but its probabilities are worse"
                + " (log loss higher by 0.007 to 0.019)");
  }

  @Test
  void of_aStackThatCannotBeToldApart() {
    String sentence =
        "no evidence that stacking helps here (difference to the equal-cost average"
            + " +0.04 ± 0.29 percentage points, 5000 rows, p = 0.78); use the average";

    assertThat(verdict(5000, 27, 25, OPEN)).isEqualTo(sentence);
    assertThat(verdict(5000, 27, 25, HIGHER)).isEqualTo(sentence);
  }

  @Test
  void of_aStackThatCannotBeToldApartButHasBetterProbabilities() {
    // "No evidence that stacking helps" would be untrue.
    assertThat(verdict(5000, 25, 27, LOWER))
        .isEqualTo(
            "no evidence that stacking improves accuracy here (difference to the equal-cost average"
                + " -0.04 ± 0.29 percentage points, 5000 rows, p = 0.78); use the average, unless"
                + " you need probabilities, where the stack is better (log loss lower by 0.007 to"
                + " 0.019)");
  }

  @Test
  void of_aStackThatIsWorse() {
    assertThat(verdict(5000, 20, 50, LOWER))
        .isEqualTo(
            "the stack is worse than the equal-cost average by 0.60 ± 0.33 percentage points of accuracy"
                + " (5000 rows, p < 0.001); use the average");
  }

  @Test
  void of_answersThatAreAllTheSame() {
    assertThat(verdict(45, 0, 0, new LossDifference(0, 0, 0)))
        .isEqualTo(
            "no evidence that stacking helps here (difference to the equal-cost average"
                + " +0.00 ± 4.17 percentage points, 45 rows, p = 1.00); use the average");
  }

  @Test
  void of_aDifferenceThatTwoDecimalsWouldHide_hasMore() {
    // The interval leaves out zero, but "0.24 ± 0.24" would not.
    assertThat(verdict(5000, 24, 12, OPEN)).contains(" by 0.240 ± 0.238 percentage points");
    assertThat(verdict(5000, 24, 12, new LossDifference(0.001, 0.00002, 0.00198)))
        .endsWith("(log loss higher by 0.00002 to 0.00198)");
  }

  @Test
  void of_anIntervalAndAPValueThatDisagree_claimsNothing() {
    // 8 against 2 of 20 rows: the interval begins at +0.0001, but p = 0.065.
    assertThat(new Comparison(20, 8, 2, OPEN).accuracy().low()).isPositive();
    assertThat(verdict(20, 8, 2, OPEN)).startsWith("no evidence ").contains("p = 0.065");
    // 12 against 4 of 5000: p = 0.049, but the interval holds zero.
    assertThat(new Comparison(5000, 12, 4, OPEN).pValue()).isLessThan(0.05);
    assertThat(verdict(5000, 12, 4, OPEN)).startsWith("no evidence ").contains("p = 0.049");
  }

  @Test
  void of_anyCounts_difference_andMargin_coverTheIntervalAndAgreeWithTheClaim() {
    Pattern numbers = Pattern.compile("([+-]?[0-9.]+) ± ([0-9.]+) percentage points");
    for (int rows : new int[] {60, 700, 5000, 100_000}) {
      for (int onlyStack = 0; onlyStack < 30; onlyStack++) {
        for (int onlyAverage = 0; onlyAverage < 30; onlyAverage++) {
          String sentence = verdict(rows, onlyStack, onlyAverage, OPEN);
          PairedDifference accuracy = PairedDifference.of(onlyStack, onlyAverage, rows);
          Matcher found = numbers.matcher(sentence);
          assertThat(found.find()).as(sentence).isTrue();
          double size = Double.parseDouble(found.group(1));
          double margin = Double.parseDouble(found.group(2));
          double difference = sentence.contains("worse") ? -size : size;

          assertThat(difference - margin).isLessThanOrEqualTo(100 * accuracy.low() + 0.01);
          assertThat(difference + margin).isGreaterThanOrEqualTo(100 * accuracy.high() - 0.01);
          if (!sentence.startsWith("no evidence")) {
            assertThat(size).as(sentence).isGreaterThan(margin);
            assertThat(sentence.contains("beats")).isEqualTo(onlyStack > onlyAverage);
          }
        }
      }
    }
  }

  @Test
  void of_swapped_isTheOppositeClaim() {
    assertThat(verdict(5000, 60, 20, OPEN)).startsWith("the stack beats");
    assertThat(verdict(5000, 20, 60, OPEN)).startsWith("the stack is worse");
  }

  @Test
  void of_isTheSameUnderEveryLocale() {
    Locale before = Locale.getDefault();
    String sentence = verdict(5000, 33, 17, HIGHER) + verdict(5000, 25, 27, LOWER);
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(verdict(5000, 33, 17, HIGHER) + verdict(5000, 25, 27, LOWER)).isEqualTo(sentence);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void of_weightedRows_saysSo() {
    PairedDifference sure = new PairedDifference(0.012, 0.008, 0.016);
    PairedDifference unsure = new PairedDifference(0.012, -0.008, 0.032);

    assertThat(Verdict.of("average", new Comparison(500, 9, 2, sure, 0.01, true, OPEN)))
        .isEqualTo(
            "the stack beats the average by 1.20 ± 0.40 percentage points of accuracy"
                + " (500 weighted rows, p = 0.010)");
    assertThat(Verdict.of("average", new Comparison(500, 9, 2, unsure, 0.3, true, OPEN)))
        .isEqualTo(
            "no evidence that stacking helps here (difference to the average +1.20 ± 2.00"
                + " percentage points, 500 weighted rows, p = 0.30); use the average");
  }
}
