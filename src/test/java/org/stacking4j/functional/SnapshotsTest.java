package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.TinyData;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.LocalFits;

/** A snapshot is the member that a shorter training would have given, and costs no fit. */
final class SnapshotsTest {
  private static final FitSettings SETTINGS = new FitSettings(6, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(47, 4, 3, 1);
  private static final List<String> NAMES = List.of("a", "a-epoch-2", "a-epoch-4", "b");

  private final SpyRunner spy = new SpyRunner();

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"FUSED", "DL4J"})
  void snapshots_areTheNetworksOfShorterFits(Trainer trainer) {
    FitSettings settings = SETTINGS.withTrainer(trainer);
    StackingEnsemble all = fit(member(settings).withSnapshots(2));

    assertThat(all.members().names()).isEqualTo(NAMES);
    for (int m = 0; m < 3; m++) {
      int epochs = List.of(6, 2, 4).get(m);
      StackingEnsemble alone =
          StackingEnsemble.fit(
              config(member(settings.withEpochs(epochs))), DATA, LocalFits.onThreads(1));
      for (int fold = 0; fold < 3; fold++) {
        FitResult snapshot = all.members().folds(m).get(fold);
        FitResult shorter = alone.members().folds(0).get(fold);
        assertThat(snapshot.network().parameters()).isEqualTo(shorter.network().parameters());
        assertThat(snapshot.epochLosses()).isEqualTo(shorter.epochLosses()).hasSize(epochs);
        assertThat(snapshot.trainer()).isEqualTo(trainer);
      }
      assertThat(all.members().refits().get(m).network().parameters())
          .isEqualTo(alone.members().refits().get(0).network().parameters());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"FUSED", "DL4J"})
  void cycles_leaveMembers_theFirstOfWhichIsThatOfOneCycle(Trainer trainer, @TempDir Path folder)
      throws IOException {
    FitSettings settings = SETTINGS.withTrainer(trainer);
    StackingEnsemble all = fit(member(settings).withCyclicSnapshots(3));
    StackingEnsemble one = fit(member(settings.withEpochs(2)).withCyclicSnapshots(1));
    StackingEnsemble plain = fit(member(settings).withSnapshots(2));

    assertThat(all.members().names()).isEqualTo(NAMES);
    assertThat(one.members().names()).containsExactly("a", "b");
    for (int fold = 0; fold < 3; fold++) {
      assertThat(all.members().folds(1).get(fold).network().parameters())
          .isEqualTo(one.members().folds(0).get(fold).network().parameters())
          .isNotEqualTo(plain.members().folds(1).get(fold).network().parameters());
    }
    all.save(folder.resolve("e.zip"));
    INDArray asked = DATA.features();
    assertThat(floats(StackingEnsemble.load(folder.resolve("e.zip")).logits(asked)))
        .isEqualTo(floats(all.logits(asked)));
  }

  @Test
  void snapshots_costNoFit_andTheirSecondsAreTheFits() {
    List<FitResult> ran = new java.util.ArrayList<>();
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            config(member(SETTINGS).withSnapshots(2)),
            DATA,
            tasks -> {
              List<FitResult> results = spy.run(tasks);
              if (tasks.get(0).name().startsWith("member")) {
                ran.addAll(results);
              }
              return results;
            });

    assertThat(spy.members()).hasSize(2 * (1 + 3)).doesNotHaveDuplicates();
    assertThat(ensemble.members().seconds())
        .isCloseTo(
            ran.stream().mapToDouble(FitResult::seconds).sum(),
            org.assertj.core.api.Assertions.within(1e-9));
    assertThat(ensemble.members().folds(1)).allMatch(fit -> fit.seconds() > 0);
  }

  @Test
  void snapshots_scoreARowByNetworksThatDidNotSeeIt() {
    StackingEnsemble ensemble = fit(member(SETTINGS).withSnapshots(2));
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();
    INDArray asked = DATA.features();

    assertThat(features.members()).isEqualTo(NAMES);
    float[] found = floats(features.logits());
    for (int m = 0; m < 4; m++) {
      for (int fold = 1; fold <= 3; fold++) {
        TrainedNetwork network = ensemble.members().folds(m).get(fold - 1).network();
        float[] logits = floats(network.logits(asked));
        for (int row = 0; row < 47; row++) {
          float[] own = Arrays.copyOfRange(found, 12 * row + 3 * m, 12 * row + 3 * m + 3);
          if (features.folds()[row] == fold) {
            assertThat(spy.member(m < 3 ? "a" : "b", fold).rowIds())
                .doesNotContain(features.rowIds()[row]);
            assertThat(own)
                .containsExactly(
                    Arrays.copyOfRange(logits, 3 * row, 3 * row + 3),
                    org.assertj.core.api.Assertions.within(1e-5f));
          }
        }
      }
    }
  }

  @Test
  void audit_looksAtThemToo() {
    LeakAudit honest =
        LeakAudit.of(
            config(member(SETTINGS).withSnapshots(2)).toBuilder().build(),
            DATA,
            LocalFits.onThreads(2));
    LeakAudit leaky =
        LeakAudit.of(
            StackingConfig.builder()
                .member(member(SETTINGS).withSnapshots(2))
                .inSample()
                .metaLearners(MetaNetwork.linear().withSettings(SETTINGS))
                .build(),
            DATA,
            LocalFits.onThreads(2));

    assertThat(honest.findings().get(0).passed()).isTrue();
    assertThat(honest.toString()).contains("member 'a-epoch-4', rows given against held out");
    assertThat(leaky.findings().get(0).passed()).isFalse();
    assertThat(leaky.findings().get(0).detail())
        .isEqualTo("141 of 141 answers come from networks that were given the row");
  }

  @Test
  void snapshots_nameAMemberThatIsThere() {
    Member taken = new Member("a-epoch-4", Mlp.base(4, 3, 8), SETTINGS);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingConfig.builder()
                    .member(member(SETTINGS).withSnapshots(2))
                    .member(taken)
                    .build())
        .withMessage("two members are named 'a-epoch-4'; give each a name of its own");
  }

  private StackingEnsemble fit(Member member) {
    return StackingEnsemble.fit(config(member), DATA, spy);
  }

  private static Member member(FitSettings settings) {
    return new Member("a", Mlp.base(4, 3, 8), settings);
  }

  private static StackingConfig config(Member member) {
    return StackingConfig.builder()
        .member(member)
        .member(new Member("b", Mlp.base(4, 3, 6), SETTINGS))
        .outOfFold(3)
        .prediction(Prediction.REFIT)
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS))
        .build();
  }
}
