package org.stacking4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Comparison;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;

/** Member a has learned something, member b hardly anything. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ContributionTest {
  private static final FitRunner RUNNER = LocalFits.onThreads(2);
  private static final LabeledData ALL = TinyData.blobs(180, 6, 3, 4);
  private static final LabeledData TRAINING = ALL.first(120);
  private static final FitSettings SETTINGS = new FitSettings(8, 10, 2, true);

  private StackingConfig config;
  private StackingEnsemble ensemble;
  private MetaFeatures heldOut;

  @BeforeAll
  void fit() {
    config = config(member("a", 8), member("b", 0));
    ensemble = StackingEnsemble.fit(config, TRAINING, RUNNER);
    int[] rest = java.util.stream.IntStream.range(120, 180).toArray();
    heldOut = ensemble.metaFeatures(ALL.select(rest));
  }

  @Test
  void of_twoMembers_comparesWithTheOtherAlone() {
    List<Contribution> contributions = Contribution.of(config, ensemble, heldOut, RUNNER);

    assertThat(contributions).extracting(Contribution::member).containsExactly("a", "b");
    double whole = accuracy(ensemble.combiner());
    for (int m = 0; m < 2; m++) {
      // Greedy selection among one member is that member.
      double other = accuracy(Combiner.member(1 - m, 3));
      assertThat(contributions.get(m).comparison().accuracy().difference())
          .isCloseTo(whole - other, within(1e-12));
    }
    assertThat(contributions.get(0).comparison().logLoss().high()).isNegative();
    assertThat(contributions.get(0).comparison().accuracy().difference())
        .isGreaterThan(contributions.get(1).comparison().accuracy().difference());
  }

  @Test
  void of_metaNetworks_fitsThemAnewWithoutTheMember() {
    StackingConfig residual =
        config.toBuilder().metaLearners(MetaNetwork.residual().withSettings(SETTINGS)).build();
    StackingEnsemble stack = StackingEnsemble.fit(residual, TRAINING, RUNNER);

    List<Contribution> contributions = Contribution.of(residual, stack, heldOut, RUNNER);

    assertThat(contributions.get(0).comparison().logLoss().high()).isNegative();
    assertThat(contributions).isEqualTo(Contribution.of(residual, stack, heldOut, RUNNER));
  }

  @Test
  void of_aSingleMember_isEmpty() {
    StackingConfig one = config(member("a", 1));
    StackingEnsemble alone = StackingEnsemble.fit(one, TRAINING, RUNNER);

    assertThat(Contribution.of(one, alone, alone.metaFeatures(ALL), RUNNER)).isEmpty();
  }

  @Test
  void of_anEnsembleFromAFile(@TempDir Path folder) throws Exception {
    ensemble.save(folder.resolve("e.zip"));
    StackingEnsemble loaded = StackingEnsemble.load(folder.resolve("e.zip"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Contribution.of(config, loaded, heldOut, RUNNER))
        .withMessage(
            "an ensemble read from a file has no meta-features to learn from anew; fit it");
  }

  @Test
  void toString_saysWhatChangesWithoutTheMember() {
    var worse = new Comparison(1000, 12, 2, new LossDifference(-0.02, -0.03, -0.01));
    var better = new Comparison(1000, 2, 12, new LossDifference(0.02, 0.01, 0.03));

    assertThat(new Contribution("a", worse))
        .hasToString(
            "without a: accuracy 1.00 points lower [-1.75, -0.24], log loss 0.0200 higher"
                + " [+0.0100, +0.0300]");
    assertThat(new Contribution("b", better))
        .hasToString(
            "without b: accuracy 1.00 points higher [+0.24, +1.75], log loss 0.0200 lower"
                + " [-0.0300, -0.0100]");
    var same = new Comparison(1000, 0, 0, new LossDifference(0, 0, 0));
    assertThat(new Contribution("c", same).toString())
        .startsWith("without c: accuracy the same [")
        .endsWith("], log loss the same [+0.0000, +0.0000]");
  }

  private double accuracy(Combiner combiner) {
    return Evaluation.accuracy(combiner.predict(heldOut.logits()), heldOut.labels());
  }

  private static Member member(String name, int epochs) {
    return new Member(name, TinyNetworks.linear(6, 3), SETTINGS.withEpochs(epochs));
  }

  private static StackingConfig config(Member... members) {
    StackingConfig.Builder builder =
        StackingConfig.builder().outOfFold(3).metaLearners(new GreedySelection(5)).doNoHarm(false);
    for (Member member : members) {
      builder.member(member);
    }
    return builder.build();
  }
}
