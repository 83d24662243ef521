package org.stacking4j.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.stacking4j.data.LabeledData;

final class MetaFeaturesTest {
  private static final LabeledData ROWS =
      LabeledData.of(
          Nd4j.zeros(DataType.FLOAT, 2, 5),
          new int[] {2, 0},
          List.of("cat", "dog", "2.5"),
          new long[] {31, 17});

  @Test
  void columns_areMemberByMember_classByClass() {
    assertThat(features().columns())
        .containsExactly(
            "wide-1.logit_cat",
            "wide-1.logit_dog",
            "wide-1.logit_2.5",
            "b.logit_cat",
            "b.logit_dog",
            "b.logit_2.5");
  }

  @Test
  void table_carriesIdsLabelsFoldsAndNames() {
    MetaFeatures features = features();

    assertThat(features.rows()).isEqualTo(2);
    assertThat(features.members()).containsExactly("wide-1", "b");
    assertThat(features.classNames()).containsExactly("cat", "dog", "2.5");
    assertThat(features.rowIds()).containsExactly(31, 17);
    assertThat(features.labels()).containsExactly(2, 0);
    assertThat(features.folds()).containsExactly(4, 1);
  }

  @Test
  void table_isIndependentOfWhatGoesInAndOut() {
    INDArray logits = logits();
    int[] folds = {4, 1};
    MetaFeatures features = MetaFeatures.of(List.of("wide-1", "b"), ROWS, folds, logits);

    logits.assign(9);
    folds[0] = 9;
    features.logits().assign(9);
    features.folds()[1] = 9;
    features.labels()[0] = 1;
    features.rowIds()[0] = 1;
    features.toDataSet().getFeatures().assign(9);

    assertThat(floats(features.logits())).isEqualTo(floats(logits()));
    assertThat(features.folds()).containsExactly(4, 1);
    assertThat(features.labels()).containsExactly(2, 0);
    assertThat(features.rowIds()).containsExactly(31, 17);
  }

  @Test
  void without_leavesOutTheMembersColumns() {
    List<String> names = features().members();
    MetaFeatures rest = features().without(names.get(0));

    assertThat(rest.members()).isEqualTo(names.subList(1, names.size()));
    assertThat(rest.columns())
        .isEqualTo(features().columns().stream().filter(c -> !c.startsWith(names.get(0))).toList());
    assertThat(rest.logits())
        .isEqualTo(logits().get(NDArrayIndex.all(), NDArrayIndex.interval(3, logits().size(1))));
    assertThat(rest.labels()).isEqualTo(features().labels());
    assertThat(rest.folds()).isEqualTo(features().folds());
  }

  @Test
  void without_aMemberThatIsNotThere() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> features().without("zebra"))
        .withMessage("member 'zebra' cannot be left out of " + features().members());
  }

  @Test
  void withFeatures_putsTheRowsOwnColumnsBehindTheLogits() {
    // Row 31 is the second row of the data, row 17 the third.
    LabeledData data = data(44, 31, 17);

    MetaFeatures passing = two().withFeatures(data, 2, 0);

    assertThat(passing.inputs().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{1, 2, 3, 4, 12, 10}, {5, 6, 7, 8, 22, 20}});
    assertThat(passing.logits().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}});
    assertThat(passing.columns())
        .containsExactly(
            "a.logit_no", "a.logit_yes", "b.logit_no", "b.logit_yes", "feature_2", "feature_0");
    assertThat(passing.logitColumns()).isEqualTo(4);
    assertThat(passing.passedThrough()).containsExactly(2, 0);
    assertThat(passing.rowIds()).containsExactly(31, 17);
    assertThat(passing.labels()).containsExactly(1, 0);
    assertThat(passing.folds()).containsExactly(2, 1);
    assertThat(passing.toLabeledData().columns()).isEqualTo(6);
    assertThat(passing.toDataSet().getFeatures()).isEqualTo(passing.inputs());
    assertThat(two().inputs()).isEqualTo(two().logits());
    assertThat(two().passedThrough()).isEmpty();
  }

  @Test
  void withFeatures_select_andWithout_keepThem() {
    MetaFeatures passing = two().withFeatures(data(44, 31, 17), 2, 0);

    MetaFeatures second = passing.select(new int[] {1}).without("a");

    assertThat(second.inputs().toFloatMatrix()).isDeepEqualTo(new float[][] {{7, 8, 22, 20}});
    assertThat(second.logits().toFloatMatrix()).isDeepEqualTo(new float[][] {{7, 8}});
    assertThat(second.columns())
        .containsExactly("b.logit_no", "b.logit_yes", "feature_2", "feature_0");
  }

  @Test
  void withFeatures_thatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> two().withFeatures(data(44, 31, 18), 0))
        .withMessage("row 17 is not in the data its features are to come from");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> two().withFeatures(data(44, 31, 17), 3))
        .withMessage("column 3 is out of range: there are 3 columns, so columns are 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> two().withFeatures(data(44, 31, 17), 1).withFeatures(data(44, 31, 17), 0))
        .withMessage("features [1] are passed through already; give all columns at once");
  }

  /** Members a and b, classes no and yes. */
  private static MetaFeatures two() {
    LabeledData rows =
        LabeledData.of(
            Nd4j.zeros(DataType.FLOAT, 2, 1),
            new int[] {1, 0},
            List.of("no", "yes"),
            new long[] {31, 17});
    INDArray logits = Nd4j.createFromArray(new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}});
    return MetaFeatures.of(List.of("a", "b"), rows, new int[] {2, 1}, logits);
  }

  /** Three rows of three columns: ten times the position, and so much more. */
  private static LabeledData data(long... ids) {
    return LabeledData.of(
        Nd4j.createFromArray(new float[][] {{0, 1, 2}, {10, 11, 12}, {20, 21, 22}}),
        new int[] {0, 1, 0},
        List.of("no", "yes"),
        ids);
  }

  @Test
  void folds_ofARepeatThatIsNotThere() {
    assertThat(features().repeats()).isEqualTo(1);
    assertThat(features().folds(1)).containsExactly(4, 1);
    for (int repeat : new int[] {0, 2}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> features().folds(repeat));
    }
  }

  @Test
  void toDataSet_hasLogitsAndOneHotLabels() {
    DataSet dataSet = features().toDataSet();

    assertThat(dataSet.getFeatures()).isEqualTo(logits());
    assertThat(dataSet.getLabels().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{0, 0, 1}, {1, 0, 0}});
  }

  @Test
  void toLabeledData_hasLogitsAsFeatures() {
    LabeledData table = features().toLabeledData();

    assertThat(table.features()).isEqualTo(logits());
    assertThat(table.rowIds()).containsExactly(31, 17);
    assertThat(table.classNames()).containsExactly("cat", "dog", "2.5");
  }

  @Test
  void table_carriesTheRowsWeightsAndGroups() {
    LabeledData own = ROWS.withWeights(new double[] {0.25, 4}).withGroups(new long[] {6, -6});

    LabeledData table =
        MetaFeatures.of(List.of("wide-1", "b"), own, new int[2], logits()).toLabeledData();

    assertThat(table.weights()).containsExactly(0.25, 4);
    assertThat(table.groups()).containsExactly(6, -6);
    assertThat(features().toLabeledData().isGrouped()).isFalse();
    assertThat(features().toLabeledData().isWeighted()).isFalse();
  }

  @Test
  void of_wrongShape() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaFeatures.of(List.of("a"), ROWS, new int[2], logits()))
        .withMessage("logits of 1 members and 3 classes must have shape [2, 3], found [2, 6]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaFeatures.of(List.of("a", "b"), ROWS, new int[3], logits()))
        .withMessage("logits of 2 members and 3 classes must have shape [3, 6], found [2, 6]");
  }

  @Test
  void of_otherNumberOfLabels() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaFeatures.of(List.of("a", "b"), ROWS.first(1), new int[2], logits()));
  }

  @Test
  void of_memberNamesThatCouldNotBeReadBack() {
    for (List<String> names : List.of(List.of("a", "a"), List.of("a", "b.c"), List.of("a", " "))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> MetaFeatures.of(names, ROWS, new int[2], logits()))
          .withMessage(
              "member names must differ, and hold no dot to tell them from class names, found "
                  + names);
    }
  }

  @Test
  void of_logitThatIsNotFinite() {
    INDArray broken = logits();
    broken.putScalar(1, 4, Float.NaN);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> MetaFeatures.of(List.of("wide-1", "b"), ROWS, new int[2], broken))
        .withMessageContaining("NaN");
  }

  private static MetaFeatures features() {
    return MetaFeatures.of(List.of("wide-1", "b"), ROWS, new int[] {4, 1}, logits());
  }

  private static INDArray logits() {
    return Nd4j.createFromArray(new float[][] {{1, 2, 3, 4, 5, 6}, {-1, -2, -3, -4, -5, -6}});
  }
}
