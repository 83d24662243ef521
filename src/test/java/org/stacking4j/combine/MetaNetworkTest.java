package org.stacking4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInitUniform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.EarlyStopping;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;
import org.stacking4j.train.Seeds;

final class MetaNetworkTest {
  private static final FitRunner RUNNER = LocalFits.onThreads(1);

  /** Three classes; member a is right, member b is wrong, and the surer of the two. */
  private static final MetaFeatures FEATURES = misleading(60);

  @Test
  void residual_beforeItHasLearned_isTheAverage() {
    MetaNetwork unfitted = MetaNetwork.residual().withSettings(settings(0));

    INDArray logits = unfitted.fit(FEATURES, 1, RUNNER).logits(FEATURES.logits());

    assertThat(floats(logits)).containsExactly(floats(average()), within(1e-6f));
  }

  @Test
  void residual_ofManyRows_isFittedOnTheAverageOfAll() {
    MetaFeatures many = misleading(2 * Chunks.ROWS + 5);
    List<FitTask> asked = new ArrayList<>();

    MetaNetwork.residual()
        .withSettings(settings(0))
        .fit(
            many,
            1,
            tasks -> {
              asked.addAll(tasks);
              return RUNNER.run(tasks);
            });

    assertThat(floats(Objects.requireNonNull(asked.get(0).margin())))
        .isEqualTo(floats(Combiner.logitAverage(3).logits(many.logits())));
  }

  @Test
  void residual_ofYourOwn_startsAtTheAverageToo() {
    // Whatever it says about its output layer's start.
    MetaNetwork unfitted = MetaNetwork.residual(Mlp.base(6, 3, 8)).withSettings(settings(0));

    INDArray logits = unfitted.fit(FEATURES, 1, RUNNER).logits(FEATURES.logits());

    assertThat(floats(logits)).containsExactly(floats(average()), within(1e-6f));
  }

  @Test
  void free_beforeItHasLearned_isNot() {
    MetaNetwork unfitted = MetaNetwork.free().withSettings(settings(0));

    INDArray logits = unfitted.fit(FEATURES, 1, RUNNER).logits(FEATURES.logits());

    assertThat(logits.sub(average()).norm2Number().doubleValue()).isGreaterThan(1);
  }

  @Test
  void residual_whereTheAverageIsWrong_learnsToCorrectIt() {
    Combiner fitted = MetaNetwork.residual().withSettings(settings(25)).fit(FEATURES, 1, RUNNER);

    Evaluation before = evaluate(Combiner.logitAverage(3));
    Evaluation after = evaluate(fitted);
    assertThat(before.accuracy()).isLessThan(0.5);
    assertThat(after.logLoss()).isLessThan(0.5 * before.logLoss());
    assertThat(after.accuracy()).isGreaterThan(0.9);
    // The losses told on the way are those of average and correction together.
    assertThat(fitted.fits().get(0).epochLosses().get(0)).isEqualTo(before.logLoss(), within(0.5));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void residual_linear_learnsTheGradientOfTheSum(boolean weighted) {
    // One step from zero, by hand: the weights move by x' (softmax(average) − y) / rows, each row
    // times its own weight, where all add up to 1 × rows.
    double[] rowWeights = new double[60];
    Arrays.setAll(rowWeights, row -> 1 + row % 5);
    MetaFeatures features = weighted ? weighted(rowWeights) : FEATURES;
    MultiLayerConfiguration linear = TinyNetworks.linear(6, 3, new Sgd(1), new LossMCXENT());
    MetaNetwork oneStep =
        MetaNetwork.residual(linear)
            .withSettings(new FitSettings(1, 60, Double.POSITIVE_INFINITY, true));

    float[] learned = oneStep.fit(features, 1, RUNNER).fits().get(0).network().parameters();

    INDArray x = FEATURES.logits();
    INDArray average = average();
    for (int i = 0; i < 6; i++) {
      for (int c = 0; c < 3; c++) {
        double gradient = 0;
        for (int row = 0; row < 60; row++) {
          double sum = 0;
          for (int k = 0; k < 3; k++) {
            sum += Math.exp(average.getDouble(row, k));
          }
          double error =
              Math.exp(average.getDouble(row, c)) / sum - (FEATURES.labels()[row] == c ? 1 : 0);
          double weight = weighted ? rowWeights[row] / 3 : 1;
          gradient += weight * error * x.getDouble(row, i) / 60;
        }
        assertThat((double) learned[c * 6 + i]).isEqualTo(-gradient, within(1e-5));
      }
    }
  }

  @Test
  void fit_asksForOneFit_withTheAverageAsMarginWhereResidual() {
    List<FitTask> asked = new ArrayList<>();
    FitRunner spy =
        tasks -> {
          asked.addAll(tasks);
          return RUNNER.run(tasks);
        };

    MetaNetwork.residual().withRepeats(1).withSettings(settings(0)).fit(FEATURES, 9, spy);
    MetaNetwork.free().withSettings(settings(0)).fit(FEATURES, 9, spy);

    assertThat(asked).hasSize(2);
    assertThat(asked.get(0).margin()).isEqualTo(average());
    assertThat(asked.get(1).margin()).isNull();
    assertThat(asked)
        .extracting(FitTask::describe)
        .containsExactly("meta network 'residual', all rows", "meta network 'free', all rows");
    for (FitTask task : asked) {
      assertThat(task.seed()).isEqualTo(Seeds.of(9, "meta network", 0));
      assertThat(task.data().features()).isEqualTo(FEATURES.logits());
      assertThat(task.data().labels()).isEqualTo(FEATURES.labels());
    }
  }

  @Test
  void configuration_isCopied() {
    MultiLayerConfiguration own = Mlp.base(6, 3, 8);
    MetaNetwork network = MetaNetwork.residual(own).withSettings(settings(0));
    OutputLayer output = (OutputLayer) own.getConf(3).getLayer();

    network.fit(FEATURES, 1, RUNNER);
    // A residual network's output layer is made to start at zero: in a copy.
    assertThat(output.getWeightInitFn()).isInstanceOf(WeightInitUniform.class);

    output.setNOut(5);
    assertThat(network.fit(FEATURES, 1, RUNNER).fits().get(0).network().classes()).isEqualTo(3);
  }

  @Test
  void configuration_ofAnotherSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaNetwork.free(Mlp.meta(9, 3)).fit(FEATURES, 1, RUNNER))
        .withMessage(
            "meta network 'free': the first layer takes 9 inputs but the data has 6 columns; set its nIn"
                + " to 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaNetwork.residual(Mlp.meta(6, 2)).fit(FEATURES, 1, RUNNER))
        .withMessage(
            "meta network 'residual': the output layer has 2 units but the data has 3 classes; set its nOut"
                + " to 3");
  }

  @Test
  void configuration_thatCannotBeOne() {
    MultiLayerConfiguration sigmoid = Mlp.meta(6, 3);
    ((OutputLayer) sigmoid.getConf(2).getLayer())
        .setActivationFn(Activation.SIGMOID.getActivationFunction());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaNetwork.free(sigmoid))
        .withMessageStartingWith("meta network: the last layer must be an OutputLayer");
  }

  @Test
  void settings_areTheRecipesUnlessGiven() {
    assertThat(MetaNetwork.free().settings()).isEqualTo(FitSettings.defaults());
    assertThat(MetaNetwork.residual().withSettings(settings(3)).settings()).isEqualTo(settings(3));
    assertThat(MetaNetwork.free().isResidual()).isFalse();
    assertThat(MetaNetwork.residual().withSettings(settings(3)).isResidual()).isTrue();
  }

  @Test
  void tasks_sayWhichOfHowManyNetworks_andWhichPartOfTheCrossValidation() {
    MetaNetwork network = MetaNetwork.residual().withRepeats(3);

    assertThat(network.tasks(FEATURES, 0, 0, 9))
        .extracting(FitTask::describe)
        .containsExactly(
            "meta network 'residual' (1 of 3), all rows",
            "meta network 'residual' (2 of 3), all rows",
            "meta network 'residual' (3 of 3), all rows");
    assertThat(network.tasks(FEATURES, 2, 5, 9))
        .extracting(FitTask::describe)
        .contains("meta network 'residual' (3 of 3), cross validation 2 of 5");
    // However many there are, each has the seed it had.
    assertThat(network.tasks(FEATURES, 2, 5, 9))
        .extracting(FitTask::seed)
        .containsExactly(
            Seeds.of(9, "meta network", 2),
            Seeds.of(9, "meta network 2", 2),
            Seeds.of(9, "meta network 3", 2));
  }

  @Test
  void repeats_areNetworksOfSeveralSeeds_whoseMeanAnswers() {
    MetaNetwork one = MetaNetwork.residual().withRepeats(1).withSettings(settings(3));
    Combiner fitted = one.withRepeats(3).fit(FEATURES, 1, RUNNER);

    assertThat(fitted.fits()).hasSize(3);
    INDArray mean = Nd4j.zeros(60, 3);
    for (FitResult fit : fitted.fits()) {
      mean.addi(new FittedMetaNetwork(List.of(fit), true).logits(FEATURES.logits()).div(3));
    }
    assertThat(floats(fitted.logits(FEATURES.logits())))
        .containsExactly(floats(mean), within(1e-5f));
    assertThat(fitted.fits().get(1).network().parameters())
        .isNotEqualTo(fitted.fits().get(0).network().parameters());
    assertThat(fitted.fits().get(0).network().parameters())
        .isEqualTo(one.fit(FEATURES, 1, RUNNER).fits().get(0).network().parameters());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.withRepeats(0))
        .withMessage("repeats must be >= 1, found 0");
  }

  @Test
  void linear_beforeItHasLearned_isTheAverageAndHasNoHiddenLayer() {
    Combiner fitted = MetaNetwork.linear().withSettings(settings(0)).fit(FEATURES, 1, RUNNER);

    assertThat(floats(fitted.logits(FEATURES.logits())))
        .containsExactly(floats(average()), within(1e-6f));
    assertThat(fitted.fits().get(0).network().parameters()).hasSize(6 * 3 + 3);
  }

  @Test
  void earlyStopping_isThatOfEveryFit_andNoneUnlessAsked() {
    MetaNetwork patient =
        MetaNetwork.residual().withEarlyStopping(0.3, 2).withSettings(settings(60));

    List<FitTask> tasks = patient.withRepeats(3).tasks(FEATURES, 0, 0, 1);

    assertThat(tasks).hasSize(3);
    assertThat(tasks).allMatch(task -> new EarlyStopping(0.3, 2).equals(task.stopping()));
    assertThat(MetaNetwork.residual().tasks(FEATURES, 0, 0, 1))
        .allMatch(task -> task.stopping() == null);
    assertThat(patient.earlyStopping()).contains(new EarlyStopping(0.3, 2));
    assertThat(MetaNetwork.residual().earlyStopping()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaNetwork.free().withEarlyStopping(1, 2))
        .withMessageStartingWith("early stopping must hold back a share");
  }

  @Test
  void earlyStopping_whereLabelsAreChance_keepsAnEarlyNetwork() {
    LabeledData chance = TinyData.permutedLabels(FEATURES.toLabeledData(), 1);
    MetaFeatures features =
        MetaFeatures.of(FEATURES.members(), chance, FEATURES.folds(), FEATURES.logits());
    MetaNetwork network =
        MetaNetwork.free(TinyNetworks.overFitting(6, 3)).withSettings(settings(60));

    Combiner all = network.fit(features, 1, RUNNER);
    Combiner stopped = network.withEarlyStopping(0.3, 4).fit(features, 1, RUNNER);

    assertThat(all.fits().get(0).epochLosses()).hasSize(60);
    assertThat(stopped.fits().get(0).epochLosses().size()).isLessThan(30);
  }

  private static MetaFeatures weighted(double... weights) {
    LabeledData rows = FEATURES.toLabeledData().withWeights(weights);
    return MetaFeatures.of(FEATURES.members(), rows, FEATURES.folds(), FEATURES.logits());
  }

  private static Evaluation evaluate(Combiner combiner) {
    return Evaluation.of(
        combiner.predict(FEATURES.logits()),
        combiner.probabilities(FEATURES.logits()),
        FEATURES.labels());
  }

  private static INDArray average() {
    return Combiner.logitAverage(3).logits(FEATURES.logits());
  }

  private static FitSettings settings(int epochs) {
    return new FitSettings(epochs, 20, 2, true);
  }

  private static MetaFeatures misleading(int rows) {
    LabeledData data = TinyData.blobs(rows, 3, 3, 1);
    float[][] logits = new float[rows][6];
    float[] noise = floats(data.features());
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < 3; c++) {
        logits[row][c] = 0.2f * noise[row * 3 + c];
      }
      logits[row][data.label(row)] += 2;
      logits[row][3 + (data.label(row) + 1) % 3] += 4;
    }
    assertThat(Arrays.stream(data.classCounts())).containsOnly(rows / 3);
    return MetaFeatures.of(List.of("a", "b"), data, new int[rows], Nd4j.createFromArray(logits));
  }
}
