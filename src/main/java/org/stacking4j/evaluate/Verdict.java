package org.stacking4j.evaluate;

import java.util.Locale;

/** What a comparison of a stack with an average of the same members says, in one plain sentence. */
public final class Verdict {
  /*
   * A difference in accuracy is claimed where both its 95 % interval leaves out zero and the p-value
   * is below 0.05; they disagree only in borderline cases. The number behind ± is the larger of the
   * distances from the difference to the ends of its interval. The interval is drawn a little
   * towards zero, so that is the distance on the side of zero: difference and ± reach zero exactly
   * where the interval does, and cover all of it. Where two decimals would hide that they do not
   * reach zero there are more.
   *
   * Log loss changes no verdict, but a reader who wants probabilities must hear of it where its
   * interval leaves out zero and the verdict would mislead them.
   */
  private static final double SURE = 0.05;

  private static final int MOST_DECIMALS = 9;

  private Verdict() {}

  /**
   * {@return the sentence, without a full stop}
   *
   * @param average the name of what the stack is compared with
   * @param comparison of the stack, which is the first, with the average, the second
   */
  public static String of(String average, Comparison comparison) {
    return of(average, comparison, "");
  }

  /**
   * {@return the sentence, without a full stop}
   *
   * @param average the name of what the stack is compared with
   * @param comparison of the stack, which is the first, with the average, the second
   * @param how how to get that average, said where it is to be preferred; empty for nothing
   */
  public static String of(String average, Comparison comparison, String how) {
    String useAverage = useAverage(how);
    PairedDifference accuracy = comparison.accuracy();
    LossDifference logLoss = comparison.logLoss();
    boolean differs = comparison.pValue() < SURE;
    if (differs && accuracy.low() > 0) {
      return "the stack beats the "
          + average
          + " by "
          + size(accuracy)
          + " percentage points of accuracy "
          + evidence(comparison)
          + (logLoss.low() > 0
              ? ", but its probabilities are worse (log loss higher by "
                  + range(logLoss.low(), logLoss.high())
                  + ")"
              : "");
    }
    if (differs && accuracy.high() < 0) {
      return "the stack is worse than the "
          + average
          + " by "
          + size(accuracy)
          + " percentage points of accuracy "
          + evidence(comparison)
          + useAverage;
    }
    String difference =
        String.format(
            Locale.ROOT,
            " (difference to the %s %+.2f ± %.2f percentage points, %s, %s)",
            average,
            100 * accuracy.difference(),
            100 * margin(accuracy),
            rows(comparison),
            p(comparison.pValue()));
    if (logLoss.high() < 0) {
      return "no evidence that stacking improves accuracy here"
          + difference
          + useAverage
          + ", unless you need probabilities, where the stack is better"
          + " (log loss lower by "
          + range(-logLoss.high(), -logLoss.low())
          + ")";
    }
    return "no evidence that stacking helps here" + difference + useAverage;
  }

  static String useAverage(String how) {
    return "; use the average" + (how.isEmpty() ? "" : " (" + how + ")");
  }

  private static double margin(PairedDifference accuracy) {
    return Math.max(
        accuracy.high() - accuracy.difference(), accuracy.difference() - accuracy.low());
  }

  /** A difference that is there, in percentage points: {@code 0.32 ± 0.24}. */
  private static String size(PairedDifference accuracy) {
    int decimals = 2;
    String size;
    String margin;
    do {
      size = rounded(100 * Math.abs(accuracy.difference()), decimals);
      margin = rounded(100 * margin(accuracy), decimals);
      decimals++;
    } while (decimals < MOST_DECIMALS && Double.parseDouble(size) <= Double.parseDouble(margin));
    return size + " ± " + margin;
  }

  /** From a positive number to a larger one: {@code 0.007 to 0.019}. */
  private static String range(double from, double to) {
    int decimals = 3;
    while (decimals < MOST_DECIMALS && Double.parseDouble(rounded(from, decimals)) == 0) {
      decimals++;
    }
    return rounded(from, decimals) + " to " + rounded(to, decimals);
  }

  private static String rounded(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  private static String evidence(Comparison comparison) {
    return "(" + rows(comparison) + ", " + p(comparison.pValue()) + ")";
  }

  /** {@code 5000 rows}, or {@code 5000 weighted rows} where some count more than others. */
  private static String rows(Comparison comparison) {
    return comparison.rows() + (comparison.weighted() ? " weighted rows" : " rows");
  }

  private static String p(double value) {
    return value < 0.001 ? "p < 0.001" : "p = " + rounded(value, value < 0.1 ? 3 : 2);
  }
}
