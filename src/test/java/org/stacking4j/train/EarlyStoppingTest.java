package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

final class EarlyStoppingTest {
  private static final int EPOCHS = 40;
  private static final FitSettings SETTINGS = new FitSettings(EPOCHS, 16, 2, true);
  private static final EarlyStopping STOPPING = new EarlyStopping(0.25, 3);

  /** Half of the labels say something; the rest can only be learned by heart. */
  private static final LabeledData NOISY = noisy(TinyData.blobs(120, 6, 3, 1));

  private static final MultiLayerConfiguration OVER_FITTING = TinyNetworks.overFitting(6, 3);

  @ParameterizedTest
  @CsvSource({"FUSED, false", "FUSED, true", "DL4J, false", "DL4J, true"})
  void fit_thatWouldOverFit_isTheOneOnTheOtherRowsUntilTheBestEpoch(
      Trainer trainer, boolean weighted) {
    LabeledData data = weighted ? NOISY.withWeights(weights()) : NOISY;
    INDArray margin = weighted ? NOISY.features().get(all(), interval(3, 6)).dup() : null;
    FitSettings settings = SETTINGS.withTrainer(trainer);
    FitTask all = task(OVER_FITTING, settings, data, margin);
    FitTask task = all.withEarlyStopping(STOPPING);
    List<FitEvent> events = new ArrayList<>();

    FitResult stopped = NetworkFitter.fit(task, events::add, Turn.alone(), null);

    Folds split = task.heldBack(STOPPING);
    int best = stopped.epochLosses().size();
    assertThat(best).isBetween(1, EPOCHS - STOPPING.patience() - 1);
    assertThat(events)
        .hasSize(best + STOPPING.patience())
        .extracting(FitEvent::task)
        .containsOnly(task);
    List<Integer> epochs = IntStream.rangeClosed(1, best + STOPPING.patience()).boxed().toList();
    FitResult inner = fit(withSnapshots(all.on(split.training(1)), epochs));
    FitResult same = inner.snapshots().get(best - 1);
    assertThat(stopped.network().parameters()).isEqualTo(same.network().parameters());
    assertThat(stopped.epochLosses()).isEqualTo(same.epochLosses());

    FitTask heldBack = all.on(split.heldOut(1));
    double[] losses =
        inner.snapshots().stream().mapToDouble(snapshot -> logLoss(snapshot, heldBack)).toArray();
    for (int epoch = 1; epoch <= losses.length; epoch++) {
      if (epoch != best) {
        assertThat(losses[best - 1]).as("epoch " + epoch).isLessThan(losses[epoch - 1]);
      }
    }
  }

  @Test
  void fit_thatGetsBetterToTheEnd_makesAllEpochs() {
    FitTask all =
        task(TinyNetworks.linear(6, 3), SETTINGS.withEpochs(4), TinyData.blobs(90, 6, 3, 1), null);
    FitTask task = all.withEarlyStopping(STOPPING);

    FitResult stopped = fit(task);

    FitResult inner = fit(all.on(task.heldBack(STOPPING).training(1)));
    assertThat(stopped.epochLosses()).hasSize(4);
    assertThat(stopped.network().parameters()).isEqualTo(inner.network().parameters());
  }

  @Test
  void fit_ofNoEpochs_isTheNetworkAsInitialised() {
    FitTask all = task(OVER_FITTING, SETTINGS.withEpochs(0), NOISY, null);

    FitResult stopped = fit(all.withEarlyStopping(STOPPING));

    assertThat(stopped.epochLosses()).isEmpty();
    assertThat(stopped.network().parameters()).isEqualTo(fit(all).network().parameters());
  }

  @Test
  void fit_toTargets_isTheOneOnTheOtherRows_scaleIncluded() {
    LabeledData data = TinyData.numbers(60, 3, 2, 1);
    FitTask all =
        task(
            Mlp.correction(Task.REGRESSION, 3, 2),
            new FitSettings(200, 8, 2, true),
            data,
            Nd4j.valueArrayOf(new long[] {60, 2}, 30f));
    FitTask task = all.withEarlyStopping(new EarlyStopping(0.3, 2));

    FitResult stopped = fit(task);

    int best = stopped.epochLosses().size();
    assertThat(best).isLessThan(198);
    FitTask inner = all.on(task.heldBack(new EarlyStopping(0.3, 2)).training(1));
    FitResult same = fit(withSnapshots(inner, List.of(best))).snapshots().get(0);
    assertThat(stopped.network().parameters()).isEqualTo(same.network().parameters());
  }

  @Test
  void loss_ofTargets_isTheSquaredErrorByWeights() {
    // The network says 2 x; with the margin 1 that is 3 and 5 for targets of 2 and 1.
    LabeledData data =
        LabeledData.of(
                Nd4j.createFromArray(new float[][] {{1}, {2}}),
                new float[][] {{2}, {1}},
                List.of("y"))
            .withWeights(new double[] {3, 1});
    FitTask rows =
        task(TinyNetworks.regression(1, 1, 0.1), SETTINGS, data, Nd4j.ones(DataType.FLOAT, 2, 1));

    assertThat(new HeldBack(rows, 1).loss(new float[] {2, 0}))
        .isCloseTo((3 * 1 + 1 * 16) / 4.0, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(names = {"FUSED", "DL4J"})
  void heldBackRows_changeNoStep(Trainer trainer) {
    // Whatever they hold: other features there, and each epoch's training loss is the same bits.
    FitTask task = task(OVER_FITTING, SETTINGS.withTrainer(trainer), NOISY, null);
    Folds split = task.heldBack(STOPPING);
    LabeledData other =
        NOISY.withFeatures(
            6,
            (from, to, target) -> {
              System.arraycopy(
                  NOISY.features(from, to).data().asFloat(), 0, target, 0, (to - from) * 6);
              for (int row = from; row < to; row++) {
                if (split.foldOf(row) == 1) {
                  Arrays.fill(target, (row - from) * 6, (row - from + 1) * 6, 7);
                }
              }
            });
    EarlyStopping patient = new EarlyStopping(STOPPING.share(), EPOCHS);

    List<Double> losses = allLosses(task.withEarlyStopping(patient));
    List<Double> ofOther =
        allLosses(
            task(OVER_FITTING, SETTINGS.withTrainer(trainer), other, null)
                .withEarlyStopping(patient));

    assertThat(losses).hasSize(EPOCHS).isEqualTo(ofOther);
  }

  @Test
  void batches_holdNoHeldBackRow_andEveryOtherOne() {
    // A network that says nothing and learns nothing: a row's logits are its margin, its number.
    var seen = new TreeSet<Integer>();
    var recording =
        new LossMCXENT() {
          private static final long serialVersionUID = 1L;

          @Override
          public INDArray computeGradient(
              INDArray labels,
              INDArray preOutput,
              IActivation activation,
              @Nullable INDArray mask) {
            for (int i = 0; i < preOutput.size(0); i++) {
              synchronized (seen) {
                seen.add(Math.round(preOutput.getFloat(i, 0) - preOutput.getFloat(i, 1)));
              }
            }
            return super.computeGradient(labels, preOutput, activation, mask);
          }
        };
    MultiLayerConfiguration still = TinyNetworks.linear(6, 3, new Sgd(0), recording);
    LabeledData zeros =
        NOISY.withFeatures(6, (from, to, target) -> Arrays.fill(target, 0)).first(100);
    INDArray margin = Nd4j.zeros(DataType.FLOAT, 100, 3);
    for (int row = 0; row < 100; row++) {
      margin.putScalar(row, 0, row);
    }
    FitTask task =
        task(still, new FitSettings(2, 16, 2, false), zeros, margin).withEarlyStopping(STOPPING);

    assertThat(fit(task).trainer()).isEqualTo(Trainer.DL4J);

    Folds split = task.heldBack(STOPPING);
    assertThat(seen).containsExactlyElementsOf(Arrays.stream(split.training(1)).boxed().toList());
    assertThat(split.heldOut(1)).hasSize(25);
  }

  @Test
  void heldBack_isThatShareOfEachClass_byTheRowsIds() {
    FitTask task = task(OVER_FITTING, SETTINGS, NOISY, null);
    int[] order = TinyData.permutation(NOISY.rows(), 5);

    Folds split = task.heldBack(STOPPING);
    Folds reordered = task(OVER_FITTING, SETTINGS, NOISY.select(order), null).heldBack(STOPPING);

    int[] counts = NOISY.classCounts();
    int[] heldBack = NOISY.select(split.heldOut(1)).classCounts();
    for (int c = 0; c < 3; c++) {
      assertThat(heldBack[c]).isEqualTo((int) Math.round(0.25 * counts[c]));
    }
    for (int i = 0; i < order.length; i++) {
      assertThat(reordered.foldOf(i)).isEqualTo(split.foldOf(order[i]));
    }
    FitTask otherSeed = new FitTask("a", 0, 0, OVER_FITTING, SETTINGS, NOISY, null, 2);
    assertThat(otherSeed.heldBack(STOPPING).heldOut(1)).isNotEqualTo(split.heldOut(1));
  }

  @Test
  void groups_areOnOneSide() {
    long[] groups = IntStream.range(0, NOISY.rows()).mapToLong(row -> row / 4).toArray();
    LabeledData data = NOISY.withGroups(groups);

    Folds split = task(OVER_FITTING, SETTINGS, data, null).heldBack(STOPPING);

    Set<Long> learned = groupsOf(data, split.training(1));
    assertThat(groupsOf(data, split.heldOut(1))).isNotEmpty().doesNotContainAnyElementsOf(learned);
    assertThat(learned.size()).isBetween(20, 25);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0   | 3 | early stopping must hold back a share of the rows > 0 and < 1, found 0.0
          1   | 3 | early stopping must hold back a share of the rows > 0 and < 1, found 1.0
          NaN | 3 | early stopping must hold back a share of the rows > 0 and < 1, found NaN
          0.1 | 0 | the patience of early stopping must be >= 1 epoch, found 0
          """)
  void numbers_outOfRange(double share, int patience, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EarlyStopping(share, patience))
        .withMessage(message);
  }

  @Test
  void rows_thatAreTooFew() {
    LabeledData ten = TinyData.numbers(10, 3, 1, 1);
    FitTask task = task(Mlp.correction(Task.REGRESSION, 3, 1), SETTINGS, ten, null);

    assertThatThrownBy(
            () ->
                LocalFits.onThreads(1)
                    .run(List.of(task.withEarlyStopping(new EarlyStopping(0.1, 3)))))
        .isInstanceOf(FitException.class)
        .hasMessage(
            "a test, all rows failed (seed 1): early stopping with a share of 0.1 holds back 1 of"
                + " 10 rows, but both sides need at least 2; use another share, or none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task.heldBack(new EarlyStopping(0.9, 3)))
        .withMessageContaining("holds back 9 of 10 rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(OVER_FITTING, SETTINGS, NOISY.first(3), null).heldBack(STOPPING))
        .withMessageContaining("a holdout needs at least 2, one on each side");
  }

  @Test
  void snapshots_areRefused() {
    FitTask snapshots = withSnapshots(task(OVER_FITTING, SETTINGS, NOISY, null), List.of(1, 2));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> snapshots.withEarlyStopping(STOPPING))
        .withMessage(
            "a test: snapshots after epochs [1, 2] are of a fit that makes all its epochs; leave"
                + " them out, or early stopping");
  }

  /** Softmax and logarithm, row by row. */
  private static double logLoss(FitResult fit, FitTask rows) {
    LabeledData data = rows.data();
    INDArray logits = fit.network().logits(data.features());
    @Nullable INDArray margin = rows.margin();
    double sum = 0;
    double total = 0;
    for (int row = 0; row < data.rows(); row++) {
      double exponentials = 0;
      double right = 0;
      for (int c = 0; c < 3; c++) {
        double logit = logits.getDouble(row, c) + (margin == null ? 0 : margin.getDouble(row, c));
        exponentials += Math.exp(logit);
        right = data.label(row) == c ? logit : right;
      }
      sum += data.weight(row) * (Math.log(exponentials) - right);
      total += data.weight(row);
    }
    return sum / total;
  }

  private static List<Double> allLosses(FitTask task) {
    List<Double> losses = new ArrayList<>();
    NetworkFitter.fit(
        task,
        event -> {
          if (event instanceof FitEvent.EpochEnded ended) {
            losses.add(ended.loss());
          }
        },
        Turn.alone(),
        null);
    return losses;
  }

  private static Set<Long> groupsOf(LabeledData data, int[] rows) {
    return Arrays.stream(rows).mapToObj(data::group).collect(Collectors.toSet());
  }

  private static double[] weights() {
    return IntStream.range(0, 120).mapToDouble(row -> 0.2 + row * 7 % 11).toArray();
  }

  private static LabeledData noisy(LabeledData data) {
    LabeledData permuted = TinyData.permutedLabels(data, 3);
    int[] labels =
        IntStream.range(0, data.rows())
            .map(row -> row % 2 == 0 ? data.label(row) : permuted.label(row))
            .toArray();
    return LabeledData.of(data.features(), labels, data.classNames(), data.rowIds());
  }

  private static FitTask withSnapshots(FitTask task, List<Integer> snapshots) {
    return new FitTask(
        task.name(),
        0,
        0,
        1,
        task.configuration(),
        task.settings(),
        task.data(),
        task.margin(),
        task.seed(),
        List.of(),
        snapshots,
        null,
        false,
        false,
        null);
  }

  private static FitResult fit(FitTask task) {
    return NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null);
  }

  private static FitTask task(
      MultiLayerConfiguration configuration,
      FitSettings settings,
      LabeledData data,
      @Nullable INDArray margin) {
    return new FitTask("a test", 0, 0, configuration, settings, data, margin, 1);
  }
}
