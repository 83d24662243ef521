package org.stacking4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;

final class GreedySelectionTest {
  @Test
  void learn_twoMembersThatMendEachOther_areWeightedAlike() {
    // a is right in row 0 by 3 and wrong in row 1 by 1; b the other way round; c knows nothing.
    // Alone each costs (ln(1+e^-3) + ln(1+e^1)) / 2 = 0.681, c costs ln 2 = 0.693; a and b together
    // are right by 1 in both rows: ln(1+e^-1) = 0.313.
    WeightedAverage learned =
        learn(2, new float[][] {{3, 0, 0, 1, 0, 0}, {1, 0, 0, 3, 0, 0}}, 0, 1);

    assertThat(learned.weights()).containsExactly(0.5, 0.5, 0.0);
    assertThat(learned.needs(0)).isTrue();
    assertThat(learned.needs(2)).isFalse();
  }

  @Test
  void learn_moreRoundsThanHelp_keepsTheBestPrefix() {
    // Adding b, which is always wrong, only harms, and a again changes nothing.
    WeightedAverage learned = learn(7, new float[][] {{2, 0, 0, 2}, {0, 2, 2, 0}}, 0, 1);

    assertThat(learned.weights()).containsExactly(1.0, 0.0);
  }

  @Test
  void learn_ofEqualMembers_takesTheFirstAndThenStaysWithIt() {
    WeightedAverage learned = learn(5, new float[][] {{1, 0, 1, 0}, {0, 1, 0, 1}}, 0, 1);

    assertThat(learned.weights()).containsExactly(1.0, 0.0);
  }

  @Test
  void learn_membersAddedAgain_weighMore() {
    // a: right by 6 and wrong by 1; b: wrong by 4 and right by 5. Two a and one b: (12 − 4) / 3 and
    // (−2 + 5) / 3 are right by 2.67 and 1: 0.067 and 0.313; one of each: by 1 and 2: the same the
    // other way round but less sure: 0.313 and 0.127.
    WeightedAverage learned = learn(3, new float[][] {{6, 0, 0, 4}, {1, 0, 0, 5}}, 0, 1);

    assertThat(learned.weights().get(0)).isEqualTo(2 / 3.0, within(1e-9));
    assertThat(learned.weights().get(1)).isEqualTo(1 / 3.0, within(1e-9));
  }

  @Test
  void learn_countsRowsByTheirWeights() {
    // a is right in row 0 and wrong in row 1, as sure in both; b the other way round. Alike, each
    // is as good as the other, and both together know nothing; row 1 weighs more.
    float[][] logits = {{2, 0, 0, 2}, {2, 0, 0, 2}};

    assertThat(learn(1, logits, 0, 1).weights()).containsExactly(1.0, 0.0);
    assertThat(learn(1, logits, new double[] {1, 2}, 0, 1).weights()).containsExactly(0.0, 1.0);
    assertThat(learn(9, logits, new double[] {1, 2}, 0, 1).weights())
        .isEqualTo(learn(9, new float[][] {logits[0], logits[1], logits[1]}, 0, 1, 1).weights());
    assertThat(learn(9, logits, new double[] {0.3, 0.3}, 0, 1).weights())
        .isEqualTo(learn(9, logits, 0, 1).weights());
    // A row that weighs next to nothing changes no choice.
    assertThat(learn(9, logits, new double[] {1e-300, 1}, 0, 1).weights())
        .isEqualTo(learn(9, new float[][] {logits[1]}, 1).weights());
  }

  @Test
  void logits_areTheWeightedMean_whateverUnneededMembersSay() {
    WeightedAverage average = new WeightedAverage(List.of(0.75, 0.0, 0.25), 2);
    INDArray logits = Nd4j.createFromArray(new float[][] {{4, 0, Float.NaN, 9, 8, 4}});

    assertThat(floats(average.logits(logits))).containsExactly(5, 1);
  }

  @Test
  void logits_ofAnotherNumberOfMembers() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedAverage(List.of(1.0), 2).logits(Nd4j.ones(1, 4)))
        .withMessage("there are weights for 1 members, the logits are those of 2");
  }

  @Test
  void weights_outOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedAverage(List.of(1.5, -0.5), 2))
        .withMessage("members' weights must be 0 to 1 and add up to 1, found [1.5, -0.5]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedAverage(List.of(0.5, 0.4), 2));
  }

  @Test
  void rounds_none() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GreedySelection(0))
        .withMessage("rounds must be >= 1, found 0");
  }

  private static WeightedAverage learn(int rounds, float[][] logits, int... labels) {
    return learn(rounds, logits, null, labels);
  }

  private static WeightedAverage learn(
      int rounds, float[][] logits, double @Nullable [] weights, int... labels) {
    INDArray all = Nd4j.createFromArray(logits);
    int members = (int) all.size(1) / 2;
    LabeledData rows = LabeledData.of(Nd4j.ones(labels.length, 1), labels, List.of("x", "y"));
    rows = weights == null ? rows : rows.withWeights(weights);
    List<String> names = new ArrayList<>();
    for (int m = 0; m < members; m++) {
      names.add("m" + m);
    }
    MetaFeatures features = MetaFeatures.of(names, rows, new int[labels.length], all);
    return new GreedySelection(rounds).learn(features, List.of());
  }
}
