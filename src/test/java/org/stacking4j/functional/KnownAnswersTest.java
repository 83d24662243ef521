package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.train.LocalFits;

/** Stacks where it is known what the best combiner would be, or which member is worth nothing. */
final class KnownAnswersTest {
  private static final LocalFits RUNNER = LocalFits.onThreads(2);
  private static final int CLASSES = 4;
  private static final double[] NOISE = {1, 2, 4};

  @Test
  void choice_ofMembersWithKnownNoise_closesTheGapToTheBestPossibleCombiner() {
    // Member m says 1 for the right class, and Gaussian noise of its own on all. By Bayes' theorem
    // the logits of the posterior are the sum of the members', each divided by its variance.
    MetaFeatures training = noisy(20_000, 1);
    MetaFeatures fresh = noisy(20_000, 2);
    INDArray logits = fresh.logits();

    CombinerChoice choice = CombinerChoice.of(defaults().metaLearners(), true, training, 1, RUNNER);

    double average = bestLogLoss(Combiner.logitAverage(CLASSES).logits(logits), fresh.labels());
    double best = logLoss(posterior(logits), fresh.labels());
    double found = logLoss(choice.combiner().logits(logits), fresh.labels());
    assertThat(average - best).isGreaterThan(0.1);
    assertThat((average - found) / (average - best)).isGreaterThan(0.9);
    assertThat(found).isGreaterThan(best - 0.002); // nobody beats the best but by luck
  }

  @Test
  void stack_withAMemberThatLearnedNothing_beatsTheAverageAndEqualsTheBestMember() {
    TrainTest mnist = Mnist.load();
    LabeledData train = mnist.train().first(4000);
    LabeledData test = mnist.test().first(3000);
    FitSettings settings = FitSettings.defaults().withEpochs(5);
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("good", Mlp.base(784, 10, 64), settings))
            .member(new Member("bad", Mlp.base(784, 10, 2), settings.withEpochs(1)))
            .member(new Member("worse", Mlp.base(784, 10, 1), settings.withEpochs(1)))
            .outOfFold(3)
            .build();

    StackingEnsemble stack = StackingEnsemble.fit(config, train, RUNNER);

    INDArray logits = stack.memberLogits(test.features());
    double average = accuracy(Combiner.logitAverage(10), logits, test.labels());
    double best = 0;
    for (int m = 0; m < 3; m++) {
      best = Math.max(best, accuracy(Combiner.member(m, 10), logits, test.labels()));
    }
    double found = stack.evaluate(test).accuracy();
    assertThat(found).isGreaterThan(average + 0.002).isGreaterThanOrEqualTo(best);
    assertThat(stack.choice().label()).isNotEqualTo(CombinerChoice.AVERAGE);
  }

  private static StackingConfig defaults() {
    return StackingConfig.builder().member("any", Mlp.base(2, 2, 2)).build();
  }

  private static MetaFeatures noisy(int rows, long seed) {
    Random random = new Random(seed);
    int[] labels = new int[rows];
    int[] folds = new int[rows];
    float[][] logits = new float[rows][NOISE.length * CLASSES];
    for (int row = 0; row < rows; row++) {
      labels[row] = random.nextInt(CLASSES);
      folds[row] = row % 5 + 1;
      for (int i = 0; i < logits[row].length; i++) {
        double signal = i % CLASSES == labels[row] ? 1 : 0;
        logits[row][i] = (float) (signal + NOISE[i / CLASSES] * random.nextGaussian());
      }
    }
    LabeledData data = LabeledData.of(Nd4j.ones(rows, 1), labels, List.of("a", "b", "c", "d"));
    return MetaFeatures.of(
        List.of("clear", "noisy", "loud"), data, folds, Nd4j.createFromArray(logits));
  }

  private static INDArray posterior(INDArray memberLogits) {
    INDArray sum = Nd4j.zeros(memberLogits.size(0), CLASSES);
    for (int m = 0; m < NOISE.length; m++) {
      sum.addi(Combiner.member(m, CLASSES).logits(memberLogits).div(NOISE[m] * NOISE[m]));
    }
    return sum;
  }

  /** At the temperature that is best on these very rows: the average's luck. */
  private static double bestLogLoss(INDArray logits, int[] labels) {
    return Arrays.stream(new double[] {0.25, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8})
        .map(temperature -> logLoss(logits.div(temperature), labels))
        .min()
        .orElseThrow();
  }

  private static double logLoss(INDArray logits, int[] labels) {
    return Evaluation.of(logits.argMax(1).toIntVector(), Transforms.softmax(logits, true), labels)
        .logLoss();
  }

  private static double accuracy(Combiner combiner, INDArray logits, int[] labels) {
    return Evaluation.of(combiner.predict(logits), combiner.probabilities(logits), labels)
        .accuracy();
  }
}
