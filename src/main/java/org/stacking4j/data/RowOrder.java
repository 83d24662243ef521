package org.stacking4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The seeded order in which rows, or groups of rows, are dealt out. */
final class RowOrder {
  /*
   * Each row gets the key mix(mix(seed + G) + id * G), and rows are sorted by it; groups likewise. G is odd and mix
   * is one-to-one, so for one seed different ids have different keys: there are no ties, and the
   * order depends on the ids and the seed only, never on the rows' positions.
   *
   * mix is the 64-bit finaliser "variant 13" [1], as in java.util.SplittableRandom; G is 2^64
   * divided by the golden ratio [2].
   *
   * [1] D. Stafford, Better Bit Mixing: Improving on MurmurHash3's 64-bit Finalizer, 2011.
   * [2] G. Steele, D. Lea, C. Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
   */
  private static final long G = 0x9e3779b97f4a7c15L;

  private RowOrder() {}

  /** The positions of all rows in the seed's order. */
  static int[] ofAll(LabeledData data, long seed) {
    return sorted(keys(data.rowIds(), seed));
  }

  /** For each class, the positions of its rows in the seed's order; targets are one class. */
  static int[][] byClass(LabeledData data, long seed) {
    int[] counts = data.strataCounts();
    int[][] rows = new int[counts.length][];
    Arrays.setAll(rows, c -> new int[counts[c]]);
    int[] filled = new int[counts.length];
    for (int row : ofAll(data, seed)) {
      int label = data.stratum(row);
      rows[label][filled[label]++] = row;
    }
    return rows;
  }

  /** For each group, the positions of its rows; the groups are in the seed's order. */
  static List<int[]> byGroup(LabeledData data, long seed) {
    long[] keys = keys(data.groups(), seed);
    int[] rows = sorted(keys);
    List<int[]> groups = new ArrayList<>();
    int from = 0;
    for (int to = 1; to <= rows.length; to++) {
      if (to == rows.length || keys[rows[to]] != keys[rows[from]]) {
        groups.add(Arrays.copyOfRange(rows, from, to));
        from = to;
      }
    }
    return groups;
  }

  private static long[] keys(long[] ids, long seed) {
    long start = mix(seed + G);
    return Arrays.stream(ids).map(id -> mix(start + id * G)).toArray();
  }

  private static int[] sorted(long[] keys) {
    return IntStream.range(0, keys.length)
        .boxed()
        .sorted(Comparator.comparingLong(row -> keys[row]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
