package org.stacking4j.meta;

import java.util.Locale;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.train.Seeds;

/** Which member networks give the meta network's training rows. Immutable. */
public sealed interface Strategy {
  /**
   * {@return its name: {@code in-sample}, {@code out-of-fold}, {@code holdout} or {@code
   * time-ordered}}
   */
  String label();

  /**
   * {@return which fold each training row is held out in}
   *
   * @param data the training rows
   * @param seed of the draw; the fold of a row depends on it and the row's id, or its group if it
   *     has one, not on its position; without meaning where the order is one of time
   * @throws IllegalArgumentException if a class has too few rows, or there are too few groups
   */
  Folds folds(LabeledData data, long seed);

  /**
   * The meta network learns from logits of the very rows the members were fitted on.
   *
   * <p><b>Leaks.</b> Members are over-confident on rows they have seen, and the meta network takes
   * that for evidence. It is here because the recipe works that way, and for comparison.
   */
  record InSample() implements Strategy {
    @Override
    public String label() {
      return "in-sample";
    }

    @Override
    public Folds folds(LabeledData data, long seed) {
      return Folds.none(data.rows());
    }
  }

  /**
   * Each row's logits come from networks that did not see it: members are fitted K times, each time
   * without one fold (Wolpert 1992; van der Laan, Polley, Hubbard 2007).
   *
   * <p>All that can be repeated with other folds: a row's logits are then the mean of those of the
   * networks that did not see it, one for each repeat, which leaves less of them to the chance of
   * the split.
   *
   * @param folds K, 2 or more; folds are stratified by class, and part no group
   * @param repeats how many splits into K folds, 1 or more; each member is fitted K × repeats times
   */
  record OutOfFold(int folds, int repeats) implements Strategy {
    /**
     * Checks the numbers.
     *
     * @param folds K, 2 or more
     * @param repeats how many splits into K folds, 1 or more
     * @throws IllegalArgumentException if there are fewer
     */
    public OutOfFold {
      checkFolds(folds);
      if (repeats < 1) {
        throw new IllegalArgumentException("repeats must be >= 1, found " + repeats);
      }
    }

    /**
     * One split into K folds.
     *
     * @param folds K, 2 or more
     */
    public OutOfFold(int folds) {
      this(folds, 1);
    }

    @Override
    public String label() {
      return "out-of-fold";
    }

    @Override
    public Folds folds(LabeledData data, long seed) {
      long[] seeds = new long[repeats];
      seeds[0] = seed;
      for (int repeat = 2; repeat <= repeats; repeat++) {
        seeds[repeat - 1] = Seeds.of(seed, "repeat", repeat);
      }
      return Folds.stratified(data, folds, seeds);
    }
  }

  /**
   * For rows that come one after the other in time: each row's logits come from networks that saw
   * only rows before it (forward chaining, scikit-learn's {@code TimeSeriesSplit}). The rows are
   * cut into K + 1 blocks; the first is never held out, and the meta network does not see it.
   *
   * <p>The rows must be in their order of time, the oldest first. Their ids do not matter, and they
   * must not have groups. New rows, which are later than all, are for networks fitted on all rows
   * to answer: {@link Prediction#REFIT}.
   *
   * @param folds K, 2 or more
   */
  record TimeOrdered(int folds) implements Strategy {
    /**
     * Checks the number of folds.
     *
     * @param folds K, 2 or more
     * @throws IllegalArgumentException if there are fewer
     */
    public TimeOrdered {
      checkFolds(folds);
    }

    @Override
    public String label() {
      return "time-ordered";
    }

    @Override
    public Folds folds(LabeledData data, long seed) {
      return Folds.timeOrdered(data, folds);
    }
  }

  private static void checkFolds(int folds) {
    if (folds < 2) {
      throw new IllegalArgumentException("folds must be >= 2, found " + folds);
    }
  }

  /**
   * The meta network learns from a part of the rows that no member sees (blending). Cheaper than
   * out-of-fold, with fewer rows for both.
   *
   * @param fraction of the rows of each class to hold out, above 0 and below 1; groups are held out
   *     whole, so with them it is met only nearly
   */
  record Holdout(double fraction) implements Strategy {
    /**
     * Checks the fraction.
     *
     * @param fraction of the rows of each class to hold out, above 0 and below 1
     * @throws IllegalArgumentException if it is out of its range
     */
    public Holdout {
      if (!(fraction > 0 && fraction < 1)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "fraction must be > 0 and < 1, found %s", fraction));
      }
    }

    @Override
    public String label() {
      return "holdout";
    }

    @Override
    public Folds folds(LabeledData data, long seed) {
      return Folds.holdout(data, fraction, seed);
    }
  }
}
