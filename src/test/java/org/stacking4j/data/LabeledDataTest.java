package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LabeledDataTest {
  private final LabeledData data = TinyRows.withIds(new long[] {7, 3, -5, 0}, 1, 0, 2, 1);

  @Test
  void sizesLabelsAndIds() {
    assertThat(data.rows()).isEqualTo(4);
    assertThat(data.columns()).isEqualTo(3);
    assertThat(data.classes()).isEqualTo(3);
    assertThat(data.classNames()).containsExactly("a", "b", "c");
    assertThat(data.labels()).containsExactly(1, 0, 2, 1);
    assertThat(data.label(2)).isEqualTo(2);
    assertThat(data.rowIds()).containsExactly(7, 3, -5, 0);
    assertThat(data.rowId(2)).isEqualTo(-5);
    assertThat(data).hasToString("LabeledData[rows=4, columns=3, classes=3]");
  }

  @Test
  void of_withoutIdsCountsFromZero() {
    LabeledData counted =
        LabeledData.of(TinyRows.features(5, 6, 7), new int[] {0, 1, 0}, List.of("no", "yes"));

    assertThat(counted.rowIds()).containsExactly(0, 1, 2);
    assertThat(TinyRows.values(counted.features())).isDeepEqualTo(TinyRows.expected(5, 6, 7));
  }

  @Test
  void of_aSource_equalsWhatIsCopiedFromAnArray() {
    int rows = 3000; // three blocks of 262 144 values, the last one short
    int columns = 200;
    int[] labels = IntStream.range(0, rows).map(row -> row % 2).toArray();
    long[] ids = LongStream.range(0, rows).map(row -> 9 * row).toArray();
    List<int[]> asked = new ArrayList<>();

    LabeledData filled =
        LabeledData.of(
            columns,
            (from, to, target) -> {
              asked.add(new int[] {from, to});
              Arrays.fill(target, Float.NaN); // what is not written must not matter
              for (int i = 0; i < (to - from) * columns; i++) {
                target[i] = from * columns + i;
              }
            },
            labels,
            List.of("no", "yes"),
            ids);

    INDArray array = Nd4j.arange(rows * columns).castTo(DataType.FLOAT).reshape(rows, columns);
    LabeledData copied = LabeledData.of(array, labels, List.of("no", "yes"), ids);
    assertThat(filled.digest()).isEqualTo(copied.digest());
    assertThat(asked)
        .containsExactly(new int[] {0, 1310}, new int[] {1310, 2620}, new int[] {2620, 3000});
  }

  @Test
  void of_aSource_withoutIdsCountsFromZero() {
    int[] labels = {0, 1, 0};
    LabeledData filled =
        LabeledData.of(1, (from, to, target) -> target[2] = 8, labels, List.of("no", "yes"));

    labels[0] = 1;

    assertThat(filled.rowIds()).containsExactly(0, 1, 2);
    assertThat(filled.labels()).containsExactly(0, 1, 0);
    assertThat(TinyRows.values(filled.features())).isDeepEqualTo(new float[][] {{0}, {0}, {8}});
  }

  @Test
  void features_allRows() {
    assertThat(TinyRows.values(data.features())).isDeepEqualTo(TinyRows.expected(7, 3, -5, 0));
  }

  @Test
  void features_range() {
    assertThat(TinyRows.values(data.features(1, 3))).isDeepEqualTo(TinyRows.expected(3, -5));
    assertThat(TinyRows.values(data.features(3, 4))).isDeepEqualTo(TinyRows.expected(0));
  }

  @Test
  void features_rowsInTheOrderAskedFor() {
    assertThat(TinyRows.values(data.features(new int[] {3, 0, 3, 1})))
        .isDeepEqualTo(TinyRows.expected(0, 7, 0, 3));
    assertThat(TinyRows.values(data.features(new int[] {2}))).isDeepEqualTo(TinyRows.expected(-5));
    assertThat(TinyRows.values(data.features(new int[] {2, 1})))
        .isDeepEqualTo(TinyRows.expected(-5, 3));
  }

  @Test
  void features_intoABuffer_areThoseOfTheRows() {
    FloatBuffer target = buffer(3 * data.columns() + 1);
    target.put(3 * data.columns(), 42).position(2);

    // Ids 7, 3, -5, 0 stand in rows 0 to 3.
    data.select(new int[] {3, 1, 2}).features(new int[] {2, 0, 2}, target);

    int columns = data.columns();
    float[][] found = new float[3][columns];
    for (int row = 0; row < 3; row++) {
      target.get(row * columns, found[row]);
    }
    assertThat(found).isDeepEqualTo(TinyRows.expected(-5, 0, -5));
    assertThat(target.get(3 * columns)).isEqualTo(42); // what lies behind is left alone
    assertThat(target.position()).isEqualTo(2);
  }

  private static FloatBuffer buffer(int length) {
    return ByteBuffer.allocateDirect(length * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Test
  void features_intoABufferThatCannotTakeThem() {
    int columns = data.columns();
    for (FloatBuffer target : List.of(buffer(2 * columns - 1), FloatBuffer.allocate(99))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> data.features(new int[] {0, 1}, target))
          .withMessageStartingWith(
              "2 rows of " + columns + " columns need a direct buffer of as many values, found ");
    }
  }

  @Test
  void oneHot_marksTheClass() {
    INDArray hot = data.oneHot(new int[] {2, 0, 1, 2});

    assertThat(TinyRows.values(hot))
        .isDeepEqualTo(new float[][] {{0, 0, 1}, {0, 1, 0}, {1, 0, 0}, {0, 0, 1}});
    assertDetachedFloat(hot);
  }

  @Test
  void oneHot_manyBlocks() {
    // 300 classes x 2 000 rows are more than one block of the copy: each must start from zeros.
    int[] labels = new int[2000];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = row * 7 % 300;
    }
    List<String> names = new ArrayList<>();
    for (int c = 0; c < 300; c++) {
      names.add("class " + c);
    }
    LabeledData many = LabeledData.of(Nd4j.create(DataType.FLOAT, labels.length, 1), labels, names);

    INDArray hot = many.oneHot(TinyRows.permutation(2000, 4));

    assertThat(hot.sumNumber().intValue()).isEqualTo(2000);
    int[] order = TinyRows.permutation(2000, 4);
    for (int row = 0; row < 2000; row++) {
      assertThat(hot.getFloat(row, labels[order[row]])).isEqualTo(1f);
    }
  }

  @Test
  void classCounts_namedClassWithoutRows() {
    LabeledData rows =
        LabeledData.of(
            TinyRows.features(0, 1, 2), new int[] {3, 0, 3}, List.of("a", "b", "c", "d"));

    assertThat(rows.classCounts()).containsExactly(1, 0, 0, 2);
  }

  @Test
  void arguments_maybeChangedAfterwards() {
    INDArray features = TinyRows.features(0, 1);
    int[] labels = {0, 1};
    List<String> names = new ArrayList<>(List.of("a", "b"));
    long[] ids = {4, 5};
    LabeledData kept = LabeledData.of(features, labels, names, ids);

    features.assign(99);
    labels[0] = 1;
    names.set(0, "z");
    ids[0] = 6;

    assertThat(TinyRows.values(kept.features())).isDeepEqualTo(TinyRows.expected(0, 1));
    assertThat(kept.labels()).containsExactly(0, 1);
    assertThat(kept.classNames()).containsExactly("a", "b");
    assertThat(kept.rowIds()).containsExactly(4, 5);
  }

  @Test
  void results_mayBeChanged() {
    data.features().assign(99);
    data.features(0, 4).assign(99);
    data.features(1, 3).assign(99);
    data.features(new int[] {1, 0}).assign(99);
    data.features().close();
    data.labels()[0] = 99;
    data.rowIds()[0] = 99;
    data.classCounts()[0] = 99;

    sizesLabelsAndIds();
    features_allRows();
    assertThat(data.classCounts()).containsExactly(1, 2, 1);
    assertThat(data.classNames()).isUnmodifiable();
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "HALF", "INT", "LONG", "SHORT"})
  void of_convertsOtherTypes(DataType type) {
    LabeledData converted =
        LabeledData.of(TinyRows.features(1, 2).castTo(type), new int[] {0, 1}, List.of("a", "b"));

    assertDetachedFloat(converted.features());
    assertThat(TinyRows.values(converted.features())).isDeepEqualTo(TinyRows.expected(1, 2));
  }

  @Test
  void of_columnOrderAndViews() {
    INDArray wide = Nd4j.create(DataType.FLOAT, 6, 8);
    INDArray view = wide.get(NDArrayIndex.interval(1, 2, 5), NDArrayIndex.interval(3, 6));
    view.assign(TinyRows.features(1, 2));
    INDArray columnOrder = TinyRows.features(1, 2).dup('f');
    INDArray transposed = TinyRows.features(1, 2).transpose().dup('c').transpose();

    for (INDArray features : List.of(view, columnOrder, transposed)) {
      LabeledData copied = LabeledData.of(features, new int[] {0, 1}, List.of("a", "b"));
      assertDetachedFloat(copied.features());
      assertThat(TinyRows.values(copied.features())).isDeepEqualTo(TinyRows.expected(1, 2));
    }
  }

  @Test
  void of_oneColumnAndOneRow() {
    LabeledData column =
        LabeledData.of(
            Nd4j.createFromArray(new float[][] {{4}, {5}, {6}}),
            new int[] {0, 1, 0},
            List.of("a", "b"));
    LabeledData row = TinyRows.labelled(1);

    assertThat(TinyRows.values(column.features(new int[] {2, 0})))
        .isDeepEqualTo(new float[][] {{6}, {4}});
    assertThat(TinyRows.values(column.features(1, 3))).isDeepEqualTo(new float[][] {{5}, {6}});
    assertThat(row.features().shape()).containsExactly(1, 3);
    assertThat(TinyRows.values(row.features(new int[] {0, 0})))
        .isDeepEqualTo(TinyRows.expected(0, 0));
  }

  @Test
  void results_areOutsideTheCallersWorkspace() {
    // An array inside a workspace is overwritten by the next cycle; the rows must outlive it.
    WorkspaceConfiguration settings = WorkspaceConfiguration.builder().initialSize(1 << 16).build();
    LabeledData made;
    INDArray gathered;
    INDArray range;
    INDArray hot;
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(settings, "LabeledDataTest")) {
      INDArray features = TinyRows.features(0, 1, 2);
      assertThat(features.isAttached()).isTrue();
      made = LabeledData.of(features, new int[] {0, 1, 0}, List.of("a", "b"));
      gathered = made.features(new int[] {2, 0});
      range = made.features(0, 2);
      hot = made.oneHot(new int[] {1});
      assertThat(Nd4j.getMemoryManager().getCurrentWorkspace()).isSameAs(workspace);
    }
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(settings, "LabeledDataTest")) {
      assertThat(Nd4j.valueArrayOf(new long[] {9, 9}, 77f).isAttached()).isTrue();
      assertThat(workspace.isScopeActive()).isTrue();
    }

    assertDetachedFloat(made.features());
    assertDetachedFloat(gathered);
    assertDetachedFloat(range);
    assertDetachedFloat(hot);
    assertThat(TinyRows.values(made.features())).isDeepEqualTo(TinyRows.expected(0, 1, 2));
    assertThat(TinyRows.values(gathered)).isDeepEqualTo(TinyRows.expected(2, 0));
    assertThat(TinyRows.values(range)).isDeepEqualTo(TinyRows.expected(0, 1));
    assertThat(TinyRows.values(hot)).isDeepEqualTo(new float[][] {{0, 1}});
  }

  static void assertDetachedFloat(INDArray array) {
    assertThat(array.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(array.ordering()).isEqualTo('c');
    assertThat(array.rank()).isEqualTo(2);
    assertThat(array.isAttached()).isFalse();
    assertThat(array.isView()).isFalse();
  }
}
