package org.stacking4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.stacking4j.combine.FittedMetaNetwork;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitException;
import org.stacking4j.train.LocalFits;

@TestInstance(Lifecycle.PER_CLASS)
final class StackingEnsembleTest {
  private static final FitSettings SETTINGS = new FitSettings(1, 16, 2, true);
  private static final LabeledData TRAINING = TinyData.sortedByLabel(TinyData.blobs(48, 6, 3, 1));
  private static final LabeledData TEST = TinyData.blobs(30, 6, 3, 2);

  private StackingEnsemble ensemble;

  @BeforeAll
  void fit() {
    ensemble = StackingEnsemble.fit(config().build(), TRAINING, LocalFits.onThreads(2));
  }

  @Test
  void answers_agreeWithEachOther() {
    INDArray logits = ensemble.logits(TEST.features());
    INDArray probabilities = ensemble.probabilities(TEST.features());

    assertThat(logits.shape()).containsExactly(30, 3);
    assertThat(floats(Transforms.softmax(logits, true)))
        .containsExactly(floats(probabilities), within(1e-6f));
    assertThat(ensemble.predict(TEST.features())).isEqualTo(logits.argMax(1).toIntVector());
    assertThat(ensemble.logits(TEST.features()))
        .isEqualTo(ensemble.combiner().logits(ensemble.memberLogits(TEST.features())));
  }

  @Test
  void answers_toSomeColumnsOfALongMatrix_areThoseOfACopy() {
    LabeledData many = TinyData.blobs(2100, 6, 3, 2);
    INDArray wide = Nd4j.hstack(many.features(), many.features());
    INDArray columns = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(6, 12));

    assertThat(floats(ensemble.logits(columns)))
        .isEqualTo(floats(ensemble.logits(many.features())));
  }

  @Test
  void probabilities_addUpToOne() {
    INDArray sums = ensemble.probabilities(TEST.features()).sum(1);

    assertThat(sums.toFloatVector()).hasSize(30).containsOnly(new float[] {1}, within(1e-6f));
  }

  @Test
  void evaluate_judgesItsOwnPredictions() {
    assertThat(ensemble.evaluate(TEST))
        .isEqualTo(
            Evaluation.of(
                ensemble.predict(TEST.features()),
                ensemble.probabilities(TEST.features()),
                TEST.labels()));
  }

  @Test
  void evaluate_ofManyRows_judgesThePredictionsForThemAsAWhole() {
    LabeledData many = TinyData.blobs(2 * Chunks.ROWS + 9, 6, 3, 4);

    assertThat(ensemble.evaluate(many))
        .isEqualTo(
            Evaluation.of(
                ensemble.predict(many.features()),
                ensemble.probabilities(many.features()),
                many.labels()));
    assertThat(floats(ensemble.metaFeatures(many).logits()))
        .isEqualTo(floats(ensemble.memberLogits(many.features())));
  }

  @Test
  void evaluate_onEasyRows_isFarAboveChance() {
    FitSettings settings = new FitSettings(4, 16, 2, true);
    MultiLayerConfiguration linear = TinyNetworks.linear(6, 3, new Sgd(0.5), new LossMCXENT());
    StackingConfig config =
        config(new Member("a", linear, settings), new Member("b", linear, settings)).build();

    Evaluation evaluation =
        StackingEnsemble.fit(config, TRAINING, LocalFits.onThreads(2)).evaluate(TEST);

    assertThat(evaluation.accuracy()).isGreaterThan(0.8);
    assertThat(evaluation.logLoss()).isLessThan(0.7 * Math.log(3));
  }

  @Test
  void metaFeatures_ofNewRows_areTheMemberLogits() {
    MetaFeatures features = ensemble.metaFeatures(TEST);

    assertThat(features.logits()).isEqualTo(ensemble.memberLogits(TEST.features()));
    assertThat(features.rowIds()).isEqualTo(TEST.rowIds());
    assertThat(features.labels()).isEqualTo(TEST.labels());
    assertThat(features.folds()).containsOnly(0);
    assertThat(features.columns())
        .containsExactly(
            "a.logit_class-0",
            "a.logit_class-1",
            "a.logit_class-2",
            "b.logit_class-0",
            "b.logit_class-1",
            "b.logit_class-2");
  }

  @Test
  void trainingMetaFeatures_keepTheRowsOrder() {
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();

    assertThat(features.rowIds()).isEqualTo(TRAINING.rowIds());
    assertThat(features.labels()).isEqualTo(TRAINING.labels());
  }

  @Test
  void fit_isTheConfigurationsWord() {
    assertThat(ensemble.prediction()).isEqualTo(Prediction.FOLD_MEAN);
    assertThat(ensemble.columns()).isEqualTo(6);
    assertThat(ensemble.classNames()).containsExactly("class-0", "class-1", "class-2");
    assertThat(ensemble.members().names()).containsExactly("a", "b");
    assertThat(ensemble.members().folds(0)).hasSize(3);
    assertThat(ensemble.members().refits()).isEmpty();
    assertThat(ensemble.combiner()).isInstanceOf(FittedMetaNetwork.class);
    assertThat(ensemble.members().folds(1).get(2).epochLosses()).hasSize(1);
  }

  @Test
  void fit_leavesTheRowsAsTheyAre() {
    LabeledData data = TinyData.blobs(24, 6, 3, 1);
    float[] before = floats(data.features());

    StackingEnsemble.fit(config().outOfFold(2).build(), data, LocalFits.onThreads(1));

    assertThat(floats(data.features())).isEqualTo(before);
  }

  @Test
  void answers_fromManyThreadsAtOnce_areTheSameBits() throws Exception {
    int threads = 4;
    var start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<float[]> expected = new ArrayList<>();
      List<Future<List<float[]>>> answers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        INDArray own = TinyData.blobs(60, 6, 3, t).features();
        expected.add(floats(ensemble.logits(own)));
        answers.add(
            pool.submit(
                () -> {
                  start.await();
                  return IntStream.range(0, 5).mapToObj(i -> floats(ensemble.logits(own))).toList();
                }));
      }
      for (int t = 0; t < threads; t++) {
        float[] alone = expected.get(t);
        assertThat(answers.get(t).get())
            .hasSize(5)
            .allSatisfy(logits -> assertThat(logits).isEqualTo(alone));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 7})
  void features_ofAnotherNumberOfColumns(int columns) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.predict(Nd4j.zeros(2, columns)))
        .withMessage(
            "features must have shape [rows, 6] as in training, found [2, " + columns + "]");
  }

  @Test
  void features_ofAnotherRank() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.logits(Nd4j.zeros(6)))
        .withMessage("features must have shape [rows, 6] as in training, found [6]");
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e39, -1e39})
  void features_thatAreNotFinite(double value) {
    // A NaN would go through every layer, and arg max would make class 0 of it.
    INDArray features = Nd4j.zeros(DataType.DOUBLE, 3, 6);
    features.putScalar(1, 4, value);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.probabilities(features))
        .withMessage("features must be finite numbers, found NaN or infinity");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void features_thatAreNotFinite_inTheLastPlaceOfMany(double value) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      INDArray features = Nd4j.zeros(type, 2 * Chunks.ROWS + 1, 6);
      features.putScalar(2 * Chunks.ROWS, 5, value);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> ensemble.predict(features))
          .withMessage("features must be finite numbers, found NaN or infinity");
    }
  }

  @Test
  void features_whoseSumIsNotFinite_areFinite() {
    INDArray features = Nd4j.valueArrayOf(new long[] {3, 6}, 3e38, DataType.FLOAT);
    features.putScalar(1, 2, -Float.MAX_VALUE);
    features.putScalar(2, 5, Float.MIN_VALUE);

    assertThat(ensemble.memberLogits(features).shape()).containsExactly(3, 6);
    assertThat(floats(features)).contains(3e38f, -Float.MAX_VALUE, Float.MIN_VALUE);
  }

  @Test
  void features_ofOtherNumberTypes_areTakenAsFloats() {
    INDArray numbers = Nd4j.createFromArray(new int[][] {{1, -2, 3, 0, 5, 6}});

    assertThat(floats(ensemble.logits(numbers)))
        .isEqualTo(floats(ensemble.logits(numbers.castTo(DataType.FLOAT))));
  }

  @Test
  void rows_ofAnotherNumberOfColumns() {
    LabeledData narrow = TinyData.blobs(6, 5, 3, 1);

    String message = "features must have shape [rows, 6] as in training, found [6, 5]";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.evaluate(narrow))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.metaFeatures(narrow))
        .withMessage(message);
  }

  @Test
  void features_ofNoRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.predict(Nd4j.zeros(0, 6)))
        .withMessage("features must have at least one row, found none");
  }

  @Test
  void rows_ofOtherClasses() {
    // The same number of classes in another order would give an accuracy of nonsense.
    LabeledData swapped =
        LabeledData.of(TEST.features(), TEST.labels(), List.of("class-1", "class-0", "class-2"));

    String message =
        "the data's classes [class-1, class-0, class-2] differ from those the ensemble was fitted"
            + " on, [class-0, class-1, class-2]";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.evaluate(swapped))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.metaFeatures(swapped))
        .withMessage(message);
  }

  @Test
  void fit_ofRowsThatDoNotFit_fitsNothing() {
    SpyRunner spy = new SpyRunner();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingEnsemble.fit(config().build(), TinyData.blobs(48, 5, 3, 1), spy))
        .withMessageStartingWith("member 'a': the first layer takes 6 inputs");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingEnsemble.fit(
                    config().doNoHarm(false).metaLearners(MetaNetwork.free(Mlp.meta(5, 3))).build(),
                    TRAINING,
                    spy))
        .withMessageStartingWith("meta network: the first layer takes 5 inputs");
    assertThat(spy.seen()).isEmpty();
  }

  @Test
  void fit_thatFails_namesMemberAndFold() {
    Member diverging =
        new Member("b", TinyNetworks.linear(6, 3, new Sgd(Double.NaN), new LossMCXENT()), SETTINGS);

    assertThatThrownBy(
            () ->
                StackingEnsemble.fit(
                    config(member("a"), diverging).build(), TRAINING, LocalFits.onThreads(1)))
        .isInstanceOf(FitException.class)
        .hasMessageStartingWith("member 'b', fold 1 of 3 failed (seed ")
        .hasMessageContaining("training diverged");
  }

  @Test
  void fit_ofTwoClasses() {
    LabeledData two = TinyData.blobs(24, 6, 2, 1);
    StackingConfig config =
        config(new Member("a", Mlp.base(6, 2, 8), SETTINGS)).outOfFold(2).build();

    StackingEnsemble fitted = StackingEnsemble.fit(config, two, LocalFits.onThreads(1));

    assertThat(fitted.probabilities(two.features()).shape()).containsExactly(24, 2);
    assertThat(fitted.trainingMetaFeatures().orElseThrow().columns())
        .containsExactly("a.logit_class-0", "a.logit_class-1");
  }

  @ParameterizedTest
  @MethodSource("otherArchitectures")
  void fit_ofAnArchitectureOfYourOwn(MultiLayerConfiguration own) {
    LabeledData images = TinyData.blobs(24, 16, 3, 1);
    StackingConfig config =
        config(new Member("own", own, SETTINGS), new Member("preset", Mlp.base(16, 3, 8), SETTINGS))
            .outOfFold(2)
            .build();

    StackingEnsemble fitted = StackingEnsemble.fit(config, images, LocalFits.onThreads(2));

    INDArray logits = fitted.memberLogits(images.features());
    assertThat(logits.shape()).containsExactly(24, 6);
    assertThat(logits.getColumns(0, 1, 2).stdNumber().doubleValue()).isPositive();
    assertThat(fitted.evaluate(images).rows()).isEqualTo(24);
  }

  static Stream<MultiLayerConfiguration> otherArchitectures() {
    return Stream.of(
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(1e-2))
            .activation(Activation.RELU)
            .list()
            .layer(new ConvolutionLayer.Builder(2, 2).nOut(4).build())
            .layer(output(3))
            .setInputType(InputType.convolutionalFlat(4, 4, 1))
            .build(),
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(1e-2))
            .activation(Activation.TANH)
            .list()
            .layer(new DenseLayer.Builder().nOut(8).build())
            .layer(new DenseLayer.Builder().nOut(6).dropOut(0.9).build())
            .layer(output(3))
            .setInputType(InputType.feedForward(16))
            .build());
  }

  @Test
  void fit_ofOneMember() {
    StackingEnsemble one =
        StackingEnsemble.fit(
            config(member("only")).outOfFold(2).build(), TRAINING, LocalFits.onThreads(1));

    assertThat(one.members().names()).containsExactly("only");
    assertThat(one.memberLogits(TEST.features()).shape()).containsExactly(30, 3);
  }

  @Test
  void fit_withoutARunner_isTheSame() {
    StackingEnsemble other = StackingEnsemble.fit(config().build(), TRAINING);

    assertThat(floats(other.logits(TEST.features())))
        .isEqualTo(floats(ensemble.logits(TEST.features())));
  }

  @Test
  void residual_withoutEpochs_isTheLogitAverage() {
    StackingConfig config =
        config()
            .outOfFold(2)
            .doNoHarm(false)
            .metaLearners(MetaNetwork.residual().withSettings(SETTINGS.withEpochs(0)))
            .build();

    StackingEnsemble fitted = StackingEnsemble.fit(config, TRAINING, LocalFits.onThreads(2));

    INDArray members = fitted.memberLogits(TEST.features());
    INDArray average = members.getColumns(0, 1, 2).add(members.getColumns(3, 4, 5)).div(2);
    assertThat(floats(fitted.logits(TEST.features())))
        .containsExactly(floats(average), within(1e-6f));
  }

  @Test
  void seed_isWhereAllRandomnessComesFrom() {
    StackingEnsemble same =
        StackingEnsemble.fit(config().build(), TRAINING, LocalFits.onThreads(1));
    StackingEnsemble other =
        StackingEnsemble.fit(config().seed(2).build(), TRAINING, LocalFits.onThreads(1));

    float[] expected = floats(ensemble.logits(TEST.features()));
    assertThat(floats(same.logits(TEST.features()))).isEqualTo(expected);
    assertThat(floats(other.logits(TEST.features()))).isNotEqualTo(expected);
    assertThat(Arrays.stream(other.trainingMetaFeatures().orElseThrow().folds()).boxed().toList())
        .isNotEqualTo(
            Arrays.stream(ensemble.trainingMetaFeatures().orElseThrow().folds()).boxed().toList());
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static StackingConfig.Builder config() {
    return config(
        new Member("a", Mlp.base(6, 3, 8), SETTINGS),
        new Member("b", Mlp.base(6, 3, 8, 8), SETTINGS));
  }

  private static StackingConfig.Builder config(Member... members) {
    StackingConfig.Builder builder =
        StackingConfig.builder()
            .outOfFold(3)
            .prediction(Prediction.FOLD_MEAN)
            .doNoHarm(false)
            .metaLearners(MetaNetwork.residual().withSettings(SETTINGS));
    for (Member member : members) {
      builder.member(member);
    }
    return builder;
  }

  private static Member member(String name) {
    return new Member(name, TinyNetworks.linear(6, 3), SETTINGS);
  }
}
