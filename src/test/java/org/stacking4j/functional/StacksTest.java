package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.SpyRunner.Seen;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;
import org.stacking4j.train.Seeds;

/** Ensembles that are members of others: nothing leaks from one level to the next. */
final class StacksTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(48, 4, 3, 1);
  private static final INDArray FRESH = TinyData.blobs(30, 4, 3, 2).features();
  private static final FitRunner RUNNER = LocalFits.onThreads(2);

  static Stream<StackingConfig> everyStrategy() {
    return Stream.of(
        outer(inner()).outOfFold(3).build(),
        outer(inner()).outOfFold(3, 2).build(),
        outer(inner()).outOfFold(3).prediction(Prediction.FOLD_MEAN).build(),
        outer(inner().toBuilder().holdout(0.3).build()).holdout(0.4).build(),
        outer(inner().toBuilder().timeOrdered(2).build()).timeOrdered(2).build(),
        // Three levels.
        outer(outer(inner()).outOfFold(2).build()).outOfFold(3).build());
  }

  @ParameterizedTest
  @MethodSource("everyStrategy")
  void fit_givesNothingInAStackARowOfTheFoldItAnswersFor(StackingConfig config) {
    SpyRunner spy = new SpyRunner();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, DATA, spy);

    Folds folds = config.check(DATA);
    int inFolds = 0;
    for (int fold = 1; fold <= folds.count(); fold++) {
      Set<Long> outside = ids(DATA.select(folds.training(fold)));
      List<Seen> own = ofStack(spy, fold, folds);
      assertThat(own).extracting(Seen::name).anyMatch(name -> name.contains("member 'a'"));
      assertThat(own).extracting(Seen::name).anyMatch(name -> name.contains("meta network"));
      Set<Long> seen = new TreeSet<>();
      own.forEach(fit -> seen.addAll(fit.rowIds()));
      assertThat(outside).containsAll(seen);
      if (config.stacks().get(0).config().prediction().asksRefit()) {
        assertThat(seen).isEqualTo(outside);
      }
      assertThat(ids(DATA.select(folds.heldOut(fold)))).doesNotContainAnyElementsOf(seen);
      inFolds += own.size();
    }
    List<Seen> ofAllRows = ofStack(spy, 0, folds);
    assertThat(ofAllRows.isEmpty()).isEqualTo(!config.prediction().asksRefit());
    assertThat(spy.seen().stream().filter(fit -> fit.name().startsWith("stack ")))
        .hasSize(inFolds + ofAllRows.size());
    assertThat(ensemble.members().names()).containsExactly("b", "inner");
    assertThat(ensemble.trainingMetaFeatures().orElseThrow().columns())
        .hasSize(6)
        .startsWith("b.logit_class-0")
        .endsWith("inner.logit_class-2");
  }

  @Test
  void fit_fitsEachInnerNetworkOnceForEveryPairOfFolds() {
    SpyRunner spy = new SpyRunner();

    StackingEnsemble.fit(outer(inner()).outOfFold(4).build(), DATA, spy);

    // (4 + 1)(2 + 1), and no two of them alike.
    List<Seen> inner =
        spy.seen().stream().filter(fit -> fit.name().endsWith("member 'a'")).toList();
    assertThat(inner).hasSize(15).extracting(Seen::seed).doesNotHaveDuplicates();
    assertThat(spy.seen())
        .extracting(Seen::name)
        .contains(
            "member 'b'",
            "stack 'inner', fold 4 of 4: member 'a'",
            "stack 'inner', all rows: meta network 'linear'");
  }

  @Test
  void metaFeatures_areBitForBitWhatAnEnsembleOfTheOtherRowsAnswers() {
    StackingConfig config = outer(inner()).outOfFold(3, 2).seed(5).build();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, DATA, RUNNER);

    Folds folds = config.check(DATA);
    float[] found = floats(ofStack(ensemble.trainingMetaFeatures().orElseThrow().logits()));
    float[][] sums = new float[DATA.rows()][3];
    for (int fold = 1; fold <= 6; fold++) {
      StackingConfig alone = inner().toBuilder().seed(Seeds.of(5, "inner", fold)).build();
      float[] answers =
          floats(
              StackingEnsemble.fit(alone, DATA.select(folds.training(fold)), RUNNER)
                  .logits(DATA.features(folds.heldOut(fold))));
      int next = 0;
      for (int row : folds.heldOut(fold)) {
        for (int c = 0; c < 3; c++) {
          sums[row][c] += answers[next++];
        }
      }
    }
    for (int row = 0; row < DATA.rows(); row++) {
      for (int c = 0; c < 3; c++) {
        assertThat(found[3 * row + c]).isEqualTo(sums[row][c] / 2);
      }
    }
  }

  @Test
  void newRows_areAnsweredByTheEnsemblesThatThePredictionAsks() {
    StackingConfig config = outer(inner()).outOfFold(2).seed(5).build();
    float[][] byFold = new float[3][];
    for (int fold = 0; fold <= 2; fold++) {
      StackingConfig alone = inner().toBuilder().seed(Seeds.of(5, "inner", fold)).build();
      Folds folds = config.check(DATA);
      LabeledData rows = fold == 0 ? DATA : DATA.select(folds.training(fold));
      byFold[fold] = floats(StackingEnsemble.fit(alone, rows, RUNNER).logits(FRESH));
    }

    for (Prediction prediction : Prediction.values()) {
      float[] expected = new float[byFold[0].length];
      for (int i = 0; i < expected.length; i++) {
        float ofFolds = byFold[1][i] + byFold[2][i];
        expected[i] =
            switch (prediction) {
              case FOLD_MEAN -> ofFolds / 2;
              case REFIT -> byFold[0][i];
              case FOLDS_AND_REFIT -> (2 * byFold[0][i] + ofFolds) / 4;
            };
      }
      StackingEnsemble ensemble =
          StackingEnsemble.fit(config.toBuilder().prediction(prediction).build(), DATA, RUNNER);
      assertThat(floats(ofStack(ensemble.memberLogits(FRESH))))
          .as(prediction.toString())
          .containsExactly(expected, within(1e-5f));
    }
  }

  @Test
  void stack_givesTheEnsembleOfAFold() {
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            outer(inner()).outOfFold(2).prediction(Prediction.FOLD_MEAN).seed(5).build(),
            DATA,
            RUNNER);

    StackingConfig alone = inner().toBuilder().seed(Seeds.of(5, "inner", 2)).build();
    Folds folds = outer(inner()).outOfFold(2).seed(5).build().check(DATA);
    assertThat(floats(ensemble.stack("inner", 2).logits(FRESH)))
        .isEqualTo(
            floats(
                StackingEnsemble.fit(alone, DATA.select(folds.training(2)), RUNNER).logits(FRESH)));
    assertThat(ensemble.members().isStack(0)).isFalse();
    assertThat(ensemble.members().isStack(1)).isTrue();
    assertThat(ensemble.members().folds(1)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.stack("inner", 0))
        .withMessage(
            "there is no ensemble of a stack 'inner', fold 0; the stacks are [inner] with 2 folds");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ensemble.stack("b", 1))
        .withMessage(
            "there is no ensemble of a stack 'b', fold 1; the stacks are [inner] with 2 folds");
  }

  @Test
  void fit_givesTheSameBitsAtAnyNumberOfThreads() {
    StackingConfig config = outer(inner()).stack("other", inner()).outOfFold(2).build();

    StackingEnsemble one = StackingEnsemble.fit(config, DATA, LocalFits.onThreads(1));
    StackingEnsemble two = StackingEnsemble.fit(config, DATA, RUNNER);

    assertThat(floats(one.logits(FRESH))).isEqualTo(floats(two.logits(FRESH)));
    assertThat(floats(one.trainingMetaFeatures().orElseThrow().logits()))
        .isEqualTo(floats(two.trainingMetaFeatures().orElseThrow().logits()));
    // Stacks of another name are others, and one does not change the rest.
    float[] both = floats(one.memberLogits(FRESH).getRow(0));
    assertThat(Arrays.copyOfRange(both, 3, 6)).isNotEqualTo(Arrays.copyOfRange(both, 6, 9));
    StackingEnsemble fewer =
        StackingEnsemble.fit(outer(inner()).outOfFold(2).build(), DATA, RUNNER);
    assertThat(floats(fewer.memberLogits(FRESH).getRow(0)))
        .isEqualTo(Arrays.copyOfRange(both, 0, 6));
  }

  @Test
  void fit_onPermutedLabels_isChance() {
    LabeledData noise = TinyData.permutedLabels(TinyData.blobs(150, 8, 3, 1), 7);
    LabeledData fresh = TinyData.permutedLabels(TinyData.blobs(400, 8, 3, 2), 8);
    Member byHeart =
        new Member("a", TinyNetworks.overFitting(8, 3), new FitSettings(40, 50, 10, true));
    StackingConfig inner =
        StackingConfig.builder()
            .member(byHeart)
            .outOfFold(2)
            .doNoHarm(false)
            .metaLearners(MetaNetwork.linear())
            .build();
    StackingConfig config =
        StackingConfig.builder()
            .stack("inner", inner)
            .outOfFold(3)
            .doNoHarm(false)
            .metaLearners(MetaNetwork.linear())
            .build();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, noise, RUNNER);

    assertThat(ensemble.evaluate(fresh).accuracy()).isEqualTo(1 / 3.0, within(3 * error(400)));
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();
    assertThat(accuracy(features.logits(), features)).isEqualTo(1 / 3.0, within(3 * error(150)));
    // Rows that the stack saw it knows by heart, so a leak would be seen.
    assertThat(ensemble.evaluate(noise).accuracy()).isGreaterThan(1 / 3.0 + 6 * error(150));
  }

  @Test
  void stackOfStacks_isRightWhereAveragesAreNot() {
    // The classes are the four quadrants of a plane. "One" is right about the sign of x and says
    // the opposite of y's, "two" the other way round: where both are averaged nothing is left.
    int rows = 120;
    float[][] points = new float[rows][2];
    int[] labels = new int[rows];
    for (int row = 0; row < rows; row++) {
      float x = (row % 10 + 1) / 10f;
      float y = (row % 7 + 1) / 7f;
      labels[row] = row % 4;
      points[row][0] = labels[row] / 2 == 0 ? x : -x;
      points[row][1] = labels[row] % 2 == 0 ? y : -y;
    }
    LabeledData plane =
        LabeledData.of(Nd4j.createFromArray(points), labels, TinyData.classNames(4));
    float[] ofX = {3, 3, -3, -3};
    float[] ofY = {3, -3, 3, -3};
    TrainedNetwork one = TinyNetworks.withWeights(new float[][] {ofX, negative(ofY)}, new float[4]);
    TrainedNetwork two = TinyNetworks.withWeights(new float[][] {negative(ofX), ofY}, new float[4]);
    MetaNetwork learner =
        MetaNetwork.residual()
            .withRepeats(1)
            .withSettings(FitSettings.defaults().withEpochs(60).withBatchSize(20));
    StackingConfig inner =
        StackingConfig.builder()
            .member(Member.prefit("one", one))
            .member(Member.prefit("two", two))
            .outOfFold(2)
            .metaLearners(learner)
            .build();
    StackingConfig config =
        StackingConfig.builder()
            .stack("first", inner)
            .stack("second", inner)
            .outOfFold(2)
            .metaLearners(new GreedySelection(5))
            .build();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, plane, RUNNER);

    INDArray asked = plane.features();
    assertThat(Evaluation.accuracy(one.logits(asked).argMax(1).toIntVector(), labels)).isZero();
    float[] average = floats(one.logits(asked).add(two.logits(asked)));
    assertThat(average).containsExactly(new float[4 * rows], within(1e-5f));
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();
    assertThat(accuracy(features.logits().getColumns(0, 1, 2, 3), features)).isGreaterThan(0.9);
    assertThat(ensemble.evaluate(plane).accuracy()).isGreaterThan(0.95);
  }

  @Test
  void fit_ofTargets_weights_groups_snapshotsAndPassThrough() {
    LabeledData numbers = TinyData.numbers(60, 4, 2, 1);
    double[] weights = IntStream.range(0, 60).mapToDouble(row -> 1 + row % 3).toArray();
    long[] groups = IntStream.range(0, 60).mapToLong(row -> row / 3).toArray();
    LabeledData rows = numbers.withWeights(weights).withGroups(groups);
    Member member = new Member("a", Mlp.base(Task.REGRESSION, 4, 2, 4), SETTINGS.withEpochs(3));
    StackingConfig.Builder builder =
        StackingConfig.builder()
            .metaLearners(MetaNetwork.linear().withSettings(SETTINGS))
            .doNoHarm(false)
            .passThrough(1)
            .outOfFold(2);
    StackingConfig inner = builder.member(member.withSnapshots(1)).build();
    StackingConfig config = inner.toBuilder().stack("inner", inner).outOfFold(3).seed(3).build();
    SpyRunner spy = new SpyRunner();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, rows, spy);

    Folds folds = config.check(rows);
    for (int fold = 1; fold <= 3; fold++) {
      List<Seen> fits = ofStack(spy, fold, folds);
      for (Seen fit : fits) {
        if (fit.name().endsWith("member 'a'")) {
          // Both splits keep groups whole.
          assertThat(fit.rowIds()).hasSizeLessThan(60);
          for (int row = 0; row < 60; row += 3) {
            Set<Long> group = Set.of(rows.rowId(row), rows.rowId(row + 1), rows.rowId(row + 2));
            assertThat(fit.rowIds().containsAll(group))
                .isEqualTo(group.stream().anyMatch(fit.rowIds()::contains));
          }
        }
      }
    }
    StackingConfig alone = inner.toBuilder().seed(Seeds.of(3, "inner", 0)).build();
    float[] expected = floats(StackingEnsemble.fit(alone, rows, RUNNER).values(FRESH));
    StackingEnsemble refit =
        StackingEnsemble.fit(config.toBuilder().prediction(Prediction.REFIT).build(), rows, RUNNER);
    assertThat(floats(refit.memberLogits(FRESH).getColumns(4, 5))).isEqualTo(expected);
    assertThat(ensemble.members().names()).containsExactly("a", "a-epoch-1", "inner");
    // Weights reach the networks in the stack.
    StackingEnsemble unweighted = StackingEnsemble.fit(config, numbers.withGroups(groups), RUNNER);
    assertThat(floats(unweighted.memberLogits(FRESH).getColumn(4)))
        .isNotEqualTo(floats(ensemble.memberLogits(FRESH).getColumn(4)));
  }

  @Test
  void fit_thatFails_saysInWhichStack() {
    FitRunner failing =
        tasks -> {
          throw new IllegalStateException(tasks.get(0).describe() + " failed");
        };

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                StackingEnsemble.fit(
                    StackingConfig.builder()
                        .stack("inner", inner())
                        .outOfFold(3, 2)
                        .prediction(Prediction.FOLD_MEAN)
                        .build(),
                    DATA,
                    failing))
        .withMessage("stack 'inner', repeat 1, fold 1 of 3: member 'a', all rows failed");
  }

  @Test
  void check_saysInWhichStackThereAreTooFewRows() {
    LabeledData few = TinyData.blobs(18, 4, 3, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> outer(inner().toBuilder().outOfFold(5).build()).outOfFold(3).build().check(few))
        .withMessage(
            "stack 'inner', fold 1 of 3: class 'class-0' has 4 rows, fewer than the 5 folds; use at"
                + " most 4 folds, or give that class more rows");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingConfig.builder()
                    .stack("inner", inner())
                    .outOfFold(2)
                    .build()
                    .check(TinyData.blobs(18, 5, 3, 1)))
        .withMessage(
            "stack 'inner', all rows: member 'a': the first layer takes 4 inputs but the data has 5"
                + " columns; set its nIn to 5");
  }

  private static List<Seen> ofStack(SpyRunner spy, int fold, Folds folds) {
    int each = folds.count() / folds.repeats();
    String which =
        fold == 0
            ? "all rows"
            : (folds.repeats() > 1 ? "repeat " + ((fold - 1) / each + 1) + ", " : "")
                + "fold "
                + ((fold - 1) % each + 1)
                + " of "
                + each;
    return spy.seen().stream()
        .filter(fit -> fit.name().startsWith("stack 'inner', " + which + ": "))
        .toList();
  }

  /** The logits of the second of two members of three classes. */
  private static INDArray ofStack(INDArray logits) {
    return logits.getColumns(3, 4, 5);
  }

  private static double accuracy(INDArray logits, MetaFeatures features) {
    INDArray answers = Combiner.member(0, features.classNames().size()).logits(logits);
    return Evaluation.accuracy(answers.argMax(1).toIntVector(), features.labels());
  }

  private static double error(int rows) {
    return Math.sqrt(2 / 9.0 / rows);
  }

  private static float[] negative(float[] numbers) {
    float[] negative = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      negative[i] = -numbers[i];
    }
    return negative;
  }

  private static Set<Long> ids(LabeledData rows) {
    return Arrays.stream(rows.rowIds()).boxed().collect(Collectors.toSet());
  }

  private static StackingConfig.Builder outer(StackingConfig inner) {
    return StackingConfig.builder()
        .member(new Member("b", TinyNetworks.linear(4, 3), SETTINGS))
        .stack("inner", inner)
        .doNoHarm(false)
        .metaLearners(MetaNetwork.linear().withSettings(SETTINGS));
  }

  private static StackingConfig inner() {
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.linear(4, 3), SETTINGS))
        .outOfFold(2)
        .doNoHarm(false)
        .metaLearners(MetaNetwork.linear().withSettings(SETTINGS))
        .build();
  }
}
