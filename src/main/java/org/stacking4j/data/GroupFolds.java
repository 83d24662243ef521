package org.stacking4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Deals whole groups of rows into folds, with the classes spread as evenly as goes. */
final class GroupFolds {
  /*
   * Groups are placed one after the other and stay where they are, as in scikit-learn's
   * StratifiedGroupKFold, with another measure of evenness. Where a fold has n[f][c] of the n[c]
   * rows of class c, the sum over folds and classes of the squared shares (n[f][c] / n[c])² is
   * least if the folds share every class evenly. A group with g[c] rows of class c adds
   *
   *   Σ_c (2 n[f][c] g[c] + g[c]²) / n[c]²
   *
   * to it. The second term is the same in every fold, so the group goes where the first is least;
   * of equals, where the fewest rows are.
   *
   * Large groups come first, because small ones can still level out what they leave uneven: groups
   * are ordered by Σ_c (g[c] / n[c])², but only by its power of two, so that among groups of about
   * one size the seed decides, and repeated draws differ.
   */
  private final LabeledData data;
  private final int[] ofClass;
  private final List<Group> groups = new ArrayList<>(); // in the seed's order

  private static final class Group {
    final int[] rows;
    final int[] ofClass;

    Group(int[] rows, int[] ofClass) {
      this.rows = rows;
      this.ofClass = ofClass;
    }
  }

  private GroupFolds(LabeledData data, long seed) {
    this.data = data;
    this.ofClass = data.strataCounts();
    for (int[] rows : RowOrder.byGroup(data, seed)) {
      int[] counts = new int[data.strata()];
      for (int row : rows) {
        counts[data.stratum(row)]++;
      }
      groups.add(new Group(rows, counts));
    }
  }

  /** The fold of each row, 1 to k; every class has rows outside of every fold. */
  static int[] stratified(LabeledData data, int k, long seed) {
    return new GroupFolds(data, seed).deal(k);
  }

  /** 1 for held-out rows and 0 for others; every class is on both sides. */
  static int[] holdout(LabeledData data, double fraction, long seed) {
    return new GroupFolds(data, seed).holdOut(fraction);
  }

  private int[] deal(int k) {
    if (groups.size() < k) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %s, fewer than the %d folds; %sgive rows of more groups",
              inWords(groups.size()),
              k,
              groups.size() >= 2 ? "use at most " + groups.size() + " folds, or " : ""));
    }
    checkClasses();
    groups.sort(Comparator.comparingInt(group -> -Math.getExponent(size(group))));
    int[] folds = new int[data.rows()];
    int[][] held = new int[k][data.strata()];
    for (Group group : groups) {
      int best = -1;
      for (int fold = 0; fold < k; fold++) {
        if (leavesEveryClass(held[fold], group)
            && (best < 0 || isBetter(held[fold], held[best], group))) {
          best = fold;
        }
      }
      if (best < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the groups do not fit into %d folds so that every class has rows outside of each;"
                    + " use more folds, another seed, or smaller groups",
                k));
      }
      put(group, best + 1, folds, held[best]);
    }
    return folds;
  }

  private int[] holdOut(double fraction) {
    checkClasses();
    int[] folds = new int[data.rows()];
    int[] held = new int[data.strata()];
    // Whatever brings the shares of the classes nearer to the fraction.
    for (Group group : groups) {
      if (leavesEveryClass(held, group)
          && distance(held, group, fraction) < distance(held, null, fraction)) {
        put(group, 1, folds, held);
      }
    }
    // Where all of a class's groups are too large for that, the one that does least harm.
    for (int c = 0; c < held.length; c++) {
      if (held[c] == 0) {
        int missing = c;
        Group least =
            groups.stream()
                .filter(group -> group.ofClass[missing] > 0 && leavesEveryClass(held, group))
                .min(Comparator.comparingDouble(group -> distance(held, group, fraction)))
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            String.format(
                                Locale.ROOT,
                                "found no holdout of whole groups with %s on both sides;"
                                    + " use another seed or fraction, or smaller groups",
                                data.stratumInWords(missing))));
        put(least, 1, folds, held);
      }
    }
    return folds;
  }

  /** Every class needs two groups: one that is held out, and one to learn from meanwhile. */
  private void checkClasses() {
    for (int c = 0; c < ofClass.length; c++) {
      int label = c;
      int having = (int) groups.stream().filter(group -> group.ofClass[label] > 0).count();
      if (having < 2) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has rows in %s, but groups are held out whole, and then others must have some"
                    + " left; give %s rows in at least 2 groups",
                data.stratumInWords(c),
                inWords(having),
                data.task() == Task.CLASSIFICATION ? "that class" : "it"));
      }
    }
  }

  private static String inWords(int groups) {
    return groups == 0 ? "no group" : groups == 1 ? "1 group" : groups + " groups";
  }

  private static void put(Group group, int fold, int[] folds, int[] held) {
    for (int row : group.rows) {
      folds[row] = fold;
    }
    for (int c = 0; c < held.length; c++) {
      held[c] += group.ofClass[c];
    }
  }

  private boolean leavesEveryClass(int[] held, Group group) {
    for (int c = 0; c < held.length; c++) {
      if (group.ofClass[c] > 0 && held[c] + group.ofClass[c] == ofClass[c]) {
        return false;
      }
    }
    return true;
  }

  private boolean isBetter(int[] held, int[] than, Group group) {
    double here = overlap(held, group);
    double there = overlap(than, group);
    return here < there || (here == there && Arrays.stream(held).sum() < Arrays.stream(than).sum());
  }

  private double overlap(int[] held, Group group) {
    double sum = 0;
    for (int c = 0; c < held.length; c++) {
      sum += share(held[c], c) * share(group.ofClass[c], c);
    }
    return sum;
  }

  private double size(Group group) {
    return overlap(group.ofClass, group);
  }

  /** How far the held-out shares of the classes would be from the fraction, squared. */
  private double distance(int[] held, @Nullable Group group, double fraction) {
    double sum = 0;
    for (int c = 0; c < held.length; c++) {
      int more = group == null ? 0 : group.ofClass[c];
      double off = share(held[c] + more, c) - fraction;
      sum += off * off;
    }
    return sum;
  }

  private double share(int rows, int label) {
    return (double) rows / ofClass[label];
  }
}
