package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ComparisonTest {
  private static final LossDifference NONE = new LossDifference(0, 0, 0);

  @Test
  void of_countsTheRowsThatOnlyOneHasRight() {
    int[] labels = {0, 1, 2, 2, 0, 1};
    int[] first = {0, 1, 2, 0, 1, 1}; // right in 0, 1, 2, 5
    int[] second = {0, 2, 0, 1, 0, 0}; // right in 0, 4
    double[] firstLosses = {1, 1, 1, 1, 1, 1};
    double[] secondLosses = {2, 2, 2, 2, 2, 2};

    Comparison comparison =
        Comparison.of(first, firstLosses, second, secondLosses, labels, null, 1);

    assertThat(comparison).isEqualTo(new Comparison(6, 3, 1, new LossDifference(-1, -1, -1)));
    assertThat(comparison.accuracy()).isEqualTo(PairedDifference.of(first, second, labels));
    assertThat(comparison.accuracy().difference()).isEqualTo(2.0 / 6);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 7, 0.0391", // Fagerland et al.: airway responsiveness before and after transplantation
    "6, 16, 0.0347", // Fagerland et al.: complete response before and after consolidation
    "5, 0, 0.03125", // 2 × ½ × ½⁵
    "2, 1, 0.625", // 2 (½³ + ½ × 3 × ½³)
    "3, 3, 1",
    "1, 0, 0.5",
    "0, 0, 1"
  })
  void pValue_equalsWhatIsPublishedAndWorkedByHand(int onlyFirst, int onlySecond, double p) {
    assertThat(new Comparison(200, onlyFirst, onlySecond, NONE).pValue())
        .isEqualTo(p, within(5e-5));
    assertThat(new Comparison(200, onlySecond, onlyFirst, NONE).pValue())
        .isEqualTo(p, within(5e-5));
  }

  @Test
  void pValue_equalsTheSumOverTheBinomialDistribution() {
    for (int n = 1; n <= 60; n++) {
      for (int fewer = 0; 2 * fewer <= n; fewer++) {
        // 2 Σ C(n, i) over i < fewer, and C(n, fewer), of 2ⁿ
        BigInteger ways = BigInteger.ONE;
        BigInteger sum = BigInteger.ZERO;
        for (int i = 0; i < fewer; i++) {
          sum = sum.add(ways.shiftLeft(1));
          ways = ways.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
        }
        BigDecimal all = new BigDecimal(BigInteger.ONE.shiftLeft(n));
        double p = new BigDecimal(sum.add(ways)).divide(all, MathContext.DECIMAL64).doubleValue();

        assertThat(new Comparison(1000, n - fewer, fewer, NONE).pValue())
            .as("%d of %d", fewer, n)
            .isEqualTo(p, within(1e-12));
      }
    }
  }

  @Test
  void pValue_ofManyRows_isNearTheNormalDistribution() {
    // z = 700 / √100 700, two-sided: 0.0274
    assertThat(new Comparison(1_000_000, 50_700, 50_000, NONE).pValue())
        .isEqualTo(0.0274, within(5e-5));
  }

  /** The first is right in rows 0 to 2 and 5, the second in 0 and 4. */
  private static Comparison weighted(double... weights) {
    return Comparison.of(
        new int[] {0, 0, 0, 1, 1, 0},
        new double[] {1, 1, 1, 1, 3, 1},
        new int[] {0, 1, 1, 1, 0, 1},
        new double[] {1, 2, 2, 1, 1, 2},
        new int[6],
        weights,
        1);
  }

  @Test
  void of_rowsThatCountDifferently() {
    Comparison comparison = weighted(1, 1, 2, 1, 4, 1);

    assertThat(comparison.weighted()).isTrue();
    assertThat(comparison.rows()).isEqualTo(6);
    assertThat(comparison.onlyFirst()).isEqualTo(3);
    assertThat(comparison.onlySecond()).isEqualTo(1);
    assertThat(comparison.accuracy().difference()).isEqualTo((1 + 2 + 1 - 4) / 10.0);
    assertThat(comparison.logLoss().difference()).isEqualTo((-1 - 2 + 8 - 1) / 10.0, within(1e-12));
    assertThat(comparison.pValue()).isEqualTo(1, within(1e-12));
    // z = (1 + 1 + 1 − 2) / √(1 + 1 + 1 + 4) = 0.378, two-sided
    assertThat(weighted(1, 1, 1, 1, 2, 1).pValue()).isEqualTo(0.7055, within(5e-5));
    // z = (2 + 2 + 2 − 1) / √13 = 1.387
    assertThat(weighted(1, 2, 2, 1, 1, 2).pValue()).isEqualTo(0.1655, within(5e-5));
    assertThat(weighted(2, 4, 4, 2, 2, 4).pValue())
        .isEqualTo(weighted(1, 2, 2, 1, 1, 2).pValue(), within(1e-12));
  }

  @Test
  void of_rowsThatCountAlike_isWhatItIsWithoutWeights() {
    int[] labels = new int[6];
    Comparison none =
        Comparison.of(
            new int[] {0, 0, 0, 1, 1, 0},
            new double[] {1, 1, 1, 1, 3, 1},
            new int[] {0, 1, 1, 1, 0, 1},
            new double[] {1, 2, 2, 1, 1, 2},
            labels,
            null,
            1);

    assertThat(weighted(0.3, 0.3, 0.3, 0.3, 0.3, 0.3)).isEqualTo(none);
    assertThat(none.weighted()).isFalse();
  }

  @Test
  void of_rowsOfWeightZero_areNotThere() {
    Comparison rest =
        Comparison.of(
            new int[] {0, 0, 0, 1},
            new double[] {1, 1, 1, 1},
            new int[] {0, 1, 1, 1},
            new double[] {1, 2, 2, 1},
            new int[4],
            new double[] {1, 2, 3, 4},
            1);

    assertThat(weighted(1, 2, 3, 4, 0, 0)).isEqualTo(rest);
    assertThat(weighted(5, 5, 5, 5, 0, 0).weighted()).isFalse();
    assertThat(weighted(5, 5, 5, 5, 0, 0).rows()).isEqualTo(4);
  }

  @Test
  void pValue_ofWeightedRowsThatDoNotDiffer_isOne() {
    int[] same = {0, 1, 0};
    double[] losses = new double[3];
    double[] weights = {1, 2, 3};

    assertThat(Comparison.of(same, losses, same, losses, new int[3], weights, 1).pValue())
        .isEqualTo(1);
  }

  @Test
  void pValue_ofWeightedRows_isBelow5PercentInAbout5PercentOfTrials() {
    // Of 400 rows about 80 tell the two apart, either way alike; a tenth of the rows weighs 5.
    Random random = new Random(1);
    int below = 0;
    int outside = 0;
    double[] weights = new double[400];
    for (int row = 0; row < 400; row++) {
      weights[row] = row % 10 == 0 ? 5 : 1;
    }
    for (int trial = 0; trial < 1000; trial++) {
      int[] first = new int[400];
      int[] second = new int[400];
      for (int row = 0; row < 400; row++) {
        int which = random.nextInt(10);
        first[row] = which == 0 ? 1 : 0;
        second[row] = which == 1 ? 1 : 0;
      }
      Comparison comparison =
          Comparison.of(first, new double[400], second, new double[400], new int[400], weights, 1);
      below += comparison.pValue() < 0.05 ? 1 : 0;
      outside += comparison.accuracy().low() > 0 || comparison.accuracy().high() < 0 ? 1 : 0;
    }

    // 50 ± 3 × √(1000 × 0.05 × 0.95)
    assertThat(below).isBetween(29, 71);
    assertThat(outside).isBetween(29, 71);
  }
}
