package org.stacking4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.combine.CombinerChoice.Evidence;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.testing.TinyData;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

final class CombinerChoiceTest {
  private static final FitRunner RUNNER = LocalFits.onThreads(2);
  private static final FitSettings SETTINGS = new FitSettings(10, 16, 2, true);
  private static final MetaLearner RESIDUAL = MetaNetwork.residual().withSettings(SETTINGS);
  private static final MetaLearner LINEAR = MetaNetwork.linear().withSettings(SETTINGS);
  private static final MetaLearner GREEDY = new GreedySelection(10);

  /** Member 0 is right, member 1 sure of nonsense: a weight for each is all there is to learn. */
  private static final MetaFeatures UNEQUAL = features(240, 4, 3, 1);

  /** Both members are equally good, and what is wrong with them is noise. */
  private static final MetaFeatures ALIKE = features(240, 4, 0, 2);

  @Test
  void of_whereTheAverageIsFarFromBest_choosesALearnerThatIsBetter() {
    CombinerChoice choice = CombinerChoice.of(List.of(RESIDUAL, GREEDY), true, UNEQUAL, 1, RUNNER);

    assertThat(choice.label()).isNotEqualTo(CombinerChoice.AVERAGE);
    assertThat(choice.evidence())
        .extracting(Evidence::label)
        .containsExactly("logit average", "residual network", "greedy selection");
    Evidence best = evidence(choice, choice.label());
    assertThat(best.convinces()).isTrue();
    for (Evidence other : choice.evidence()) {
      assertThat(best.gain()).isGreaterThanOrEqualTo(other.gain());
    }
  }

  @Test
  void of_whereThereIsNothingToLearn_isTheAverage() {
    CombinerChoice choice = CombinerChoice.of(List.of(RESIDUAL), true, ALIKE, 1, RUNNER);

    assertThat(choice.label()).isEqualTo(CombinerChoice.AVERAGE);
    assertThat(choice.combiner().fits()).isEmpty();
    INDArray logits = ALIKE.logits();
    assertThat(choice.combiner().predict(logits))
        .isEqualTo(Combiner.logitAverage(3).predict(logits));
  }

  /** Learns nothing, leans to the second member; cross validation is said to underrate it. */
  private record Leaning(double allowance) implements MetaLearner {
    @Override
    public String label() {
      return "leaning";
    }

    @Override
    public Combiner learn(MetaFeatures features, List<FitResult> fits) {
      return new WeightedAverage(List.of(0.4, 0.6), 3);
    }
  }

  @Test
  void of_aLearnerThatIsWorse_countsWithinItsAllowance() {
    CombinerChoice without = CombinerChoice.of(List.of(new Leaning(0)), true, ALIKE, 1, RUNNER);
    Evidence worse = evidence(without, "leaning");
    double average = evidence(without, CombinerChoice.AVERAGE).logLoss();
    double enough = -worse.lossGain() / average * 1.01;
    CombinerChoice with = CombinerChoice.of(List.of(new Leaning(enough)), true, ALIKE, 1, RUNNER);

    assertThat(worse.lossGain()).isNegative();
    assertThat(worse.accuracyGain().high()).isPositive();
    assertThat(without.label()).isEqualTo(CombinerChoice.AVERAGE);
    assertThat(worse.toString()).contains(" above the average), accuracy ");
    assertThat(with.label()).isEqualTo("leaning");
    Evidence allowed = evidence(with, "leaning");
    assertThat(allowed.allowance()).isCloseTo(enough * average, within(1e-12));
    assertThat(allowed.toString())
        .contains(
            String.format(
                Locale.ROOT,
                " above the average, where up to %.4f counts as better because it learned from"
                    + " fewer rows here), accuracy ",
                allowed.allowance()));
  }

  @Test
  void allowance_isForCorrectionsToTheAverage() {
    assertThat(RESIDUAL.allowance()).isEqualTo(0.05);
    assertThat(LINEAR.allowance()).isEqualTo(0.05);
    assertThat(MetaNetwork.free().allowance()).isZero();
    assertThat(GREEDY.allowance()).isZero();
  }

  @Test
  void of_withoutDoNoHarm_isALearnerAllTheSame() {
    CombinerChoice one = CombinerChoice.of(List.of(RESIDUAL), false, ALIKE, 1, RUNNER);
    CombinerChoice two = CombinerChoice.of(List.of(RESIDUAL, LINEAR), false, ALIKE, 1, RUNNER);

    assertThat(one.label()).isEqualTo("residual network");
    assertThat(one.evidence()).isEmpty();
    assertThat(two.label()).isIn("residual network", "linear network");
    assertThat(two.evidence()).hasSize(3);
  }

  @Test
  void evidence_ofTheAverage_isNoGain() {
    CombinerChoice choice = CombinerChoice.of(List.of(GREEDY), true, UNEQUAL, 1, RUNNER);
    Evidence average = choice.evidence().get(0);

    assertThat(average.lossGain()).isZero();
    assertThat(average.lossGainError()).isZero();
    assertThat(average.convinces()).isFalse();
    assertThat(average.accuracy()).isEqualTo(accuracy(Combiner.logitAverage(3), UNEQUAL));
  }

  @Test
  void evidence_comesFromRowsThatTheLearnerDidNotSee() {
    List<FitTask> tasks = new ArrayList<>();
    FitRunner spy =
        asked -> {
          tasks.addAll(asked);
          return RUNNER.run(asked);
        };
    MetaLearner residual = MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS);

    CombinerChoice.of(List.of(residual, LINEAR), false, UNEQUAL, 1, spy);

    // Two learners, each once without each of five parts, then one on all rows.
    assertThat(tasks).hasSize(11);
    for (int learner = 0; learner < 2; learner++) {
      List<Long> heldOut = new ArrayList<>();
      for (FitTask task : tasks.subList(5 * learner, 5 * learner + 5)) {
        Set<Long> rest = Arrays.stream(UNEQUAL.rowIds()).boxed().collect(Collectors.toSet());
        Arrays.stream(task.data().rowIds()).forEach(rest::remove);
        assertThat(rest).hasSize(UNEQUAL.rows() / 5);
        heldOut.addAll(rest);
      }
      assertThat(heldOut).doesNotHaveDuplicates().hasSize(UNEQUAL.rows());
    }
    assertThat(tasks.get(10).data().rows()).isEqualTo(UNEQUAL.rows());
    Map<Long, Integer> foldOf = new HashMap<>();
    for (int row = 0; row < UNEQUAL.rows(); row++) {
      foldOf.put(UNEQUAL.rowIds()[row], UNEQUAL.folds()[row]);
    }
    // The parts cut across the members' folds: the learner must have heard all their networks.
    for (FitTask task : tasks) {
      assertThat(Arrays.stream(task.data().rowIds()).mapToInt(id -> foldOf.get(id)).distinct())
          .hasSize(4);
    }
  }

  @Test
  void evidence_ofAnAverageThatIsOnlyTooSure_isNoReasonForALearner() {
    // Ten times too sure: a learner could mend that, and so does the temperature.
    MetaFeatures loud =
        MetaFeatures.of(
            ALIKE.members(), ALIKE.toLabeledData(), ALIKE.folds(), ALIKE.logits().mul(10));

    CombinerChoice choice = CombinerChoice.of(List.of(LINEAR), true, loud, 1, RUNNER);

    assertThat(choice.label()).isEqualTo(CombinerChoice.AVERAGE);
    double temperature = ((Tempered) choice.combiner()).temperature();
    double quiet =
        ((Tempered) CombinerChoice.of(List.of(LINEAR), true, ALIKE, 1, RUNNER).combiner())
            .temperature();
    assertThat(temperature).isEqualTo(10 * quiet, within(1e-3));
  }

  @Test
  void evidence_ofALearnerThatLearnsByHeart_doesNotConvince() {
    // On the rows it learned from, a large network fitted for long is nearly perfect.
    MetaLearner byHeart = MetaNetwork.free().withSettings(new FitSettings(150, 16, 10, true));
    CombinerChoice choice = CombinerChoice.of(List.of(byHeart), true, ALIKE, 1, RUNNER);

    assertThat(accuracy(byHeart.fit(ALIKE, 1, RUNNER), ALIKE))
        .isGreaterThan(accuracy(Combiner.logitAverage(3), ALIKE) + 0.03);
    assertThat(choice.evidence().get(1).convinces()).isFalse();
    assertThat(choice.label()).isEqualTo(CombinerChoice.AVERAGE);
  }

  @Test
  void holdout_hasOneFoldOnly_andIsSplitAnew() {
    MetaFeatures holdout = oneFold(UNEQUAL, 1);

    CombinerChoice choice = CombinerChoice.of(List.of(GREEDY), true, holdout, 1, RUNNER);

    assertThat(choice.label()).isEqualTo("greedy selection");
    assertThat(choice.evidence()).hasSize(2);
  }

  @Test
  void inSample_knowsNothing_andUsesTheLearnerItIsGiven() {
    MetaFeatures inSample = oneFold(ALIKE, 0);

    CombinerChoice choice = CombinerChoice.of(List.of(RESIDUAL), true, inSample, 1, RUNNER);

    assertThat(choice.label()).isEqualTo("residual network");
    assertThat(choice.evidence()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CombinerChoice.of(List.of(RESIDUAL, LINEAR), true, inSample, 1, RUNNER))
        .withMessage(
            "in-sample meta-features cannot tell which of 2 meta learners is best; give one");
  }

  @Test
  void of_anyNumberOfThreads_isTheSame() {
    List<MetaLearner> learners = List.of(RESIDUAL, LINEAR, GREEDY);
    CombinerChoice one = CombinerChoice.of(learners, true, UNEQUAL, 1, LocalFits.onThreads(1));
    CombinerChoice three = CombinerChoice.of(learners, true, UNEQUAL, 1, LocalFits.onThreads(3));

    assertThat(three.evidence()).isEqualTo(one.evidence());
    assertThat(floats(three.combiner().logits(UNEQUAL.logits())))
        .isEqualTo(floats(one.combiner().logits(UNEQUAL.logits())));
  }

  @Test
  void temperature_makesLogLossLeast() {
    // Logits of ±4 that are right three times of four: the right logit is ln 3, so T = 8 / ln 3.
    float[] logits = {4, -4, 4, -4, 4, -4, 4, -4};
    Tempered tempered =
        new Tempered(
            Combiner.logitAverage(2),
            Tempered.temperature(logits, new int[] {0, 0, 0, 1}, ones(4)));

    assertThat(tempered.temperature()).isEqualTo(8 / Math.log(3), within(1e-4));
    INDArray row = Nd4j.createFromArray(new float[][] {{4, -4}});
    assertThat(floats(tempered.probabilities(row)))
        .containsExactly(new float[] {0.75f, 0.25f}, within(1e-4f));
  }

  @Test
  void temperature_ofAnswersThatAreAlwaysRight_staysFinite() {
    assertThat(Tempered.temperature(new float[] {1, 0}, new int[] {0}, ones(1)))
        .isEqualTo(1 / 20.0, within(1e-6));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tempered(Combiner.logitAverage(2), 0))
        .withMessage("temperature must be > 0 and finite, found 0.0");
  }

  @Test
  void temperature_countsRowsByTheirWeights() {
    // One row right, one wrong, of weight 3 and 1: as three right and one wrong.
    float[] logits = {4, -4, 4, -4, 9, -9};
    double doubled =
        Tempered.temperature(
            new float[] {4, -4, 4, -4, 4, -4, 4, -4}, new int[] {0, 0, 0, 1}, ones(4));

    assertThat(Tempered.temperature(logits, new int[] {0, 1, 1}, new double[] {3, 1, 0}))
        .isEqualTo(doubled, within(1e-12))
        .isEqualTo(8 / Math.log(3), within(1e-4));
  }

  @Test
  void evidence_countsRowsByTheirWeights_andEqualOnesAsNone() {
    List<MetaLearner> learners = List.of(new Leaning(0));
    double[] weights = new double[240];
    Arrays.fill(weights, 0.3);
    CombinerChoice without = CombinerChoice.of(learners, true, ALIKE, 1, RUNNER);
    CombinerChoice alike = CombinerChoice.of(learners, true, weighted(ALIKE, weights), 1, RUNNER);
    assertThat(alike).isEqualTo(without);

    int[] predicted = Combiner.logitAverage(3).predict(ALIKE.logits());
    double right = 0;
    double all = 0;
    for (int row = 0; row < 240; row++) {
      weights[row] = 1 + row % 7;
      all += weights[row];
      right += predicted[row] == ALIKE.labels()[row] ? weights[row] : 0;
    }
    Evidence average =
        CombinerChoice.of(learners, true, weighted(ALIKE, weights), 1, RUNNER).evidence().get(0);

    assertThat(average.accuracy()).isEqualTo(right / all, within(1e-12));
    assertThat(average.accuracy()).isNotEqualTo(without.evidence().get(0).accuracy());
  }

  @Test
  void evidence_ofRowsOfWeightTwo_isThatOfRowsThatAreThereTwice_butForItsErrors() {
    // Leaning learns nothing, so it does not matter which part a row's double is in.
    MetaFeatures twice = firstTwice(ALIKE, 100);
    double[] weights = new double[240];
    Arrays.fill(weights, 1);
    Arrays.fill(weights, 0, 100, 2);
    List<MetaLearner> learners = List.of(new Leaning(0));

    Evidence doubled = CombinerChoice.of(learners, true, twice, 1, RUNNER).evidence().get(1);
    Evidence weighted =
        CombinerChoice.of(learners, true, weighted(ALIKE, weights), 1, RUNNER).evidence().get(1);

    assertThat(weighted.accuracy()).isEqualTo(doubled.accuracy(), within(1e-12));
    assertThat(weighted.logLoss()).isEqualTo(doubled.logLoss(), within(1e-9));
    assertThat(weighted.lossGain()).isEqualTo(doubled.lossGain(), within(1e-9));
    assertThat(weighted.accuracyGain().difference())
        .isEqualTo(doubled.accuracyGain().difference(), within(1e-12));
    assertThat(weighted.lossGainError()).isGreaterThan(doubled.lossGainError());
  }

  @Test
  void evidence_errors_areThoseOfTheWeightedMean() {
    // Rows that weigh next to nothing are not there: the error is that of the others.
    double[] weights = new double[240];
    Arrays.fill(weights, 1e-12);
    Arrays.fill(weights, 0, 120, 5);
    int[] half = IntStream.range(0, 120).toArray();
    List<MetaLearner> learners = List.of(new Leaning(0));

    Evidence some =
        CombinerChoice.of(learners, true, ALIKE.select(half), 1, RUNNER).evidence().get(1);
    Evidence weighted =
        CombinerChoice.of(learners, true, weighted(ALIKE, weights), 1, RUNNER).evidence().get(1);

    assertThat(weighted.lossGain()).isEqualTo(some.lossGain(), within(1e-9));
    assertThat(weighted.lossGainError()).isEqualTo(some.lossGainError(), within(1e-9));
    assertThat(weighted.accuracyGain().low()).isEqualTo(some.accuracyGain().low(), within(1e-9));
  }

  @Test
  void of_regression_countsRowsByTheirWeights() {
    // The second member is right where it counts: leaning to it is worse alike, better weighted.
    float[][] targets = new float[40][1];
    float[][] answers = new float[40][2];
    double[] weights = new double[40];
    for (int row = 0; row < 40; row++) {
      boolean counts = row % 4 == 0;
      targets[row][0] = row % 5;
      answers[row][0] = row % 5 + (counts ? 1 : 0);
      answers[row][1] = row % 5 + (counts ? 0 : 1);
      weights[row] = counts ? 9 : 1;
    }
    LabeledData rows = LabeledData.of(Nd4j.ones(40, 1), targets, List.of("y"));
    int[] folds = new int[40];
    Arrays.fill(folds, 1);
    INDArray logits = Nd4j.createFromArray(answers);
    MetaFeatures alike = MetaFeatures.of(List.of("a", "b"), rows, folds, logits);
    MetaFeatures weighted =
        MetaFeatures.of(List.of("a", "b"), rows.withWeights(weights), folds, logits);

    Evidence without = CombinerChoice.of(List.of(GREEDY), true, alike, 1, RUNNER).evidence().get(0);
    CombinerChoice chosen = CombinerChoice.of(List.of(GREEDY), true, weighted, 1, RUNNER);
    List<Double> shares = ((WeightedAverage) GREEDY.fit(weighted, 1, RUNNER)).weights();

    // The average is off by 1/2 everywhere. Targets 0 to 4 have the variance 2, weighted too: each
    // of them stands twice in the rows that count.
    assertThat(without.logLoss()).isEqualTo(0.25 / 2, within(1e-6));
    assertThat(chosen.evidence().get(0).logLoss()).isEqualTo(0.25 / 2, within(1e-6));
    assertThat(chosen.label()).isEqualTo("greedy selection");
    // (9 / 16 + 3 × 9 / 16) / 12 × 1/2; alike it would be 0.22
    assertThat(chosen.evidence().get(1).logLoss()).isEqualTo(0.09375, within(0.01));
    // w of b costs (9 (1 − w)² + 3 w²) / 12 × 1/2: least at w = 3/4.
    assertThat(shares.get(1)).isEqualTo(0.75, within(0.051));
    assertThat(((WeightedAverage) GREEDY.fit(alike, 1, RUNNER)).weights().get(1))
        .isEqualTo(0.25, within(0.051));
  }

  private static MetaFeatures weighted(MetaFeatures features, double[] weights) {
    return MetaFeatures.of(
        features.members(),
        features.toLabeledData().withWeights(weights),
        features.folds(),
        features.logits());
  }

  /** The first rows once more, behind all. */
  private static MetaFeatures firstTwice(MetaFeatures features, int count) {
    int[] rows =
        IntStream.concat(IntStream.range(0, features.rows()), IntStream.range(0, count)).toArray();
    int[] labels = features.labels();
    int[] folds = features.folds();
    LabeledData data =
        LabeledData.of(
            Nd4j.ones(rows.length, 1),
            Arrays.stream(rows).map(row -> labels[row]).toArray(),
            features.outputNames());
    return MetaFeatures.of(
        features.members(),
        data,
        Arrays.stream(rows).map(row -> folds[row]).toArray(),
        Nd4j.pullRows(features.logits(), 1, rows));
  }

  private static double[] ones(int rows) {
    double[] ones = new double[rows];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Evidence evidence(CombinerChoice choice, String label) {
    return choice.evidence().stream()
        .filter(e -> e.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  private static double accuracy(Combiner combiner, MetaFeatures features) {
    int[] predicted = combiner.predict(features.logits());
    int[] labels = features.labels();
    int right = 0;
    for (int row = 0; row < labels.length; row++) {
      right += predicted[row] == labels[row] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  private static MetaFeatures oneFold(MetaFeatures features, int fold) {
    int[] folds = new int[features.rows()];
    Arrays.fill(folds, fold);
    return MetaFeatures.of(features.members(), features.toLabeledData(), folds, features.logits());
  }

  /** Two members of three classes: evidence for the label, and noise; the second's is larger. */
  private static MetaFeatures features(int rows, int folds, double nonsense, long seed) {
    Random random = new Random(seed);
    LabeledData data = TinyData.blobs(rows, 2, 3, seed);
    float[][] logits = new float[rows][6];
    int[] fold = new int[rows];
    for (int row = 0; row < rows; row++) {
      fold[row] = row % folds + 1;
      for (int c = 0; c < 6; c++) {
        double noise = c < 3 ? 1 : 1 + nonsense;
        logits[row][c] = (float) (noise * random.nextGaussian());
      }
      logits[row][data.label(row)] += 2;
      logits[row][3 + data.label(row)] += nonsense > 0 ? 0 : 2;
    }
    return MetaFeatures.of(List.of("a", "b"), data, fold, Nd4j.createFromArray(logits));
  }
}
