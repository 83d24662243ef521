package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;

final class RegressionLeaderboardTest {
  private static final LabeledData JUDGED =
      LabeledData.of(Nd4j.ones(110, 1), new float[110][1], List.of("y"));
  @TempDir Path folder;

  // Variance 5.
  private static final LabeledData DATA =
      LabeledData.of(Nd4j.ones(4, 1), new float[][] {{1}, {3}, {5}, {7}}, List.of("y"));

  private static RegressionLeaderboard.Builder board() {
    RegressionLeaderboard.Builder board = RegressionLeaderboard.builder("average", DATA, 1);
    board.enter("average", column(2, 4, 6, 8), 1); // errors of 1: squared 0.2 of the variance
    board.enter("stack", column(1, 3, 5, 7), 3);
    board.enter("mlp", column(3, 5, 7, 9), 2); // errors of 2: squared 0.8
    return board;
  }

  @Test
  void build_ordersByR2_andComparesWithTheReference() {
    RegressionLeaderboard built = board().build();

    assertThat(built.rows())
        .extracting(RegressionLeaderboard.Row::name)
        .containsExactly("stack", "average", "mlp");
    // All rows differ by the same, so the bootstrap has nothing to vary.
    LossDifference gain = built.rows().get(0).difference();
    assertThat(gain.difference()).isCloseTo(0.2, within(1e-9));
    assertThat(gain.low()).isCloseTo(0.2, within(1e-9));
    assertThat(built.rows().get(1).difference()).isEqualTo(new LossDifference(0, 0, 0));
    assertThat(built.rows().get(2).difference().difference()).isCloseTo(-0.6, within(1e-9));
    assertThat(board().compare("stack", "mlp").difference()).isCloseTo(0.8, within(1e-9));
    assertThat(built.toText().lines())
        .containsExactly(
            "name          RMSE        MAE       R²  seconds  R² to average [95 %]",
            "stack        0.000      0.000   1.0000      3.0  +0.2000 [+0.2000, +0.2000]",
            "average      1.000      1.000   0.8000      1.0  reference",
            "mlp          2.000      2.000   0.2000      2.0  -0.6000 [-0.6000, -0.6000]");
  }

  @Test
  void writeCsv_hasALineForEach() throws IOException {
    Path file = folder.resolve("board.csv");
    board().build().writeCsv(file);

    assertThat(Files.readAllLines(file))
        .hasSize(4)
        .startsWith("name,rmse,mae,r2,seconds,difference,difference_low,difference_high")
        .contains("average,1.0,1.0,0.8,1.000,0.0,0.0,0.0");
  }

  @Test
  void enter_twice_orCompareAStranger_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> board().enter("mlp", column(1, 2, 3, 4), 1))
        .withMessage("'mlp' stands twice on the leaderboard");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> board().compare("stack", "nobody"))
        .withMessage("'nobody' is not among [average, stack, mlp]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegressionLeaderboard.builder("average", DATA, 1).compare("a", "average"))
        .withMessage("'average' is not among []");
  }

  @Test
  void verdict_claimsOnlyWhatTheIntervalShows() {
    assertThat(verdict(0.02, 0.01, 0.03))
        .isEqualTo(
            "the stack beats the average by 0.0200 of R² (95 % interval 0.0100 to 0.0300, 110"
                + " rows)");
    assertThat(verdict(-0.02, -0.03, -0.01))
        .isEqualTo(
            "the stack is worse than the average by 0.0200 of R² (95 % interval 0.0100 to 0.0300,"
                + " 110 rows); use the average");
    assertThat(verdict(0.01, -0.01, 0.03))
        .isEqualTo(
            "no evidence that stacking helps here (difference to the average +0.0100 [-0.0100,"
                + " +0.0300] of R², 110 rows); use the average");
  }

  @Test
  void verdict_ofWeightedRows_saysSo() {
    double[] weights = new double[110];
    Arrays.fill(weights, 3);
    LossDifference difference = new LossDifference(0.02, 0.01, 0.03);

    assertThat(RegressionLeaderboard.verdict("average", difference, JUDGED.withWeights(weights)))
        .isEqualTo(RegressionLeaderboard.verdict("average", difference, JUDGED));
    weights[0] = 1;
    assertThat(RegressionLeaderboard.verdict("average", difference, JUDGED.withWeights(weights)))
        .isEqualTo(
            "the stack beats the average by 0.0200 of R² (95 % interval 0.0100 to 0.0300, 110"
                + " weighted rows)");
  }

  @Test
  void builder_ofWeightedRows_comparesByTheirWeights() {
    LabeledData rows = LabeledData.of(Nd4j.ones(3, 1), new float[][] {{0}, {1}, {2}}, List.of("y"));
    INDArray exact = Nd4j.createFromArray(new float[][] {{0}, {1}, {2}});
    INDArray off = Nd4j.createFromArray(new float[][] {{0}, {1}, {3}});

    // Of 0, 1, 2, 2 the mean is 5/4 and the variance 9/4 − 25/16 = 11/16; squared error 2/4.
    RegressionLeaderboard.Builder board =
        RegressionLeaderboard.builder("off", rows.withWeights(new double[] {1, 1, 2}), 1);
    board.enter("exact", exact, 0);
    board.enter("off", off, 0);

    assertThat(board.build().rows().get(1).evaluation().r2())
        .isEqualTo(1 - 0.5 / (11 / 16.0), within(1e-12));
    assertThat(board.compare("exact", "off").difference())
        .isEqualTo(0.5 / (11 / 16.0), within(1e-12));
  }

  private static String verdict(double difference, double low, double high) {
    return RegressionLeaderboard.verdict(
        "average", new LossDifference(difference, low, high), JUDGED);
  }

  private static INDArray column(float... values) {
    return Nd4j.createFromArray(values).reshape(values.length, 1);
  }
}
