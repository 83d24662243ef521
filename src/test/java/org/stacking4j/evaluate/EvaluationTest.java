package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class EvaluationTest {
  private static final INDArray PROBABILITIES =
      Nd4j.createFromArray(new float[][] {{0.5f, 0.5f}, {0.25f, 0.75f}, {1, 0}, {0.125f, 0.875f}});

  @Test
  void of_equalsTheNumbersWorkedByHand() {
    Evaluation evaluation =
        Evaluation.of(new int[] {0, 0, 0, 1}, PROBABILITIES, new int[] {0, 1, 0, 0});

    assertThat(evaluation.accuracy()).isEqualTo(0.5);
    // −ln of 1/2, 3/4, 1 and 1/8.
    assertThat(evaluation.logLoss())
        .isEqualTo((Math.log(2) + Math.log(4.0 / 3) + 0 + Math.log(8)) / 4, within(1e-12));
    // Both classes are off by 1/2, 1/4, 0 and 7/8.
    assertThat(evaluation.brier()).isEqualTo(2 * (1.0 / 4 + 1.0 / 16 + 0 + 49.0 / 64) / 4);
    // Each row has a bin of its own: right at 1/2, wrong at 1/4, right at 1, wrong at 7/8.
    assertThat(evaluation.ece()).isEqualTo((0.5 + 0.25 + 0 + 0.875) / 4);
    assertThat(evaluation.rows()).isEqualTo(4);
  }

  @Test
  void ece_withinABin_rowsMakeUpForOneAnother() {
    // Bins (14/15, 1] with one of two right, (9/15, 10/15] with two of two.
    float[][] probabilities = {{0.96f, 0.04f}, {0.98f, 0.02f}, {0.61f, 0.39f}, {0.35f, 0.65f}};
    Evaluation evaluation =
        Evaluation.of(
            new int[] {0, 0, 0, 1}, Nd4j.createFromArray(probabilities), new int[] {0, 1, 0, 1});

    assertThat(evaluation.ece())
        .isEqualTo(0.5 * Math.abs(0.5 - 0.97) + 0.5 * Math.abs(1 - 0.63), within(1e-7));
  }

  @Test
  void ece_ofCertainAnswers_isTheErrorRate() {
    float[][] certain = {{1, 0}, {0, 1}, {1, 0}, {Math.nextUp(1f), 0}};
    int[] predicted = {0, 1, 0, 0};

    assertThat(Evaluation.of(predicted, Nd4j.createFromArray(certain), new int[] {0, 1, 1, 0}))
        .satisfies(judged -> assertThat(judged.ece()).isEqualTo(0.25, within(1e-7)))
        .satisfies(judged -> assertThat(judged.brier()).isEqualTo(0.5, within(1e-7)));
    // A class that is predicted although it is said to be impossible: the lowest bin.
    assertThat(Evaluation.of(new int[] {1}, Nd4j.createFromArray(certain).getRows(0), new int[1]))
        .satisfies(judged -> assertThat(judged.ece()).isZero());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void brierAndEce_equalTheirDefinitions(long seed) {
    RandomRows rows = new RandomRows(seed, 300, 4);
    double brier = 0;
    double ece = 0;
    for (int bin = 1; bin <= 15; bin++) {
      int count = 0;
      double right = 0;
      double confidence = 0;
      for (int row = 0; row < rows.labels.length; row++) {
        double top = rows.values[row][rows.predicted[row]];
        if (top > (bin - 1) / 15.0 && top <= bin / 15.0) {
          count++;
          right += rows.predicted[row] == rows.labels[row] ? 1 : 0;
          confidence += top;
        }
      }
      if (count > 0) {
        ece += count / 300.0 * Math.abs(right / count - confidence / count);
      }
    }
    for (int row = 0; row < rows.labels.length; row++) {
      // Σ (p − y)² = Σ p² − 2 p of the right class + 1
      double squares = 0;
      for (double p : rows.values[row]) {
        squares += p * p;
      }
      brier += (squares - 2 * rows.values[row][rows.labels[row]] + 1) / 300;
    }

    Evaluation evaluation = Evaluation.of(rows.predicted, rows.probabilities(), rows.labels);

    assertThat(evaluation.brier()).isEqualTo(brier, within(1e-12));
    assertThat(evaluation.ece()).isEqualTo(ece, within(1e-12)).isGreaterThan(0.01);
  }

  @Test
  void weights_equalTheNumbersWorkedByHand() {
    Evaluation evaluation =
        Evaluation.of(
            new int[] {0, 0, 0, 1},
            PROBABILITIES,
            new int[] {0, 1, 0, 0},
            new double[] {3, 2, 0, 1});

    assertThat(evaluation.accuracy()).isEqualTo(3.0 / 6);
    assertThat(evaluation.logLoss())
        .isEqualTo((3 * Math.log(2) + 2 * Math.log(4.0 / 3) + Math.log(8)) / 6, within(1e-12));
    assertThat(evaluation.brier()).isEqualTo(2 * (3.0 / 4 + 2.0 / 16 + 49.0 / 64) / 6);
    assertThat(evaluation.ece()).isEqualTo((3 * 0.5 + 2 * 0.25 + 0.875) / 6);
    assertThat(evaluation.rows()).isEqualTo(4);
  }

  @Test
  void weights_ofWholeNumbers_areRowsThatStandSeveralTimes() {
    RandomRows rows = new RandomRows(7, 200, 3);
    int[] times = IntStream.range(0, 200).map(row -> row * 7 % 4).toArray();
    int[] repeated =
        IntStream.range(0, 200)
            .flatMap(row -> IntStream.generate(() -> row).limit(times[row]))
            .toArray();
    RandomRows longer = rows.select(repeated);

    Evaluation weighted =
        Evaluation.of(
            rows.predicted,
            rows.probabilities(),
            rows.labels,
            Arrays.stream(times).asDoubleStream().toArray());
    Evaluation plain = Evaluation.of(longer.predicted, longer.probabilities(), longer.labels);

    assertThat(weighted.accuracy()).isEqualTo(plain.accuracy(), within(1e-12));
    assertThat(weighted.logLoss()).isEqualTo(plain.logLoss(), within(1e-12));
    assertThat(weighted.brier()).isEqualTo(plain.brier(), within(1e-12));
    assertThat(weighted.ece()).isEqualTo(plain.ece(), within(1e-12));
  }

  @Test
  void weights_allOneOrNone_giveTheSameBits() {
    RandomRows rows = new RandomRows(8, 500, 5);
    double[] ones = new double[500];
    Arrays.fill(ones, 1);
    double loss = 0; // in the order, and by the operations, of a plain mean
    for (int row = 0; row < 500; row++) {
      loss -= Math.log(Math.max(0x1p-23, rows.values[row][rows.labels[row]]));
    }

    Evaluation plain = Evaluation.of(rows.predicted, rows.probabilities(), rows.labels);

    assertThat(plain.logLoss()).isEqualTo(loss / 500);
    assertThat(Evaluation.of(rows.predicted, rows.probabilities(), rows.labels, ones))
        .isEqualTo(plain);
    assertThat(Evaluation.of(rows.predicted, rows.probabilities(), rows.labels, null))
        .isEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 1 1       | each row must have one weight, found 3 weights for 4 rows
          1 -0.5 1 1  | weights must be finite and >= 0, found -0.5 in row 1
          1 1 NaN 1   | weights must be finite and >= 0, found NaN in row 2
          Infinity 1 1 1 | weights must be finite and >= 0, found Infinity in row 0
          0 0 0 0     | weights must have a positive, finite sum, found 0.0
          1e308 1e308 0 0 | weights must have a positive, finite sum, found Infinity
          """)
  void weights_thatCannotBe(String weights, String message) {
    double[] values = Arrays.stream(weights.split(" ")).mapToDouble(Double::parseDouble).toArray();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[4], PROBABILITIES, new int[4], values))
        .withMessage(message);
  }

  @Test
  void logLoss_ofAnImpossibleClass_isCapped() {
    // One row that is wrong with certainty would make the mean infinite, and every table useless.
    Evaluation evaluation =
        Evaluation.of(
            new int[] {0, 0},
            Nd4j.createFromArray(new float[][] {{1, 0}, {1, 1e-20f}}),
            new int[] {1, 1});

    assertThat(evaluation.logLoss()).isEqualTo(23 * Math.log(2), within(1e-12));
  }

  @Test
  void logLoss_ofAProbabilityRoundedAboveOne_isZero() {
    Evaluation evaluation =
        Evaluation.of(
            new int[] {0},
            Nd4j.createFromArray(new float[][] {{Math.nextUp(1f), 0}}),
            new int[] {0});

    assertThat(evaluation.logLoss()).isZero();
  }

  @Test
  void of_probabilitiesStoredColumnByColumn() {
    int[] predicted = {0, 0, 0, 1};
    int[] labels = {0, 1, 0, 0};

    assertThat(Evaluation.of(predicted, PROBABILITIES.dup('f'), labels))
        .isEqualTo(Evaluation.of(predicted, PROBABILITIES, labels));
  }

  @Test
  void of_differentNumbersOfRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[3], PROBABILITIES, new int[4]))
        .withMessage("3 predictions, 4 rows of probabilities and 4 labels cannot be compared");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[3], PROBABILITIES, new int[3]))
        .withMessage("3 predictions, 4 rows of probabilities and 3 labels cannot be compared");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[0], PROBABILITIES, new int[0]))
        .withMessageStartingWith("0 predictions, ");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void of_labelOutOfRange(int label) {
    // Unchecked, the probability of the next row's class would be taken for this row's.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[4], PROBABILITIES, new int[] {0, label, 0, 0}))
        .withMessage(
            "label " + label + " in row 1 is out of range: there are probabilities of 2 classes");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void of_predictedClassOutOfRange(int predicted) {
    // As above: it would have the confidence of another row.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluation.of(new int[] {0, 0, 0, predicted}, PROBABILITIES, new int[4]))
        .withMessage(
            "predicted class "
                + predicted
                + " in row 3 is out of range: there are probabilities of 2 classes");
  }

  @Test
  void toString_isTheSameUnderEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(new Evaluation(0.96921, 0.10338, 0.05, 0.01, 5000))
          .hasToString("accuracy 0.9692, log loss 0.1034 on 5000 rows");
    } finally {
      Locale.setDefault(before);
    }
  }

  /** Rows with probabilities that are sharp, half right, and add up to 1. */
  private static final class RandomRows {
    final float[][] values;
    final int[] predicted;
    final int[] labels;

    RandomRows(long seed, int rows, int classes) {
      var random = new SplittableRandom(seed);
      values = new float[rows][classes];
      predicted = new int[rows];
      labels = new int[rows];
      for (int row = 0; row < rows; row++) {
        predicted[row] = random.nextInt(classes);
        labels[row] = random.nextBoolean() ? predicted[row] : random.nextInt(classes);
        double top = 0.5 + 0.5 * random.nextDouble();
        Arrays.fill(values[row], (float) ((1 - top) / (classes - 1)));
        values[row][predicted[row]] = (float) top;
      }
    }

    private RandomRows(RandomRows from, int[] rows) {
      values = Arrays.stream(rows).mapToObj(row -> from.values[row]).toArray(float[][]::new);
      predicted = Arrays.stream(rows).map(row -> from.predicted[row]).toArray();
      labels = Arrays.stream(rows).map(row -> from.labels[row]).toArray();
    }

    RandomRows select(int[] rows) {
      return new RandomRows(this, rows);
    }

    INDArray probabilities() {
      return Nd4j.createFromArray(values);
    }
  }

  @Test
  void accuracy_isTheShareOfRowsPredictedRight() {
    int[] predicted = {0, 2, 1, 1};
    int[] labels = {0, 1, 1, 1};
    assertThat(Evaluation.accuracy(predicted, labels)).isEqualTo(0.75);
    assertThat(Evaluation.accuracy(predicted, labels, new double[] {1, 2, 1, 0})).isEqualTo(0.5);
  }
}
