package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LabeledDataErrorTest {
  private static final List<String> AB = List.of("a", "b");
  private final LabeledData data = TinyRows.labelled(0, 1, 0, 1);

  static Stream<Arguments> features() {
    return Stream.of(
        Arguments.of(
            Nd4j.create(DataType.FLOAT, 2, 3, 4),
            "features must be a matrix [rows, columns], but have shape [2, 3, 4]: reshape them to"
                + " one row per example"),
        Arguments.of(
            Nd4j.create(DataType.FLOAT, 2),
            "features must be a matrix [rows, columns], but have shape [2]: reshape them to one row"
                + " per example"),
        Arguments.of(
            Nd4j.create(DataType.FLOAT, 0, 3),
            "features of shape [0, 3] have no rows: give at least one"),
        Arguments.of(
            Nd4j.create(DataType.FLOAT, 2, 0),
            "features of shape [2, 0] have no columns: give at least one"),
        Arguments.of(
            Nd4j.create(DataType.BOOL, 2, 2),
            "features are of type BOOL: give numbers, they are kept as float32"));
  }

  @ParameterizedTest
  @MethodSource("features")
  void of_notAMatrixOfNumbers(INDArray features, String sentence) {
    assertIllegal(() -> LabeledData.of(features, new int[] {0, 1}, AB), sentence);
  }

  @Test
  void of_labelCount() {
    assertIllegal(
        () -> LabeledData.of(TinyRows.features(0, 1, 2), new int[] {0, 1}, AB),
        "found 2 labels for 3 rows: give exactly one label per row");
  }

  @Test
  void of_labelOutOfRange() {
    int[] labels = {0, 1, 2, 3, 4, 5, 6, 12, 8, 9};
    INDArray features = Nd4j.create(DataType.FLOAT, 10, 2);
    assertIllegal(
        () -> LabeledData.of(features, labels, TinyRows.names(10)),
        "label 12 in row 7 is out of range: 10 classes are named, so labels must be 0 to 9");
    labels[7] = -1;
    assertIllegal(
        () -> LabeledData.of(features, labels, TinyRows.names(10)),
        "label -1 in row 7 is out of range: 10 classes are named, so labels must be 0 to 9");
    labels[7] = 10;
    assertIllegal(
        () -> LabeledData.of(features, labels, TinyRows.names(10)),
        "label 10 in row 7 is out of range: 10 classes are named, so labels must be 0 to 9");
  }

  @ParameterizedTest
  @CsvSource({"NaN,NaN", "Infinity,Infinity", "-Infinity,-Infinity", "1e39,Infinity"})
  void of_featureNotFinite(double value, String shown) {
    INDArray features = TinyRows.features(0, 1, 2).castTo(DataType.DOUBLE);
    features.putScalar(1, 2, value);
    assertIllegal(
        () -> LabeledData.of(features, new int[] {0, 1, 0}, AB),
        "feature in row 1, column 2 is " + shown + " as float32: replace or leave out such values");
  }

  @Test
  void of_featureNotFiniteFarFromTheStart() {
    // Beyond the first block of the scan, and in the very last place.
    INDArray features = Nd4j.create(DataType.FLOAT, 30_001, 10);
    features.putScalar(30_000, 9, Float.NaN);
    assertIllegal(
        () -> LabeledData.of(features, new int[30_001], AB),
        "feature in row 30000, column 9 is NaN as float32: replace or leave out such values");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void of_sourceOfAFeatureThatIsNotFinite(float value) {
    // Beyond the first block, and in the very last place.
    LabeledData.RowSource source =
        (from, to, target) -> {
          Arrays.fill(target, 0);
          if (to == 30_001) {
            target[(to - from) * 10 - 1] = value;
          }
        };
    assertIllegal(
        () -> LabeledData.of(10, source, new int[30_001], AB),
        "feature in row 30000, column 9 is "
            + value
            + " as float32: replace or leave out such values");
  }

  @Test
  void of_sourceWithoutRowsOrColumns() {
    LabeledData.RowSource never =
        (from, to, target) -> {
          throw new AssertionError("nothing to ask for");
        };
    assertIllegal(
        () -> LabeledData.of(3, never, new int[0], AB),
        "found 0 labels and 3 columns: give at least one row and one column");
    assertIllegal(
        () -> LabeledData.of(0, never, new int[2], AB),
        "found 2 labels and 0 columns: give at least one row and one column");
    assertIllegal(
        () -> LabeledData.of(3, never, new int[] {0, 2}, AB),
        "label 2 in row 1 is out of range: 2 classes are named, so labels must be 0 to 1");
    assertIllegal(
        () -> LabeledData.of(3, never, new int[2], AB, new long[1]),
        "found 1 row ids for 2 rows: give exactly one row id per row");
    assertIllegal(
        () -> LabeledData.of(3, never, new int[2], AB, new long[] {8, 8}),
        "row id 8 is given to row 0 and again to row 1: row ids must be unique");
    assertIllegal(
        () -> LabeledData.of(3, never, new int[2], List.of("a", "a")),
        "classes 0 and 1 are both named 'a': class names must differ");
  }

  @Test
  void of_sourceThatFails_failsWithTheSame() {
    UncheckedIOException gone = new UncheckedIOException(new IOException("the disk is gone"));
    assertThatThrownBy(
            () ->
                LabeledData.of(
                    3,
                    (from, to, target) -> {
                      throw gone;
                    },
                    new int[2],
                    AB))
        .isSameAs(gone);
  }

  static Stream<Arguments> classNames() {
    return Stream.of(
        Arguments.of(List.of(), "found class names []: a classifier needs at least 2 classes"),
        Arguments.of(List.of("a"), "found class names [a]: a classifier needs at least 2 classes"),
        Arguments.of(List.of("a", " "), "class name 1 is blank: name every class"),
        Arguments.of(
            List.of("a", "b", "a"), "classes 0 and 2 are both named 'a': class names must differ"));
  }

  @ParameterizedTest
  @MethodSource("classNames")
  void of_classNames(List<String> names, String sentence) {
    assertIllegal(() -> LabeledData.of(TinyRows.features(0, 1), new int[] {0, 0}, names), sentence);
  }

  @Test
  void of_rowIds() {
    INDArray features = TinyRows.features(0, 1, 2, 3);
    int[] labels = {0, 1, 0, 1};
    assertIllegal(
        () -> LabeledData.of(features, labels, AB, new long[] {1, 2, 3}),
        "found 3 row ids for 4 rows: give exactly one row id per row");
    assertIllegal(
        () -> LabeledData.of(features, labels, AB, new long[] {9, 17, -2, 17}),
        "row id 17 is given to row 1 and again to row 3: row ids must be unique");
  }

  @ParameterizedTest
  @CsvSource({"-1", "4"})
  void row_outOfRange(int row) {
    String sentence = "row " + row + " is out of range: there are 4 rows, so rows are 0 to 3";
    assertOutOfRange(() -> data.label(row), sentence);
    assertOutOfRange(() -> data.rowId(row), sentence);
    assertOutOfRange(() -> data.features(new int[] {0, row}), sentence);
    assertOutOfRange(() -> data.oneHot(new int[] {0, row}), sentence);
    assertOutOfRange(() -> data.select(new int[] {0, row}), sentence);
  }

  @Test
  void row_outOfTheViewButInTheStore() {
    LabeledData view = data.first(2);
    String sentence = "row 2 is out of range: there are 2 rows, so rows are 0 to 1";
    assertOutOfRange(() -> view.features(new int[] {2}), sentence);
    assertOutOfRange(() -> view.features(0, 3), sentence);
    assertOutOfRange(() -> view.label(2), sentence);
  }

  @Test
  void features_range() {
    assertIllegal(
        () -> data.features(2, 2),
        "rows 2 (inclusive) to 2 (exclusive) are none: ask for at least one row");
    assertIllegal(
        () -> data.features(3, 1),
        "rows 3 (inclusive) to 1 (exclusive) are none: ask for at least one row");
    assertOutOfRange(
        () -> data.features(-1, 2), "row -1 is out of range: there are 4 rows, so rows are 0 to 3");
    assertOutOfRange(
        () -> data.features(3, 6), "row 5 is out of range: there are 4 rows, so rows are 0 to 3");
  }

  @Test
  void noRows() {
    String sentence = "no rows were asked for: give at least one position";
    assertIllegal(() -> data.features(new int[0]), sentence);
    assertIllegal(() -> data.oneHot(new int[0]), sentence);
    assertIllegal(() -> data.select(new int[0]), sentence);
  }

  @Test
  void select_rowTwice() {
    assertIllegal(
        () -> data.select(new int[] {2, 0, 2}),
        "row 2 is selected more than once: a view has each row at most once");
  }

  @ParameterizedTest
  @CsvSource({"0", "-3", "5"})
  void first_count(int count) {
    assertIllegal(
        () -> data.first(count),
        "the first " + count + " rows were asked for, but there are 4: ask for 1 to 4");
  }

  @Test
  void trainTest_parts() {
    LabeledData narrow = LabeledData.of(Nd4j.create(DataType.FLOAT, 2, 2), new int[] {0, 1}, AB);
    LabeledData renamed =
        LabeledData.of(TinyRows.features(0, 1), new int[] {0, 1}, List.of("b", "a"));

    assertIllegal(
        () -> new TrainTest(" ", data, data), "the data set's name is blank: give it one");
    assertIllegal(
        () -> new TrainTest("tiny", data, narrow),
        "data set 'tiny' has 3 columns in train but 2 in test: both need the same columns");
    assertIllegal(
        () -> new TrainTest("tiny", data, renamed),
        "data set 'tiny' has the classes [a, b] in train but [b, a] in test: both need the same"
            + " names in the same order");
  }

  @Test
  void trainTest_keepsItsParts() {
    LabeledData test = data.first(1);
    TrainTest both = new TrainTest("tiny", data, test);

    assertThat(both.name()).isEqualTo("tiny");
    assertThat(both.train()).isSameAs(data);
    assertThat(both.test()).isSameAs(test);
  }

  @Test
  void of_largestFloatIsFinite() {
    INDArray features = TinyRows.features(0, 1);
    features.putScalar(0, 0, Float.MAX_VALUE);
    features.putScalar(1, 1, -Float.MAX_VALUE);

    LabeledData kept = LabeledData.of(features, new int[] {0, 1}, AB);

    assertThat(TinyRows.values(kept.features())[0][0]).isEqualTo(Float.MAX_VALUE);
    assertThat(TinyRows.values(kept.features())[1][1]).isEqualTo(-Float.MAX_VALUE);
  }

  @Test
  void of_everyRowIsChecked() {
    for (int row : IntStream.range(0, 3).toArray()) {
      int[] labels = new int[3];
      labels[row] = 2;
      assertThatThrownBy(() -> LabeledData.of(TinyRows.features(0, 1, 2), labels, AB))
          .hasMessageStartingWith("label 2 in row " + row + " is");
    }
  }

  private static void assertIllegal(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }

  private static void assertOutOfRange(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class).hasMessage(sentence);
  }
}
