package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class BackgroundTest {
  @Test
  void of_isWhatMoreThanHalfOfTheRowsHave() {
    float[] sample = {
      -1, 7, 1, //
      -1, 7, 2,
      5, 0, 3,
      -1, 0, 4,
      6, 7, 5,
    };

    Background background = Background.of(sample, 3);

    assertThat(background.value(0)).isEqualTo(-1);
    assertThat(background.value(1)).isEqualTo(7);
  }

  @Test
  void sparse_isWhereLessThanAThirdOfTheValuesIsSomethingElse() {
    float[] sample = {
      0, 1, 5, //
      0, 1, 5,
      0, 2, 4,
      3, 3, 4,
    };

    Background background = Background.of(sample, 3);

    assertThat(background.sparse()).containsExactly(0);
    assertThat(background.dense()).containsExactly(1, 2);
    assertThat(background.othersOfSparse()).isEqualTo(0.25);
  }

  @Test
  void helps_whereAQuarterOfTheValuesAtMostIsSomethingElse() {
    float[] sample = new float[100 * 40];
    Arrays.fill(sample, 0, 1000, 3);

    assertThat(Background.of(sample, 40).helps()).isTrue();
    sample[1000] = 3;
    assertThat(Background.of(sample, 40).helps()).isFalse();
  }

  @Test
  void helps_whereAQuarterOfTheColumnsAreBackground() {
    for (int others : new int[] {30, 31}) {
      float[] sample = new float[100 * 40];
      for (int i = 0; i < sample.length; i++) {
        sample[i] = i % 40 < others ? i : 7;
      }

      assertThat(Background.of(sample, 40).helps()).isEqualTo(others == 30);
    }
  }

  @Test
  void mayHelp_layersThatAreNeitherNarrowNorOverflowTheCache() {
    assertThat(Background.mayHelp(784, 31)).isFalse();
    assertThat(Background.mayHelp(784, 32)).isTrue();
    assertThat(Background.mayHelp(784, 1337)).isTrue();
    assertThat(Background.mayHelp(784, 1338)).isFalse();
  }

  @Test
  void of_partOfARow_saysSo() {
    assertThatThrownBy(() -> Background.of(new float[7], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected rows of 3 columns, found 7 values");
    assertThatThrownBy(() -> Background.of(new float[0], 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
