package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

final class RememberedFitsTest {
  private static final LabeledData DATA = TinyData.blobs(6, 2, 2, 1);
  private static final FitSettings SETTINGS = FitSettings.defaults();

  private final List<FitTask> ran = new ArrayList<>();

  /** Fits nothing; each result can be told from all others. */
  private final RememberedFits fits =
      new RememberedFits(
          tasks -> {
            ran.addAll(tasks);
            return tasks.stream()
                .map(task -> TinyNetworks.withWeights(new float[][] {{1, 2}, {3, 4}}, 0, 0))
                .map(TinyNetworks::fitted)
                .toList();
          });

  @Test
  void run_ofAnEqualTask_givesTheEarlierResult() {
    FitResult first = fits.run(List.of(task("a", 1, SETTINGS, DATA, 1))).get(0);
    FitResult second = fits.run(List.of(task("a", 1, SETTINGS, DATA, 1))).get(0);

    assertThat(second).isSameAs(first);
    assertThat(ran).hasSize(1);
  }

  @Test
  void run_ofATaskThatStandsTwiceInOneCall_fitsItOnce() {
    FitTask twice = task("a", 1, SETTINGS, DATA, 1);
    FitTask other = task("b", 1, SETTINGS, DATA, 1);

    List<FitResult> results = fits.run(List.of(twice, other, twice));

    assertThat(ran).containsExactly(twice, other);
    assertThat(results).hasSize(3);
    assertThat(results.get(2)).isSameAs(results.get(0)).isNotSameAs(results.get(1));
  }

  @ParameterizedTest
  @MethodSource("others")
  void run_ofATaskThatDiffers_fitsIt(String what, FitTask other) {
    FitResult first = fits.run(List.of(task("a", 1, SETTINGS, DATA, 1))).get(0);

    assertThat(fits.run(List.of(other)).get(0)).as(what).isNotSameAs(first);
    assertThat(ran).hasSize(2);
  }

  static Stream<Arguments> others() {
    MultiLayerConfiguration faster = TinyNetworks.linear(2, 2, new Sgd(0.2), new LossMCXENT());
    return Stream.of(
        Arguments.of("name", task("b", 1, SETTINGS, DATA, 1)),
        Arguments.of("fold", task("a", 2, SETTINGS, DATA, 1)),
        Arguments.of("settings", task("a", 1, SETTINGS.withEpochs(11), DATA, 1)),
        Arguments.of("rows", task("a", 1, SETTINGS, DATA.first(5), 1)),
        Arguments.of("labels", task("a", 1, SETTINGS, TinyData.permutedLabels(DATA, 1), 1)),
        Arguments.of("weights", task("a", 1, SETTINGS, DATA.balanced(), 1)),
        Arguments.of("seed", task("a", 1, SETTINGS, DATA, 2)),
        Arguments.of("columns", columns(List.of(1, 0), List.of())),
        Arguments.of("snapshots", columns(List.of(), List.of(1))),
        Arguments.of(
            "cycles",
            new FitTask(
                "a",
                1,
                5,
                1,
                TinyNetworks.linear(2, 2),
                SETTINGS,
                DATA,
                null,
                1,
                List.of(),
                List.of(),
                null,
                true,
                false,
                null)),
        Arguments.of(
            "early stopping",
            task("a", 1, SETTINGS, DATA, 1).withEarlyStopping(new EarlyStopping(0.5, 2))),
        Arguments.of("configuration", new FitTask("a", 1, 5, faster, SETTINGS, DATA, null, 1)));
  }

  private static FitTask columns(List<Integer> columns, List<Integer> snapshots) {
    return new FitTask(
        "a",
        1,
        5,
        1,
        TinyNetworks.linear(2, 2),
        SETTINGS,
        DATA,
        null,
        1,
        columns,
        snapshots,
        null,
        false,
        false,
        null);
  }

  @Test
  void run_withAMargin_isNeverRemembered() {
    // The margin is not part of what is compared: two meta networks could be taken for one.
    FitTask zero = margin(Nd4j.zeros(6, 2));
    FitTask one = margin(Nd4j.ones(6, 2));

    FitResult first = fits.run(List.of(zero)).get(0);
    FitResult second = fits.run(List.of(one)).get(0);
    FitResult third = fits.run(List.of(zero)).get(0);

    assertThat(ran).hasSize(3);
    assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
  }

  @Test
  void run_ofKnownAndNewTasks_keepsTheirOrder() {
    FitTask a = task("a", 1, SETTINGS, DATA, 1);
    FitTask b = task("b", 1, SETTINGS, DATA, 1);
    FitTask c = task("c", 1, SETTINGS, DATA, 1);
    FitTask margin = margin(Nd4j.zeros(6, 2));
    FitResult knownB = fits.run(List.of(b)).get(0);

    List<FitResult> results = fits.run(List.of(a, margin, b, c, margin, a));

    assertThat(ran).containsExactly(b, a, margin, c, margin);
    assertThat(results).hasSize(6).doesNotContainNull();
    assertThat(results.get(2)).isSameAs(knownB);
    assertThat(results.get(5)).isSameAs(results.get(0));
    assertThat(results.get(0)).isSameAs(fits.run(List.of(a)).get(0));
    assertThat(results.get(3)).isSameAs(fits.run(List.of(c)).get(0));
    assertThat(results.get(4)).isNotSameAs(results.get(1));
  }

  @Test
  void run_thatFailed_isRunAgain() {
    List<String> calls = new ArrayList<>();
    RememberedFits failingOnce =
        new RememberedFits(
            tasks -> {
              calls.add("run of " + tasks.size());
              if (calls.size() == 1) {
                throw new FitException("it", "no reason", null);
              }
              return LocalFits.onThreads(1).run(tasks);
            });
    FitTask task = task("a", 1, SETTINGS.withEpochs(0), DATA, 1);

    assertThatThrownBy(() -> failingOnce.run(List.of(task))).isInstanceOf(FitException.class);

    assertThat(failingOnce.run(List.of(task))).hasSize(1);
    assertThat(calls).containsExactly("run of 1", "run of 1");
  }

  @Test
  void attempt_remembersWhatWasFitted_andNoFailure() {
    List<FitTask> asked = new ArrayList<>();
    RememberedFits remembering =
        new RememberedFits(
            tasks -> {
              asked.addAll(tasks);
              if (tasks.stream().anyMatch(task -> task.name().equals("bad"))) {
                throw new FitException("it", "no reason", null);
              }
              return LocalFits.onThreads(1).run(tasks);
            });
    FitTask good = task("good", 1, SETTINGS, DATA, 1);
    FitTask bad = task("bad", 1, SETTINGS, DATA, 2);

    List<FitOutcome> first = remembering.attempt(List.of(bad, good, bad));
    List<FitOutcome> second = remembering.attempt(List.of(good, bad));

    assertThat(first.get(0)).isInstanceOf(FitException.class).isSameAs(first.get(2));
    assertThat(second.get(0)).isInstanceOf(FitResult.class).isSameAs(first.get(1));
    assertThat(second.get(1)).isInstanceOf(FitException.class);
    assertThat(remembering.run(List.of(good))).containsExactly((FitResult) first.get(1));
    assertThat(asked).containsExactly(bad, good, bad);
  }

  private static FitTask margin(INDArray margin) {
    return task("a", 1, SETTINGS, DATA, margin, 1);
  }

  private static FitTask task(
      String name, int fold, FitSettings settings, LabeledData data, long seed) {
    return task(name, fold, settings, data, null, seed);
  }

  private static FitTask task(
      String name,
      int fold,
      FitSettings settings,
      LabeledData data,
      @Nullable INDArray margin,
      long seed) {
    return new FitTask(name, fold, 5, TinyNetworks.linear(2, 2), settings, data, margin, seed);
  }
}
