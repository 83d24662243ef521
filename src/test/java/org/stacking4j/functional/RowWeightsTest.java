package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/** Weights reach every network of an ensemble, and change what it learns. */
final class RowWeightsTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(47, 4, 3, 1);
  private static final LabeledData WEIGHTED =
      DATA.withWeights(IntStream.range(0, 47).mapToDouble(row -> 1 + row % 7).toArray());

  static Stream<StackingConfig.Builder> strategies() {
    return Stream.of(
        config(),
        config().prediction(Prediction.REFIT),
        config().holdout(0.3),
        config().timeOrdered(3),
        config().inSample());
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void everyFit_hasTheWeightsOfItsRows(StackingConfig.Builder config) {
    List<FitTask> asked = new ArrayList<>();

    StackingEnsemble.fit(
        config.build(),
        WEIGHTED,
        tasks -> {
          asked.addAll(tasks);
          return LocalFits.onThreads(1).run(tasks);
        });

    assertThat(asked).hasSizeGreaterThan(1);
    assertThat(asked.get(asked.size() - 1).name()).startsWith("meta network '");
    for (FitTask task : asked) {
      for (int row = 0; row < task.data().rows(); row++) {
        int position = (int) (task.data().rowId(row) - 1000) / 7;
        assertThat(task.data().weight(row)).as(task.describe()).isEqualTo(1 + position % 7);
      }
    }
  }

  @Test
  void weights_ofOne_giveTheSameBitsAsNone() {
    double[] ones = new double[47];
    Arrays.fill(ones, 1);

    float[] plain = answers(DATA);

    assertThat(answers(DATA.withWeights(ones))).isEqualTo(plain);
    assertThat(answers(WEIGHTED)).isNotEqualTo(plain);
  }

  @Test
  void balanced_findsMoreOfARareClass() {
    // 8 rows of class 1 among 88: unweighted, it is cheaper to miss them.
    LabeledData all = TinyData.blobs(160, 2, 2, 3);
    LabeledData rare =
        all.select(IntStream.range(0, 160).filter(r -> all.label(r) == 0 || r < 16).toArray());
    LabeledData fresh = TinyData.blobs(400, 2, 2, 4);

    assertThat(rare.classCounts()).containsExactly(80, 8);
    assertThat(found(rare.balanced(), fresh)).isGreaterThan(found(rare, fresh) + 20);
  }

  /** How many of the 200 rows of class 1 are predicted as such. */
  private static long found(LabeledData training, LabeledData fresh) {
    FitSettings settings = new FitSettings(20, 16, 2, true);
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("a", TinyNetworks.linear(2, 2), settings))
            .doNoHarm(false)
            .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS))
            .outOfFold(2)
            .build();
    int[] predicted = StackingEnsemble.fit(config, training).predict(fresh.features());
    return IntStream.range(0, 400).filter(r -> fresh.label(r) == 1 && predicted[r] == 1).count();
  }

  private static float[] answers(LabeledData training) {
    return floats(StackingEnsemble.fit(config().build(), training).logits(DATA.features()));
  }

  @Test
  void evaluate_countsRowsByTheirWeights() {
    LabeledData data = TinyData.blobs(60, 6, 3, 1);
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            StackingConfig.builder().member("a", TinyNetworks.linear(6, 3)).outOfFold(2).build(),
            data,
            LocalFits.onThreads(1));
    LabeledData fresh = TinyData.blobs(30, 6, 3, 2);
    int[] predicted = ensemble.predict(fresh.features());
    double[] weights = new double[30];
    double right = 0;
    double all = 0;
    for (int row = 0; row < 30; row++) {
      weights[row] = 1 + row;
      all += weights[row];
      right += predicted[row] == fresh.label(row) ? weights[row] : 0;
    }

    double accuracy = ensemble.evaluate(fresh.withWeights(weights)).accuracy();

    assertThat(accuracy).isEqualTo(right / all, within(1e-12));
    assertThat(accuracy).isNotEqualTo(ensemble.evaluate(fresh).accuracy());
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.linear(4, 3), SETTINGS))
        .member(new Member("b", TinyNetworks.overFitting(4, 3), SETTINGS))
        .outOfFold(3)
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS.withEpochs(1)));
  }
}
