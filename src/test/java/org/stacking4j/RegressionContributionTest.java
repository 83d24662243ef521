package org.stacking4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;

final class RegressionContributionTest {
  private static final FitRunner RUNNER = LocalFits.onThreads(1);

  /** The target is the feature, -1 or 1; member a says it, member b always says 0. */
  private static final LabeledData TRAINING = signs(24);

  private static final LabeledData HELD_OUT = signs(10);

  @Test
  void of_twoMembers_byHand() {
    StackingConfig config = config(member("a", 1), member("b", 0));
    StackingEnsemble ensemble = StackingEnsemble.fit(config, TRAINING, RUNNER);

    List<RegressionContribution> found =
        RegressionContribution.of(config, ensemble, ensemble.metaFeatures(HELD_OUT), RUNNER);

    // Greedy selection takes a alone, which has R² = 1. Without a it is b: the squared error of
    // every row is 1, as is the variance, so R² = 0. Without b nothing changes.
    assertThat(found).extracting(RegressionContribution::member).containsExactly("a", "b");
    assertThat(found.get(0).r2()).isEqualTo(new LossDifference(1, 1, 1));
    assertThat(found.get(1).r2()).isEqualTo(new LossDifference(0, 0, 0));
  }

  @Test
  void of_theAverage_isOneOfTheOthers() {
    // The members say 2 x and 0; do no harm leaves their average, which is x. Without either,
    // every row is off by 1.
    StackingConfig config =
        config(member("a", 2), member("b", 0)).toBuilder()
            .metaLearners(new GreedySelection(1))
            .doNoHarm(true)
            .build();
    StackingEnsemble ensemble = StackingEnsemble.fit(config, TRAINING, RUNNER);

    List<RegressionContribution> found =
        RegressionContribution.of(config, ensemble, ensemble.metaFeatures(HELD_OUT), RUNNER);

    assertThat(ensemble.choice().label()).isEqualTo("average");
    assertThat(found.get(0).r2().difference()).isCloseTo(1, within(1e-6));
    assertThat(found.get(1).r2().difference()).isCloseTo(1, within(1e-6));
  }

  @Test
  void of_metaNetworks_fitsThemAnewWithoutTheMember() {
    LabeledData all = TinyData.numbers(200, 3, 2, 1);
    StackingConfig config =
        StackingConfig.builder()
            .member(fitted("good", 60))
            .member(fitted("lazy", 1))
            .outOfFold(3)
            .metaLearners(MetaNetwork.residual())
            .doNoHarm(false)
            .build();
    StackingEnsemble ensemble = StackingEnsemble.fit(config, all.first(140), RUNNER);
    int[] rest = java.util.stream.IntStream.range(140, 200).toArray();
    MetaFeatures heldOut = ensemble.metaFeatures(all.select(rest));

    List<RegressionContribution> found =
        RegressionContribution.of(config, ensemble, heldOut, RUNNER);

    assertThat(found.get(0).r2().low()).isGreaterThan(0.05);
    assertThat(found.get(0).r2().difference()).isGreaterThan(found.get(1).r2().difference());
    assertThat(found).isEqualTo(RegressionContribution.of(config, ensemble, heldOut, RUNNER));
  }

  @Test
  void of_aSingleMember_isEmpty() {
    StackingConfig config = config(member("a", 1));
    StackingEnsemble alone = StackingEnsemble.fit(config, TRAINING, RUNNER);

    assertThat(RegressionContribution.of(config, alone, alone.metaFeatures(HELD_OUT), RUNNER))
        .isEmpty();
  }

  @Test
  void of_anythingElse(@TempDir Path folder) throws Exception {
    StackingConfig config = config(member("a", 1), member("b", 0));
    StackingEnsemble ensemble = StackingEnsemble.fit(config, TRAINING, RUNNER);
    MetaFeatures heldOut = ensemble.metaFeatures(HELD_OUT);
    ensemble.save(folder.resolve("e.zip"));
    StackingEnsemble loaded = StackingEnsemble.load(folder.resolve("e.zip"));
    MetaFeatures classes =
        MetaFeatures.of(
            List.of("a", "b"), TinyData.blobs(6, 2, 2, 1), new int[6], Nd4j.zeros(6, 4));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegressionContribution.of(config, loaded, heldOut, RUNNER))
        .withMessage(
            "an ensemble read from a file has no meta-features to learn from anew; fit it");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegressionContribution.of(config, ensemble, classes, RUNNER))
        .withMessage(
            "a RegressionContribution is one to targets, and this ensemble tells classes apart; use"
                + " Contribution");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Contribution.of(config, ensemble, heldOut, RUNNER))
        .withMessage(
            "a Contribution is one to classes, and this ensemble predicts targets; use"
                + " RegressionContribution");
  }

  @Test
  void toString_saysWhatChangesWithoutTheMember() {
    assertThat(new RegressionContribution("a", new LossDifference(0.0123, 0.0045, 0.0201)))
        .hasToString("without a: R² 0.0123 lower [-0.0201, -0.0045]");
    assertThat(new RegressionContribution("b", new LossDifference(-0.0123, -0.0201, 0.0045)))
        .hasToString("without b: R² 0.0123 higher [-0.0045, +0.0201]");
  }

  private static Member member(String name, float slope) {
    return Member.prefit(name, TinyNetworks.regressionWithWeights(new float[][] {{slope}}, 0f));
  }

  private static Member fitted(String name, int epochs) {
    return new Member(
        name, TinyNetworks.regression(3, 2, 0.05), new FitSettings(epochs, 16, 2, true));
  }

  private static StackingConfig config(Member... members) {
    StackingConfig.Builder builder =
        StackingConfig.builder().outOfFold(3).metaLearners(new GreedySelection(5)).doNoHarm(false);
    for (Member member : members) {
      builder.member(member);
    }
    return builder.build();
  }

  private static LabeledData signs(int rows) {
    float[][] values = new float[rows][1];
    for (int row = 0; row < rows; row++) {
      values[row][0] = row % 2 == 0 ? -1 : 1;
    }
    return LabeledData.of(Nd4j.createFromArray(values), values, List.of("y"));
  }
}
