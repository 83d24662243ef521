package org.stacking4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.testing.TinyData;

final class RowGateTest {
  @Test
  void checkSizes_ofTargets() {
    RowGate.defaults().checkSizes(3, 0, Task.CLASSIFICATION, 10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowGate.defaults().checkSizes(3, 0, Task.REGRESSION, 1))
        .withMessage(
            "a row gate weighs members by the log loss of classes, but the data has targets; use"
                + " residual, linear or greedy");
  }

  @Test
  void gradient_isThatOfFiniteDifferences() {
    for (int seed = 1; seed <= 3; seed++) {
      var random = new SplittableRandom(seed);
      MetaFeatures features = noise(20, 3, 4, random);
      GateLoss loss = new GateLoss(features, 0.3);
      double[] at = random.doubles(3 * (4 + 3 + 1), -1, 1).toArray();
      assertThat(loss.parameters()).isEqualTo(at.length);

      double[] gradient = loss.gradient(at);

      for (int i = 0; i < at.length; i++) {
        double[] above = at.clone();
        double[] below = at.clone();
        above[i] += 1e-5;
        below[i] -= 1e-5;
        assertThat(gradient[i])
            .isEqualTo((loss.value(above) - loss.value(below)) / 2e-5, within(1e-8));
      }
    }
  }

  @Test
  void value_isTheLogLossOfTheGatedAverage_andThePenalty() {
    // The gate is for inputs as they are, the loss for standardised ones: the same answers.
    var random = new SplittableRandom(4);
    MetaFeatures features = noise(30, 2, 3, random);
    double[] at = random.doubles(2 * (3 + 2 + 1), -1, 1).toArray();
    double squares = Arrays.stream(at).map(parameter -> parameter * parameter).sum();
    GateLoss loss = new GateLoss(features, 0.3);

    assertThat(loss.value(at))
        .isEqualTo(logLoss(loss.gate(at), features) + 0.15 * squares, within(1e-6));
  }

  @Test
  void value_ofNoParameters_isThatOfTheAverage() {
    // Logits 2 and 0 for the right class, then for the wrong one: (ln(1+e^-1) + ln(1+e^1)) / 2.
    MetaFeatures features = features(2, new float[][] {{2, 0, 0, 0}, {0, 0, 2, 0}}, 0, 1);

    assertThat(new GateLoss(features, 1).value(new double[10])).isEqualTo(0.813262, within(1e-6));
  }

  @Test
  void value_ofARowOfWeightTwo_isThatOfTwoRows() {
    var random = new SplittableRandom(5);
    MetaFeatures rows = noise(4, 2, 3, random);
    float[][] logits = rows.logits().toFloatMatrix();
    int[] labels = rows.labels();
    LabeledData weighted =
        LabeledData.of(Nd4j.ones(4, 1), labels, rows.classNames())
            .withWeights(new double[] {2, 1, 2, 1});
    GateLoss byWeights =
        new GateLoss(MetaFeatures.of(rows.members(), weighted, new int[4], rows.logits()), 0.1);
    int[] twice = {0, 0, 1, 2, 2, 3};
    GateLoss byRows =
        new GateLoss(
            features(
                3,
                IntStream.of(twice).mapToObj(row -> logits[row]).toArray(float[][]::new),
                IntStream.of(twice).map(row -> labels[row]).toArray()),
            0.1);
    double[] at = random.doubles(12, -1, 1).toArray();

    assertThat(byWeights.value(at)).isEqualTo(byRows.value(at), within(1e-12));
    assertThat(byWeights.gradient(at)).containsExactly(byRows.gradient(at), within(1e-12));
  }

  @Test
  void learn_membersThatAreRightInOneHalfEach_areTrustedThere() {
    // The average ties the right class with another; and the loss of a fixed weight w, which errs
    // by as much in one half as it is right in the other, is convex in w and least at 1/2: ln 2 and
    // more. An oracle has ln(1 + e^-4) = 0.018 and more.
    MetaFeatures unseen = halves(1000, 2);

    GatedAverage gate = RowGate.defaults().learn(halves(1000, 1), List.of());

    assertThat(logLoss(gate, unseen)).isLessThan(0.1);
    assertThat(accuracy(gate, unseen)).isGreaterThan(0.99);
    assertThat(accuracy(Combiner.logitAverage(4), unseen)).isLessThan(0.6);
    for (int tenths = 0; tenths <= 10; tenths++) {
      Combiner fixed = new WeightedAverage(List.of(tenths / 10.0, 1 - tenths / 10.0), 4);
      assertThat(logLoss(fixed, unseen)).isGreaterThan(0.69);
    }
  }

  @Test
  void learn_aMemberThatIsRightWhereItIsSure_isTrustedThere() {
    // a says right by 1 where it is sure, wrong by 0.2 where it is not; b is right by 0.5 there,
    // and
    // wrong by 0.5 where a is sure. Classes take turns, so only a's certainty tells.
    float[][] logits = new float[400][];
    int[] labels = new int[400];
    for (int row = 0; row < 400; row++) {
      float sign = row % 2 == 0 ? 1 : -1;
      boolean sure = row % 4 < 2;
      labels[row] = row % 2;
      logits[row] = new float[] {sure ? sign : -0.2f * sign, 0, sure ? -0.5f * sign : sign / 2, 0};
    }
    MetaFeatures features = features(2, logits, labels);

    GatedAverage gate = new RowGate(0.1).learn(features, List.of());

    assertThat(accuracy(gate, features)).isEqualTo(1);
    INDArray sureAndNot = Nd4j.createFromArray(new float[][] {{1, 0, 0, 0}, {.2f, 0, 0, 0}});
    float[] answers = floats(gate.logits(sureAndNot));
    assertThat(answers[0]).isGreaterThan(0.9f); // nearly all of a
    assertThat(answers[2]).isLessThan(0.02f); // hardly any
  }

  @Test
  void learn_equalMembers_staysTheAverage() {
    float[][] logits = {{3, 0, 1, 3, 0, 1}, {0, 2, 1, 0, 2, 1}, {0, 1, 0, 0, 1, 0}};

    GatedAverage gate = RowGate.defaults().learn(features(3, logits, 0, 1, 2), List.of());

    assertThat(gate.parameters()).allMatch(parameter -> Math.abs(parameter) < 1e-9);
  }

  @Test
  void learn_membersThatAreAlike_staysNearTheAverage() {
    // As networks of one kind are: what makes a row hard is common, and each has some noise.
    MetaFeatures features = alike(300, 6);
    MetaFeatures unseen = alike(3000, 7);

    GatedAverage gate = RowGate.defaults().learn(features, List.of());

    Combiner average = Combiner.logitAverage(3);
    assertThat(logLoss(gate, unseen)).isEqualTo(logLoss(average, unseen), within(0.01));
    assertThat(accuracy(gate, unseen)).isEqualTo(accuracy(average, unseen), within(0.01));
    double[] inputs = new double[5];
    double[] weights = new double[2];
    float[] logits = floats(unseen.logits());
    double[] parameters = gate.parameters().stream().mapToDouble(Double::doubleValue).toArray();
    double distance = 0;
    for (int row = 0; row < unseen.rows(); row++) {
      GatedAverage.putInputs(logits, row * 6, 2, 3, inputs, 0);
      GatedAverage.putWeights(parameters, inputs, 0, 5, weights);
      distance += Math.abs(weights[0] - 0.5) / unseen.rows();
    }
    assertThat(distance).isLessThan(0.1);
  }

  @Test
  void learn_aLargerPenalty_staysNearer() {
    MetaFeatures features = halves(200, 1);
    double average = logLoss(Combiner.logitAverage(4), features);

    double free = logLoss(new RowGate(0.1).learn(features, List.of()), features);
    double kept = logLoss(new RowGate(100).learn(features, List.of()), features);
    double held = logLoss(new RowGate(1e7).learn(features, List.of()), features);

    assertThat(free).isLessThan(kept - 0.05);
    assertThat(kept).isLessThan(held - 0.1);
    assertThat(held).isEqualTo(average, within(1e-3));
  }

  @Test
  void learn_heavyRows_decide() {
    // In 10 rows a is right and b wrong, in 10 it is the other way round, and no input tells them
    // apart but for the label.
    float[][] logits = new float[20][];
    double[] weights = new double[20];
    for (int row = 0; row < 20; row++) {
      logits[row] = new float[] {2, 0, 0, 2};
      weights[row] = row < 10 ? 9 : 1;
    }
    int[] labels = IntStream.range(0, 20).map(row -> row < 10 ? 0 : 1).toArray();
    LabeledData rows =
        LabeledData.of(Nd4j.ones(20, 1), labels, List.of("x", "y")).withWeights(weights);
    MetaFeatures weighted =
        MetaFeatures.of(List.of("a", "b"), rows, new int[20], Nd4j.createFromArray(logits));

    INDArray row = Nd4j.createFromArray(new float[][] {logits[0]});
    // Nine tenths for x: at best e^d / (1 + e^d) = 0.9, d = 2.197; the members' reach is 2.
    assertThat(difference(new RowGate(1e-3).learn(weighted, List.of()).logits(row)))
        .isBetween(1.9, 2.0);
    assertThat(
            difference(new RowGate(1e-3).learn(features(2, logits, labels), List.of()).logits(row)))
        .isEqualTo(0, within(1e-6));
  }

  @Test
  void learn_twice_givesTheSameBits() {
    assertThat(RowGate.defaults().learn(halves(100, 1), List.of()))
        .isEqualTo(RowGate.defaults().learn(halves(100, 1), List.of()));
  }

  @Test
  void learn_rowsThatHardlyHoldItBack_comesToAnEnd() {
    // Without any error and almost without penalty the least loss is almost at infinity.
    GatedAverage gate = new RowGate(1e-12).learn(halves(40, 1), List.of());

    assertThat(logLoss(gate, halves(40, 1))).isLessThan(0.05);
  }

  @Test
  void learn_aSingleMember_isThatMember() {
    MetaFeatures features = features(2, new float[][] {{2, 0}, {0, 1}, {1, 0}}, 0, 1, 1);

    GatedAverage gate = RowGate.defaults().learn(features, List.of());

    assertThat(floats(gate.logits(features.logits()))).containsExactly(2, 0, 0, 1, 1, 0);
  }

  @Test
  void learn_anInputThatIsConstant_decidesNothing() {
    // Both members are as sure in each row, whichever class they choose.
    float[][] logits = {{2, 0, 2, 0}, {0, 2, 2, 0}, {2, 0, 0, 2}, {0, 2, 0, 2}};

    GatedAverage gate = new RowGate(0.1).learn(features(2, logits, 0, 1, 0, 1), List.of());

    for (int member = 0; member < 2; member++) {
      for (int input = 2; input < 4; input++) {
        assertThat(gate.parameters().get(member * 5 + input)).isEqualTo(0, within(1e-9));
      }
    }
    assertThat(gate.parameters().get(4)).isPositive(); // a is always right
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void penalty_outOfRange(double penalty) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowGate(penalty))
        .withMessage("penalty must be > 0 and finite, found " + penalty);
  }

  /**
   * Classes 0 and 1, which a tells apart and b takes for each other, and classes 2 and 3, where it
   * is the other way round; logits 4, 0, −4, −4 with a little noise.
   */
  private static MetaFeatures halves(int count, int seed) {
    var random = new SplittableRandom(seed);
    float[][] logits = new float[count][8];
    int[] labels = new int[count];
    for (int row = 0; row < count; row++) {
      labels[row] = row % 4;
      for (int member = 0; member < 2; member++) {
        boolean right = labels[row] / 2 == member;
        int says = right ? labels[row] : labels[row] ^ 1;
        for (int c = 0; c < 4; c++) {
          double logit = c == says ? 4 : c == (says ^ 1) ? 0 : -4;
          logits[row][member * 4 + c] = (float) (logit + random.nextDouble(-0.5, 0.5));
        }
      }
    }
    return features(4, logits, labels);
  }

  private static MetaFeatures alike(int count, int seed) {
    var random = new SplittableRandom(seed);
    float[][] logits = new float[count][6];
    int[] labels = new int[count];
    for (int row = 0; row < count; row++) {
      labels[row] = row % 3;
      for (int c = 0; c < 3; c++) {
        double common = (c == labels[row] ? 2 : 0) + random.nextDouble(-2, 2);
        for (int member = 0; member < 2; member++) {
          logits[row][member * 3 + c] = (float) (common + random.nextDouble(-0.5, 0.5));
        }
      }
    }
    return features(3, logits, labels);
  }

  private static MetaFeatures noise(int count, int members, int classes, SplittableRandom random) {
    float[][] logits = new float[count][members * classes];
    for (float[] row : logits) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextDouble(-3, 3);
      }
    }
    return features(classes, logits, random.ints(count, 0, classes).toArray());
  }

  private static MetaFeatures features(int classes, float[][] logits, int... labels) {
    LabeledData rows =
        LabeledData.of(Nd4j.ones(labels.length, 1), labels, TinyData.classNames(classes));
    List<String> names = new ArrayList<>();
    for (int m = 0; m < logits[0].length / classes; m++) {
      names.add("m" + m);
    }
    return MetaFeatures.of(names, rows, new int[labels.length], Nd4j.createFromArray(logits));
  }

  private static double logLoss(Combiner combiner, MetaFeatures features) {
    float[] logits = floats(combiner.logits(features.logits()));
    return Arrays.stream(Tempered.losses(logits, features.labels(), 1)).average().orElseThrow();
  }

  private static double accuracy(Combiner combiner, MetaFeatures features) {
    return Evaluation.accuracy(combiner.predict(features.logits()), features.labels());
  }

  private static double difference(INDArray logits) {
    return logits.getDouble(0, 0) - logits.getDouble(0, 1);
  }
}
