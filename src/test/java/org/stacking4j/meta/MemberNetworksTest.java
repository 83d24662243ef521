package org.stacking4j.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.fitted;
import static org.stacking4j.testing.TinyNetworks.floats;
import static org.stacking4j.testing.TinyNetworks.withWeights;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.Seeds;

/**
 * Six rows, two members, three folds, all worked by hand. Member a's network of fold f multiplies
 * its input by f; member b's swaps its inputs, adds f to the first and takes f from the second. The
 * networks of all rows do the same with 10 and 5 in place of f.
 */
final class MemberNetworksTest {
  private static final LabeledData DATA =
      LabeledData.of(
          Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}, {11, 12}}),
          new int[] {0, 1, 0, 1, 0, 1},
          List.of("no", "yes"),
          new long[] {60, 50, 40, 30, 20, 10});
  private static final Folds FOLDS = Folds.of(new int[] {1, 2, 3, 1, 2, 3}, 3);

  @Test
  void trainingMetaFeatures_equalTheMatrixWorkedByHand() {
    MetaFeatures features = networks().trainingMetaFeatures(DATA, FOLDS);

    assertThat(features.logits().toFloatMatrix())
        .isDeepEqualTo(
            new float[][] {
              {1, 2, 3, 0},
              {6, 8, 6, 1},
              {15, 18, 9, 2},
              {7, 8, 9, 6},
              {18, 20, 12, 7},
              {33, 36, 15, 8},
            });
    assertThat(features.rowIds()).containsExactly(60, 50, 40, 30, 20, 10);
    assertThat(features.labels()).containsExactly(0, 1, 0, 1, 0, 1);
    assertThat(features.folds()).containsExactly(1, 2, 3, 1, 2, 3);
    assertThat(features.columns())
        .containsExactly("a.logit_no", "a.logit_yes", "b.logit_no", "b.logit_yes");
  }

  @Test
  void trainingMetaFeatures_ofAHoldout_haveTheHeldOutRowsOnly() {
    // The other rows were seen by the networks: their logits would be over-confident.
    MemberNetworks networks =
        MemberNetworks.of(
            List.of("a", "b"), List.of(List.of(memberA(2)), List.of(memberB(2))), List.of());

    MetaFeatures features =
        networks.trainingMetaFeatures(DATA, Folds.of(new int[] {0, 1, 0, 0, 1, 0}, 1));

    assertThat(features.logits().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{6, 8, 6, 1}, {18, 20, 12, 7}});
    assertThat(features.rowIds()).containsExactly(50, 20);
    assertThat(features.labels()).containsExactly(1, 0);
    assertThat(features.folds()).containsExactly(1, 1);
  }

  @Test
  void trainingMetaFeatures_inTimeOrder_lackTheFirstBlock() {
    MemberNetworks networks =
        MemberNetworks.of(
            List.of("a", "b"),
            List.of(List.of(memberA(1), memberA(2)), List.of(memberB(1), memberB(2))),
            List.of(memberA(10), memberB(5)));

    MetaFeatures features = networks.trainingMetaFeatures(DATA, Folds.timeOrdered(DATA, 2));

    assertThat(features.rowIds()).containsExactly(40, 30, 20, 10);
    assertThat(features.folds()).containsExactly(1, 1, 2, 2);
    assertThat(features.logits().toFloatMatrix())
        .isDeepEqualTo(
            new float[][] {{5, 6, 7, 4}, {7, 8, 9, 6}, {18, 20, 12, 7}, {22, 24, 14, 9}});
  }

  @Test
  void trainingMetaFeatures_repeated_areTheMeanOverTheRepeats() {
    // Member a multiplies by the fold's number, and so in the mean by that of the row's two folds;
    // member b adds it to the first of its swapped inputs and takes it from the second.
    Folds folds = Folds.stratified(DATA, 3, 1, 2);
    MemberNetworks networks =
        MemberNetworks.of(
            List.of("a", "b"),
            List.of(
                IntStream.rangeClosed(1, 6).mapToObj(MemberNetworksTest::memberA).toList(),
                IntStream.rangeClosed(1, 6).mapToObj(MemberNetworksTest::memberB).toList()),
            List.of());

    MetaFeatures features = networks.trainingMetaFeatures(DATA, folds);

    assertThat(features.repeats()).isEqualTo(2);
    assertThat(features.rowIds()).isEqualTo(DATA.rowIds());
    assertThat(features.folds(1)).containsOnly(1, 2, 3).isEqualTo(folds.foldOfRows(1));
    assertThat(features.folds(2)).containsOnly(4, 5, 6).isEqualTo(folds.foldOfRows(2));
    float[][] logits = features.logits().toFloatMatrix();
    for (int row = 0; row < 6; row++) {
      float fold = (features.folds(1)[row] + features.folds(2)[row]) / 2f;
      float x = 2 * row + 1;
      assertThat(logits[row]).containsExactly(fold * x, fold * (x + 1), x + 1 + fold, x - fold);
    }
    // New rows are answered by the mean of all six: 3.5.
    assertThat(networks.metaFeatures(DATA.first(1), Prediction.FOLD_MEAN).logits().toFloatVector())
        .containsExactly(3.5f, 7, 5.5f, -2.5f);
  }

  @Test
  void metaFeatures_carryTheWeightsAndGroupsOfTheirRows() {
    LabeledData own =
        DATA.withWeights(new double[] {6, 5, 4, 3, 2, 1}).withGroups(new long[] {7, 8, 9, 7, 8, 9});
    MemberNetworks networks =
        MemberNetworks.of(
            List.of("a", "b"), List.of(List.of(memberA(2)), List.of(memberB(2))), List.of());

    LabeledData heldOut =
        networks
            .trainingMetaFeatures(own, Folds.of(new int[] {0, 1, 1, 0, 0, 0}, 1))
            .toLabeledData();
    LabeledData fresh = networks.metaFeatures(own, Prediction.FOLD_MEAN).toLabeledData();

    assertThat(heldOut.weights()).containsExactly(5, 4);
    assertThat(heldOut.groups()).containsExactly(8, 9);
    assertThat(fresh.weights()).containsExactly(6, 5, 4, 3, 2, 1);
    assertThat(fresh.groups()).containsExactly(7, 8, 9, 7, 8, 9);
  }

  @Test
  void trainingMetaFeatures_withoutFolds_comeFromTheNetworksOfAllRows() {
    MetaFeatures features = networks().trainingMetaFeatures(DATA, Folds.none(6));

    assertThat(features.rows()).isEqualTo(6);
    assertThat(features.logits().getRow(0).toFloatVector()).containsExactly(10, 20, 7, -4);
    assertThat(features.folds()).containsOnly(0);
  }

  @Test
  void trainingMetaFeatures_ofPermutedRows_arePermuted() {
    int[] order = {4, 0, 5, 3, 1, 2};
    int[] foldOfRow = new int[6];
    for (int i = 0; i < 6; i++) {
      foldOfRow[i] = FOLDS.foldOf(order[i]);
    }

    MetaFeatures straight = networks().trainingMetaFeatures(DATA, FOLDS);
    MetaFeatures permuted =
        networks().trainingMetaFeatures(DATA.select(order), Folds.of(foldOfRow, 3));

    for (int i = 0; i < 6; i++) {
      assertThat(permuted.rowIds()[i]).isEqualTo(straight.rowIds()[order[i]]);
      assertThat(permuted.labels()[i]).isEqualTo(straight.labels()[order[i]]);
      assertThat(permuted.logits().getRow(i)).isEqualTo(straight.logits().getRow(order[i]));
    }
  }

  @Test
  void trainingMetaFeatures_withoutAMember_lackItsColumnsOnly() {
    MemberNetworks all = networks();
    MemberNetworks onlyB =
        MemberNetworks.of(List.of("b"), List.of(all.folds(1)), List.of(all.refits().get(1)));

    INDArray both = all.trainingMetaFeatures(DATA, FOLDS).logits();
    MetaFeatures left = onlyB.trainingMetaFeatures(DATA, FOLDS);

    assertThat(left.columns()).containsExactly("b.logit_no", "b.logit_yes");
    assertThat(left.logits()).isEqualTo(both.getColumns(2, 3));
  }

  @Test
  void trainingMetaFeatures_ofReorderedMembers_haveReorderedColumns() {
    MemberNetworks all = networks();
    MemberNetworks swapped =
        MemberNetworks.of(
            List.of("b", "a"),
            List.of(all.folds(1), all.folds(0)),
            List.of(all.refits().get(1), all.refits().get(0)));

    MetaFeatures features = swapped.trainingMetaFeatures(DATA, FOLDS);

    assertThat(features.columns())
        .containsExactly("b.logit_no", "b.logit_yes", "a.logit_no", "a.logit_yes");
    assertThat(features.logits())
        .isEqualTo(all.trainingMetaFeatures(DATA, FOLDS).logits().getColumns(2, 3, 0, 1));
  }

  @Test
  void logits_byFoldMean_areTheMeanOfTheFoldNetworks() {
    INDArray logits =
        networks()
            .logits(Nd4j.createFromArray(new float[][] {{1, 2}, {-3, 5}}), Prediction.FOLD_MEAN);

    assertThat(logits.toFloatMatrix())
        .isDeepEqualTo(new float[][] {{2, 4, 4, -1}, {-6, 10, 7, -5}});
  }

  @Test
  void logits_byRefit_areThoseOfTheNetworksOfAllRows() {
    INDArray logits =
        networks().logits(Nd4j.createFromArray(new float[][] {{1, 2}}), Prediction.REFIT);

    assertThat(floats(logits)).containsExactly(10, 20, 7, -4);
  }

  @Test
  void logits_byFoldsAndRefit_countTheNetworkOfAllRowsTwice() {
    INDArray logits =
        networks().logits(Nd4j.createFromArray(new float[][] {{1, 2}}), Prediction.FOLDS_AND_REFIT);

    // Member a multiplies by (1 + 2 + 3 + 2 × 10) / 5, member b adds (1 + 2 + 3 + 2 × 5) / 5.
    assertThat(floats(logits))
        .containsExactly(new float[] {5.2f, 10.4f, 5.2f, -2.2f}, within(1e-5f));
  }

  @Test
  void logits_ofManyRows_haveTheBitsOfEachNetworkOnTheWhole() {
    LabeledData data = TinyData.blobs(2 * Chunks.ROWS + 77, 7, 2, 3);
    MemberNetworks networks = manyNetworks();
    INDArray whole = data.features();
    float[][] expected = new float[data.rows()][4];
    for (int m = 0; m < 2; m++) {
      INDArray sum = networks.folds(m).get(0).network().logits(whole);
      sum.addi(networks.folds(m).get(1).network().logits(whole));
      sum.addi(networks.folds(m).get(2).network().logits(whole)).divi(3);
      put(sum, m, IntStream.range(0, data.rows()).toArray(), expected);
    }

    assertThat(networks.logits(whole, Prediction.FOLD_MEAN).toFloatMatrix())
        .isDeepEqualTo(expected);
    assertThat(networks.logits(whole.castTo(DataType.DOUBLE), Prediction.FOLD_MEAN).toFloatMatrix())
        .isDeepEqualTo(expected);
    assertThat(networks.logits(data, Prediction.FOLD_MEAN).toFloatMatrix()).isDeepEqualTo(expected);
    assertThat(networks.metaFeatures(data, Prediction.FOLD_MEAN).logits().toFloatMatrix())
        .isDeepEqualTo(expected);
    assertThat(floats(whole)).isEqualTo(floats(data.features())); // neither changed nor freed
  }

  @Test
  void trainingMetaFeatures_ofManyRows_haveTheBitsOfEachNetworkOnItsFold() {
    LabeledData data = TinyData.blobs(3 * Chunks.ROWS + 500, 7, 2, 3);
    // Fold 1 takes more than two chunks, fold 3 less than one; some rows are never held out.
    int[] foldOfRow =
        IntStream.range(0, data.rows())
            .map(row -> row % 10 < 7 ? 1 : row % 10 < 9 ? row % 10 - 5 : 0)
            .toArray();
    Folds folds = Folds.of(foldOfRow, 3);
    MemberNetworks networks = manyNetworks();
    float[][] byRow = new float[data.rows()][4];
    for (int fold = 1; fold <= 3; fold++) {
      int[] own = folds.heldOut(fold);
      for (int m = 0; m < 2; m++) {
        put(networks.folds(m).get(fold - 1).network().logits(data.features(own)), m, own, byRow);
      }
    }

    MetaFeatures features = networks.trainingMetaFeatures(data, folds);

    int[] kept = IntStream.range(0, data.rows()).filter(row -> foldOfRow[row] > 0).toArray();
    assertThat(features.logits().toFloatMatrix())
        .isDeepEqualTo(IntStream.of(kept).mapToObj(row -> byRow[row]).toArray(float[][]::new));
    assertThat(features.rowIds()).isEqualTo(data.select(kept).rowIds());
    assertThat(features.labels()).isEqualTo(data.select(kept).labels());
    assertThat(features.folds()).isEqualTo(IntStream.of(kept).map(r -> foldOfRow[r]).toArray());
  }

  private static void put(INDArray logits, int member, int[] rows, float[][] all) {
    float[][] values = logits.toFloatMatrix();
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values[i], 0, all[rows[i]], 2 * member, 2);
    }
  }

  /** Two members with three networks each, whose products are large enough to be rounded. */
  private static MemberNetworks manyNetworks() {
    List<List<FitResult>> folds = new ArrayList<>();
    for (int m = 0; m < 2; m++) {
      List<FitResult> own = new ArrayList<>();
      for (int fold = 1; fold <= 3; fold++) {
        var network = new MultiLayerNetwork(Mlp.base(7, 2, 20 + m));
        Nd4j.getRandom().setSeed(10 * m + fold);
        network.init();
        own.add(fitted(TrainedNetwork.of(network)));
      }
      folds.add(own);
    }
    return MemberNetworks.of(List.of("a", "b"), folds, List.of());
  }

  @Test
  void metaFeatures_ofNewRows_haveFoldZero() {
    MetaFeatures features = networks().metaFeatures(DATA.first(2), Prediction.FOLD_MEAN);

    assertThat(features.folds()).containsExactly(0, 0);
    assertThat(features.rowIds()).containsExactly(60, 50);
    assertThat(features.logits().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{2, 4, 4, -1}, {6, 8, 6, 1}});
  }

  @Test
  void seconds_addUpAllFits() {
    assertThat(networks().seconds()).isEqualTo(8);
  }

  @Test
  void classes_areTheNetworks() {
    assertThat(networks().classes()).isEqualTo(2);
  }

  @Test
  void logits_withoutSuchNetworks() {
    INDArray row = Nd4j.createFromArray(new float[][] {{1, 2}});
    MemberNetworks noRefits =
        MemberNetworks.of(List.of("a"), List.of(List.of(memberA(1))), List.of());
    MemberNetworks noFolds =
        MemberNetworks.of(List.of("a"), List.of(List.of()), List.of(memberA(1)));

    assertThatIllegalStateException()
        .isThrownBy(() -> noRefits.logits(row, Prediction.REFIT))
        .withMessage("member 'a' has no networks for prediction by refit");
    assertThatIllegalStateException()
        .isThrownBy(() -> noFolds.logits(row, Prediction.FOLD_MEAN))
        .withMessage("member 'a' has no networks for prediction by fold-mean");
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void of_listsThatDoNotFit(
      List<String> names, List<List<FitResult>> folds, List<FitResult> refits, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemberNetworks.of(names, folds, refits))
        .withMessage("member networks do not fit together: " + message);
  }

  static Stream<Arguments> misfits() {
    FitResult a = memberA(1);
    return Stream.of(
        Arguments.of(List.of(), List.of(), List.of(), "members [], fold networks [], refits 0"),
        Arguments.of(
            List.of("a"),
            List.of(List.of()),
            List.of(),
            "members [a], fold networks [0], refits 0"),
        Arguments.of(
            List.of("a", "b"),
            List.of(List.of(a)),
            List.of(),
            "members [a, b], fold networks [1], refits 0"),
        Arguments.of(
            List.of("a", "b"),
            List.of(List.of(a, a), List.of(a)),
            List.of(),
            "members [a, b], fold networks [2, 1], refits 0"),
        Arguments.of(
            List.of("a", "b"),
            List.of(List.of(a), List.of(a)),
            List.of(a),
            "members [a, b], fold networks [1, 1], refits 1"));
  }

  @Test
  void fit_asksForEachMemberWithoutEachFold_andPutsTheResultsInTheirPlaces() {
    List<FitTask> asked = new ArrayList<>();
    List<Member> members = List.of(member("a"), member("b"));

    MemberNetworks networks =
        MemberNetworks.fit(
            members,
            DATA,
            FOLDS,
            true,
            9,
            tasks -> {
              asked.addAll(tasks);
              return tasks.stream()
                  .map(task -> task.name().contains("a") ? "a" + task.fold() : "b" + task.fold())
                  .map(MemberNetworksTest::networkNamed)
                  .toList();
            });

    assertThat(asked.stream().map(FitTask::describe))
        .containsExactly(
            "member 'a', all rows",
            "member 'a', fold 1 of 3",
            "member 'a', fold 2 of 3",
            "member 'a', fold 3 of 3",
            "member 'b', all rows",
            "member 'b', fold 1 of 3",
            "member 'b', fold 2 of 3",
            "member 'b', fold 3 of 3");
    assertThat(asked.get(0).data().rowIds()).containsExactly(60, 50, 40, 30, 20, 10);
    assertThat(asked.get(1).data().rowIds()).containsExactly(50, 40, 20, 10);
    assertThat(asked.get(7).data().rowIds()).containsExactly(60, 50, 30, 20);
    assertThat(asked.get(0).seed()).isEqualTo(Seeds.of(9, "a", 0));
    assertThat(asked.get(7).seed()).isEqualTo(Seeds.of(9, "b", 3));
    assertThat(asked).allSatisfy(task -> assertThat(task.margin()).isNull());
    assertThat(networks.trainingMetaFeatures(DATA, FOLDS).logits())
        .isEqualTo(networks().trainingMetaFeatures(DATA, FOLDS).logits());
    assertThat(networks.metaFeatures(DATA, Prediction.REFIT).logits())
        .isEqualTo(networks().metaFeatures(DATA, Prediction.REFIT).logits());
  }

  @Test
  void fit_repeated_asksForEveryFoldOfEveryRepeat() {
    List<FitTask> asked = new ArrayList<>();
    Folds folds = Folds.stratified(DATA, 3, 1, 2);

    MemberNetworks networks =
        MemberNetworks.fit(
            List.of(member("a")),
            DATA,
            folds,
            true,
            9,
            tasks -> {
              asked.addAll(tasks);
              return tasks.stream().map(task -> memberA(task.fold())).toList();
            });

    assertThat(asked.stream().map(FitTask::describe))
        .containsExactly(
            "member 'a', all rows",
            "member 'a', repeat 1, fold 1 of 3",
            "member 'a', repeat 1, fold 2 of 3",
            "member 'a', repeat 1, fold 3 of 3",
            "member 'a', repeat 2, fold 1 of 3",
            "member 'a', repeat 2, fold 2 of 3",
            "member 'a', repeat 2, fold 3 of 3");
    for (int fold = 1; fold <= 6; fold++) {
      assertThat(asked.get(fold).seed()).isEqualTo(Seeds.of(9, "a", fold));
      assertThat(asked.get(fold).data().rowIds())
          .isEqualTo(DATA.select(folds.training(fold)).rowIds());
    }
    assertThat(networks.folds(0)).hasSize(6);
    assertThat(networks.refits()).hasSize(1);
  }

  @Test
  void fit_withoutRefit_fitsTheFoldsOnly() {
    List<FitTask> asked = new ArrayList<>();

    MemberNetworks networks =
        MemberNetworks.fit(
            List.of(member("a")),
            DATA,
            FOLDS,
            false,
            9,
            tasks -> {
              asked.addAll(tasks);
              return tasks.stream().map(task -> memberA(task.fold())).toList();
            });

    assertThat(asked.stream().map(FitTask::fold)).containsExactly(1, 2, 3);
    assertThat(networks.refits()).isEmpty();
    assertThat(networks.folds(0)).hasSize(3);
    assertThat(networks.names()).containsExactly("a");
  }

  @Test
  void fit_ofEachMember_usesItsOwnConfigurationAndSettings() {
    List<FitTask> asked = new ArrayList<>();
    Member quick = new Member("quick", TinyNetworks.linear(2, 2), new FitSettings(1, 2, 3, true));
    Member slow = new Member("slow", TinyNetworks.linear(2, 2), new FitSettings(9, 8, 7, false));

    MemberNetworks.fit(
        List.of(quick, slow),
        TinyData.blobs(6, 2, 2, 1),
        Folds.none(6),
        true,
        9,
        tasks -> {
          asked.addAll(tasks);
          return tasks.stream().map(task -> memberA(1)).toList();
        });

    assertThat(asked.stream().map(FitTask::settings))
        .containsExactly(quick.settings(), slow.settings());
  }

  @Test
  void fit_ofAMemberWithASeedOfItsOwn_doesNotDependOnTheEnsembles() {
    List<FitTask> asked = new ArrayList<>();

    MemberNetworks.fit(
        List.of(member("a").withSeed(4), member("b")),
        DATA,
        FOLDS,
        false,
        9,
        tasks -> {
          asked.addAll(tasks);
          return tasks.stream().map(task -> memberA(1)).toList();
        });

    assertThat(asked.stream().map(FitTask::seed))
        .containsExactly(
            Seeds.of(4, "a", 1),
            Seeds.of(4, "a", 2),
            Seeds.of(4, "a", 3),
            Seeds.of(9, "b", 1),
            Seeds.of(9, "b", 2),
            Seeds.of(9, "b", 3));
  }

  /** The example's networks. */
  static MemberNetworks networks() {
    return MemberNetworks.of(
        List.of("a", "b"),
        List.of(
            List.of(memberA(1), memberA(2), memberA(3)),
            List.of(memberB(1), memberB(2), memberB(3))),
        List.of(memberA(10), memberB(5)));
  }

  private static FitResult networkNamed(String name) {
    int fold = Integer.parseInt(name.substring(1));
    return name.startsWith("a") ? memberA(fold == 0 ? 10 : fold) : memberB(fold == 0 ? 5 : fold);
  }

  private static FitResult memberA(float f) {
    return fitted(withWeights(new float[][] {{f, 0}, {0, f}}, 0, 0));
  }

  private static FitResult memberB(float f) {
    return fitted(withWeights(new float[][] {{0, 1}, {1, 0}}, f, -f));
  }

  private static Member member(String name) {
    return Member.of(name, TinyNetworks.linear(2, 2));
  }
}
