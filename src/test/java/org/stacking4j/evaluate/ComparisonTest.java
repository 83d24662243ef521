package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
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

    Comparison comparison = Comparison.of(first, firstLosses, second, secondLosses, labels, 1);

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
}
