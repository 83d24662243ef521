package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DropoutStageTest {
  private static final int ROWS = 400;
  private static final int WIDTH = 250;
  private static final int VALUES = ROWS * WIDTH;

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.7, 0.95})
  void forward_keepsThatShareOfTheValuesAndTheirMean(double keep) {
    float[] mask = mask(keep, 1, 0);

    // Four standard errors: one run in sixteen thousand would fail, and the seed is fixed.
    double error = 4 * Math.sqrt(keep * (1 - keep) / VALUES);
    assertThat(kept(mask)).isCloseTo(keep, within(error));
    double sum = 0;
    for (float value : mask) {
      assertThat(value == 0 || Math.abs(value - 1 / keep) < 1e-3).isTrue();
      sum += value;
    }
    assertThat(sum / VALUES).isCloseTo(1, within(error / keep));
  }

  @Test
  void forward_drawsEveryRowColumnAndIterationAnew() {
    float[] mask = mask(0.7, 1, 0);
    for (int row = 0; row < ROWS; row++) {
      double share = kept(Arrays.copyOfRange(mask, row * WIDTH, (row + 1) * WIDTH));
      assertThat(share).as("row %d", row).isCloseTo(0.7, within(5 * Math.sqrt(0.21 / WIDTH)));
    }
    for (int column = 0; column < WIDTH; column++) {
      float[] own = new float[ROWS];
      for (int row = 0; row < ROWS; row++) {
        own[row] = mask[row * WIDTH + column];
      }
      assertThat(kept(own))
          .as("column %d", column)
          .isCloseTo(0.7, within(5 * Math.sqrt(0.21 / ROWS)));
    }
    // Two masks that have nothing to do with each other agree with probability 0.7² + 0.3².
    assertThat(agreement(mask, mask(0.7, 1, 1))).isCloseTo(0.58, within(0.01));
    assertThat(agreement(mask, mask(0.7, 2, 0))).isCloseTo(0.58, within(0.01));
    float[] next = Arrays.copyOfRange(mask, 1, VALUES);
    assertThat(agreement(Arrays.copyOf(mask, VALUES - 1), next)).isCloseTo(0.58, within(0.01));
  }

  @Test
  void forward_ofTheSameSeedAndIteration_drawsTheSame() {
    assertThat(mask(0.7, 5, 3)).containsExactly(mask(0.7, 5, 3));
  }

  @Test
  void backward_letsThroughWhatForwardKept() {
    DropoutStage stage = new DropoutStage(WIDTH, 0.7, 1, ROWS);
    float[] ones = new float[VALUES];
    Arrays.fill(ones, 1);
    float[] kept = stage.forward(ones, ROWS, 0).clone();

    assertThat(stage.backward(ones.clone(), ROWS)).containsExactly(kept);
  }

  private static float[] mask(double keep, long seed, int iteration) {
    float[] ones = new float[VALUES];
    Arrays.fill(ones, 1);
    return new DropoutStage(WIDTH, keep, seed, ROWS).forward(ones, ROWS, iteration).clone();
  }

  private static double kept(float[] mask) {
    int kept = 0;
    for (float value : mask) {
      kept += value == 0 ? 0 : 1;
    }
    return (double) kept / mask.length;
  }

  private static double agreement(float[] a, float[] b) {
    int same = 0;
    for (int i = 0; i < a.length; i++) {
      same += (a[i] == 0) == (b[i] == 0) ? 1 : 0;
    }
    return (double) same / a.length;
  }
}
