package org.stacking4j.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which of the rows it may see a fit learns from: a part drawn anew for each fit, or all.
 * Immutable.
 *
 * @param fraction how many rows are drawn, as a part of all, above 0 and at most 1
 * @param replacement whether a row may be drawn more than once; it then counts for as many
 */
public record RowSample(double fraction, boolean replacement) {
  /** All rows, each once. */
  public static final RowSample ALL = new RowSample(1, false);

  /**
   * Checks the fraction.
   *
   * @param fraction above 0 and at most 1
   * @param replacement whether a row may be drawn more than once
   * @throws IllegalArgumentException if the fraction is out of its range
   */
  public RowSample {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "a row sample's fraction must be > 0 and <= 1, found %s", fraction));
    }
  }

  /**
   * Draws rows. Whichever class has rows keeps one at least: if none is drawn, one is added.
   *
   * <p>A row that is drawn k times is there once, with k times its weight: it counts in the loss
   * like k rows, and its id stays unique. With replacement the rows therefore always have weights.
   *
   * @param data the rows to draw from; none of the others can be drawn
   * @param seed of the draw; which rows are drawn depends on it and the rows' ids, not on their
   *     positions
   * @return a view of the rows drawn, in their order in {@code data}; {@code data} itself for
   *     {@link #ALL}
   */
  public LabeledData draw(LabeledData data, long seed) {
    if (fraction == 1 && !replacement) { // Java would make the code of equals(ALL) at run time
      return data;
    }
    int[] order = RowOrder.ofAll(data, seed);
    int[] times = new int[data.rows()];
    int draws = (int) Math.max(1, Math.round(fraction * order.length));
    var random = new SplittableRandom(seed);
    for (int i = 0; i < draws; i++) {
      times[order[replacement ? random.nextInt(order.length) : i]]++;
    }
    boolean[] drawn = new boolean[data.classes()];
    for (int row = 0; row < times.length; row++) {
      drawn[data.label(row)] |= times[row] > 0;
    }
    for (int row : order) {
      if (!drawn[data.label(row)]) {
        drawn[data.label(row)] = true;
        times[row]++;
      }
    }
    int[] rows = IntStream.range(0, times.length).filter(row -> times[row] > 0).toArray();
    LabeledData sample = data.select(rows);
    return replacement
        ? sample.withWeights(
            Arrays.stream(rows).mapToDouble(row -> times[row] * data.weight(row)).toArray())
        : sample;
  }

  /** {@return the part of different rows that is to be expected, above 0 and at most 1} */
  public double distinct() {
    return replacement ? -Math.expm1(-fraction) : fraction; // 1 - (1 - 1/n)^(fraction * n)
  }
}
