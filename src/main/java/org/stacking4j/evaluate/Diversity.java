package org.stacking4j.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How differently members err on the same rows: what there is for a combination to gain. Immutable.
 *
 * @param pairs all pairs of two members; a single member is paired with itself
 * @param oracleAccuracy share of the rows that at least one member gets right: no choice among
 *     their answers can be better
 */
public record Diversity(List<Pair> pairs, double oracleAccuracy) {
  /*
   * Measures and names are those of Kuncheva, Whitaker 2003, "Measures of diversity in classifier
   * ensembles and their relationship with the ensemble accuracy". All ask only whether an answer is
   * right: two members that are wrong in different ways do not differ.
   */

  /**
   * Two members.
   *
   * @param first its position, from 0
   * @param second its position
   * @param disagreement share of the rows on which exactly one of the two is right, 0 to 1
   * @param q Yule's Q of their being right, −1 to 1: 1 if they err on the same rows, 0 if
   *     independently, negative if on different rows. Where it would be 0/0, as with a member that
   *     is always right, it is 0: no connection can be seen
   * @param doubleFault share of the rows on which both are wrong, 0 to 1
   */
  public record Pair(int first, int second, double disagreement, double q, double doubleFault) {
    private static Pair of(int first, int second, boolean[][] right) {
      long both = 0;
      long onlyFirst = 0;
      long onlySecond = 0;
      int rows = right[first].length;
      for (int row = 0; row < rows; row++) {
        boolean a = right[first][row];
        boolean b = right[second][row];
        both += a && b ? 1 : 0;
        onlyFirst += a && !b ? 1 : 0;
        onlySecond += b && !a ? 1 : 0;
      }
      long none = rows - both - onlyFirst - onlySecond;
      double same = (double) both * none;
      double different = (double) onlyFirst * onlySecond;
      double q = same + different == 0 ? 0 : (same - different) / (same + different);
      return new Pair(
          first, second, (double) (onlyFirst + onlySecond) / rows, q, (double) none / rows);
    }
  }

  /**
   * Copies the pairs.
   *
   * @param pairs all pairs of members
   * @param oracleAccuracy share of the rows that one member or more has right, 0 to 1
   */
  public Diversity {
    pairs = List.copyOf(pairs);
  }

  /**
   * Compares all members.
   *
   * @param predicted classes, {@code [members, rows]}
   * @param labels right classes, {@code [rows]}
   * @return all pairs of the members, and what an oracle among them would reach
   * @throws IllegalArgumentException if there are no members or no rows, or the numbers of rows
   *     differ
   */
  public static Diversity of(int[][] predicted, int[] labels) {
    if (predicted.length == 0 || labels.length == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "diversity needs members and rows, found %d members and %d labels",
              predicted.length,
              labels.length));
    }
    boolean[][] right = new boolean[predicted.length][labels.length];
    boolean[] anyRight = new boolean[labels.length];
    for (int member = 0; member < predicted.length; member++) {
      if (predicted[member].length != labels.length) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%d predictions of member %d cannot be compared with %d labels",
                predicted[member].length,
                member,
                labels.length));
      }
      for (int row = 0; row < labels.length; row++) {
        right[member][row] = predicted[member][row] == labels[row];
        anyRight[row] |= right[member][row];
      }
    }
    List<Pair> pairs = new ArrayList<>();
    for (int first = 0; first < predicted.length; first++) {
      for (int second = first + 1; second < predicted.length; second++) {
        pairs.add(Pair.of(first, second, right));
      }
    }
    if (pairs.isEmpty()) {
      pairs.add(Pair.of(0, 0, right));
    }
    int oracle = 0;
    for (boolean any : anyRight) {
      oracle += any ? 1 : 0;
    }
    return new Diversity(pairs, (double) oracle / labels.length);
  }

  /** {@return the mean over the pairs; 0 for a single member} */
  public double disagreement() {
    return mean(Pair::disagreement);
  }

  /** {@return the mean over the pairs} */
  public double q() {
    return mean(Pair::q);
  }

  /** {@return the mean over the pairs; for a single member, its error rate} */
  public double doubleFault() {
    return mean(Pair::doubleFault);
  }

  private double mean(ToDoubleFunction<Pair> measure) {
    return pairs.stream().mapToDouble(measure).average().orElse(0);
  }

  /**
   * In words: {@code of two members exactly one is right on 3.1 % of rows; at least one of all is
   * right on 98.2 %}.
   */
  @Override
  public String toString() {
    if (pairs.stream().allMatch(pair -> pair.first() == pair.second())) {
      return String.format(
          Locale.ROOT, "the only member is right on %.1f %% of rows", 100 * oracleAccuracy);
    }
    return String.format(
        Locale.ROOT,
        "of two members exactly one is right on %.1f %% of rows;"
            + " at least one of all is right on %.1f %%",
        100 * disagreement(),
        100 * oracleAccuracy);
  }
}
