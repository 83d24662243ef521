package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

final class FitTaskTest {
  private static final LabeledData DATA = TinyData.blobs(12, 4, 3, 1);

  @Test
  void describe_namesMemberAndFold() {
    assertThat(task(Mlp.base(4, 3, 8), 2, 5, null).describe())
        .isEqualTo("member 'wide', fold 2 of 5");
    assertThat(task(Mlp.base(4, 3, 8), 0, 5, null).describe()).isEqualTo("member 'wide', all rows");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 'repeat 1, fold 1 of 5'",
    "5, 'repeat 1, fold 5 of 5'",
    "6, 'repeat 2, fold 1 of 5'",
    "13, 'repeat 3, fold 3 of 5'",
    "0, all rows"
  })
  void describe_namesTheRepeat(int fold, String words) {
    FitTask task =
        new FitTask(
            "member 'wide'",
            fold,
            5,
            3,
            Mlp.base(4, 3, 8),
            FitSettings.defaults(),
            DATA,
            null,
            1,
            List.of(),
            List.of(),
            null,
            false,
            false,
            null);

    assertThat(task.describe()).isEqualTo("member 'wide', " + words);
  }

  @Test
  void configuration_isCopiedInAndOut() {
    // The fitter changes the configuration it is given; the next fit must not find it changed.
    MultiLayerConfiguration given = Mlp.base(4, 3, 8);
    FitTask task = task(given, 0, 0, null);

    ((FeedForwardLayer) given.getConf(0).getLayer()).setNIn(99);
    ((FeedForwardLayer) task.configuration().getConf(0).getLayer()).setNIn(99);

    assertThat(((FeedForwardLayer) task.configuration().getConf(0).getLayer()).getNIn())
        .isEqualTo(4);
  }

  @Test
  void configuration_isTheSameTextInEveryRun() {
    // It is compared by RememberedFits and written into archives: a seed that a configuration took
    // from the clock must not make equal fits look different.
    MultiLayerConfiguration now = Mlp.base(4, 3, 8);
    MultiLayerConfiguration later = Mlp.base(4, 3, 8);
    now.getConfs().forEach(conf -> conf.setSeed(1234));
    later.getConfs().forEach(conf -> conf.setSeed(5678));

    assertThat(task(now, 0, 0, null).configuration().toJson())
        .isEqualTo(task(later, 0, 0, null).configuration().toJson());
  }

  @Test
  void trainerFused_ofANetworkItCannotTrain() {
    FitSettings fused = FitSettings.defaults().withTrainer(Trainer.FUSED);
    MultiLayerConfiguration odd = TinyNetworks.linear(4, 3, new RmsProp(0.1), new LossMCXENT());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FitTask("member 'wide'", 0, 0, odd, fused, DATA, null, 1))
        .withMessage(
            "member 'wide': trainer fused cannot train it, because layer 0 has updater RmsProp; use"
                + " auto or dl4j");
  }

  @Test
  void digest_doesNotDependOnHowLongItMayTake() {
    // What was fitted is found again when more time is allowed.
    FitSettings limited = FitSettings.defaults().withTimeout(Duration.ofSeconds(1));
    var network = Mlp.base(4, 3, 8);

    assertThat(new FitTask("member 'wide'", 0, 0, network, limited, DATA, null, 1).digest())
        .isEqualTo(task(network, 0, 0, null).digest());
  }

  @Test
  void sizes_otherThanTheDatas() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(Mlp.base(5, 3, 8), 0, 0, null))
        .withMessage(
            "member 'wide': the first layer takes 5 inputs but the data has 4 columns; set its nIn"
                + " to 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(Mlp.base(4, 2, 8), 0, 0, null))
        .withMessage(
            "member 'wide': the output layer has 2 units but the data has 3 classes; set its nOut"
                + " to 3");
  }

  @Test
  void margin_ofAnotherShape() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(Mlp.base(4, 3, 8), 0, 0, Nd4j.zeros(12, 2)))
        .withMessage("member 'wide': the margin must have shape [12, 3], found [12, 2]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> task(Mlp.base(4, 3, 8), 0, 0, Nd4j.zeros(11, 3)))
        .withMessage("member 'wide': the margin must have shape [12, 3], found [11, 3]");
  }

  @Test
  void rowWeights_haveMeanOne() {
    assertThat(weighted(DATA.first(3).withWeights(new double[] {10, 20, 30})).rowWeights())
        .containsExactly(0.5f, 1, 1.5f);
    assertThat(task(Mlp.base(4, 3, 8), 0, 0, null).rowWeights()).isNull();
  }

  @Test
  void rowWeights_ofAView_areScaledAnew() {
    // A fold's networks must not learn faster or slower than others for the weights left out.
    LabeledData data = DATA.first(3).withWeights(new double[] {2, 6, 100});

    assertThat(weighted(data.first(2)).rowWeights()).containsExactly(0.5f, 1.5f);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 1, 3, 1e-300, 1e300})
  void rowWeights_thatAreAllTheSame_areOne(double weight) {
    double[] weights = new double[DATA.rows()];
    Arrays.fill(weights, weight);

    assertThat(weighted(DATA.withWeights(weights)).rowWeights()).containsOnly(1f);
  }

  @Test
  void rowWeights_farApart_stayNumbers() {
    LabeledData data = DATA.first(3).withWeights(new double[] {1e-300, Double.MAX_VALUE, 1});

    assertThat(weighted(data).rowWeights()).containsExactly(0, 3, 0);
  }

  private static FitTask weighted(LabeledData data) {
    return new FitTask("a", 0, 0, Mlp.base(4, 3, 8), FitSettings.defaults(), data, null, 1);
  }

  private static FitTask task(
      MultiLayerConfiguration configuration, int fold, int folds, @Nullable INDArray margin) {
    return new FitTask(
        "member 'wide'", fold, folds, configuration, FitSettings.defaults(), DATA, margin, 1);
  }
}
