package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabeledDataViewTest {
  private final LabeledData data = TinyRows.withIds(new long[] {40, 41, 42, 43, 44}, 0, 1, 2, 1, 0);

  @Test
  void select_reorders() {
    LabeledData view = data.select(new int[] {4, 1, 2});

    assertThat(view.rows()).isEqualTo(3);
    assertThat(view.labels()).containsExactly(0, 1, 2);
    assertThat(view.rowIds()).containsExactly(44, 41, 42);
    assertThat(view.classNames()).isEqualTo(data.classNames());
    assertThat(TinyRows.values(view.features())).isDeepEqualTo(TinyRows.expected(44, 41, 42));
    assertThat(TinyRows.values(view.features(1, 3))).isDeepEqualTo(TinyRows.expected(41, 42));
    assertThat(TinyRows.values(view.features(0, 2))).isDeepEqualTo(TinyRows.expected(44, 41));
    assertThat(TinyRows.values(view.features(new int[] {2, 0})))
        .isDeepEqualTo(TinyRows.expected(42, 44));
    assertThat(TinyRows.values(view.oneHot(new int[] {2, 1})))
        .isDeepEqualTo(new float[][] {{0, 0, 1}, {0, 1, 0}});
  }

  @Test
  void select_viewOfAView() {
    LabeledData view = data.select(new int[] {4, 3, 1}).select(new int[] {2, 0});

    assertThat(view.rowIds()).containsExactly(41, 44);
    assertThat(view.labels()).containsExactly(1, 0);
    assertThat(TinyRows.values(view.features())).isDeepEqualTo(TinyRows.expected(41, 44));
  }

  @Test
  void select_keepsClassesWithoutRows() {
    LabeledData view = data.select(new int[] {1, 3});

    assertThat(view.classes()).isEqualTo(3);
    assertThat(view.classCounts()).containsExactly(0, 2, 0);
  }

  @Test
  void select_sharesTheFeatures() {
    Object store = storeOf(data);

    assertThat(storeOf(data.select(new int[] {3, 0}))).isSameAs(store);
    assertThat(storeOf(data.first(2).select(new int[] {1}))).isSameAs(store);
  }

  @Test
  void select_copiesItsArgument() {
    int[] rows = {4, 1};
    LabeledData view = data.select(rows);

    rows[0] = 0;

    assertThat(TinyRows.values(view.features())).isDeepEqualTo(TinyRows.expected(44, 41));
  }

  @Test
  void first_rows() {
    LabeledData view = data.first(2);

    assertThat(view.rowIds()).containsExactly(40, 41);
    assertThat(view.labels()).containsExactly(0, 1);
    assertThat(TinyRows.values(view.features())).isDeepEqualTo(TinyRows.expected(40, 41));
    assertThat(data.first(5).rowIds()).containsExactly(40, 41, 42, 43, 44);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void view_equalsCopy(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int rows = random.nextInt(2, 60);
    LabeledData all = TinyRows.labelled(random.ints(rows, 0, 4).toArray());
    int[] chosen = Arrays.copyOf(TinyRows.permutation(rows, seed), random.nextInt(1, rows + 1));

    LabeledData view = all.select(chosen);
    LabeledData copy =
        LabeledData.of(
            all.features(chosen),
            Arrays.stream(chosen).map(all::label).toArray(),
            all.classNames(),
            Arrays.stream(chosen).mapToLong(all::rowId).toArray());

    assertThat(view.features()).isEqualTo(copy.features());
    assertThat(view.labels()).isEqualTo(copy.labels());
    assertThat(view.rowIds()).isEqualTo(copy.rowIds());
    assertThat(view.classCounts()).isEqualTo(copy.classCounts());
    assertThat(storeOf(copy)).isNotSameAs(storeOf(view));
    int[] again = TinyRows.permutation(chosen.length, seed + 1);
    assertThat(view.features(again)).isEqualTo(copy.features(again));
    assertThat(view.oneHot(again)).isEqualTo(copy.oneHot(again));
    int from = random.nextInt(chosen.length);
    assertThat(view.features(from, chosen.length)).isEqualTo(copy.features(from, chosen.length));
  }

  private static Object storeOf(LabeledData rows) {
    return assertThat(rows).extracting("store").actual();
  }
}
