package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.ArchiveSummary;
import org.stacking4j.LeakAudit;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.SpyRunner.Seen;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitException;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/** Members of which a fit fails, and what becomes of the others. */
final class DropOutTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(60, 6, 3, 1);
  private static final LabeledData TEST = TinyData.blobs(20, 6, 3, 2);

  @TempDir private Path folder;

  private static Member member(String name) {
    return new Member(name, Mlp.base(6, 3, 8), SETTINGS);
  }

  private static Member diverging(String name) {
    var network = TinyNetworks.linear(6, 3, new Sgd(Double.NaN), new LossMCXENT());
    return new Member(name, network, SETTINGS.withBatchSize(20));
  }

  private static StackingConfig.Builder config(Member... members) {
    StackingConfig.Builder builder =
        StackingConfig.builder()
            .outOfFold(3)
            .seed(11)
            .onFailure(OnFailure.DROP_OUT)
            .metaLearners(MetaNetwork.residual().withSettings(SETTINGS), MetaNetwork.linear());
    for (Member member : members) {
      builder.member(member);
    }
    return builder;
  }

  /** Fails one fit of a member that is otherwise well. */
  private static FitRunner failing(String name, int fold) {
    return tasks -> {
      for (FitTask task : tasks) {
        if (task.name().endsWith("member '" + name + "'") && task.fold() == fold) {
          throw new FitException(task, "it was to fail", new IllegalStateException());
        }
      }
      return LocalFits.onThreads(2).run(tasks);
    };
  }

  private static void assertSame(StackingEnsemble one, StackingEnsemble other) {
    assertThat(one.members().names()).isEqualTo(other.members().names());
    assertThat(floats(one.trainingMetaFeatures().orElseThrow().inputs()))
        .isEqualTo(floats(other.trainingMetaFeatures().orElseThrow().inputs()));
    assertThat(one.choice().label()).isEqualTo(other.choice().label());
    assertThat(floats(one.logits(TEST.features())))
        .isEqualTo(floats(other.logits(TEST.features())));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void fit_aMemberThatDiverges_leavesTheOthersAsIfItHadNeverBeenThere(int threads) {
    Member a = member("a").withSnapshots(1);
    StackingConfig with = config(a, diverging("x").withSnapshots(1), member("b")).build();
    StackingEnsemble without =
        StackingEnsemble.fit(config(a, member("b")).build(), DATA, LocalFits.onThreads(1));

    StackingEnsemble ensemble = StackingEnsemble.fit(with, DATA, LocalFits.onThreads(threads));

    assertThat(ensemble.members().names()).containsExactly("a", "a-epoch-1", "b");
    assertSame(ensemble, without);
    assertThat(ensemble.dropped())
        .containsExactly(
            new DroppedMember(
                "x",
                "member 'x', all rows", // the first that is begun, at any number of threads
                "training diverged: the loss is NaN in epoch 1 after 40 rows; lower the learning"
                    + " rate or the gradient norm limit"));
    assertThat(without.dropped()).isEmpty();
  }

  @Test
  void fit_aMemberThatFailsInOneFoldOnly_leavesWithAllItsNetworks() {
    StackingConfig config = config(member("a"), member("x"), member("b")).build();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, DATA, failing("x", 2));

    assertSame(
        ensemble,
        StackingEnsemble.fit(
            config(member("a"), member("b")).build(), DATA, LocalFits.onThreads(1)));
    assertThat(ensemble.dropped())
        .containsExactly(new DroppedMember("x", "member 'x', fold 2 of 3", "it was to fail"));
    assertThat(ensemble.dropped().get(0))
        .hasToString("'x' drops out: member 'x', fold 2 of 3 failed: it was to fail");
  }

  @Test
  void fit_aMemberThatTakesTooLong_dropsOut() {
    Member slow = new Member("slow", Mlp.base(6, 3, 8), SETTINGS.withTimeout(Duration.ofNanos(1)));

    StackingEnsemble ensemble =
        StackingEnsemble.fit(config(slow, member("a")).build(), DATA, LocalFits.onThreads(2));

    assertThat(ensemble.members().names()).containsExactly("a");
    assertThat(ensemble.dropped().get(0).reason()).startsWith("it took longer than 0.000000001 s");
  }

  @Test
  void fit_oneMemberLeft_goesOn_andIsSavedAndLoaded() throws Exception {
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            config(diverging("x"), member("a")).build(), DATA, LocalFits.onThreads(1));
    Path file = folder.resolve("ensemble.zip");
    ensemble.save(file);

    StackingEnsemble loaded = StackingEnsemble.load(file);

    assertThat(loaded.members().names()).containsExactly("a");
    assertThat(loaded.dropped()).isEqualTo(ensemble.dropped()).hasSize(1);
    assertThat(ArchiveSummary.read(file).dropped()).isEqualTo(ensemble.dropped());
    assertThat(floats(loaded.logits(TEST.features())))
        .isEqualTo(floats(ensemble.logits(TEST.features())));
  }

  @Test
  void fit_noMemberLeft_failsAndNamesAll() {
    assertThatExceptionOfType(FitException.class)
        .isThrownBy(
            () ->
                StackingEnsemble.fit(
                    config(diverging("x"), diverging("y")).build(), DATA, LocalFits.onThreads(2)))
        .withMessageMatching(
            "the ensemble failed: no member is left, all dropped out\\. member 'x', all rows:"
                + " training diverged: .*; member 'y', all rows: training diverged: .*");
  }

  @Test
  void fit_toStop_stopsAsItDoesByDefault() {
    StackingConfig stop = config(member("a"), diverging("x")).onFailure(OnFailure.STOP).build();

    assertThatExceptionOfType(FitException.class)
        .isThrownBy(() -> StackingEnsemble.fit(stop, DATA, LocalFits.onThreads(1)))
        .withMessageStartingWith("member 'x', all rows failed (seed ");
    assertThat(StackingConfig.builder().member(member("a")).build().onFailure())
        .isEqualTo(OnFailure.STOP);
  }

  @Test
  void fit_aMetaNetworkThatDiverges_stops() {
    MetaNetwork wrong =
        MetaNetwork.linear().withSettings(SETTINGS.withTimeout(Duration.ofNanos(1)));

    assertThatExceptionOfType(FitException.class)
        .isThrownBy(
            () ->
                StackingEnsemble.fit(
                    config(member("a"), member("b")).metaLearners(wrong).build(),
                    DATA,
                    LocalFits.onThreads(1)))
        .withMessageStartingWith("meta network 'linear', cross validation 1 of 5 failed");
  }

  @Test
  void check_aMetaNetworkForSoManyMembersOnly() {
    // Else that would be found out after the members are fitted.
    StackingConfig config =
        config(member("a"), member("b")).metaLearners(MetaNetwork.free(Mlp.meta(6, 3))).build();
    SpyRunner spy = new SpyRunner();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingEnsemble.fit(config, DATA, spy))
        .withMessage(
            "members that drop out need meta learners for fewer members too, but free network of"
                + " your own is for 2 only; use another, or on-failure stop");
    assertThat(spy.seen()).isEmpty();
  }

  private static StackingConfig inner(Member... members) {
    return config(members).outOfFold(2).metaLearners(MetaNetwork.linear()).build();
  }

  @Test
  void fit_aMemberOfAStack_leavesTheStackInEveryFold_andOthersAreFittedOnce() {
    StackingConfig config =
        config(member("a")).stack("in", inner(member("x"), member("y"))).build();
    SpyRunner spy = new SpyRunner(failing("x", 1));

    StackingEnsemble ensemble = StackingEnsemble.fit(config, DATA, spy);

    assertSame(
        ensemble,
        StackingEnsemble.fit(
            config(member("a")).stack("in", inner(member("y"))).build(),
            DATA,
            LocalFits.onThreads(2)));
    assertThat(ensemble.stack("in", 2).members().names()).containsExactly("y");
    assertThat(ensemble.dropped())
        .containsExactly(
            new DroppedMember(
                "in/x", "stack 'in', all rows: member 'x', fold 1 of 2", "it was to fail"));
    List<Seen> ofY = spy.seen().stream().filter(fit -> fit.name().endsWith("member 'y'")).toList();
    assertThat(ofY).hasSize(4 * 3); // in three folds and on all rows, of each two folds and all
  }

  @Test
  void fit_aStackThatLosesAllMembers_orIsToStop_dropsOutAsAWhole() {
    for (OnFailure ofStack : OnFailure.values()) {
      StackingConfig stack = inner(diverging("x")).toBuilder().onFailure(ofStack).build();
      StackingConfig config = config(member("a"), member("b")).stack("in", stack).build();

      StackingEnsemble ensemble = StackingEnsemble.fit(config, DATA, LocalFits.onThreads(2));

      assertThat(ensemble.members().names()).containsExactly("a", "b");
      assertThat(ensemble.dropped())
          .singleElement()
          .satisfies(
              dropped -> {
                assertThat(dropped.member()).isEqualTo("in");
                assertThat(dropped.fit()).startsWith("stack 'in', all rows");
                assertThat(dropped.reason()).contains("training diverged");
              });
    }
  }

  @Test
  void fit_aStackInAStack_losesTheRightOneOfTwoOfTheSameName() {
    StackingConfig deep = inner(member("x"), member("y"));
    StackingConfig middle = inner(member("x")).toBuilder().stack("deep", deep).build();
    StackingConfig config = config(member("a")).stack("in", middle).outOfFold(2).build();
    FitRunner failing =
        tasks -> {
          for (FitTask task : tasks) {
            if (task.name().matches("stack 'in', fold 1 of 2: stack 'deep'.*member 'x'")) {
              throw new FitException(task, "it was to fail", new IllegalStateException());
            }
          }
          return LocalFits.onThreads(2).run(tasks);
        };

    StackingEnsemble ensemble = StackingEnsemble.fit(config, DATA, failing);

    assertThat(ensemble.dropped()).extracting(DroppedMember::member).containsExactly("in/deep/x");
    for (int fold = 0; fold <= 2; fold++) {
      StackingEnsemble in = ensemble.stack("in", fold);
      assertThat(in.members().names()).containsExactly("x", "deep");
      assertThat(in.stack("deep", 1).members().names()).containsExactly("y");
    }
  }

  @Test
  void audit_ofAnEnsembleThatLostAMember_looksAtTheOthers() {
    StackingConfig config = config(member("a"), diverging("x"), member("b")).build();

    LeakAudit audit = LeakAudit.of(config, DATA, LocalFits.onThreads(2));

    assertThat(audit.findings()).anyMatch(finding -> finding.toString().contains("a"));
    assertThat(audit.toString()).doesNotContain("'x'");
  }
}
