package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

class LabeledDataWeightsTest {
  private final LabeledData data = TinyRows.labelled(0, 1, 0, 0);

  @Test
  void without_isOneEach() {
    assertThat(data.isWeighted()).isFalse();
    assertThat(data.weights()).containsExactly(1, 1, 1, 1);
    assertThat(data.weight(3)).isEqualTo(1);
    assertThat(data.first(2).isWeighted()).isFalse();
  }

  @Test
  void withWeights_keepsThemAndAllElse() {
    LabeledData weighted = data.withWeights(new double[] {4, 0.5, 1e-300, 3});

    assertThat(weighted.isWeighted()).isTrue();
    assertThat(weighted.weights()).containsExactly(4, 0.5, 1e-300, 3);
    assertThat(weighted.weight(1)).isEqualTo(0.5);
    assertThat(weighted.labels()).isEqualTo(data.labels());
    assertThat(weighted.rowIds()).isEqualTo(data.rowIds());
    assertThat(weighted.features()).isEqualTo(data.features());
    assertThat(data.isWeighted()).isFalse();
  }

  @Test
  void withWeights_isIndependentOfWhatGoesInAndOut() {
    double[] given = {1, 2, 3, 4};
    LabeledData weighted = data.withWeights(given);

    given[0] = 9;
    weighted.weights()[1] = 9;

    assertThat(weighted.weights()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void withWeights_again_replacesThem() {
    assertThat(
            data.withWeights(new double[] {1, 2, 3, 4})
                .withWeights(new double[] {5, 6, 7, 8})
                .weights())
        .containsExactly(5, 6, 7, 8);
  }

  @Test
  void views_haveTheWeightsOfTheirRows() {
    LabeledData weighted = data.withWeights(new double[] {1, 2, 3, 4});

    assertThat(weighted.select(new int[] {3, 0, 1}).weights()).containsExactly(4, 1, 2);
    assertThat(weighted.select(new int[] {3, 0, 1}).select(new int[] {2, 0}).weights())
        .containsExactly(2, 4);
    assertThat(weighted.first(2).weights()).containsExactly(1, 2);
  }

  @Test
  void withClassWeights_multiplies() {
    assertThat(data.withClassWeights(3, 0.5).weights()).containsExactly(3, 0.5, 3, 3);
    assertThat(data.withWeights(new double[] {1, 2, 3, 4}).withClassWeights(10, 100).weights())
        .containsExactly(10, 200, 30, 40);
  }

  @Test
  void balanced_givesEveryClassTheSameShare() {
    // scikit-learn: rows / (classes × rows of the class) = 4 / (2 × 3) and 4 / (2 × 1).
    assertThat(data.balanced().weights())
        .containsExactly(new double[] {2 / 3.0, 2, 2 / 3.0, 2 / 3.0}, within(1e-15));
    // With weights: 8 + 24 = 32 in all, so 16 for each class; within one, 5 to 1 to 2 stays.
    assertThat(data.withWeights(new double[] {5, 24, 1, 2}).balanced().weights())
        .containsExactly(new double[] {10, 16, 2, 4}, within(1e-14));
  }

  @Test
  void balanced_leavesOutAClassWithoutRows() {
    LabeledData gap =
        LabeledData.of(TinyRows.features(0, 1, 2), new int[] {2, 0, 2}, List.of("a", "b", "c"));

    assertThat(gap.balanced().weights()).containsExactly(0.75, 1.5, 0.75);
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity", "0.0", "-0.0", "-2.5"})
  void weight_thatIsNone(double weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withWeights(new double[] {1, 1, weight, 1}))
        .withMessage(
            "weight "
                + weight
                + " of row 2 is not a finite number above 0: leave out what is to count for"
                + " nothing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withClassWeights(1, weight))
        .withMessage(
            "weight "
                + weight
                + " of class 'b' is not a finite number above 0: leave out what is to count for"
                + " nothing");
  }

  @Test
  void weights_ofAnotherNumber() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withWeights(new double[3]))
        .withMessage("found 3 weights for 4 rows: give exactly one weight per row");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withClassWeights(1, 2, 3))
        .withMessage("found 3 class weights for 2 classes: give exactly one weight per class");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4})
  void weight_ofNoRow(int row) {
    assertThatThrownBy(() -> data.withWeights(new double[] {1, 2, 3, 4}).weight(row))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("row " + row + " is out of range: there are 4 rows, so rows are 0 to 3");
  }

  @Test
  void digest_knowsTheWeights() {
    LabeledData weighted = data.withWeights(new double[] {1, 2, 3, 4});

    assertThat(
            List.of(
                data.digest(),
                data.withWeights(new double[] {1, 1, 1, 1}).digest(),
                weighted.digest(),
                data.withWeights(new double[] {1, 2, 3, Math.nextUp(4.0)}).digest(),
                weighted.first(2).digest(),
                data.first(2).digest()))
        .doesNotHaveDuplicates();
    assertThat(weighted.first(4).digest()).isEqualTo(weighted.digest());
  }

  @Test
  void digest_isTheSameEverywhere() {
    // Worked out apart from this code, as in LabeledDataDigestTest: behind all else come the text
    // "weights" and the weights, "groups" and the groups, little-endian, lengths in front.
    LabeledData rows =
        LabeledData.of(
            Nd4j.createFromArray(new float[][] {{1.5f, -2, 0}, {3.25f, 1e-3f, -0f}}),
            new int[] {1, 0},
            List.of("no", "über"),
            new long[] {7, -9});

    LabeledData weighted = rows.withWeights(new double[] {0.5, 3});

    assertThat(weighted.digest())
        .isEqualTo("27ca685230ba0b0aeeba601abc758a49be89e47217d5d76f48ea912d196b453b");
    assertThat(rows.withGroups(new long[] {4, -1}).digest())
        .isEqualTo("067a605ac6fdece6cb23fa142ca6200961451a2dee499d6fb6f837ae2468fa55");
    assertThat(weighted.withGroups(new long[] {4, -1}).digest())
        .isEqualTo("7849ca88b2953a2517b5c635968e5ff630259e4c6e38b4431b47f1251bc2182f");
  }

  @Test
  void withLabels_keepsEverythingElse() {
    LabeledData rows = TinyRows.labelled(0, 1, 1).withWeights(new double[] {1, 2, 3});
    rows = rows.withGroups(new long[] {7, 8, 9});
    int[] labels = {1, 0, 1};

    LabeledData other = rows.withLabels(labels);
    labels[0] = 0;

    assertThat(other.labels()).containsExactly(1, 0, 1);
    assertThat(rows.labels()).containsExactly(0, 1, 1);
    assertThat(other.features()).isEqualTo(rows.features());
    assertThat(other.rowIds()).isEqualTo(rows.rowIds());
    assertThat(other.weights()).isEqualTo(rows.weights());
    assertThat(other.groups()).isEqualTo(rows.groups());
    assertThat(other.digest()).isNotEqualTo(rows.digest());
  }

  @Test
  void withLabels_thatAreNotTheRows() {
    LabeledData rows = TinyRows.labelled(0, 1, 1);

    assertThatIllegalArgumentException().isThrownBy(() -> rows.withLabels(new int[] {0, 1}));
    assertThatIllegalArgumentException().isThrownBy(() -> rows.withLabels(new int[] {0, 1, 9}));
  }

  @Test
  void relativeWeights_haveAMeanOfOne() {
    assertThat(data.withWeights(new double[] {1, 2, 3, 2}).relativeWeights())
        .containsExactly(new double[] {0.5, 1, 1.5, 1}, within(1e-15));
    assertThat(data.withWeights(new double[] {0.3, 0.3, 0.3, 0.3}).relativeWeights())
        .containsExactly(1, 1, 1, 1);
    assertThat(data.relativeWeights()).containsExactly(1, 1, 1, 1);
  }
}
