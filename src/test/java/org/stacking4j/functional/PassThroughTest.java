package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.stacking4j.Contribution;
import org.stacking4j.LeakAudit;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.LocalFits;

/**
 * Two members that each know one half of the rows, and a column that says which half a row is in:
 * what the first of three columns says counts where the last one, which has a scale far from the
 * others', is high, and what the second says where it is low. No member sees the last one.
 */
final class PassThroughTest {
  private static final FitSettings SETTINGS = new FitSettings(10, 32, 2, true);
  private static final MetaNetwork RESIDUAL =
      MetaNetwork.residual().withSettings(new FitSettings(40, 32, 2, true));
  private static final LabeledData TRAIN = halves(800, 1);
  private static final LabeledData TEST = halves(2100, 2); // more than a chunk

  private static StackingEnsemble with;
  private static StackingEnsemble without;

  @BeforeAll
  static void fit() {
    with = fit(config(RESIDUAL).passThrough(2).build(), 2);
    without = fit(config(RESIDUAL).build(), 2);
  }

  @Test
  void stack_thatSeesTheColumn_knowsWhichMemberToTrust() {
    double blind = without.evaluate(TEST).accuracy();
    double seeing = with.evaluate(TEST).accuracy();

    // One member is right in its half, and where the two agree by chance.
    assertThat(blind).isLessThan(0.8);
    assertThat(seeing).isGreaterThan(0.93);
    assertThat(with.choice().label()).isEqualTo("residual network");
  }

  @Test
  void metaFeatures_areTheLogitsOfOneThatPassesNothing_andTheRowsOwnColumn() {
    MetaFeatures features = with.trainingMetaFeatures().orElseThrow();

    assertThat(features.columns())
        .containsExactly(
            "first.logit_no",
            "first.logit_yes",
            "second.logit_no",
            "second.logit_yes",
            "feature_2");
    assertThat(floats(features.logits()))
        .isEqualTo(floats(without.trainingMetaFeatures().orElseThrow().logits()));
    assertThat(floats(features.inputs().getColumn(4, true)))
        .isEqualTo(floats(TRAIN.features().getColumn(2, true)));
    assertThat(floats(with.memberLogits(TEST.features())))
        .isEqualTo(floats(without.memberLogits(TEST.features())));
  }

  @Test
  void metaFeatures_ofAHoldout_haveTheFeaturesOfItsRows() {
    MetaFeatures features =
        fit(config(RESIDUAL).holdout(0.25).passThrough(2, 0).build(), 1)
            .trainingMetaFeatures()
            .orElseThrow();

    assertThat(features.rows()).isBetween(200, 202); // a quarter of each class
    float[][] inputs = features.inputs().toFloatMatrix();
    for (int i = 0; i < features.rows(); i++) {
      int row = (int) (features.rowIds()[i] / 3);
      INDArray own = TRAIN.features(row, row + 1);
      assertThat(inputs[i][4]).isEqualTo(own.getFloat(0, 2));
      assertThat(inputs[i][5]).isEqualTo(own.getFloat(0, 0));
    }
  }

  @Test
  void answers_areTheSameByEveryWay() {
    float[] expected = floats(with.logits(TEST.features()));

    assertThat(floats(with.combiner().logits(with.metaFeatures(TEST).inputs())))
        .isEqualTo(expected);
    INDArray features = TEST.features();
    assertThat(floats(with.logits(features.dup('f')))).isEqualTo(expected);
    assertThat(floats(with.logits(features.castTo(DataType.DOUBLE)))).isEqualTo(expected);
    INDArray few = TEST.features(0, 100);
    INDArray view =
        Nd4j.zeros(DataType.FLOAT, 100, 4).get(NDArrayIndex.all(), NDArrayIndex.interval(1, 4));
    view.assign(few);
    assertThat(floats(with.logits(view))).isEqualTo(floats(with.logits(few)));
    int right = 0;
    int[] predicted = with.predict(features);
    for (int row = 0; row < predicted.length; row++) {
      right += predicted[row] == TEST.label(row) ? 1 : 0;
    }
    assertThat(with.evaluate(TEST).accuracy()).isEqualTo(right / 2100.0);
  }

  @Test
  void fit_givesTheSameBits_withOneThread() {
    StackingEnsemble one = fit(config(RESIDUAL).passThrough(2).build(), 1);

    assertThat(floats(one.logits(TEST.features()))).isEqualTo(floats(with.logits(TEST.features())));
  }

  @Test
  void averageAndGreedySelection_lookAtLogitsAlone() {
    MetaLearner greedy = new GreedySelection(5);
    StackingConfig.Builder both = config(greedy, MetaNetwork.linear());
    CombinerChoice passing = fit(both.passThrough(2).build(), 2).choice();
    CombinerChoice plain = fit(both.passThrough().build(), 2).choice();

    assertThat(passing.evidence().subList(0, 2)).isEqualTo(plain.evidence().subList(0, 2));
    assertThat(passing.evidence().get(2)).isNotEqualTo(plain.evidence().get(2));
    StackingEnsemble weights = fit(config(greedy).doNoHarm(false).passThrough(2).build(), 2);
    StackingEnsemble same = fit(config(greedy).doNoHarm(false).build(), 2);
    assertThat(weights.combiner()).isEqualTo(same.combiner());
    assertThat(floats(weights.logits(TEST.features())))
        .isEqualTo(floats(same.logits(TEST.features())));
    assertThat(weights.evaluate(TEST)).isEqualTo(same.evaluate(TEST));
  }

  @Test
  void save_andLoad(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("ensemble.zip");
    with.save(file);

    StackingEnsemble loaded = StackingEnsemble.load(file);

    assertThat(loaded.passThrough()).containsExactly(2);
    assertThat(floats(loaded.logits(TEST.features())))
        .isEqualTo(floats(with.logits(TEST.features())));
    assertThat(loaded.evaluate(TEST)).isEqualTo(with.evaluate(TEST));
    assertThat(floats(loaded.metaFeatures(TEST).inputs()))
        .isEqualTo(floats(with.metaFeatures(TEST).inputs()));
  }

  @Test
  void save_withoutPassThrough_saysNothingOfIt(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("ensemble.zip");
    without.save(file);

    try (ZipFile zip = new ZipFile(file.toFile())) {
      var manifest = new ObjectMapper().readTree(zip.getInputStream(zip.getEntry("manifest.json")));
      assertThat(manifest.has("passThrough")).isFalse();
    }
    assertThat(StackingEnsemble.load(file).passThrough()).isEmpty();
  }

  @Test
  void csv_readsBackTheSame(@TempDir Path folder) throws IOException {
    MetaFeatures features = with.trainingMetaFeatures().orElseThrow();
    features.writeCsv(folder.resolve("meta.csv"));

    MetaFeatures read = MetaFeatures.readCsv(folder.resolve("meta.csv"));

    assertThat(read.passedThrough()).containsExactly(2);
    assertThat(read.columns()).isEqualTo(features.columns());
    assertThat(floats(read.logits())).isEqualTo(floats(features.logits()));
    assertThat(read.toLabeledData().digest()).isEqualTo(features.toLabeledData().digest());
  }

  @Test
  void contribution_isThatOfAMemberWhoseHalfNobodyElseKnows() {
    StackingConfig config = config(RESIDUAL).passThrough(2).build();

    List<Contribution> found =
        Contribution.of(config, with, with.metaFeatures(TEST), LocalFits.onThreads(2));

    assertThat(found).extracting(Contribution::member).containsExactly("first", "second");
    for (Contribution contribution : found) {
      // The other half is left to chance.
      assertThat(contribution.comparison().accuracy().difference()).isBetween(0.15, 0.3);
    }
  }

  @Test
  void audit_findsNoLeak_andLooksAtTheFeatures() {
    StackingConfig config = config(MetaNetwork.linear()).outOfFold(2).passThrough(2, 1).build();

    LeakAudit audit = LeakAudit.of(config, TRAIN, LocalFits.onThreads(2));

    assertThat(audit.passed()).isTrue();
    assertThat(audit.findings())
        .contains(
            new LeakAudit.Finding(
                "features that are passed through are the row's own",
                true,
                "columns [2, 1] of 800 rows looked at, 0 differ"));
  }

  @Test
  void regression_thatSeesTheColumn_isBetter() {
    StackingConfig.Builder numbers =
        StackingConfig.builder()
            .member(
                new Member("first", TinyNetworks.regression(1, 1, 0.1), SETTINGS).withColumns(0))
            .member(
                new Member("second", TinyNetworks.regression(1, 1, 0.1), SETTINGS).withColumns(1))
            .metaLearners(RESIDUAL)
            .outOfFold(3);
    LabeledData train = numbers(TRAIN);
    LabeledData test = numbers(TEST);
    StackingEnsemble seeing =
        StackingEnsemble.fit(numbers.passThrough(2).build(), train, LocalFits.onThreads(2));
    StackingEnsemble blind =
        StackingEnsemble.fit(numbers.passThrough().build(), train, LocalFits.onThreads(2));

    assertThat(blind.evaluateRegression(test).r2()).isLessThan(0.6);
    assertThat(seeing.evaluateRegression(test).r2()).isGreaterThan(0.85);
    assertThat(floats(seeing.values(test.features())))
        .isEqualTo(floats(seeing.combiner().logits(seeing.metaFeatures(test).inputs())));
  }

  @Test
  void answer_toAColumnThatWasConstant_doesNotDependOnIt() {
    INDArray constant = TRAIN.features();
    constant.putColumn(2, Nd4j.ones(TRAIN.rows()).mul(7));
    LabeledData training =
        LabeledData.of(constant, TRAIN.labels(), TRAIN.classNames(), TRAIN.rowIds());
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            config(RESIDUAL).doNoHarm(false).passThrough(2).build(),
            training,
            LocalFits.onThreads(2));
    INDArray seven = TEST.features();
    seven.putColumn(2, Nd4j.ones(2100).mul(7));

    assertThat(floats(ensemble.logits(TEST.features()))).isEqualTo(floats(ensemble.logits(seven)));
  }

  @Test
  void config_withColumnsThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(RESIDUAL).passThrough(1, 3).build().check(TRAIN))
        .withMessage("pass-through: column 3 is to be passed but the data has columns 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(RESIDUAL).passThrough(1, 1).build())
        .withMessage("pass-through: columns must be >= 0 and each there once, found 1 twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(RESIDUAL).passThrough(-1).build())
        .withMessage("pass-through: columns must be >= 0 and each there once, found -1");
  }

  @Test
  void config_withANetworkOfYourOwn_thatHasNoInputForTheColumn() {
    StackingConfig four = config(MetaNetwork.free(Mlp.meta(4, 2))).passThrough(2).build();
    StackingConfig five = config(MetaNetwork.free(Mlp.meta(5, 2))).passThrough(2).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> four.check(TRAIN))
        .withMessageStartingWith("meta network: the first layer takes 4 inputs");
    assertThat(five.check(TRAIN).count()).isEqualTo(3);
    assertThat(five.toBuilder().build()).isEqualTo(five);
  }

  @Test
  void combiner_givenLogitsAlone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with.combiner().logits(with.memberLogits(TEST.features())))
        .withMessage(
            "the meta network takes 4 logits and behind them 1 features, found 4 columns; give it"
                + " the inputs of MetaFeatures");
  }

  private static StackingEnsemble fit(StackingConfig config, int threads) {
    return StackingEnsemble.fit(config, TRAIN, LocalFits.onThreads(threads));
  }

  private static StackingConfig.Builder config(MetaLearner... learners) {
    return StackingConfig.builder()
        .member(new Member("first", Mlp.base(1, 2, 8), SETTINGS).withColumns(0))
        .member(new Member("second", Mlp.base(1, 2, 8), SETTINGS).withColumns(1))
        .metaLearners(learners)
        .outOfFold(3);
  }

  /** Ids are three times the position. */
  private static LabeledData halves(int rows, long seed) {
    var random = new SplittableRandom(seed);
    float[][] features = new float[rows][];
    int[] labels = new int[rows];
    for (int row = 0; row < rows; row++) {
      boolean high = random.nextBoolean();
      float first = (float) (2 * random.nextDouble() - 1);
      float second = (float) (2 * random.nextDouble() - 1);
      features[row] = new float[] {first, second, high ? 10_400 : 10_000};
      labels[row] = (high ? first : second) > 0 ? 1 : 0;
    }
    long[] ids = IntStream.range(0, rows).mapToLong(row -> 3L * row).toArray();
    return LabeledData.of(Nd4j.createFromArray(features), labels, List.of("no", "yes"), ids);
  }

  /** The same with the number that decides on the label. */
  private static LabeledData numbers(LabeledData halves) {
    float[][] targets = new float[halves.rows()][1];
    float[][] features = halves.features().toFloatMatrix();
    for (int row = 0; row < targets.length; row++) {
      targets[row][0] = 50 + 10 * features[row][features[row][2] > 10_200 ? 0 : 1];
    }
    return LabeledData.of(halves.features(), targets, List.of("price"), halves.rowIds());
  }
}
