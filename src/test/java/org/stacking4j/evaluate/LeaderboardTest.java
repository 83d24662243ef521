package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.evaluate.Leaderboard.Row;

final class LeaderboardTest {
  private static final Row AVERAGE = row("logit average", 0.9, 0.3, 12.5);
  private static final Row STACK = row("stack", 0.95, 0.2, 15.25);
  private static final Row SURE = row("over-confident", 0.9, 0.4, 1);

  @TempDir Path folder;

  @Test
  void rows_areSortedByAccuracy_tiesByLogLoss() {
    Leaderboard board = new Leaderboard("logit average", List.of(SURE, AVERAGE, STACK));

    assertThat(board.rows()).containsExactly(STACK, AVERAGE, SURE);
  }

  @Test
  void rows_areCopied() {
    List<Row> rows = new ArrayList<>(List.of(STACK));
    Leaderboard board = new Leaderboard("stack", rows);

    rows.add(AVERAGE);

    assertThat(board.rows()).containsExactly(STACK);
  }

  @Test
  void name_thatStandsTwice() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Leaderboard("logit average", List.of(STACK, AVERAGE, row("stack", 0.1, 3, 1))))
        .withMessage("'stack' stands twice on the leaderboard");
  }

  @Test
  void builder_comparesRowByRow() {
    int[] labels = {0, 1, 1, 0};
    INDArray even = Nd4j.valueArrayOf(new long[] {4, 2}, 0.5f, DataType.FLOAT);
    int[] better = {0, 1, 1, 0};
    int[] worse = {0, 1, 0, 1};
    Leaderboard.Builder builder = Leaderboard.builder("worse", labels);

    assertThat(builder.enter("better", better, even, 2).accuracy()).isEqualTo(1);
    builder.enter("worse", worse, even, 1);
    Leaderboard board = builder.build();

    assertThat(board.row("better").difference())
        .isEqualTo(PairedDifference.of(better, worse, labels));
    assertThat(board.row("worse").difference()).isEqualTo(new PairedDifference(0, 0, 0));
    assertThat(board.row("worse").evaluation()).isEqualTo(Evaluation.of(worse, even, labels));
    assertThat(board.row("better").seconds()).isEqualTo(2);
  }

  @Test
  void builder_comparesAnyTwo() {
    int[] labels = {0, 1, 1, 0};
    int[] better = {0, 1, 1, 0};
    int[] worse = {0, 1, 0, 1};
    INDArray even = Nd4j.valueArrayOf(new long[] {4, 2}, 0.5f, DataType.FLOAT);
    INDArray surer = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {0, 1}, {1, 0}});
    Leaderboard.Builder builder = Leaderboard.builder("worse", labels);
    builder.enter("worse", worse, even, 1);
    builder.enter("better", better, surer, 2);

    Comparison comparison = builder.compare("better", "worse", 7);

    double gain = -Math.log(2);
    assertThat(comparison).isEqualTo(new Comparison(4, 2, 0, new LossDifference(gain, gain, gain)));
    assertThat(builder.confusion("worse", 2)).isEqualTo(Confusion.of(worse, labels, 2));
    assertThat(builder.diversity(List.of("worse", "better")))
        .isEqualTo(Diversity.of(new int[][] {worse, better}, labels));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.compare("better", "nobody", 7))
        .withMessage("'nobody' is not among [worse, better]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.confusion("nobody", 2))
        .withMessage("'nobody' is not among [worse, better]");
  }

  @Test
  void builder_errors() {
    INDArray even = Nd4j.valueArrayOf(new long[] {1, 2}, 0.5f, DataType.FLOAT);
    Leaderboard.Builder builder = Leaderboard.builder("average", new int[] {0});
    builder.enter("stack", new int[] {1}, even, 1);

    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessage("the reference 'average' is not among [stack]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.enter("stack", new int[] {0}, even, 1))
        .withMessage("'stack' stands twice on the leaderboard");
  }

  @Test
  void row_byName() {
    Leaderboard board = new Leaderboard("logit average", List.of(AVERAGE, STACK));

    assertThat(board.row("logit average")).isEqualTo(AVERAGE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> board.row("nobody"))
        .withMessage("no 'nobody' on the leaderboard [stack, logit average]");
  }

  @Test
  void writeCsv_isTheSameUnderEveryLocale() throws IOException {
    Path file = folder.resolve("leaderboard.csv");
    Row odd = row("a,\"b\"", 0.5, 1.25, 0);
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      new Leaderboard("logit average", List.of(odd, STACK)).writeCsv(file);
    } finally {
      Locale.setDefault(before);
    }

    assertThat(Files.readString(file))
        .isEqualTo(
            String.join(
                "\r\n",
                "name,accuracy,log_loss,brier,ece,seconds,difference,difference_low,difference_high",
                "stack,0.95,0.2,0.125,0.0625,15.250,0.01,-0.02,0.04",
                "\"a,\"\"b\"\"\",0.5,1.25,0.125,0.0625,0.000,0.01,-0.02,0.04",
                ""));
  }

  @Test
  void toText_isATable() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      String text = new Leaderboard("logit average", List.of(AVERAGE, STACK)).toText();

      assertThat(text.lines())
          .containsExactly(
              "name           accuracy  log loss   Brier     ECE  seconds  pp to logit average [95 %]",
              "stack            0.9500    0.2000  0.1250  0.0625     15.3  +1.00 [-2.00, +4.00]",
              "logit average    0.9000    0.3000  0.1250  0.0625     12.5  reference");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void toText_ofShortNames() {
    assertThat(new Leaderboard("a", List.of(row("a", 1, 0, 0))).toText().lines())
        .containsExactly(
            "name  accuracy  log loss   Brier     ECE  seconds  pp to a [95 %]",
            "a       1.0000    0.0000  0.1250  0.0625      0.0  reference");
  }

  private static Row row(String name, double accuracy, double logLoss, double seconds) {
    return new Row(
        name,
        new Evaluation(accuracy, logLoss, 0.125, 0.0625, 100),
        seconds,
        new PairedDifference(0.01, -0.02, 0.04));
  }

  @Test
  void builder_withWeights_judgesAndComparesByThem() {
    int[] labels = {0, 0, 1};
    INDArray even = Nd4j.createFromArray(new float[][] {{0.5f, 0.5f}, {0.5f, 0.5f}, {0.5f, 0.5f}});
    int[] one = {0, 0, 0}; // right in two rows, which weigh 2
    int[] other = {1, 1, 1}; // right in one row, which weighs 3
    double[] weights = {1, 1, 3};

    Leaderboard.Builder builder = Leaderboard.builder("one", labels, weights);
    builder.enter("one", one, even, 0);
    builder.enter("other", other, even, 0);
    Leaderboard board = builder.build();

    assertThat(board.rows().get(0).name()).isEqualTo("other");
    assertThat(board.row("other").evaluation().accuracy()).isEqualTo(0.6);
    assertThat(board.row("other").difference())
        .isEqualTo(PairedDifference.of(other, one, labels, weights));
    assertThat(builder.compare("other", "one", 1).accuracy().difference())
        .isEqualTo(0.2, within(1e-12));
    assertThat(builder.confusion("other", 2)).isEqualTo(Confusion.of(other, labels, 2));
  }

  @Test
  void builder_withWeightsThatAreAllEqual_isTheOneWithout() {
    int[] labels = {0, 0, 1};
    INDArray uneven =
        Nd4j.createFromArray(new float[][] {{0.7f, 0.3f}, {0.1f, 0.9f}, {0.2f, 0.8f}});
    double[] weights = {0.3, 0.3, 0.3};
    Leaderboard.Builder without = Leaderboard.builder("one", labels);
    Leaderboard.Builder with = Leaderboard.builder("one", labels, weights);
    for (Leaderboard.Builder builder : List.of(without, with)) {
      builder.enter("one", new int[] {0, 0, 0}, uneven, 0);
      builder.enter("other", new int[] {0, 1, 1}, uneven, 0);
    }

    assertThat(with.build()).isEqualTo(without.build());
    assertThat(with.compare("one", "other", 1)).isEqualTo(without.compare("one", "other", 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Leaderboard.builder("one", labels, new double[2]))
        .withMessage("each row must have one weight, found 2 weights for 3 rows");
  }
}
