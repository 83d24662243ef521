package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.combine.WeightedAverage;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.RegressionEvaluation;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.LocalFits;

/** Stacks that predict numbers. */
final class RegressionTest {
  private static final LocalFits RUNNER = LocalFits.onThreads(2);
  private static final FitSettings SETTINGS = new FitSettings(30, 16, 2, true);
  private static final LabeledData TRAIN = TinyData.numbers(240, 5, 2, 1);
  private static final LabeledData TEST = TinyData.numbers(400, 5, 2, 2);

  private static final double DEVIATION = 100; // of the target
  private static final double[] NOISE = {20, 40, 80}; // of each member

  @Test
  void stack_ofNetworksForTargets_beatsTheMeanAndAnswersInTheirUnits() {
    StackingEnsemble stack = StackingEnsemble.fit(config().build(), TRAIN, RUNNER);

    RegressionEvaluation found = stack.evaluateRegression(TEST);
    INDArray values = stack.values(TEST.features());

    assertThat(found.r2()).isGreaterThan(0.6);
    assertThat(RegressionEvaluation.of(values, TEST)).isEqualTo(found);
    assertThat(values.mean(0).getDouble(0)).isCloseTo(5000, within(100.0));
    assertThat(values.mean(0).getDouble(1)).isCloseTo(40, within(1.0));
    assertThat(stack.outputNames()).containsExactly("price", "area");
    assertThat(stack.task()).isEqualTo(Task.REGRESSION);
    // No worse than the members it is made of.
    MetaFeatures answers = stack.metaFeatures(TEST);
    for (int m = 0; m < 2; m++) {
      INDArray own = Combiner.member(m, 2).logits(answers.logits());
      assertThat(found.r2()).isGreaterThan(RegressionEvaluation.of(own, TEST).r2() - 0.01);
    }
  }

  @Test
  void metaFeatures_areTheMembersPredictions() {
    TrainedMembers members = new TrainedMembers();
    LabeledData rows =
        LabeledData.of(
            Nd4j.createFromArray(new float[][] {{1}, {2}}),
            new float[][] {{5}, {6}},
            List.of("price"));

    MetaFeatures features = members.networks.metaFeatures(rows, Prediction.FOLD_MEAN);

    // Member a: the mean of 2x + 1 and 4x + 3; member b: the mean of -x and -3x.
    assertThat(features.columns()).containsExactly("a.value_price", "b.value_price");
    assertThat(features.logits().toFloatMatrix()).isDeepEqualTo(new float[][] {{5, -2}, {8, -4}});
    assertThat(features.toDataSet().getLabels().toFloatVector()).containsExactly(5, 6);
    MetaFeatures training =
        members.networks.trainingMetaFeatures(rows, Folds.of(new int[] {2, 1}, 2));
    assertThat(training.logits().toFloatMatrix()).isDeepEqualTo(new float[][] {{7, -3}, {5, -2}});
  }

  private static final class TrainedMembers {
    final MemberNetworks networks =
        MemberNetworks.of(
            List.of("a", "b"),
            List.of(List.of(line(2, 1), line(4, 3)), List.of(line(-1, 0), line(-3, 0))),
            List.of());

    private static org.stacking4j.train.FitResult line(float slope, float start) {
      return TinyNetworks.fitted(
          TinyNetworks.regressionWithWeights(new float[][] {{slope}}, start));
    }
  }

  @Test
  void fit_onOneThreadOrTwo_givesTheSameBits() {
    INDArray one =
        StackingEnsemble.fit(config().build(), TRAIN, LocalFits.onThreads(1))
            .values(TEST.features());
    INDArray two = StackingEnsemble.fit(config().build(), TRAIN, RUNNER).values(TEST.features());

    assertThat(TinyNetworks.floats(one)).isEqualTo(TinyNetworks.floats(two));
  }

  @Test
  void targetsOfHeldOutRows_doNotReachTheNetworkThatAnswersForThem() {
    // Not by the loss, and not by the scale either: a target of a million moves mean and deviation
    // of all rows by far.
    StackingConfig config = config().outOfFold(3).build();
    Folds folds = config.check(TRAIN);
    int row = folds.heldOut(2)[0];
    float[][] changed = TRAIN.targets(IntStream.range(0, TRAIN.rows()).toArray()).toFloatMatrix();
    changed[row][0] = 1e6f;
    LabeledData other = TRAIN.withTargets(changed);

    // The same folds for both: these go by the targets, as they do by classes.
    MemberNetworks own = MemberNetworks.fit(config.members(), TRAIN, folds, false, 1, RUNNER);
    MemberNetworks others = MemberNetworks.fit(config.members(), other, folds, false, 1, RUNNER);

    for (int m = 0; m < 2; m++) {
      assertThat(others.folds(m).get(1).network().parameters())
          .isEqualTo(own.folds(m).get(1).network().parameters());
      assertThat(others.folds(m).get(0).network().parameters())
          .isNotEqualTo(own.folds(m).get(0).network().parameters());
    }
  }

  @Test
  void questionsAboutClasses_areRefused() {
    StackingEnsemble stack =
        StackingEnsemble.fit(
            config().metaLearners(new GreedySelection(3)).outOfFold(2).build(), TRAIN, RUNNER);
    INDArray features = TEST.features();
    String message =
        "the ensemble predicts the targets [price, area] and no classes; use values and"
            + " evaluateRegression";

    for (Runnable question :
        List.<Runnable>of(
            () -> stack.predict(features),
            () -> stack.probabilities(features),
            () -> stack.logits(features),
            () -> stack.evaluate(TEST),
            stack::classNames)) {
      assertThatIllegalStateException().isThrownBy(question::run).withMessage(message);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stack.metaFeatures(TinyData.blobs(9, 5, 3, 1)))
        .withMessage("the data is for classification, the ensemble was fitted for regression");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stack.metaFeatures(TinyData.numbers(9, 5, 1, 1)))
        .withMessage(
            "the data's targets [price] differ from those the ensemble was fitted on, [price,"
                + " area]");
  }

  @Test
  void fit_ofNetworksForClasses_saysWhichMember() {
    StackingConfig config = StackingConfig.builder().member("a", Mlp.base(5, 2, 8)).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingEnsemble.fit(config, TRAIN, RUNNER))
        .withMessageStartingWith(
            "member 'a': the network ends in softmax with cross-entropy, for classes, but the data"
                + " has targets;");
  }

  @Test
  void choice_ofMembersWithKnownNoise_closesTheGapToTheBestWeights() {
    // Member m says the target and Gaussian noise of its own. Least squares weighs it by
    // 1 / variance, and leaves 1 / (the sum of these and of 1 / the target's variance).
    MetaFeatures training = noisy(8000, 1);
    MetaFeatures fresh = noisy(20_000, 2);
    LabeledData truth = fresh.toLabeledData();
    double precision = 1 / (DEVIATION * DEVIATION);
    for (double noise : NOISE) {
      precision += 1 / (noise * noise);
    }
    double best = Math.sqrt(1 / precision); // 17.2
    double average = rmse(Combiner.logitAverage(1), fresh, truth); // 30.6

    CombinerChoice choice =
        CombinerChoice.of(
            StackingConfig.builder().member("any", Mlp.base(2, 2, 2)).build().metaLearners(),
            true,
            training,
            1,
            RUNNER);

    assertThat(average).isCloseTo(Math.sqrt(400 + 1600 + 6400) / 3, within(0.5));
    double found = rmse(choice.combiner(), fresh, truth);
    assertThat((average - found) / (average - best)).isGreaterThan(0.95);
    assertThat(found).isGreaterThan(best - 0.3); // nobody beats the best but by luck
    assertThat(choice.evidence()).hasSize(4);
    assertThat(choice.evidence().get(0).label()).isEqualTo(CombinerChoice.REGRESSION_AVERAGE);
    assertThat(choice.evidence().get(0).toString())
        .matches("squared error 0\\.0\\d+ of the variance");
    assertThat(choice.evidence().get(1).toString())
        .matches(
            "squared error 0\\.0\\d+ \\(0\\.0\\d+ ± 0\\.00\\d+ below the average\\) of the variance");
    // Each learner for itself gets most of it too, whatever the scale of the meta-features.
    for (MetaLearner learner : List.of(MetaNetwork.linear(), MetaNetwork.residual())) {
      assertThat(rmse(learner.fit(training, 1, RUNNER), fresh, truth)).isLessThan(best + 2);
    }
  }

  @Test
  void greedySelection_findsTheWeightsOfLeastSquares() {
    // Of weights that add up to 1 the best are as 1/400 : 1/1600 : 1/6400, that is 16 : 4 : 1.
    WeightedAverage found =
        (WeightedAverage) new GreedySelection(50).fit(noisy(8000, 1), 1, RUNNER);

    assertThat(found.weights().get(0)).isCloseTo(16 / 21.0, within(0.04));
    assertThat(found.weights().get(1)).isCloseTo(4 / 21.0, within(0.04));
    assertThat(found.weights().get(2)).isCloseTo(1 / 21.0, within(0.04));
  }

  @Test
  void choice_whereNothingIsToBeGained_isTheAverage() {
    // Members of equal, independent noise: the average is the best there is but for shrinking.
    MetaFeatures features = equallyNoisy(300, 3);

    CombinerChoice choice =
        CombinerChoice.of(
            List.of(MetaNetwork.free().withSettings(FitSettings.defaults().withEpochs(1))),
            true,
            features,
            1,
            RUNNER);

    assertThat(choice.label()).isEqualTo("average");
    assertThat(choice.combiner()).isEqualTo(Combiner.logitAverage(1));
  }

  private static double rmse(Combiner combiner, MetaFeatures features, LabeledData truth) {
    return RegressionEvaluation.of(combiner.logits(features.logits()), truth).rmse();
  }

  private static MetaFeatures noisy(int rows, long seed) {
    return noisy(rows, seed, NOISE);
  }

  private static MetaFeatures equallyNoisy(int rows, long seed) {
    return noisy(rows, seed, 20, 20, 20);
  }

  private static MetaFeatures noisy(int rows, long seed, double... noise) {
    Random random = new Random(seed);
    float[][] targets = new float[rows][1];
    float[][] values = new float[rows][noise.length];
    int[] folds = new int[rows];
    for (int row = 0; row < rows; row++) {
      targets[row][0] = (float) (5000 + DEVIATION * random.nextGaussian());
      folds[row] = row % 5 + 1;
      for (int m = 0; m < noise.length; m++) {
        values[row][m] = (float) (targets[row][0] + noise[m] * random.nextGaussian());
      }
    }
    LabeledData data = LabeledData.of(Nd4j.ones(rows, 1), targets, List.of("price"));
    return MetaFeatures.of(
        List.of("clear", "noisy", "loud"), data, folds, Nd4j.createFromArray(values));
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder()
        .member(new Member("narrow", Mlp.table(Task.REGRESSION, 5, 2, 16), SETTINGS))
        .member(new Member("wide", Mlp.table(Task.REGRESSION, 5, 2, 64), SETTINGS))
        .metaLearners(
            MetaNetwork.residual().withSettings(SETTINGS),
            MetaNetwork.linear().withSettings(SETTINGS),
            new GreedySelection(25))
        .outOfFold(3);
  }
}
