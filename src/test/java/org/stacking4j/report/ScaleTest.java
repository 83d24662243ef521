package org.stacking4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ScaleTest {
  @Test
  void nice_endsAtRoundMarks() {
    Scale scale = Scale.nice(-0.7, 2.3, 5, 0, 100);

    assertThat(scale.marks()).containsExactly(-1.0, 0.0, 1.0, 2.0, 3.0);
    assertThat(scale.at(-1)).isZero();
    assertThat(scale.at(1)).isEqualTo(50);
    assertThat(scale.at(99)).as("beyond the end").isEqualTo(100);
    assertThat(scale.label(-1)).isEqualTo("−1");
  }

  @Test
  void nice_nothingBetween_andNumbersThatAreNone() {
    assertThat(Scale.nice(3, 3, 4, 0, 100).at(3)).isEqualTo(50);
    assertThat(Scale.nice(0, 0, 4, 0, 100).at(0)).isEqualTo(50);
    assertThat(Scale.nice(Double.NaN, Double.NEGATIVE_INFINITY, 4, 0, 100).marks()).hasSize(5);
  }

  @Test
  void label_hasTheDecimalsOfTheStep() {
    Scale scale = Scale.nice(0, 0.13, 3, 0, 100);

    assertThat(scale.marks().stream().map(scale::label))
        .containsExactly("0.00", "0.05", "0.10", "0.15");
    assertThat(Scale.nice(0, 4e6, 4, 0, 1).label(1e6)).isEqualTo("1M");
    Scale thousands = Scale.nice(-1000, 10000, 5, 0, 1);
    assertThat(thousands.marks().stream().map(thousands::label))
        .containsExactly("−5k", "0", "5k", "10k");
    assertThat(Scale.nice(0, 4e12, 4, 0, 1).label(1e12)).isEqualTo("1.0e+12");
    assertThat(Scale.nice(0, 4e-4, 4, 0, 1).label(1e-4)).isEqualTo("1.0e−04");
  }

  @Test
  void length_isShort() {
    assertThat(Scale.length(12.3456)).isEqualTo("12.35");
    assertThat(Scale.length(100)).isEqualTo("100");
    assertThat(Scale.length(-0.001)).isEqualTo("0");
  }
}
