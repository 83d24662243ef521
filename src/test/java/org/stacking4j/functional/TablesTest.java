package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/**
 * Networks on columns as tables have them: of any scale, far from zero, constant, hardly ever set.
 */
final class TablesTest {
  private static final int COLUMNS = 18;
  private static final LabeledData TRAIN = TinyData.blobs(240, COLUMNS, 3, 1);
  private static final LabeledData TEST = TinyData.blobs(300, COLUMNS, 3, 2);
  private static final FitSettings SETTINGS = new FitSettings(15, 16, 2, true); // 225 steps

  @FunctionalInterface
  private interface Change {
    float of(int column, float value);
  }

  private static LabeledData changed(LabeledData data, Change change) {
    float[] values = floats(data.features());
    for (int i = 0; i < values.length; i++) {
      values[i] = change.of(i % COLUMNS, values[i]);
    }
    INDArray features = Nd4j.createFromArray(values).reshape(data.rows(), COLUMNS);
    return LabeledData.of(features, data.labels(), data.classNames(), data.rowIds());
  }

  private static TrainedNetwork fit(LabeledData data, FitSettings settings) {
    FitTask task =
        new FitTask("table", 0, 0, Mlp.table(COLUMNS, 3, 12, 12), settings, data, null, 7);
    return LocalFits.onThreads(1).run(List.of(task)).get(0).network();
  }

  private static double accuracy(TrainedNetwork network, LabeledData data) {
    INDArray logits = network.logits(data.features());
    float[] values = floats(logits);
    int right = 0;
    for (int row = 0; row < data.rows(); row++) {
      int best = 0;
      for (int c = 0; c < 3; c++) {
        assertThat(values[row * 3 + c]).isFinite();
        best = values[row * 3 + c] > values[row * 3 + best] ? c : best;
      }
      right += best == data.label(row) ? 1 : 0;
    }
    return (double) right / data.rows();
  }

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"FUSED", "DL4J"})
  void columnsOfAnyScaleAndOffset_areLearntAsWell(Trainer trainer) {
    FitSettings settings = SETTINGS.withTrainer(trainer);
    double plain = accuracy(fit(TRAIN, settings), TEST);
    // Around 1e6 float32 knows sixteenths.
    Change change =
        (column, value) ->
            switch (column) {
              case 0 -> 1e6f + value;
              case 1 -> 1e6f * value;
              case 2 -> -3e4f + 100 * value;
              case 3 -> 1e-3f * value;
              case 4 -> 1e-3f * value + 0.5f;
              default -> value;
            };

    double found = accuracy(fit(changed(TRAIN, change), settings), changed(TEST, change));

    assertThat(plain).isGreaterThan(0.9);
    assertThat(found).isGreaterThan(plain - 0.03);
  }

  @Test
  void columnsMovedFarAway_areTheSameFitToTheFusedStep() {
    // Eighths are exact in float32 up to two millions.
    Change eighths = (column, value) -> Math.round(value * 8) / 8f;
    Change moved = (column, value) -> eighths.of(column, value) + (column % 5 - 2) * 4e5f;
    TrainedNetwork near = fit(changed(TRAIN, eighths), SETTINGS);
    TrainedNetwork far = fit(changed(TRAIN, moved), SETTINGS);

    float[] expected = near.parameters();
    float[] found = far.parameters();
    for (int i = 0; i < expected.length; i++) {
      boolean mean = i / COLUMNS == 2; // behind scale and shift
      float offset = mean ? (i % COLUMNS % 5 - 2) * 4e5f : 0;
      assertThat(found[i])
          .as("parameter %d", i)
          .isCloseTo(expected[i] + offset, within(mean ? 0.07f : 0));
    }
    float[] answers = floats(near.logits(changed(TEST, eighths).features()));
    assertThat(floats(far.logits(changed(TEST, moved).features())))
        .containsExactly(answers, within(0.3f));
  }

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"FUSED", "DL4J"})
  void constantColumns_doNotDrownTheOthers(Trainer trainer) {
    Change constant =
        (column, value) ->
            switch (column) {
              case 0 -> 0;
              case 1 -> 7.3f;
              default -> value;
            };
    TrainedNetwork network = fit(changed(TRAIN, constant), SETTINGS.withTrainer(trainer));
    double plain = accuracy(network, changed(TEST, constant));
    assertThat(plain).isGreaterThan(0.8);

    // Rows that differ where no row of the fit did are still told by the other columns.
    Change other = (column, value) -> column == 0 ? 1 : constant.of(column, value);
    assertThat(accuracy(network, changed(TEST, other))).isGreaterThan(0.8);
  }

  @Test
  void constantColumns_stayFiniteWhenTheirVarianceHasDecayedToNothing() {
    // 0.9^1200 is far below the smallest float32; a logarithm of it is kept.
    Change constant = (column, value) -> column < 2 ? column * 1e6f : value;
    TrainedNetwork network = fit(changed(TRAIN, constant), SETTINGS.withEpochs(80));

    assertThat(accuracy(network, changed(TEST, constant))).isGreaterThan(0.8);
  }
}
