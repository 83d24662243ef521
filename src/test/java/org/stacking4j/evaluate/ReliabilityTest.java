package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

final class ReliabilityTest {
  @Test
  void of_workedByHand() {
    int[] labels = {0, 1, 1, 0, 0};
    int[] predicted = {0, 0, 1, 0, 1};
    double[] confidences = {0.9, 0.8125, 0.875, 1, 0.55};

    List<Reliability.Bin> bins = Reliability.of(predicted, confidences, labels, null).bins();

    assertThat(bins).hasSize(10);
    // 0.9 ends the ninth bin: with 0.8125 and 0.875 it holds three, two of them right.
    assertThat(bins.get(8).rows()).isEqualTo(3);
    assertThat(bins.get(8).confidence()).isEqualTo(2.5875 / 3, within(1e-12));
    assertThat(bins.get(8).accuracy()).isEqualTo(2 / 3.0, within(1e-12));
    assertThat(bins.get(9)).isEqualTo(new Reliability.Bin(1, 1, 1));
    assertThat(bins.get(5)).isEqualTo(new Reliability.Bin(1, 0.55, 0));
    assertThat(bins.get(0)).isEqualTo(new Reliability.Bin(0, Double.NaN, Double.NaN));
    assertThat(bins.stream().mapToInt(Reliability.Bin::rows).sum()).isEqualTo(5);
  }

  @Test
  void of_weights_areThoseOfTheMeansAndNotOfTheCount() {
    int[] labels = {0, 1};
    int[] predicted = {0, 0};

    Reliability.Bin bin =
        Reliability.of(predicted, new double[] {0.75, 0.7109375}, labels, new double[] {3, 1})
            .bins()
            .get(7);

    assertThat(bin.rows()).isEqualTo(2);
    assertThat(bin.accuracy()).isEqualTo(0.75);
    assertThat(bin.confidence()).isEqualTo((3 * 0.75 + 0.7109375) / 4);
  }

  @Test
  void leaderboard_findsWhoIsHowSure_andWhichRowsFlip() {
    int[] labels = {0, 1, 1, 0};
    Leaderboard.Builder builder = Leaderboard.builder("average", labels);
    float[][] stack = {{0.75f, 0.25f}, {0.25f, 0.75f}, {0.625f, 0.375f}, {0.125f, 0.875f}};
    float[][] average = {{0.625f, 0.375f}, {0.5f, 0.5f}, {0.375f, 0.625f}, {0.25f, 0.75f}};
    builder.enter("stack", new int[] {0, 1, 0, 1}, Nd4j.createFromArray(stack), 1);
    builder.enter("average", new int[] {0, 0, 1, 1}, Nd4j.createFromArray(average), 1);

    // Both have the first row right and the last one wrong.
    assertThat(builder.flips("stack", "average"))
        .containsExactly(new Flip(1, 1, 1, 0.75, 0, 0.5), new Flip(2, 1, 0, 0.625, 1, 0.625));
    assertThat(builder.flips("stack", "average").get(0).firstIsRight()).isTrue();
    assertThat(builder.flips("stack", "average").get(1).firstIsRight()).isFalse();
    assertThat(builder.reliability("stack").bins().get(7))
        .isEqualTo(new Reliability.Bin(2, 0.75, 1));
    assertThat(builder.reliability("stack").bins().get(8))
        .isEqualTo(new Reliability.Bin(1, 0.875, 0));
  }
}
