package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.LeakAudit;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.LocalFits;

/** A member that comes fitted answers as it is, everywhere, and nobody vouches for it. */
final class PrefitTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(47, 4, 3, 1);
  private static final LabeledData FRESH = TinyData.blobs(30, 4, 3, 2);
  private static final Member FITTED = new Member("a", TinyNetworks.linear(4, 3), SETTINGS);

  /** Thirds and tenths, whose sums are rounded: a mean of equals would not be the same bits. */
  private static final TrainedNetwork NETWORK =
      TinyNetworks.withWeights(
          new float[][] {{0.1f, 1 / 3f, 0}, {0, 0.7f, 0}, {0.3f, 0, -1 / 3f}, {0, 0.1f, 0.9f}},
          0.1f,
          0.2f,
          -0.3f);

  @TempDir Path folder;

  static Stream<StackingConfig.Builder> strategies() {
    return Stream.of(
        config().outOfFold(3),
        config().outOfFold(3).prediction(Prediction.REFIT),
        config().holdout(0.3),
        config().timeOrdered(2),
        config().inSample());
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void prefit_answersAsItIs_andIsNeverFitted(StackingConfig.Builder strategy) throws IOException {
    SpyRunner spy = new SpyRunner();
    StackingConfig both = strategy.member(Member.prefit("came", NETWORK)).build();

    StackingEnsemble ensemble = StackingEnsemble.fit(both, DATA, spy);

    assertThat(spy.members()).isNotEmpty().allMatch(fit -> fit.name().equals("member 'a'"));
    MetaFeatures training = ensemble.trainingMetaFeatures().orElseThrow();
    INDArray asked = rowsOf(training);
    assertThat(ofSecond(training.logits())).isEqualTo(floats(NETWORK.logits(asked)));
    float[] expected = floats(NETWORK.logits(FRESH.features()));
    assertThat(ofSecond(ensemble.memberLogits(FRESH.features()))).isEqualTo(expected);
    assertThat(ensemble.members().names()).containsExactly("a", "came");
    assertThat(ensemble.members().folds(1))
        .hasSameSizeAs(ensemble.members().folds(0))
        .extracting(FitResult::trainer)
        .allMatch(trainer -> trainer == Trainer.NONE);

    Path file = folder.resolve("ensemble.zip");
    ensemble.save(file);
    StackingEnsemble loaded = StackingEnsemble.load(file);
    assertThat(ofSecond(loaded.memberLogits(FRESH.features()))).isEqualTo(expected);
    assertThat(floats(loaded.logits(FRESH.features())))
        .isEqualTo(floats(ensemble.logits(FRESH.features())));
    assertThat(loaded.members().seconds()).isEqualTo(ensemble.members().seconds());
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName).filter(name -> name.contains("/came/")))
          .containsExactlyInAnyOrder(
              "members/came/prefit/configuration.json", "members/came/prefit/parameters.f32");
    }
  }

  @Test
  void prefit_leavesTheOtherMembersAsTheyAre() {
    SpyRunner spy = new SpyRunner();
    StackingEnsemble alone = StackingEnsemble.fit(config().outOfFold(3).build(), DATA, spy);
    StackingConfig.Builder first =
        StackingConfig.builder().member(Member.prefit("came", NETWORK)).outOfFold(3);
    StackingEnsemble both =
        StackingEnsemble.fit(first.member(FITTED).build(), DATA, LocalFits.onThreads(2));

    for (int fold = 0; fold < 3; fold++) {
      assertThat(both.members().folds(1).get(fold).network().parameters())
          .isEqualTo(alone.members().folds(0).get(fold).network().parameters());
    }
  }

  @Test
  void prefit_ofAMultiLayerNetwork_isFrozen() {
    var network = NETWORK.toMultiLayerNetwork();
    Member member = Member.prefit("came", network);
    network.params().assign(0);
    SpyRunner spy = new SpyRunner();

    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            StackingConfig.builder().member(member).outOfFold(2).build(), DATA, spy);

    assertThat(spy.members()).isEmpty();
    assertThat(floats(ensemble.memberLogits(FRESH.features())))
        .isEqualTo(floats(NETWORK.logits(FRESH.features())));
    assertThat(ensemble.members().seconds()).isZero();
  }

  @Test
  void prefit_mayBeOfSomeColumns() {
    TrainedNetwork two = TinyNetworks.withWeights(new float[][] {{1, 0, 2}, {0, 3, 0}}, 0, 0, 0);
    StackingConfig config =
        config().member(Member.prefit("came", two).withColumns(3, 1)).outOfFold(2).build();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, DATA, LocalFits.onThreads(1));

    assertThat(ofSecond(ensemble.memberLogits(FRESH.features())))
        .isEqualTo(floats(two.logits(FRESH.withColumns(3, 1).features())));
  }

  @Test
  void audit_cannotVouchForIt() {
    LeakAudit audit =
        LeakAudit.of(
            config().outOfFold(3).member(Member.prefit("came", NETWORK)).build(),
            DATA,
            LocalFits.onThreads(1));

    assertThat(audit.passed()).isFalse();
    assertThat(audit.findings())
        .filteredOn(finding -> !finding.passed())
        .containsExactly(
            new LeakAudit.Finding(
                "member 'came' comes fitted",
                false,
                "cannot vouch for it: nobody saw which rows it was given"));
    assertThat(audit.toString())
        .contains("FAIL  member 'came' comes fitted: cannot vouch")
        .doesNotContain("member 'came', rows given");
  }

  @Test
  void prefit_thatDoesNotFitTheData_orIsToLearn() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                config()
                    .member(
                        Member.prefit("came", TinyNetworks.withWeights(new float[5][3], 0, 0, 0)))
                    .build()
                    .check(DATA))
        .withMessage(
            "member 'came': the first layer takes 5 inputs but the data has 4 columns; set its nIn"
                + " to 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.prefit("came", NETWORK).withBagging())
        .withMessage(
            "member 'came' comes fitted and learns from no rows; leave the row sample out");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.withTrainer(Trainer.NONE))
        .withMessage("trainer none fits nothing; use auto, fused or dl4j");
  }

  /** The features of the rows of some meta-features. */
  private static INDArray rowsOf(MetaFeatures features) {
    List<Long> ids = java.util.Arrays.stream(DATA.rowIds()).boxed().toList();
    return DATA.features(
        java.util.Arrays.stream(features.rowIds()).mapToInt(id -> ids.indexOf(id)).toArray());
  }

  /** The logits of the second of two members. */
  private static float[] ofSecond(INDArray logits) {
    return floats(logits.getColumns(3, 4, 5));
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder()
        .member(FITTED)
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS));
  }
}
