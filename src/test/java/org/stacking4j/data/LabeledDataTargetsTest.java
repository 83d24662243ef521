package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.testing.TinyData;

/** Rows with numbers to predict instead of classes. */
final class LabeledDataTargetsTest {
  private static final INDArray FEATURES = Nd4j.createFromArray(new float[][] {{1}, {2}, {3}});
  private static final float[][] TARGETS = {{10, -1}, {20, -2}, {30, -3}};
  private static final List<String> NAMES = List.of("price", "area");
  private static final LabeledData DATA =
      LabeledData.of(FEATURES, TARGETS, NAMES, new long[] {7, 8, 9});

  @Test
  void of_keepsACopyOfTheTargets() {
    float[][] given = {{10, -1}, {20, -2}, {30, -3}};
    LabeledData data = LabeledData.of(FEATURES, given, NAMES);
    given[0][0] = 99;

    assertThat(data.targets(new int[] {0, 2}).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{10, -1}, {30, -3}});
    assertThat(data.task()).isEqualTo(Task.REGRESSION).hasToString("regression");
    assertThat(data.outputs()).isEqualTo(2);
    assertThat(data.outputNames()).isEqualTo(NAMES);
    assertThat(data.rowIds()).containsExactly(0, 1, 2);
    assertThat(data).hasToString("LabeledData[rows=3, columns=1, targets=2]");
  }

  @Test
  void targets_ofClasses_areIndicators() {
    LabeledData classes = LabeledData.of(FEATURES, new int[] {1, 0, 1}, List.of("a", "b"));
    float[] copied = new float[4];

    classes.targets(new int[] {0, 1}, copied);

    assertThat(copied).containsExactly(0, 1, 1, 0);
    assertThat(classes.targets(new int[] {0, 1})).isEqualTo(classes.oneHot(new int[] {0, 1}));
    assertThat(classes.task()).isEqualTo(Task.CLASSIFICATION);
    assertThat(classes.outputNames()).isEqualTo(classes.classNames());
  }

  @Test
  void select_takesTheTargetsAlong() {
    LabeledData view = DATA.select(new int[] {2, 0}).withWeights(new double[] {1, 2});

    assertThat(targets(view)).containsExactly(30, -3, 10, -1);
    assertThat(view.rowIds()).containsExactly(9, 7);
    assertThat(targets(view.select(new int[] {1}))).containsExactly(10, -1);
  }

  @Test
  void withTargets_andWithLabelsOf_changeNothingElse() {
    LabeledData weighted =
        DATA.withWeights(new double[] {1, 2, 3}).withGroups(new long[] {5, 5, 6});
    LabeledData doubled = weighted.withTargets(new float[][] {{20, -2}, {40, -4}, {60, -6}});
    LabeledData dealt = weighted.withLabelsOf(new int[] {2, 2, 0});

    assertThat(targets(doubled)).containsExactly(20, -2, 40, -4, 60, -6);
    assertThat(targets(dealt)).containsExactly(30, -3, 30, -3, 10, -1);
    for (LabeledData changed : List.of(doubled, dealt)) {
      assertThat(changed.rowIds()).containsExactly(7, 8, 9);
      assertThat(changed.weights()).containsExactly(1, 2, 3);
      assertThat(changed.groups()).containsExactly(5, 5, 6);
      assertThat(changed.features()).isEqualTo(FEATURES);
    }
    LabeledData classes = LabeledData.of(FEATURES, new int[] {1, 0, 1}, List.of("a", "b"));
    assertThat(classes.withLabelsOf(new int[] {1, 1, 0}).labels()).containsExactly(0, 0, 1);
  }

  @Test
  void withFeatures_keepsEverythingElse() {
    INDArray other = Nd4j.createFromArray(new float[][] {{5, 6}, {7, 8}});
    LabeledData view = DATA.select(new int[] {2, 0}).withGroups(new long[] {1, 2});
    LabeledData copied = view.withFeatures(other);
    LabeledData read =
        view.withFeatures(
            2, (from, to, target) -> System.arraycopy(new float[] {5, 6, 7, 8}, 0, target, 0, 4));

    for (LabeledData changed : List.of(copied, read)) {
      assertThat(changed.features()).isEqualTo(other);
      assertThat(targets(changed)).containsExactly(30, -3, 10, -1);
      assertThat(changed.groups()).containsExactly(1, 2);
      assertThat(changed.rowIds()).containsExactly(9, 7);
    }
    assertThat(copied.digest()).isEqualTo(read.digest());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DATA.withFeatures(other))
        .withMessage("found features of 2 rows for 3 rows: give each row its own");
  }

  @Test
  void digest_dependsOnTheTargets() {
    float[][] others = {{10, -1}, {20, -2}, {30, -3.5f}};

    assertThat(DATA.withTargets(others).digest()).isNotEqualTo(DATA.digest());
    assertThat(DATA.withTargets(TARGETS).digest()).isEqualTo(DATA.digest());
  }

  static Stream<Consumer<LabeledData>> questionsAboutClasses() {
    return Stream.of(
        LabeledData::classes,
        LabeledData::classNames,
        LabeledData::labels,
        LabeledData::classCounts,
        LabeledData::balanced,
        data -> data.label(0),
        data -> data.oneHot(new int[] {0}),
        data -> data.withLabels(new int[] {0, 0, 0}),
        data -> data.withClassWeights(1, 2));
  }

  @ParameterizedTest
  @MethodSource("questionsAboutClasses")
  void targets_areNoClasses(Consumer<LabeledData> question) {
    assertThatIllegalStateException()
        .isThrownBy(() -> question.accept(DATA))
        .withMessage(
            "the rows have the targets [price, area] and no classes; use outputs and targets");
  }

  @Test
  void withTargets_ofClasses_saysWhatToUse() {
    LabeledData classes = LabeledData.of(FEATURES, new int[] {1, 0, 1}, List.of("a", "b"));

    assertThatIllegalStateException()
        .isThrownBy(() -> classes.withTargets(TARGETS))
        .withMessage("the rows have the classes [a, b] and no targets; use withLabels");
  }

  @Test
  void of_whatCannotBe_saysWhat() {
    refused(
        () -> LabeledData.of(FEATURES, new float[][] {{1}, {2}}, List.of("y")),
        "found targets of 2 rows for 3 rows: give each row its targets");
    refused(
        () -> LabeledData.of(FEATURES, new float[][] {{1}, {2, 3}, {4}}, List.of("y")),
        "row 1 has 2 targets, but 1 are named: give each row one number per name");
    refused(
        () -> LabeledData.of(FEATURES, new float[][] {{1}, {2}, {Float.NaN}}, List.of("y")),
        "target 'y' of row 2 is NaN: targets must be finite numbers");
    refused(
        () -> LabeledData.of(FEATURES, TARGETS, List.of("y", "y")),
        "targets 0 and 1 are both named 'y': target names must differ");
    refused(
        () -> LabeledData.of(FEATURES, TARGETS, List.of("y", " ")),
        "target name 1 is blank: name every target");
    refused(
        () -> LabeledData.of(FEATURES, new float[3][0], List.of()),
        "found no target names: a regression needs at least one");
    refused(
        () -> DATA.withLabelsOf(new int[] {0, 1}),
        "found 2 positions for 3 rows: give exactly one position per row");
  }

  @Test
  void folds_holdOutEveryRowOnceAndEvenly() {
    LabeledData data = TinyData.numbers(103, 3, 1, 1);

    Folds folds = Folds.stratified(data, 5, 1);

    int[] sizes = IntStream.rangeClosed(1, 5).map(fold -> folds.heldOut(fold).length).toArray();
    assertThat(sizes).containsExactlyInAnyOrder(21, 21, 21, 20, 20);
    // The seed deals them out, not their order.
    assertThat(folds.heldOut(1)).isNotEqualTo(Folds.stratified(data, 5, 2).heldOut(1));
    assertThat(Folds.holdout(data, 0.2, 1).heldOut(1)).hasSize(21);
    assertThat(Folds.timeOrdered(data, 4).heldOut(4)).hasSize(20);
  }

  @Test
  void folds_keepGroupsWhole() {
    LabeledData data = TinyData.numbers(60, 3, 1, 1);
    long[] groups = IntStream.range(0, 60).mapToLong(row -> row / 4).toArray();

    for (Folds folds :
        List.of(
            Folds.stratified(data.withGroups(groups), 3, 1),
            Folds.holdout(data.withGroups(groups), 0.3, 1))) {
      int[] ofRows = folds.foldOfRows();
      for (int row = 0; row < 60; row++) {
        assertThat(ofRows[row]).isEqualTo(ofRows[row / 4 * 4]);
      }
      assertThat(folds.heldOut(1).length).isBetween(16, 24);
    }
  }

  @Test
  void folds_ofTooFewRows_sayHowMany() {
    refused(
        () -> Folds.stratified(DATA, 5, 1),
        "the data has 3 rows, fewer than the 5 folds; use at most 3 folds, or give it more rows");
    refused(
        () -> Folds.holdout(DATA.first(1), 0.5, 1),
        "the data has 1 row, but a holdout needs at least 2, one on each side; give it more rows");
    refused(
        () -> Folds.holdout(DATA.withGroups(new long[] {4, 4, 4}), 0.5, 1),
        "the data has rows in 1 group, but groups are held out whole, and then others must have"
            + " some left; give it rows in at least 2 groups");
  }

  @Test
  void split_needsTheSameTargetsOnBothSides() {
    TrainTest split = TrainTest.split("numbers", TinyData.numbers(40, 3, 2, 1), 0.25, 1);

    assertThat(split.test().rows()).isEqualTo(10);
    assertThat(split.train().outputNames()).containsExactly("price", "area");
    LabeledData other = LabeledData.of(FEATURES, TARGETS, List.of("price", "volume"));
    refused(
        () -> new TrainTest("x", DATA, other),
        "data set 'x' has the targets [price, area] in train but [price, volume] in test: both need"
            + " the same names in the same order");
    LabeledData classes = LabeledData.of(FEATURES, new int[3], List.of("price", "area"));
    refused(
        () -> new TrainTest("x", DATA, classes),
        "data set 'x' is for regression in train but for classification in test: both need the same"
            + " task");
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }

  private static float[] targets(LabeledData data) {
    float[] targets = new float[data.rows() * data.outputs()];
    data.targets(IntStream.range(0, data.rows()).toArray(), targets);
    assertThat(
            Arrays.equals(
                targets, data.targets(IntStream.range(0, data.rows()).toArray()).data().asFloat()))
        .isTrue();
    return targets;
  }
}
