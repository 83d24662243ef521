package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfusionTest {
  /** Of four cats one is taken for a dog and one for a fox; nothing else is taken for a fox. */
  private static final Confusion PETS =
      Confusion.of(new int[] {0, 1, 0, 2, 1, 1, 0}, new int[] {0, 0, 0, 0, 1, 1, 1}, 3);

  @Test
  void of_countsTheExampleWorkedByHand() {
    assertThat(PETS.counts()).containsExactly(List.of(2, 1, 1), List.of(1, 2, 0), List.of(0, 0, 0));
    assertThat(PETS.recall(0)).isEqualTo(0.5);
    assertThat(PETS.recall(1)).isEqualTo(2.0 / 3);
    assertThat(PETS.precision(0)).isEqualTo(2.0 / 3);
    assertThat(PETS.precision(1)).isEqualTo(2.0 / 3);
    assertThat(PETS.precision(2)).isZero();
  }

  @Test
  void recallAndPrecision_ofNoRows_areNotANumber() {
    assertThat(PETS.recall(2)).isNaN();
    assertThat(Confusion.of(new int[] {0, 0}, new int[] {0, 1}, 2).precision(1)).isNaN();
  }

  @Test
  void recall_weighedByRows_isTheAccuracy() {
    var random = new SplittableRandom(1);
    int[] labels = random.ints(500, 0, 4).toArray();
    int[] predicted = random.ints(500, 0, 4).toArray();
    Confusion confusion = Confusion.of(predicted, labels, 4);
    int right = 0;
    int rows = 0;
    double byRecall = 0;
    for (int row = 0; row < 500; row++) {
      right += labels[row] == predicted[row] ? 1 : 0;
      byRecall += confusion.recall(labels[row]) / 500;
    }
    for (List<Integer> line : confusion.counts()) {
      rows += line.stream().mapToInt(Integer::intValue).sum();
    }

    assertThat(rows).isEqualTo(500);
    assertThat(byRecall).isEqualTo(right / 500.0, within(1e-12));
  }

  @Test
  void counts_areCopied() {
    List<List<Integer>> counts = new ArrayList<>(List.of(new ArrayList<>(List.of(3))));
    Confusion confusion = new Confusion(counts);

    counts.get(0).set(0, 4);

    assertThat(confusion.counts()).containsExactly(List.of(3));
  }

  @Test
  void toText_isATable() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(PETS.toText(List.of("cat", "dog", "red fox")).lines())
          .containsExactly(
              "right \\ predicted     cat     dog  red fox  recall",
              "cat                     2       1        1  0.5000",
              "dog                     1       2        0  0.6667",
              "red fox                 0       0        0       -",
              "precision          0.6667  0.6667   0.0000");
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,0", "3,0", "0,-1", "0,3"})
  void of_classOutOfRange(int label, int predicted) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Confusion.of(new int[] {1, predicted}, new int[] {1, label}, 3))
        .withMessage("label %d and predicted class %d in row 1 must be 0 to 2", label, predicted);
  }

  @Test
  void errors() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Confusion.of(new int[3], new int[4], 2))
        .withMessage("3 predictions cannot be compared with 4 labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Confusion(List.of(List.of(1, 2), List.of(3))))
        .withMessage("counts of 2 classes must have 2 columns, found 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PETS.toText(List.of("cat", "dog")))
        .withMessage("there are 3 classes, but names [cat, dog]");
  }
}
