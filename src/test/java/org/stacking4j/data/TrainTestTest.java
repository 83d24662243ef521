package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainTestTest {
  @Test
  void split_byHand() {
    // Which rows seed 42 holds out of seven and five, was worked out apart from this code.
    LabeledData data = TinyRows.labelled(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1);

    TrainTest split = TrainTest.split("mine", data, 0.4, 42);

    assertThat(split.name()).isEqualTo("mine");
    assertThat(split.test().rowIds()).containsExactly(0, 2, 5, 10, 11);
    assertThat(split.train().rowIds()).containsExactly(1, 3, 4, 6, 7, 8, 9);
    assertThat(split.test().labels()).containsExactly(0, 0, 0, 1, 1);
    assertThat(TinyRows.values(split.test().features()))
        .isDeepEqualTo(TinyRows.expected(0, 2, 5, 10, 11));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void split_hasEachRowOnOneSide_whereverItStands(long seed) {
    LabeledData data = TinyRows.random(seed);
    TrainTest split = TrainTest.split("mine", data, 0.25, seed);

    assertThat(
            LongStream.concat(
                Arrays.stream(split.train().rowIds()), Arrays.stream(split.test().rowIds())))
        .containsExactlyInAnyOrder(Arrays.stream(data.rowIds()).boxed().toArray(Long[]::new));
    int[] all = data.classCounts();
    int[] held = split.test().classCounts();
    for (int c = 0; c < all.length; c++) {
      assertThat(held[c]).isEqualTo((int) Math.round(0.25 * all[c]));
    }
    LabeledData moved = data.select(TinyRows.permutation(data.rows(), seed));
    assertThat(sorted(TrainTest.split("mine", moved, 0.25, seed))).isEqualTo(sorted(split));
    assertThat(sorted(TrainTest.split("mine", data, 0.25, seed + 1))).isNotEqualTo(sorted(split));
  }

  private static long[] sorted(TrainTest split) {
    return Arrays.stream(split.test().rowIds()).sorted().toArray();
  }

  @Test
  void split_impossible() {
    LabeledData data = TinyRows.labelled(0, 0, 1);

    assertThatThrownBy(() -> TrainTest.split("mine", data, 0.25, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("class 'b' has 1 row, but a holdout needs at least 2");
    assertThatThrownBy(() -> TrainTest.split("mine", data, 1, 1))
        .hasMessageStartingWith("found the fraction 1.0 to hold out");
    assertThatThrownBy(() -> TrainTest.split(" ", TinyRows.labelled(0, 0, 1, 1), 0.5, 1))
        .hasMessage("the data set's name is blank: give it one");
  }
}
