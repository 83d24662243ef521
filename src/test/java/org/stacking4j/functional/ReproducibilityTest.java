package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.TinyData;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;
import org.stacking4j.train.RememberedFits;
import org.stacking4j.train.Seeds;

/** The same configuration, rows and seed give the same bits, whatever else happens. */
@TestInstance(Lifecycle.PER_CLASS)
final class ReproducibilityTest {
  private static final FitSettings SETTINGS = new FitSettings(1, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(36, 6, 3, 1);
  private static final LabeledData TEST = TinyData.blobs(20, 6, 3, 2);

  private StackingEnsemble oneThread;

  @BeforeAll
  void fit() {
    oneThread = fit(LocalFits.onThreads(1), member("a"), member("b"), member("c"));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void threads_doNotMatter(int threads) {
    StackingEnsemble several =
        fit(LocalFits.onThreads(threads), member("a"), member("b"), member("c"));

    assertThat(floats(several.logits(TEST.features())))
        .isEqualTo(floats(oneThread.logits(TEST.features())));
    assertThat(floats(training(several).logits())).isEqualTo(floats(training(oneThread).logits()));
    assertThat(training(several).folds()).isEqualTo(training(oneThread).folds());
  }

  @Test
  void members_reordered_areTheSameNetworks() {
    StackingEnsemble reordered = fit(LocalFits.onThreads(2), member("c"), member("a"), member("b"));

    int[] from = {1, 2, 0}; // where a, b and c stand now
    for (int m = 0; m < 3; m++) {
      assertThat(parameters(reordered.members().folds(from[m])))
          .usingRecursiveComparison()
          .isEqualTo(parameters(oneThread.members().folds(m)));
    }
    assertThat(floats(training(reordered).logits().getColumns(3, 4, 5, 6, 7, 8, 0, 1, 2)))
        .isEqualTo(floats(training(oneThread).logits()));
  }

  @Test
  void members_dropped_leaveTheOthersAsTheyWere() {
    // Seeds by position would change every member behind the one that is left out.
    StackingEnsemble without = fit(LocalFits.onThreads(2), member("a"), member("c"));

    assertThat(training(without).columns())
        .containsExactly(
            "a.logit_class-0",
            "a.logit_class-1",
            "a.logit_class-2",
            "c.logit_class-0",
            "c.logit_class-1",
            "c.logit_class-2");
    assertThat(floats(training(without).logits()))
        .isEqualTo(floats(training(oneThread).logits().getColumns(0, 1, 2, 6, 7, 8)));
  }

  @Test
  void members_ofEqualArchitecture_differByName() {
    assertThat(oneThread.members().folds(0).get(0).network().parameters())
        .isNotEqualTo(oneThread.members().folds(1).get(0).network().parameters());
  }

  @Test
  void seeds_comeFromNameAndFold() {
    SpyRunner spy = new SpyRunner();

    fit(spy, member("b"), member("a"));

    for (String name : List.of("a", "b")) {
      for (int fold = 1; fold <= 2; fold++) {
        assertThat(spy.member(name, fold).seed()).isEqualTo(Seeds.of(11, name, fold));
      }
    }
    assertThat(spy.seen().get(4).seed()).isEqualTo(Seeds.of(11, "meta network", 0));
  }

  @Test
  void rows_reordered_keepTheirFolds() {
    // A row's fold goes with its id; files that list the same rows otherwise split alike.
    int[] order = TinyData.permutation(36, 5);
    StackingEnsemble reordered =
        StackingEnsemble.fit(
            config(member("a")).build(), DATA.select(order), LocalFits.onThreads(1));

    assertThat(foldsById(training(reordered))).isEqualTo(foldsById(training(oneThread)));
  }

  @Test
  void rememberedFits_shareTheMembersOfTwoEnsembles() {
    SpyRunner spy = new SpyRunner();
    RememberedFits fits = new RememberedFits(spy);
    // Configurations are built anew, as two commands of one program would.
    StackingEnsemble first =
        StackingEnsemble.fit(config(member("a"), member("b")).build(), DATA, fits);
    StackingEnsemble second =
        StackingEnsemble.fit(
            config(member("a"), member("b")).prediction(Prediction.REFIT).build(), DATA, fits);

    assertThat(spy.members()).hasSize(2 * 2 + 2); // the folds once, then the networks of all rows
    assertThat(floats(training(second).logits())).isEqualTo(floats(training(first).logits()));
    assertThat(second.members().folds(0).get(1)).isSameAs(first.members().folds(0).get(1));
    StackingEnsemble alone =
        StackingEnsemble.fit(
            config(member("a"), member("b")).prediction(Prediction.REFIT).build(),
            DATA,
            LocalFits.onThreads(1));
    assertThat(floats(second.logits(TEST.features())))
        .isEqualTo(floats(alone.logits(TEST.features())));
  }

  private static Map<Long, Integer> foldsById(MetaFeatures features) {
    Map<Long, Integer> folds = new HashMap<>();
    for (int row = 0; row < features.rows(); row++) {
      folds.put(features.rowIds()[row], features.folds()[row]);
    }
    return folds;
  }

  private static List<float[]> parameters(List<FitResult> fits) {
    return fits.stream().map(fit -> fit.network().parameters()).toList();
  }

  private static MetaFeatures training(StackingEnsemble ensemble) {
    return ensemble.trainingMetaFeatures().orElseThrow();
  }

  private static StackingEnsemble fit(FitRunner runner, Member... members) {
    return StackingEnsemble.fit(config(members).build(), DATA, runner);
  }

  private static StackingConfig.Builder config(Member... members) {
    StackingConfig.Builder builder =
        StackingConfig.builder()
            .outOfFold(2)
            .prediction(Prediction.FOLD_MEAN)
            .seed(11)
            .doNoHarm(false)
            .metaLearners(MetaNetwork.residual().withSettings(SETTINGS));
    for (Member member : members) {
      builder.member(member);
    }
    return builder;
  }

  /** With batch normalisation and dropout, whose state belongs to threads and configurations. */
  private static Member member(String name) {
    return new Member(name, Mlp.base(6, 3, 8), SETTINGS);
  }
}
