package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

/** No network answers for a row when it has seen another one of the row's group. */
final class GroupsTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);

  static Stream<StackingConfig.Builder> strategies() {
    return Stream.of(config().outOfFold(4), config().holdout(0.3));
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void rows_areNeverScoredByANetworkThatSawTheirGroup(StackingConfig.Builder config) {
    LabeledData rows = TinyData.blobs(96, 4, 3, 1);
    LabeledData data =
        rows.withGroups(LongStream.of(rows.rowIds()).map(id -> id * id % 19).toArray());
    Map<Long, Long> groupOf = new HashMap<>();
    for (int row = 0; row < data.rows(); row++) {
      groupOf.put(data.rowId(row), data.group(row));
    }
    SpyRunner spy = new SpyRunner();

    MetaFeatures features =
        StackingEnsemble.fit(config.build(), data, spy).trainingMetaFeatures().orElseThrow();

    assertThat(features.rows()).isGreaterThan(10);
    for (int row = 0; row < features.rows(); row++) {
      Set<Long> seen = new HashSet<>();
      for (String name : List.of("a", "b")) {
        spy.member(name, features.folds()[row]).rowIds().forEach(id -> seen.add(groupOf.get(id)));
      }
      assertThat(seen).isNotEmpty().doesNotContain(groupOf.get(features.rowIds()[row]));
    }
    // What learns from the table, and may draw folds of its own, finds the groups in it.
    assertThat(features.toLabeledData().groups())
        .isEqualTo(LongStream.of(features.rowIds()).map(groupOf::get).toArray());
  }

  @Test
  void labelsThatOnlyTheGroupTells_areChance_unlessGroupsAreParted() {
    // 40 groups of 6 nearly equal rows with a label drawn by lot: new groups are a matter of
    // chance, and whoever parts the groups believes in 100 %.
    var random = new SplittableRandom(5);
    float[][] features = new float[240][4];
    int[] labels = new int[240];
    long[] groups = new long[240];
    for (int row = 0; row < 240; row++) {
      int first = row - row % 6;
      groups[row] = first / 6;
      labels[row] = row == first ? random.nextInt(2) : labels[first];
      for (int i = 0; i < 4; i++) {
        features[row][i] =
            row == first
                ? (float) (4 * random.nextDouble() - 2)
                : features[first][i] + 0.01f * (float) random.nextDouble();
      }
    }
    LabeledData rows =
        LabeledData.of(Nd4j.createFromArray(features), labels, TinyData.classNames(2));

    double error = Math.sqrt(0.25 / 40); // of a share of 40 groups
    assertThat(accuracy(rows.withGroups(groups))).isEqualTo(0.5, within(3 * error));
    assertThat(accuracy(rows)).isGreaterThan(0.5 + 4 * error);
  }

  /** Accuracy of the meta-features of the rows they were made for. */
  private static double accuracy(LabeledData data) {
    StackingConfig config =
        StackingConfig.builder()
            .member(
                new Member("a", TinyNetworks.overFitting(4, 2), new FitSettings(150, 50, 10, true)))
            .doNoHarm(false)
            .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS))
            .outOfFold(4)
            .build();
    MetaFeatures features = StackingEnsemble.fit(config, data).trainingMetaFeatures().orElseThrow();
    int[] predicted = Combiner.logitAverage(2).predict(features.logits());
    int right = 0;
    for (int row = 0; row < predicted.length; row++) {
      right += predicted[row] == features.labels()[row] ? 1 : 0;
    }
    return (double) right / predicted.length;
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.linear(4, 3), SETTINGS))
        .member(new Member("b", TinyNetworks.linear(4, 3), SETTINGS))
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS));
  }
}
