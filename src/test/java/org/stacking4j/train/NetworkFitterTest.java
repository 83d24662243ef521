package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

final class NetworkFitterTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(50, 6, 3, 1);

  @Test
  void fit_repeated_givesTheSameBits() {
    FitTask task = task(Mlp.base(6, 3, 8, 8), SETTINGS);

    FitResult first = fit(task);
    Nd4j.getRandom().setSeed(99); // what ran before on the thread must not matter
    FitResult second = fit(task);

    assertThat(second.network().parameters()).isEqualTo(first.network().parameters());
    assertThat(second.epochLosses()).isEqualTo(first.epochLosses()).hasSize(2);
  }

  @Test
  void fit_onAnyThread_givesTheSameBits() throws Exception {
    FitTask task = task(Mlp.base(6, 3, 8, 8), SETTINGS);
    float[] here = fit(task).network().parameters();

    var elsewhere = new FutureTask<>(() -> fit(task).network().parameters());
    Thread thread = new Thread(elsewhere);
    thread.start();

    assertThat(elsewhere.get()).isEqualTo(here);
    thread.join();
  }

  @ParameterizedTest
  @EnumSource(names = {"FUSED", "DL4J"})
  @Timeout(60)
  void fit_longerThanItsTimeout_fails(Trainer trainer) {
    FitSettings endless = SETTINGS.withEpochs(Integer.MAX_VALUE).withTrainer(trainer);
    FitTask task =
        task(Mlp.base(6, 3, 8), endless.withTimeout(Duration.ofMillis(300)), DATA, null, 1);

    assertThatIllegalStateException()
        .isThrownBy(() -> fit(task))
        .withMessageMatching(
            "it took longer than 0\\.3 s, in epoch \\d+; allow more by timeout, or fewer epochs");
  }

  @Test
  void fit_withinItsTimeout_isTheSame() {
    FitSettings limited = SETTINGS.withTimeout(Duration.ofHours(1));

    assertThat(fit(task(Mlp.base(6, 3, 8), limited)).network().parameters())
        .isEqualTo(fit(task(Mlp.base(6, 3, 8), SETTINGS)).network().parameters());
  }

  @Test
  void fit_otherSeed_givesAnotherNetwork() {
    MultiLayerConfiguration base = Mlp.base(6, 3, 8);

    assertThat(fit(task(base, SETTINGS, DATA, null, 1)).network().parameters())
        .isNotEqualTo(fit(task(base, SETTINGS, DATA, null, 2)).network().parameters());
  }

  @Test
  void fit_withSeedZero_givesTheSameBits() {
    // ND4J takes a seed of zero for "take the clock's".
    FitTask task = task(Mlp.base(6, 3, 8), SETTINGS, DATA, null, 0);

    assertThat(fit(task).network().parameters()).isEqualTo(fit(task).network().parameters());
  }

  @Test
  void fit_seedOfTheConfiguration_doesNotMatter() {
    // Where none is given, DL4J's builder takes the clock's.
    MultiLayerConfiguration other = Mlp.base(6, 3, 8);
    other.getConfs().forEach(conf -> conf.setSeed(12345));

    assertThat(fit(task(other, SETTINGS)).network().parameters())
        .isEqualTo(fit(task(Mlp.base(6, 3, 8), SETTINGS)).network().parameters());
  }

  @Test
  void fit_leavesTheTaskAndItsConfigurationAlone() {
    FitTask task = task(Mlp.base(6, 3, 8), SETTINGS);
    String before = task.configuration().toJson();

    FitResult result = fit(task);

    assertThat(task.configuration().toJson()).isEqualTo(before);
    // Nor does what was added for the fit, such as the margin, stay in the network.
    assertThat(result.network().configuration().toJson()).isEqualTo(before);
  }

  @Test
  void fit_ofNoEpochs_isTheInitialisation() {
    FitTask none = task(Mlp.base(6, 3, 8), SETTINGS.withEpochs(0));
    MultiLayerConfiguration configuration = none.configuration();
    configuration.getConfs().forEach(conf -> conf.setSeed(none.seed()));
    var untouched = new MultiLayerNetwork(configuration);
    untouched.init();

    FitResult result = fit(none);
    FitResult noBiases =
        fit(task(Mlp.base(6, 3, 8), SETTINGS.withEpochs(0).withUniformBiases(false)));

    assertThat(result.epochLosses()).isEmpty();
    assertThat(noBiases.network().parameters()).isEqualTo(untouched.params().toFloatVector());
    assertThat(parameter(result, "0_W")).isEqualTo(parameter(noBiases, "0_W"));
  }

  @ParameterizedTest
  @CsvSource({"0_W, 400", "0_b, 400", "3_W, 300", "3_b, 300"})
  void initialisation_isUniformWithinOneOverTheRootOfFanIn(String parameter, int fanIn) {
    LabeledData wide = TinyData.blobs(4, 400, 2, 1);
    FitTask task = task(Mlp.base(400, 2, 300, 300), SETTINGS.withEpochs(0), wide, null, 5);
    double range = 1 / Math.sqrt(fanIn);

    INDArray drawn = parameter(fit(task), parameter);

    assertThat(drawn.length()).isGreaterThanOrEqualTo(300);
    assertThat(drawn.amaxNumber().doubleValue()).isLessThanOrEqualTo(range * (1 + 1e-6));
    // A uniform number's standard deviation; that of 300 draws is within 2.6 % of it (1 SE), so
    // this leaves out a constant, a normal distribution and DL4J's LECUN_UNIFORM.
    assertThat(drawn.stdNumber().doubleValue())
        .isEqualTo(range / Math.sqrt(3), within(0.08 * range / Math.sqrt(3)));
    assertThat(drawn.meanNumber().doubleValue()).isEqualTo(0, within(0.12 * range));
  }

  @Test
  void initialisation_drawsTheBiasesOfEachLayerAnew() {
    FitResult result = fit(task(Mlp.base(6, 3, 8, 8), SETTINGS.withEpochs(0)));

    // The same numbers in two layers would tie their units together.
    INDArray first = parameter(result, "0_b").mul(Math.sqrt(6));
    INDArray second = parameter(result, "3_b").mul(Math.sqrt(8));
    assertThat(TinyNetworks.floats(first)).isNotEqualTo(TinyNetworks.floats(second));
  }

  @Test
  void initialisation_withoutUniformBiases_startsThemAtZero() {
    FitResult result =
        fit(task(Mlp.base(6, 3, 8), SETTINGS.withEpochs(0).withUniformBiases(false)));

    assertThat(parameter(result, "0_b").amaxNumber().doubleValue()).isZero();
    assertThat(parameter(result, "3_b").amaxNumber().doubleValue()).isZero();
  }

  @Test
  void initialisation_keepsABiasThatIsGiven() {
    MultiLayerConfiguration given = Mlp.base(6, 3, 8);
    ((BaseLayer) given.getConf(0).getLayer()).setBiasInit(0.25);

    FitResult result = fit(task(given, SETTINGS.withEpochs(0)));

    assertThat(TinyNetworks.floats(parameter(result, "0_b"))).containsOnly(0.25f);
    assertThat(parameter(result, "3_b").amaxNumber().doubleValue()).isNotZero();
  }

  @ParameterizedTest
  @CsvSource({
    "17, 8, '8,9'", // a batch of one has no variance for batch normalisation
    "9, 8, '9'",
    "8, 8, '8'",
    "18, 8, '8,8,2'",
    "5, 8, '5'",
    "1, 8, '1'", // nothing to merge it into
    "4, 1, '1,1,2'",
  })
  void epoch_mergesALastBatchOfOneIntoTheOneBefore(int rows, int batchSize, String sizes) {
    var recording = new RecordingLoss();
    FitTask task =
        task(
            TinyNetworks.linear(4, 2, new Sgd(0.1), recording),
            SETTINGS.withEpochs(1).withBatchSize(batchSize),
            TinyData.blobs(rows, 4, 2, 1),
            null,
            1);

    fit(task);

    assertThat(recording.batches.stream().map(labels -> labels.size(0) + ""))
        .containsExactly(sizes.split(",", -1));
  }

  @Test
  void epoch_showsEveryRowOnce_inANewOrderEachTime() {
    var recording = new RecordingLoss();
    int rows = 12;
    FitTask task =
        task(
            TinyNetworks.linear(4, 2, new Sgd(0), recording),
            SETTINGS.withEpochs(3).withBatchSize(5),
            TinyData.blobs(rows, 4, 2, 1),
            null,
            1);

    fit(task);

    List<String> epochs = new ArrayList<>();
    for (int epoch = 0; epoch < 3; epoch++) {
      // Nothing is learned, so each row has the same logits in each epoch: they are its name.
      List<String> seen =
          recording.logits.subList(3 * epoch, 3 * epoch + 3).stream()
              .flatMap(batch -> IntStream.range(0, (int) batch.size(0)).mapToObj(batch::getRow))
              .map(row -> String.valueOf(row.getFloat(0)))
              .toList();
      epochs.add(String.join(" ", seen));
      assertThat(seen).doesNotHaveDuplicates().hasSize(rows);
      assertThat(seen.stream().sorted().toList())
          .isEqualTo(List.of(epochs.get(0).split(" ", -1)).stream().sorted().toList());
    }
    assertThat(epochs).doesNotHaveDuplicates();
  }

  @Test
  void batchNormalisation_withOneRowTooManyForTheBatches_staysFinite() {
    FitTask task =
        task(Mlp.base(4, 2, 8), SETTINGS.withBatchSize(8), TinyData.blobs(17, 4, 2, 1), null, 1);

    FitResult result = fit(task);

    for (String statistic : new String[] {"1_mean", "1_log10stdev"}) {
      INDArray values = parameter(result, statistic);
      assertThat(Float.isFinite(values.sumNumber().floatValue())).isTrue();
      assertThat(values.amaxNumber().doubleValue()).isNotZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"FUSED, false", "FUSED, true", "DL4J, false", "DL4J, true"})
  void epochEnded_tellsTheMeanLossOverRows(Trainer trainer, boolean weighted) {
    // With a step of zero the loss can be worked out from the initial parameters. 10 rows in
    // batches of 4, 4 and 2: the mean of the batches' means would weigh the last one double.
    // Weights follow their rows through the shuffle: with another row's, the sum would be another.
    LabeledData rows = TinyData.blobs(10, 4, 3, 7);
    LabeledData data = weighted ? rows.withWeights(weights(10)) : rows;
    double weightOfAll = Arrays.stream(data.weights()).sum();
    FitTask task =
        task(
            TinyNetworks.linear(4, 3, new Sgd(0), new LossMCXENT()),
            SETTINGS.withBatchSize(4).withTrainer(trainer),
            data,
            null,
            3);
    List<FitEvent> events = new ArrayList<>();

    FitResult result = NetworkFitter.fit(task, events::add, Turn.alone(), null);

    INDArray logits = result.network().logits(data.features());
    double expected = 0;
    for (int row = 0; row < 10; row++) {
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        sum += Math.exp(logits.getDouble(row, c));
      }
      double loss = Math.log(sum) - logits.getDouble(row, data.label(row));
      expected += data.weight(row) * loss / weightOfAll;
    }
    assertThat(events).hasSize(2);
    for (int i = 0; i < 2; i++) {
      FitEvent.EpochEnded ended = (FitEvent.EpochEnded) events.get(i);
      assertThat(ended.task()).isSameAs(task);
      assertThat(ended.epoch()).isEqualTo(i + 1);
      assertThat(ended.loss()).isEqualTo(expected, within(1e-5));
      assertThat(result.epochLosses().get(i)).isEqualTo(ended.loss());
    }
  }

  @Test
  void fit_onEasyRows_lowersTheLoss() {
    FitTask task = task(TinyNetworks.linear(6, 3), SETTINGS.withEpochs(4));

    List<Double> losses = fit(task).epochLosses();

    assertThat(losses).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(losses.get(3)).isLessThan(0.7 * losses.get(0));
  }

  @Test
  void margin_isWhatTheNetworkLearnsOnTopOf() {
    // A margin that already says everything leaves nothing to learn: the gradient is zero.
    INDArray margin = DATA.oneHot(IntStream.range(0, DATA.rows()).toArray()).muli(200);
    MultiLayerConfiguration linear = TinyNetworks.linear(6, 3);

    float[] start = fit(task(linear, SETTINGS.withEpochs(0))).network().parameters();
    float[] learned = fit(task(linear, SETTINGS, DATA, margin, 1)).network().parameters();
    float[] without = fit(task(linear, SETTINGS)).network().parameters();

    assertThat(learned).containsExactly(start, within(1e-6f));
    assertThat(without).isNotEqualTo(start);
  }

  @Test
  void margin_ofZeros_changesNothing() {
    MultiLayerConfiguration base = Mlp.base(6, 3, 8);

    float[] with = fit(task(base, SETTINGS, DATA, Nd4j.zeros(50, 3), 1)).network().parameters();

    assertThat(with)
        .containsExactly(fit(task(base, SETTINGS)).network().parameters(), within(1e-6f));
  }

  @Test
  void margin_followsItsRowsThroughTheShuffle() {
    // The margin of each row is larger than anything the network can answer and right for that row
    // alone: joined to another row it would give a loss of about 100.
    INDArray margin = DATA.oneHot(IntStream.range(0, DATA.rows()).toArray()).muli(100);

    FitResult result = fit(task(TinyNetworks.linear(6, 3), SETTINGS, DATA, margin, 1));

    assertThat(result.epochLosses()).allSatisfy(loss -> assertThat(loss).isLessThan(1e-6));
  }

  @Test
  void fit_whoseLossIsNoNumber_saysInWhichEpoch() {
    FitTask task =
        task(
            TinyNetworks.linear(6, 3, new Sgd(Double.NaN), new LossMCXENT()),
            SETTINGS.withGradientNormLimit(Double.POSITIVE_INFINITY));

    assertThatThrownBy(() -> fit(task))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(
            "training diverged: the loss is NaN in epoch 1 after 32 rows; lower"
                + " the learning rate or the gradient norm limit");
  }

  @Test
  void fit_whoseLastStepDiverges_fails() {
    // The loss is that of before the step: after the only one nobody would look again, and an
    // ensemble would be handed a network of NaN.
    FitTask task =
        task(
            TinyNetworks.linear(6, 3, new Sgd(Double.NaN), new LossMCXENT()),
            SETTINGS.withEpochs(1).withBatchSize(64));

    assertThatThrownBy(() -> fit(task))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(
            "training diverged: the parameters are no longer finite numbers after epoch 1; lower"
                + " the learning rate or the gradient norm limit");
  }

  @Test
  void fit_interrupted_stops() {
    FitTask task = task(Mlp.base(6, 3, 8), SETTINGS.withEpochs(1000));

    assertThatThrownBy(
            () ->
                NetworkFitter.fit(
                    task,
                    event -> {
                      if (event instanceof FitEvent.EpochEnded ended && ended.epoch() == 2) {
                        Thread.currentThread().interrupt();
                      }
                    },
                    Turn.alone(),
                    null))
        .isInstanceOf(CancellationException.class)
        .hasMessage("cancelled in epoch 3");
    assertThat(Thread.interrupted()).isTrue(); // and cleared, for the tests that follow
  }

  @Test
  void trainer_auto_isTheFusedOneWhereItCanTrain_elseDl4js() {
    MultiLayerConfiguration odd = TinyNetworks.linear(6, 3, new RmsProp(0.1), new LossMCXENT());
    FitSettings dl4j = SETTINGS.withTrainer(Trainer.DL4J);

    assertThat(fit(task(Mlp.base(6, 3, 8), SETTINGS)).trainer()).isEqualTo(Trainer.FUSED);
    assertThat(fit(task(odd, SETTINGS)).trainer()).isEqualTo(Trainer.DL4J);
    assertThat(fit(task(Mlp.base(6, 3, 8), dl4j)).trainer()).isEqualTo(Trainer.DL4J);
  }

  @ParameterizedTest
  @CsvSource({
    "false, false, Infinity",
    "false, false, 0.3",
    "true, false, Infinity",
    "true, false, 0.3",
    "false, true, Infinity",
    "true, true, 0.3"
  })
  void trainers_withoutDropout_fitTheSameNetwork(boolean margin, boolean weights, double limit) {
    // 50 rows in batches of 16 leave a last one of 2; margin and weights differ from row to row.
    LabeledData data = weights ? DATA.withWeights(weights(DATA.rows())) : DATA;
    MultiLayerConfiguration base = Mlp.base(6, 3, 8, 8);
    base.getConfs().forEach(conf -> conf.getLayer().setIDropout(null));
    FitSettings settings = new FitSettings(3, 16, limit, true);
    INDArray margins = margin ? DATA.features().get(all(), interval(0, 3)).mul(0.5) : null;

    FitResult fused = fit(task(base, settings.withTrainer(Trainer.FUSED), data, margins, 3));
    FitResult dl4j = fit(task(base, settings.withTrainer(Trainer.DL4J), data, margins, 3));

    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(fused.epochLosses().get(epoch))
          .isCloseTo(dl4j.epochLosses().get(epoch), within(1e-3));
    }
    assertThat(TinyNetworks.floats(fused.network().logits(DATA.features())))
        .containsExactly(
            TinyNetworks.floats(dl4j.network().logits(DATA.features())), within(1e-2f));
    assertThat(fused.network().parameters()).isNotEqualTo(dl4j.network().parameters());
  }

  @ParameterizedTest
  @EnumSource(names = {"FUSED", "DL4J"})
  void weights_ofOne_changeNoBit(Trainer trainer) {
    FitSettings settings = SETTINGS.withTrainer(trainer);
    double[] ones = new double[DATA.rows()];
    Arrays.fill(ones, 1);

    FitResult plain = fit(task(Mlp.base(6, 3, 8), settings));
    FitResult weighted = fit(task(Mlp.base(6, 3, 8), settings, DATA.withWeights(ones), null, 1));

    assertThat(weighted.network().parameters()).isEqualTo(plain.network().parameters());
    assertThat(weighted.epochLosses()).isEqualTo(plain.epochLosses());
  }

  @ParameterizedTest
  @EnumSource(names = {"FUSED", "DL4J"})
  void weight_ofTwo_isTheRowTwice(Trainer trainer) {
    // One batch of all rows: the mean of weight × loss over 9 rows, row 4 with weight 2 and all
    // scaled by 9/10, is the mean over 10 rows in which row 4 stands twice.
    LabeledData data = TinyData.blobs(9, 6, 3, 5);
    double[] weights = {1, 1, 1, 1, 2, 1, 1, 1, 1};
    int[] doubled = {0, 1, 2, 3, 4, 4, 5, 6, 7, 8};
    LabeledData copies =
        LabeledData.of(
            data.features(doubled),
            IntStream.of(doubled).map(data::label).toArray(),
            data.classNames());
    FitSettings settings = SETTINGS.withEpochs(5).withBatchSize(10).withTrainer(trainer);
    MultiLayerConfiguration linear = TinyNetworks.linear(6, 3);

    FitResult weighted = fit(task(linear, settings, data.withWeights(weights), null, 1));
    FitResult twice = fit(task(linear, settings, copies, null, 1));
    FitResult plain = fit(task(linear, settings, data, null, 1));

    assertThat(weighted.network().parameters())
        .containsExactly(twice.network().parameters(), within(1e-6f));
    for (int epoch = 0; epoch < 5; epoch++) {
      assertThat(weighted.epochLosses().get(epoch))
          .isEqualTo(twice.epochLosses().get(epoch), within(1e-6));
    }
    assertThat(distance(weighted, plain)).isGreaterThan(1e-3);
  }

  private static double distance(FitResult one, FitResult other) {
    return Nd4j.createFromArray(one.network().parameters())
        .distance2(Nd4j.createFromArray(other.network().parameters()));
  }

  private static double[] weights(int rows) {
    return IntStream.range(0, rows).mapToDouble(row -> 0.2 + row * 7 % 11).toArray();
  }

  @Test
  void trainers_withDropout_learnEquallyWell() {
    FitSettings settings = new FitSettings(40, 16, 2, true);
    double fused = 0;
    double dl4j = 0;
    for (int seed = 1; seed <= 10; seed++) {
      FitTask task = task(Mlp.base(6, 3, 16, 16), settings, DATA, null, seed);
      fused += last(fit(task));
      FitTask reference =
          task(Mlp.base(6, 3, 16, 16), settings.withTrainer(Trainer.DL4J), DATA, null, seed);
      dl4j += last(fit(reference));
    }

    assertThat(fused / 10).isCloseTo(dl4j / 10, within(0.05));
    assertThat(fused / 10).isLessThan(0.9);
  }

  private static double last(FitResult result) {
    return result.epochLosses().get(result.epochLosses().size() - 1);
  }

  private static FitResult fit(FitTask task) {
    return NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null);
  }

  private static FitTask task(MultiLayerConfiguration configuration, FitSettings settings) {
    return task(configuration, settings, DATA, null, 1);
  }

  private static FitTask task(
      MultiLayerConfiguration configuration,
      FitSettings settings,
      LabeledData data,
      @Nullable INDArray margin,
      long seed) {
    return new FitTask("a test", 0, 0, configuration, settings, data, margin, seed);
  }

  private static INDArray parameter(FitResult result, String name) {
    return result.network().toMultiLayerNetwork().getParam(name);
  }

  /** Keeps a copy of what each step saw. */
  private static final class RecordingLoss extends LossMCXENT {
    private static final long serialVersionUID = 1L;

    private final transient List<INDArray> batches =
        Collections.synchronizedList(new ArrayList<>());
    private final transient List<INDArray> logits = Collections.synchronizedList(new ArrayList<>());

    @Override
    public INDArray computeGradient(
        INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
      batches.add(labels.detach());
      logits.add(preOutput.dup().detach());
      return super.computeGradient(labels, preOutput, activation, mask);
    }
  }
}
