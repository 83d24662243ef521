package org.stacking4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.fitted;
import static org.stacking4j.testing.TinyNetworks.floats;
import static org.stacking4j.testing.TinyNetworks.withWeights;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

final class CombinerTest {
  /** Two members, three classes, two rows. */
  private static final float[][] LOGITS = {{1, 2, 3, 5, 0, -1}, {0, 0, 0, -2, 4, 1}};

  private static final float[][] IDENTITY = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

  @Test
  void logitAverage_isTheMeanOfTheMembers() {
    Combiner average = Combiner.logitAverage(3);

    assertThat(average.logits(array(LOGITS)).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{3, 1, 1}, {-1, 2, 0.5f}});
    assertThat(average.predict(array(LOGITS))).containsExactly(0, 1);
  }

  @Test
  void member_isThatMemberAlone() {
    assertThat(Combiner.member(0, 3).logits(array(LOGITS)).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{1, 2, 3}, {0, 0, 0}});
    assertThat(Combiner.member(1, 3).logits(array(LOGITS)).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{5, 0, -1}, {-2, 4, 1}});
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void member_thatIsNotThere(int member) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Combiner.member(member, 3).logits(array(LOGITS)))
        .withMessage("there is no member " + member + ", the logits are those of 2");
  }

  @Test
  void softVote_isTheMeanOfTheProbabilities() {
    float[] found = floats(Combiner.softVote(3).probabilities(array(LOGITS)));

    for (int row = 0; row < 2; row++) {
      for (int c = 0; c < 3; c++) {
        double expected = (softmax(row, 0, c) + softmax(row, 1, c)) / 2;
        assertThat((double) found[row * 3 + c]).isEqualTo(expected, within(1e-6));
      }
    }
    assertThat(Combiner.softVote(3).predict(array(LOGITS))).containsExactly(0, 1);
  }

  @Test
  void majorityVote_isTheShareOfTheMembers() {
    INDArray logits =
        array(
            new float[][] {
              {9, 0, 0, 0, 1, 0, 0, 1, 0}, // 0, 1, 1: one strong voice does not outvote two
              {0, 0, 1, 0, 0, 1, 0, 0, 1}, // 2, 2, 2
            });
    Combiner vote = Combiner.majorityVote(3);

    assertThat(floats(vote.probabilities(logits)))
        .containsExactly(new float[] {1 / 3f, 2 / 3f, 0, 0, 0, 1}, within(1e-6f));
    assertThat(vote.predict(logits)).containsExactly(1, 2);
    assertThat(Combiner.softVote(3).predict(logits)).containsExactly(0, 2);
  }

  @Test
  void majorityVote_breaksTiesByMeanProbability() {
    INDArray logits =
        array(
            new float[][] {
              {5, 0, 0, 0, 0, 1}, // 0 and 2, and 0 is surer
              {1, 0, 0, 0, 0, 5}, // 0 and 2, and 2 is surer
              {0, 5, 0, 0, 0, 1}, // 1 and 2, and 1 is surer
              {2, 1.9f, 0, 0, 1.9f, 2}, // 1 is second for both: likeliest, but has no vote
            });

    int[] predicted = Combiner.majorityVote(3).predict(logits);

    assertThat(predicted).startsWith(0, 2, 1);
    assertThat(predicted[3]).isNotEqualTo(1);
    assertThat(Combiner.softVote(3).predict(logits)[3]).isEqualTo(1);
  }

  @Test
  void majorityVote_ofManyMembers_isNotOverruledByTheTieBreak() {
    // 7 members on 2 classes: four faint votes against three certain ones.
    float[][] logits = {{0, 0.01f, 0, 0.01f, 0, 0.01f, 0, 0.01f, 50, 0, 50, 0, 50, 0}};

    assertThat(Combiner.majorityVote(2).predict(array(logits))).containsExactly(1);
  }

  @Test
  void identityMetaNetwork_ofOneMember_isTheMember() {
    Combiner identity =
        new FittedMetaNetwork(List.of(fitted(withWeights(IDENTITY, 0, 0, 0))), false);
    float[][] oneMember = {{1, 2, 3}, {-4, 0.5f, 100}};

    assertThat(identity.logits(array(oneMember)).toFloatMatrix()).isDeepEqualTo(oneMember);
  }

  @Test
  void linearMetaNetwork_withEqualWeights_isTheAverage() {
    float[][] half = {{.5f, 0, 0}, {0, .5f, 0}, {0, 0, .5f}, {.5f, 0, 0}, {0, .5f, 0}, {0, 0, .5f}};
    Combiner linear = new FittedMetaNetwork(List.of(fitted(withWeights(half, 0, 0, 0))), false);

    assertThat(linear.logits(array(LOGITS)).toFloatMatrix())
        .isDeepEqualTo(Combiner.logitAverage(3).logits(array(LOGITS)).toFloatMatrix());
  }

  @Test
  void residualMetaNetwork_isAddedToTheAverage() {
    float[][] nothing = new float[6][3];
    Combiner residual =
        new FittedMetaNetwork(List.of(fitted(withWeights(nothing, 10, 20, 30))), true);

    assertThat(residual.logits(array(LOGITS)).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{13, 21, 31}, {9, 22, 30.5f}});
    assertThat(residual.predict(array(LOGITS))).containsExactly(2, 2);
  }

  @ParameterizedTest
  @MethodSource("combiners")
  void probabilities_addUpToOne_andAreTheSoftmaxOfTheLogits(Combiner combiner) {
    INDArray logits = array(new float[][] {LOGITS[0], LOGITS[1], {500, -500, 0, 500, 100, -500}});

    INDArray probabilities = combiner.probabilities(logits);

    assertThat(probabilities.shape()).containsExactly(3, 3);
    for (int row = 0; row < 3; row++) {
      assertThat(probabilities.getRow(row).sumNumber().doubleValue()).isEqualTo(1, within(1e-6));
      assertThat(probabilities.getRow(row).minNumber().doubleValue()).isNotNegative();
    }
    assertThat(floats(Transforms.softmax(combiner.logits(logits), true)))
        .containsExactly(floats(probabilities), within(1e-6f));
  }

  @ParameterizedTest
  @MethodSource("combiners")
  void combiner_leavesTheMemberLogitsAsTheyAre(Combiner combiner) {
    // They are handed from one rival to the next; a change would spoil the whole leaderboard.
    INDArray logits = array(LOGITS);

    combiner.logits(logits);
    combiner.probabilities(logits);
    combiner.predict(logits);

    assertThat(logits.toFloatMatrix()).isDeepEqualTo(LOGITS);
  }

  @ParameterizedTest
  @MethodSource("combiners")
  void combiner_takesArraysOfAnyKind_andAnswersInFloat(Combiner combiner) {
    INDArray expected = combiner.logits(array(LOGITS));

    assertThat(expected.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(floats(combiner.logits(array(LOGITS).dup('f')))).isEqualTo(floats(expected));
    INDArray ofDoubles = combiner.logits(array(LOGITS).castTo(DataType.DOUBLE));
    assertThat(ofDoubles.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(floats(ofDoubles)).containsExactly(floats(expected), within(1e-6f));
  }

  @ParameterizedTest
  @MethodSource("combiners")
  void combiner_ofASingleRow(Combiner combiner) {
    assertThat(combiner.predict(array(new float[][] {LOGITS[0]})))
        .containsExactly(combiner.predict(array(LOGITS))[0]);
    assertThat(combiner.logits(array(new float[][] {LOGITS[0]})).shape()).containsExactly(1, 3);
  }

  static Stream<Combiner> combiners() {
    float[][] some = {{1, 0, 2}, {0, 1, 0}, {0, 3, 1}, {1, 0, 0}, {0, 1, 1}, {2, 0, 1}};
    return Stream.of(
        Combiner.logitAverage(3),
        Combiner.softVote(3),
        Combiner.majorityVote(3),
        Combiner.member(1, 3),
        new GatedAverage(List.of(.5, 0., 1., -1., 0., .25, 0., -.5, 0., 0., 2., 1.), 2, 3),
        new FittedMetaNetwork(List.of(fitted(withWeights(some, 0, 1, 2))), false),
        new FittedMetaNetwork(List.of(fitted(withWeights(some, 0, 1, 2))), true));
  }

  @Test
  void average_ofAnotherNumberOfColumns() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Combiner.logitAverage(4).logits(array(LOGITS)))
        .withMessage("member logits must have a multiple of 4 columns, found 6");
  }

  private static double softmax(int row, int member, int c) {
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      sum += Math.exp(LOGITS[row][member * 3 + i]);
    }
    return Math.exp(LOGITS[row][member * 3 + c]) / sum;
  }

  private static INDArray array(float[][] values) {
    return Nd4j.createFromArray(values);
  }
}
