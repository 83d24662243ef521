package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.SpyRunner.Seen;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/**
 * A row's meta-features never come from a network that saw the row. "Better than the best member"
 * would prove nothing: a stacker that leaks passes that too.
 */
final class LeakTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final LabeledData DATA = TinyData.sortedByLabel(TinyData.blobs(47, 4, 3, 1));
  private static final Set<Long> ALL_ROWS = Set.copyOf(ids(DATA));
  private static final List<String> NAMES = List.of("a", "b");

  private final SpyRunner spy = new SpyRunner();
  private final Map<TrainedNetwork, float[]> logits = new HashMap<>();

  @Test
  void outOfFold_rowIsNeverScoredByANetworkThatSawIt() {
    StackingEnsemble ensemble = fit(config().outOfFold(4));
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();

    assertThat(spy.members()).hasSize(2 * 4);
    assertThat(features.rowIds()).isEqualTo(DATA.rowIds());
    for (int row = 0; row < features.rows(); row++) {
      long id = features.rowIds()[row];
      int fold = features.folds()[row];
      for (int m = 0; m < 2; m++) {
        assertThat(spy.member(NAMES.get(m), fold).rowIds()).doesNotContain(id);
        for (int other = 1; other <= 4; other++) {
          if (other != fold) {
            assertThat(spy.member(NAMES.get(m), other).rowIds()).contains(id);
          }
          assertScoredBy(
              ensemble.members().folds(m).get(other - 1).network(),
              features,
              row,
              m,
              other == fold);
        }
      }
    }
  }

  @Test
  void outOfFold_foldsAreAPartition_stratified_andTheSameForEveryMember() {
    fit(config().outOfFold(4));

    Map<Long, Integer> timesHeldOut = new HashMap<>();
    for (int fold = 1; fold <= 4; fold++) {
      Set<Long> heldOut = new TreeSet<>(ALL_ROWS);
      heldOut.removeAll(spy.member("a", fold).rowIds());
      assertThat(spy.member("b", fold).rowIds()).isEqualTo(spy.member("a", fold).rowIds());
      assertThat(heldOut.size()).isBetween(47 / 4, 47 / 4 + 1);
      for (int c = 0; c < 3; c++) {
        int label = c;
        long ofClass = heldOut.stream().filter(id -> labelOf(id) == label).count();
        int rows = DATA.classCounts()[c];
        assertThat(ofClass).isBetween((long) rows / 4, rows / 4 + 1L);
      }
      heldOut.forEach(id -> timesHeldOut.merge(id, 1, Integer::sum));
    }
    assertThat(timesHeldOut.keySet()).isEqualTo(ALL_ROWS);
    assertThat(timesHeldOut.values()).containsOnly(1);
  }

  @Test
  void outOfFold_withRefit_scoresTrainingRowsByFoldNetworksOnly() {
    // The networks of all rows answer for new rows; for training rows they would leak.
    StackingEnsemble ensemble = fit(config().outOfFold(3).prediction(Prediction.REFIT));
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();

    assertThat(spy.members()).hasSize(2 * 4);
    for (int m = 0; m < 2; m++) {
      assertThat(spy.member(NAMES.get(m), 0).rowIds()).isEqualTo(ALL_ROWS);
      for (int row = 0; row < features.rows(); row++) {
        int fold = features.folds()[row];
        assertScoredBy(ensemble.members().folds(m).get(fold - 1).network(), features, row, m, true);
        assertScoredBy(ensemble.members().refits().get(m).network(), features, row, m, false);
      }
    }
    assertThat(floats(ensemble.memberLogits(DATA.features())))
        .isEqualTo(floats(ensemble.members().logits(DATA.features(), Prediction.REFIT)));
  }

  @Test
  void outOfFold_repeated_rowIsTheMeanOfNetworksThatDidNotSeeIt() {
    StackingEnsemble ensemble = fit(config().outOfFold(4, 3));
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();
    float[] found = floats(features.logits());

    assertThat(spy.members()).hasSize(2 * 4 * 3);
    assertThat(features.rowIds()).isEqualTo(DATA.rowIds());
    for (int m = 0; m < 2; m++) {
      for (int row = 0; row < features.rows(); row++) {
        float[] mean = new float[3];
        Set<Integer> blind = new TreeSet<>();
        for (int fold = 1; fold <= 4 * 3; fold++) {
          if (!spy.member(NAMES.get(m), fold).rowIds().contains(features.rowIds()[row])) {
            blind.add(fold);
            float[] own = logitsOf(ensemble.members().folds(m).get(fold - 1).network());
            for (int c = 0; c < 3; c++) {
              mean[c] += own[3 * row + c] / 3;
            }
          }
        }
        // One in each repeat, the ones that the table names, and no others.
        assertThat(blind)
            .containsExactly(
                features.folds(1)[row], features.folds(2)[row], features.folds(3)[row]);
        assertThat(blind.stream().map(fold -> (fold - 1) / 4)).containsExactly(0, 1, 2);
        for (int c = 0; c < 3; c++) {
          assertThat(found[6 * row + 3 * m + c]).isCloseTo(mean[c], within(1e-5f));
        }
      }
    }
  }

  @Test
  void outOfFold_repeated_beginsWithTheFitsOfOneAlone() {
    StackingEnsemble repeated = fit(config().outOfFold(4, 2));
    SpyRunner other = new SpyRunner();
    StackingEnsemble once = StackingEnsemble.fit(config().outOfFold(4).build(), DATA, other);

    for (int m = 0; m < 2; m++) {
      for (int fold = 1; fold <= 4; fold++) {
        Seen first = spy.member(NAMES.get(m), fold);
        assertThat(other.member(NAMES.get(m), fold).rowIds()).isEqualTo(first.rowIds());
        assertThat(other.member(NAMES.get(m), fold).seed()).isEqualTo(first.seed());
        assertThat(once.members().folds(m).get(fold - 1).network().parameters())
            .isEqualTo(repeated.members().folds(m).get(fold - 1).network().parameters());
      }
    }
    assertThat(spy.members().stream().map(Seen::seed)).doesNotHaveDuplicates();
  }

  @Test
  void outOfFold_repeated_ofPermutedLabels_isChance() {
    LabeledData noise = TinyData.permutedLabels(TinyData.blobs(150, 8, 3, 1), 7);
    LabeledData fresh = TinyData.permutedLabels(TinyData.blobs(400, 8, 3, 2), 8);

    StackingEnsemble ensemble =
        StackingEnsemble.fit(overFitting().outOfFold(3, 2).build(), noise, LocalFits.onThreads(2));

    assertThat(ensemble.evaluate(fresh).accuracy()).isEqualTo(1 / 3.0, within(3 * error(400)));
    assertThat(memberAccuracy(ensemble)).isEqualTo(1 / 3.0, within(3 * error(150)));
  }

  @Test
  void holdout_rowIsNeverScoredByANetworkThatSawIt() {
    StackingEnsemble ensemble = fit(config().holdout(0.3));
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();

    Set<Long> scored = Arrays.stream(features.rowIds()).boxed().collect(Collectors.toSet());
    assertThat(scored).hasSize(5 + 5 + 5); // of 16, 16 and 15 rows
    for (String name : NAMES) {
      Set<Long> seen = spy.member(name, 1).rowIds();
      assertThat(seen).doesNotContainAnyElementsOf(scored).hasSize(47 - 15);
    }
    assertThat(features.folds()).containsOnly(1);
    for (int row = 0; row < features.rows(); row++) {
      for (int m = 0; m < 2; m++) {
        assertScoredBy(ensemble.members().folds(m).get(0).network(), features, row, m, true);
      }
    }
  }

  @Test
  void holdout_withRefit_seesAllRowsOnlyInTheRefit() {
    StackingEnsemble ensemble = fit(config().holdout(0.3).prediction(Prediction.REFIT));

    assertThat(spy.member("a", 0).rowIds()).isEqualTo(ALL_ROWS);
    assertThat(spy.member("a", 1).rowIds()).hasSize(47 - 15);
    assertThat(ensemble.trainingMetaFeatures().orElseThrow().rows()).isEqualTo(15);
  }

  @Test
  void timeOrdered_rowIsNeverScoredByANetworkThatSawItOrALaterOne() {
    // Row ids rise with time here.
    LabeledData inTime = TinyData.blobs(47, 4, 3, 1);
    StackingEnsemble ensemble = StackingEnsemble.fit(config().timeOrdered(4).build(), inTime, spy);
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();

    assertThat(spy.members()).hasSize(2 * (4 + 1));
    assertThat(features.rows()).isEqualTo(4 * 9);
    for (int row = 0; row < features.rows(); row++) {
      long id = features.rowIds()[row];
      int fold = features.folds()[row];
      for (int m = 0; m < 2; m++) {
        Set<Long> seen = spy.member(NAMES.get(m), fold).rowIds();
        assertThat(seen).allMatch(other -> other < id).hasSize(11 + 9 * (fold - 1));
        for (int other = 1; other <= 4; other++) {
          assertScoredBy(
              ensemble.members().folds(m).get(other - 1).network(),
              features,
              row,
              m,
              other == fold);
        }
        assertScoredBy(ensemble.members().refits().get(m).network(), features, row, m, false);
      }
    }
    // New rows are later than all: networks of all rows answer.
    assertThat(spy.member("a", 0).rowIds()).isEqualTo(ALL_ROWS);
    assertThat(floats(ensemble.memberLogits(inTime.features())))
        .isEqualTo(floats(ensemble.members().logits(inTime.features(), Prediction.REFIT)));
  }

  @Test
  void metaNetwork_isFittedOnTheTrainingMetaFeatures_once() {
    fit(config().outOfFold(3));

    List<Seen> meta =
        spy.seen().stream().filter(fit -> fit.name().startsWith("meta network")).toList();
    assertThat(meta).hasSize(1);
    assertThat(meta.get(0).rowIds()).isEqualTo(ALL_ROWS);
    assertThat(spy.seen().get(spy.seen().size() - 1)).isEqualTo(meta.get(0));
  }

  @Test
  void inSample_scoresRowsByNetworksThatSawThem() {
    // What the other strategies must not do; the assertions above can tell the difference.
    StackingEnsemble ensemble = fit(config().inSample());
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();

    assertThat(spy.members()).hasSize(2);
    assertThat(features.folds()).containsOnly(0);
    for (int row = 0; row < features.rows(); row++) {
      assertThat(spy.member("a", 0).rowIds()).contains(features.rowIds()[row]);
      assertScoredBy(ensemble.members().refits().get(0).network(), features, row, 0, true);
    }
  }

  @Test
  void outOfFold_ofPermutedLabels_isChance() {
    LabeledData noise = TinyData.permutedLabels(TinyData.blobs(150, 8, 3, 1), 1);
    LabeledData fresh = TinyData.permutedLabels(TinyData.blobs(400, 8, 3, 2), 2);

    StackingEnsemble ensemble =
        StackingEnsemble.fit(overFitting().outOfFold(3).build(), noise, LocalFits.onThreads(2));

    assertThat(ensemble.evaluate(fresh).accuracy()).isEqualTo(1 / 3.0, within(3 * error(400)));
    assertThat(memberAccuracy(ensemble)).isEqualTo(1 / 3.0, within(3 * error(150)));
  }

  @Test
  void holdout_ofPermutedLabels_isChance() {
    LabeledData noise = TinyData.permutedLabels(TinyData.blobs(150, 8, 3, 1), 3);
    LabeledData fresh = TinyData.permutedLabels(TinyData.blobs(400, 8, 3, 2), 4);

    StackingEnsemble ensemble =
        StackingEnsemble.fit(overFitting().holdout(0.4).build(), noise, LocalFits.onThreads(2));

    assertThat(ensemble.evaluate(fresh).accuracy()).isEqualTo(1 / 3.0, within(3 * error(400)));
    assertThat(memberAccuracy(ensemble)).isEqualTo(1 / 3.0, within(3 * error(60)));
  }

  @Test
  void members_thatLearnFromSamples_neverSeeARowTheyScore() {
    LabeledData mixed = TinyData.blobs(47, 4, 3, 1);
    for (StackingConfig.Builder strategy :
        List.of(sampling().outOfFold(4, 2), sampling().holdout(0.3), sampling().timeOrdered(3))) {
      SpyRunner own = new SpyRunner();
      StackingEnsemble ensemble = StackingEnsemble.fit(strategy.build(), mixed, own);
      MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();
      for (int row = 0; row < features.rows(); row++) {
        for (int repeat = 1; repeat <= features.repeats(); repeat++) {
          int fold = features.folds(repeat)[row];
          for (String name : List.of("part", "bag")) {
            assertThat(own.member(name, fold).rowIds()).doesNotContain(features.rowIds()[row]);
          }
        }
      }
    }
  }

  @Test
  void members_thatLearnFromSamples_drawThemAnewForEachFit_ofTheRowsItMaySee() {
    StackingEnsemble.fit(sampling().outOfFold(4).build(), DATA, spy);

    Set<Set<Long>> samples = new java.util.HashSet<>();
    for (int fold = 1; fold <= 4; fold++) {
      Set<Long> allowed = spy.member("whole", fold).rowIds();
      Set<Long> part = spy.member("part", fold).rowIds();
      Set<Long> bag = spy.member("bag", fold).rowIds();
      assertThat(allowed).containsAll(part).containsAll(bag);
      assertThat(part).hasSize((int) Math.round(allowed.size() * 0.5));
      assertThat(bag.size()).isBetween(allowed.size() / 2, allowed.size() * 4 / 5);
      samples.add(part);
      samples.add(bag);
    }
    assertThat(samples).hasSize(2 * 4);
  }

  @Test
  void members_thatLearnFromSamples_learnThem() {
    // What the spies see is what is learned from: the same networks come of the samples alone.
    StackingEnsemble ensemble = StackingEnsemble.fit(sampling().outOfFold(3).build(), DATA, spy);
    List<Long> ids = ids(DATA);
    Seen seen = spy.member("part", 2);
    int[] rows = seen.rowIds().stream().mapToInt(ids::indexOf).sorted().toArray();
    FitTask task =
        new FitTask(
            seen.name(),
            2,
            3,
            TinyNetworks.linear(4, 3),
            SETTINGS,
            DATA.select(rows),
            null,
            seen.seed());

    assertThat(LocalFits.onThreads(1).run(List.of(task)).get(0).network().parameters())
        .isEqualTo(ensemble.members().folds(1).get(1).network().parameters());
  }

  private static StackingConfig.Builder sampling() {
    Member whole = new Member("whole", TinyNetworks.linear(4, 3), SETTINGS);
    return StackingConfig.builder()
        .member(whole)
        .member(new Member("part", TinyNetworks.linear(4, 3), SETTINGS).withRowSample(0.5))
        .member(new Member("bag", TinyNetworks.linear(4, 3), SETTINGS).withBagging())
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS.withEpochs(1)));
  }

  @Test
  void timeOrdered_ofPermutedLabels_isChance() {
    LabeledData noise = TinyData.permutedLabels(TinyData.blobs(150, 8, 3, 1), 5);
    LabeledData fresh = TinyData.permutedLabels(TinyData.blobs(400, 8, 3, 2), 6);

    StackingEnsemble ensemble =
        StackingEnsemble.fit(overFitting().timeOrdered(2).build(), noise, LocalFits.onThreads(2));

    assertThat(ensemble.evaluate(fresh).accuracy()).isEqualTo(1 / 3.0, within(3 * error(400)));
    assertThat(memberAccuracy(ensemble)).isEqualTo(1 / 3.0, within(3 * error(100)));
  }

  @Test
  void inSample_ofPermutedLabels_looksFarBetterThanChance() {
    // The positive control: the same networks and the same measure do show a leak.
    LabeledData noise = TinyData.permutedLabels(TinyData.blobs(150, 8, 3, 1), 1);

    StackingEnsemble ensemble =
        StackingEnsemble.fit(overFitting().inSample().build(), noise, LocalFits.onThreads(2));

    assertThat(memberAccuracy(ensemble)).isGreaterThan(1 / 3.0 + 10 * error(150));
  }

  /** Accuracy of the member average on the very rows it was made for. */
  private static double memberAccuracy(StackingEnsemble ensemble) {
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();
    int[] predicted = Combiner.logitAverage(3).predict(features.logits());
    int right = 0;
    for (int row = 0; row < predicted.length; row++) {
      right += predicted[row] == features.labels()[row] ? 1 : 0;
    }
    return (double) right / predicted.length;
  }

  /** Standard error of an accuracy of 1/3. */
  private static double error(int rows) {
    return Math.sqrt(1 / 3.0 * (2 / 3.0) / rows);
  }

  private static StackingConfig.Builder overFitting() {
    FitSettings byHeart = new FitSettings(40, 50, 10, true);
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.overFitting(8, 3), byHeart))
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withSettings(SETTINGS));
  }

  private StackingEnsemble fit(StackingConfig.Builder config) {
    return StackingEnsemble.fit(config.build(), DATA, spy);
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.linear(4, 3), SETTINGS))
        .member(new Member("b", TinyNetworks.linear(4, 3), SETTINGS.withEpochs(1)))
        .prediction(Prediction.FOLD_MEAN)
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS.withEpochs(1)));
  }

  /** Whether this network gave the row's logits: they are worked out anew. */
  private void assertScoredBy(
      TrainedNetwork network, MetaFeatures features, int row, int member, boolean expected) {
    float[] anew = logitsOf(network);
    int at = 3 * positionOf(features.rowIds()[row]);
    float[] found = floats(features.toLabeledData().features(row, row + 1));
    float difference = 0;
    for (int c = 0; c < 3; c++) {
      difference = Math.max(difference, Math.abs(found[3 * member + c] - anew[at + c]));
    }
    if (expected) {
      assertThat(difference).isLessThan(1e-5f);
    } else {
      assertThat(difference).isGreaterThan(1e-4f);
    }
  }

  private float[] logitsOf(TrainedNetwork network) {
    return logits.computeIfAbsent(network, own -> floats(own.logits(DATA.features())));
  }

  private static int positionOf(long id) {
    return ids(DATA).indexOf(id);
  }

  private static int labelOf(long id) {
    return DATA.label(positionOf(id));
  }

  private static List<Long> ids(LabeledData data) {
    return Arrays.stream(data.rowIds()).boxed().toList();
  }
}
