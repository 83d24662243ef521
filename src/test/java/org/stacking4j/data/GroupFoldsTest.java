package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folds of rows in groups. */
class GroupFoldsTest {

  @Test
  void stratified_byHand() {
    // 8 rows of a, 4 of b. Sums of squared shares: group 7 (aaaabb) 1/2, 8 (aab) 1/8, 9 (ab) 5/64,
    // 5 (a) 1/64, so they are placed in this order: 7 goes to fold 1; 8 to the empty fold 2; 9
    // overlaps by 4/64 + 2/16 with fold 1 and by 2/64 + 1/16 with fold 2, and goes there; 5
    // overlaps by 4/64 with fold 1 and by 3/64 with fold 2.
    LabeledData data =
        TinyRows.labelled(0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0)
            .withGroups(new long[] {7, 7, 7, 7, 7, 7, 8, 8, 8, 9, 9, 5});

    for (long seed = 1; seed <= 20; seed++) { // no two groups of one size: no seed matters
      assertThat(Folds.stratified(data, 2, seed).foldOfRows())
          .containsExactly(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2);
    }
  }

  @Test
  void stratified_ofEqualOverlaps_takesTheFoldWithTheFewestRows() {
    // Group 1 (aaaa) goes to fold 1, 2 (aa) to fold 2, 3 (bb, of 3) overlaps with neither.
    LabeledData data =
        TinyRows.labelled(0, 0, 0, 0, 0, 0, 1, 1, 1)
            .withGroups(new long[] {1, 1, 1, 1, 2, 2, 3, 3, 4});

    int[] folds = Folds.stratified(data, 2, 1).foldOfRows();

    assertThat(folds[4]).isNotEqualTo(folds[0]);
    assertThat(folds[6]).isEqualTo(folds[4]);
    assertThat(folds[8]).isEqualTo(folds[0]);
  }

  static Stream<Arguments> cases() {
    return IntStream.rangeClosed(1, 15)
        .boxed()
        .flatMap(seed -> Stream.of(2, 3, 5).map(k -> Arguments.of(seed, k)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stratified_neverPartsAGroup_andIsAPartition(long seed, int k) {
    LabeledData data = grouped(seed, 40);
    Folds folds = Folds.stratified(data, k, seed);

    Set<Integer> timesHeldOut = new HashSet<>();
    for (int fold = 1; fold <= k; fold++) {
      assertThat(groupsOf(data, folds.heldOut(fold)))
          .isNotEmpty()
          .doesNotContainAnyElementsOf(groupsOf(data, folds.training(fold)));
      assertThat(data.select(folds.training(fold)).classCounts()).doesNotContain(0);
      for (int row : folds.heldOut(fold)) {
        assertThat(timesHeldOut.add(row)).isTrue();
      }
    }
    assertThat(timesHeldOut).hasSize(data.rows());
    assertThat(folds.count()).isEqualTo(k);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stratified_spreadsTheClassesFarMoreEvenlyThanChance(long seed, int k) {
    LabeledData data = grouped(seed, 40);

    double ours = spread(data, Folds.stratified(data, k, seed).foldOfRows(), k);

    var random = new SplittableRandom(seed);
    double chance = 0;
    for (int draw = 0; draw < 50; draw++) {
      long start = random.nextLong();
      int[] folds =
          LongStream.of(data.groups())
              .mapToInt(group -> 1 + new SplittableRandom(start + 977 * group).nextInt(k))
              .toArray();
      chance += spread(data, folds, k) / 50;
    }
    assertThat(ours).isLessThan(0.2 * chance);
  }

  /** The sum over classes and folds of (share − 1/k)². */
  private static double spread(LabeledData data, int[] folds, int k) {
    double[][] shares = new double[data.classes()][k];
    for (int row = 0; row < data.rows(); row++) {
      shares[data.label(row)][folds[row] - 1] += 1.0 / data.classCounts()[data.label(row)];
    }
    return Arrays.stream(shares)
        .flatMapToDouble(Arrays::stream)
        .map(share -> (share - 1.0 / k) * (share - 1.0 / k))
        .sum();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stratified_ofGroupsOfOneRow_isAsEvenAsWithoutGroups(long seed, int k) {
    LabeledData rows = TinyRows.random(seed);
    LabeledData data = rows.withGroups(rows.rowIds());
    Folds folds = Folds.stratified(data, k, seed);

    int[][] ofClass = new int[data.classes()][k];
    for (int row = 0; row < data.rows(); row++) {
      ofClass[data.label(row)][folds.foldOf(row) - 1]++;
    }
    for (int[] counts : ofClass) {
      int least = Arrays.stream(counts).min().orElseThrow();
      assertThat(Arrays.stream(counts).max().orElseThrow()).isBetween(least, least + 1);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stratified_ofGroupsOfOneClass_differsByNoMoreThanTheLargestGroup(long seed, int k) {
    LabeledData rows = TinyRows.random(seed);
    // 9 groups for each class; the size of a group follows from how often its number is drawn.
    var random = new SplittableRandom(seed);
    long[] groups = new long[rows.rows()];
    int[] next = new int[rows.classes()];
    for (int row = 0; row < groups.length; row++) {
      int c = rows.label(row);
      groups[row] =
          100L * c + (next[c] < 9 ? next[c]++ : random.nextInt(9) * random.nextInt(9) / 8);
    }
    LabeledData data = rows.withGroups(groups);
    int[] folds = Folds.stratified(data, Math.min(k, 5), seed).foldOfRows();

    for (int c = 0; c < data.classes(); c++) {
      int label = c;
      int[] own = IntStream.range(0, groups.length).filter(r -> data.label(r) == label).toArray();
      long most =
          Arrays.stream(own)
              .mapToLong(row -> Arrays.stream(own).filter(r -> groups[r] == groups[row]).count())
              .max()
              .orElseThrow();
      int[] counts = new int[Math.min(k, 5)];
      Arrays.stream(own).forEach(row -> counts[folds[row] - 1]++);
      int least = Arrays.stream(counts).min().orElseThrow();
      assertThat((long) Arrays.stream(counts).max().orElseThrow())
          .isBetween(0L + least, least + most);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void folds_followTheGroupsNotThePositionsOrIds(long seed) {
    LabeledData data = grouped(seed, 25);
    int[] order = TinyRows.permutation(data.rows(), seed);
    LabeledData permuted =
        LabeledData.of(
                data.features(order),
                Arrays.stream(order).map(data::label).toArray(),
                data.classNames())
            .withGroups(Arrays.stream(order).mapToLong(data::group).toArray());

    for (int i = 0; i < 2; i++) {
      int[] folds = draw(i, data, seed);
      assertThat(draw(i, permuted, seed))
          .isEqualTo(Arrays.stream(order).map(row -> folds[row]).toArray());
      assertThat(draw(i, data, seed)).isEqualTo(folds);
      assertThat(draw(i, data, seed + 1)).isNotEqualTo(folds);
    }
  }

  private static int[] draw(int which, LabeledData data, long seed) {
    return (which == 0 ? Folds.stratified(data, 4, seed) : Folds.holdout(data, 0.3, seed))
        .foldOfRows();
  }

  @Test
  void stratified_repeated_keepsGroupsWholeInEachRepeat_andPutsOthersTogether() {
    LabeledData data = grouped(3, 40);
    Folds folds = Folds.stratified(data, 4, 1, 2, 3);
    Set<Set<Long>> together = new HashSet<>();

    for (int fold = 1; fold <= 12; fold++) {
      Set<Long> held = groupsOf(data, folds.heldOut(fold));
      assertThat(held).doesNotContainAnyElementsOf(groupsOf(data, folds.training(fold)));
      together.add(held);
    }
    assertThat(together).hasSize(12);
  }

  @Test
  void stratified_asManyFoldsAsGroups() {
    LabeledData data =
        TinyRows.labelled(0, 1, 0, 1, 1, 0, 0).withGroups(new long[] {3, 3, -2, -2, 8, 8, 8});

    Folds folds = Folds.stratified(data, 3, 1);

    for (int fold = 1; fold <= 3; fold++) {
      assertThat(groupsOf(data, folds.heldOut(fold))).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3|found 3 groups, fewer than the 5 folds; use at most 3 folds, or give rows of more groups",
        "1|found 1 group, fewer than the 5 folds; give rows of more groups",
      })
  void stratified_fewerGroupsThanFolds(int groups, String sentence) {
    LabeledData data =
        TinyRows.labelled(IntStream.range(0, 30).map(row -> row / 10 % 2).toArray())
            .withGroups(LongStream.range(0, 30).map(row -> row % groups).toArray());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.stratified(data, 5, 1))
        .withMessage(sentence);
  }

  @ParameterizedTest
  @CsvSource({"1, 1 group", "0, no group"})
  void folds_ofAClassInOneGroup(int having, String shown) {
    // Held out, the group would leave networks that have never seen the class.
    int[] labels = {0, 0, 0, 0, 0, having};
    LabeledData data = TinyRows.labelled(labels).withGroups(new long[] {1, 1, 2, 2, 3, 3});
    String message =
        "class 'b' has rows in "
            + shown
            + ", but groups are held out whole, and then others must have some left; give that"
            + " class rows in at least 2 groups";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.stratified(data, 2, 1))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.holdout(data, 0.5, 1))
        .withMessage(message);
  }

  @Test
  void folds_whoseClassesContradictOneAnother() {
    // Two folds: a must part 1 and 2, b must part 2 and 3, c must part 3 and 1. There is no way.
    LabeledData data =
        TinyRows.labelled(0, 2, 0, 1, 1, 2).withGroups(new long[] {1, 1, 2, 2, 3, 3});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.stratified(data, 2, 1))
        .withMessage(
            "the groups do not fit into 2 folds so that every class has rows outside of each; use"
                + " more folds, another seed, or smaller groups");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.holdout(data, 0.5, 1))
        .withMessageMatching(
            "found no holdout of whole groups with class '[abc]' on both sides; use another seed or"
                + " fraction, or smaller groups");
    assertThat(Folds.stratified(data, 3, 1).count()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"1, 0.1", "2, 0.2", "3, 0.3", "4, 0.5", "5, 0.8", "6, 0.2", "7, 0.4", "8, 0.95"})
  void holdout_neverPartsAGroup_andIsNearTheFraction(long seed, double fraction) {
    LabeledData data = grouped(seed, 60);
    Folds folds = Folds.holdout(data, fraction, seed);

    assertThat(folds.count()).isEqualTo(1);
    assertThat(groupsOf(data, folds.heldOut(1)))
        .doesNotContainAnyElementsOf(groupsOf(data, folds.training(1)));
    int[] held = data.select(folds.heldOut(1)).classCounts();
    for (int c = 0; c < held.length; c++) {
      int all = data.classCounts()[c];
      assertThat(held[c]).isBetween(1, all - 1);
      assertThat((double) held[c] / all).isEqualTo(fraction, within(0.12));
    }
  }

  @Test
  void holdout_ofTwoGroups_holdsOneOut_howeverSmallTheFraction() {
    LabeledData data = TinyRows.labelled(0, 1, 0, 1).withGroups(new long[] {1, 1, 2, 2});

    for (double fraction : new double[] {0.01, 0.5, 0.99}) {
      Folds folds = Folds.holdout(data, fraction, 1);
      assertThat(folds.heldOut(1)).hasSize(2);
      assertThat(groupsOf(data, folds.heldOut(1))).hasSize(1);
    }
  }

  @Test
  void holdout_byHand() {
    // Half of each class, 4 rows. Any two of the four equal groups are that, and a third never
    // brings the shares nearer; which two, is the seed's choice.
    LabeledData data =
        TinyRows.labelled(0, 1, 0, 1, 0, 1, 0, 1).withGroups(new long[] {1, 1, 2, 2, 3, 3, 4, 4});
    Set<Set<Long>> drawn = new HashSet<>();

    for (long seed = 1; seed <= 30; seed++) {
      Set<Long> held = groupsOf(data, Folds.holdout(data, 0.5, seed).heldOut(1));
      assertThat(held).hasSize(2);
      drawn.add(held);
    }

    assertThat(drawn).hasSizeGreaterThan(3);
  }

  @Test
  void groups_areKeptAndTravel() {
    LabeledData data = TinyRows.labelled(0, 1, 0).withGroups(new long[] {5, -5, 5});

    assertThat(data.isGrouped()).isTrue();
    assertThat(data.groups()).containsExactly(5, -5, 5);
    assertThat(data.group(1)).isEqualTo(-5);
    assertThat(data.select(new int[] {2, 1}).groups()).containsExactly(5, -5);
    assertThat(data.first(1).isGrouped()).isTrue();
    assertThat(data.withWeights(new double[] {1, 2, 3}).groups()).containsExactly(5, -5, 5);
    assertThat(data.withWeights(new double[] {1, 2, 3}).withGroups(new long[3]).weights())
        .containsExactly(1, 2, 3);
    data.groups()[0] = 9;
    assertThat(data.group(0)).isEqualTo(5);
  }

  @Test
  void groups_notGiven_areTheRowIds() {
    LabeledData data = TinyRows.withIds(new long[] {9, 4}, 0, 1);

    assertThat(data.isGrouped()).isFalse();
    assertThat(data.groups()).containsExactly(9, 4);
    assertThat(data.group(1)).isEqualTo(4);
    assertThat(data.first(1).isGrouped()).isFalse();
  }

  @Test
  void groups_ofAnotherNumber() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TinyRows.labelled(0, 1, 0).withGroups(new long[4]))
        .withMessage("found 4 groups for 3 rows: give exactly one group per row");
  }

  @Test
  void digest_knowsTheGroups() {
    LabeledData data = TinyRows.labelled(0, 1, 0);

    assertThat(
            List.of(
                data.digest(),
                data.withGroups(data.rowIds()).digest(),
                data.withGroups(new long[] {1, 1, 2}).digest(),
                data.withGroups(new long[] {1, 2, 2}).digest(),
                data.withWeights(new double[] {1, 2, 2}).digest()))
        .doesNotHaveDuplicates();
  }

  private static Set<Long> groupsOf(LabeledData data, int[] rows) {
    Set<Long> groups = new HashSet<>();
    for (int row : rows) {
      groups.add(data.group(row));
    }
    return groups;
  }

  /** 120 to 319 rows of 3 classes in groups of very different sizes, most of mixed classes. */
  private static LabeledData grouped(long seed, int groups) {
    SplittableRandom random = new SplittableRandom(seed);
    int rows = 120 + random.nextInt(200);
    int[] labels = new int[rows];
    long[] own = new long[rows];
    for (int row = 0; row < rows; row++) {
      own[row] = 31L * random.nextInt(1 + random.nextInt(groups)) - 200;
      // Two of three rows have their group's favourite class.
      labels[row] = random.nextInt(3) > 0 ? Math.floorMod(own[row], 3) : random.nextInt(3);
    }
    return TinyRows.labelled(labels).withGroups(own);
  }
}
