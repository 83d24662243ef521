package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;

final class CosineCyclesTest {
  @Test
  void valueAt_byHand() {
    // A cycle of 3 steps: (1 + cos 0°) / 2 = 1, (1 + cos 60°) / 2 = 0.75, (1 + cos 120°) / 2 =
    // 0.25;
    // then one of 2: 1 and (1 + cos 90°) / 2 = 0.5.
    CosineCycles rate = new CosineCycles(new Sgd(0.4), List.of(3, 5));

    double[] rates = IntStream.range(0, 5).mapToDouble(step -> rate.valueAt(step, 9)).toArray();

    assertThat(rates).containsExactly(new double[] {0.4, 0.3, 0.1, 0.4, 0.2}, within(1e-15));
  }

  @Test
  void valueAt_theLastStepOfALongCycle_isAlmostZero() {
    CosineCycles rate = new CosineCycles(new Sgd(1), List.of(1000, 2000));

    assertThat(rate.valueAt(999, 0)).isBetween(1e-9, 1e-5);
    assertThat(rate.valueAt(1000, 0)).isEqualTo(1);
    assertThat(rate.valueAt(1999, 0)).isBetween(1e-9, 1e-5);
  }

  @Test
  void valueAt_isAPartOfTheUpdatersOwnSchedule() {
    var own = new Sgd(new MapSchedule(ScheduleType.EPOCH, Map.of(0, 0.8, 1, 0.2)));
    CosineCycles rate = new CosineCycles(own, List.of(4));

    assertThat(rate.valueAt(0, 0)).isCloseTo(0.8, within(1e-15));
    assertThat(rate.valueAt(2, 1)).isCloseTo(0.1, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({
    // rows, batch size, steps of an epoch: a last batch of one goes with the one before
    "50, 16, 4",
    "49, 16, 3",
    "48, 16, 3",
    "10, 50, 1",
    "5, 1, 4"
  })
  void fit_isThatOfTheRatesWrittenDown(int rows, int batchSize, int steps) {
    for (Trainer trainer : new Trainer[] {Trainer.FUSED, Trainer.DL4J}) {
      for (boolean adam : new boolean[] {true, false}) {
        FitSettings settings = new FitSettings(5, batchSize, 2, true, trainer);
        LabeledData data = TinyData.blobs(rows, 6, 3, 1);
        // Cycles of 2, 1 and 2 epochs.
        Map<Integer, Double> rates = new HashMap<>();
        for (int step = 0; step < 5 * steps; step++) {
          int from = step < 2 * steps ? 0 : step < 3 * steps ? 2 * steps : 3 * steps;
          double length = step >= 2 * steps && step < 3 * steps ? steps : 2 * steps;
          rates.put(step, 0.05 * 0.5 * (1 + Math.cos(Math.PI * (step - from) / length)));
        }
        var written = new MapSchedule(ScheduleType.ITERATION, rates);
        IUpdater scheduled = adam ? new Adam(written) : new Nesterovs(written, 0.9);
        IUpdater constant = adam ? new Adam(0.05) : new Nesterovs(0.05, 0.9);

        FitResult cyclic = fit(network(constant), settings, data, List.of(2, 3), true);
        FitResult expected = fit(network(scheduled), settings, data, List.of(2, 3), false);

        assertThat(cyclic.network().parameters())
            .as(trainer + " " + adam)
            .containsExactly(expected.network().parameters(), within(1e-6f));
        for (int i = 0; i < 2; i++) {
          assertThat(cyclic.snapshots().get(i).network().parameters())
              .containsExactly(expected.snapshots().get(i).network().parameters(), within(1e-6f));
        }
        assertThat(cyclic.trainer()).isEqualTo(trainer);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FUSED", "DL4J"})
  void fit_leavesTheConfigurationAsItWas(Trainer trainer) {
    FitSettings settings = new FitSettings(4, 16, 2, true, trainer);
    LabeledData data = TinyData.blobs(50, 6, 3, 1);

    FitResult cyclic = fit(network(new Adam(0.05)), settings, data, List.of(2), true);
    FitResult plain = fit(network(new Adam(0.05)), settings, data, List.of(2), false);

    assertThat(cyclic.network().configuration().toJson())
        .isEqualTo(plain.network().configuration().toJson())
        .doesNotContain("CosineCycles");
    assertThat(cyclic.network().parameters()).isNotEqualTo(plain.network().parameters());
  }

  @Test
  void fit_cyclesOfOneStep_areAConstantRate() {
    FitSettings settings = new FitSettings(3, 50, 2, true, Trainer.FUSED);
    LabeledData data = TinyData.blobs(50, 6, 3, 1);

    FitResult cyclic = fit(network(new Adam(0.05)), settings, data, List.of(1, 2), true);
    FitResult plain = fit(network(new Adam(0.05)), settings, data, List.of(1, 2), false);

    assertThat(cyclic.network().parameters()).isEqualTo(plain.network().parameters());
  }

  private static FitResult fit(
      MultiLayerConfiguration configuration,
      FitSettings settings,
      LabeledData data,
      List<Integer> snapshots,
      boolean cyclic) {
    FitTask task =
        new FitTask(
            "a test",
            0,
            0,
            1,
            configuration,
            settings,
            data,
            null,
            1,
            List.of(),
            snapshots,
            null,
            cyclic,
            false,
            null);
    return NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null);
  }

  /** Without dropout, whose numbers are the trainers' own. */
  private static MultiLayerConfiguration network(IUpdater updater) {
    MultiLayerConfiguration network = Mlp.correction(6, 3);
    for (NeuralNetConfiguration conf : network.getConfs()) {
      ((BaseLayer) conf.getLayer()).setIUpdater(updater);
    }
    return network;
  }
}
