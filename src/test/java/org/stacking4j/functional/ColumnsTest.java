package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.LocalFits;

/** A member that sees some columns is the member of a data set that has no others. */
final class ColumnsTest {
  private static final FitSettings SETTINGS = new FitSettings(3, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(60, 6, 3, 1);
  private static final LabeledData FRESH = TinyData.blobs(50, 6, 3, 2);
  private static final int[] SEEN = {5, 0, 1, 3};

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"AUTO", "DL4J"})
  void member_ofSomeColumns_hasTheBitsOfOneWhoseDataHasNoOthers(Trainer trainer) {
    FitSettings settings = SETTINGS.withTrainer(trainer);
    Member own = new Member("a", Mlp.table(4, 3, 8), settings);
    StackingEnsemble picks =
        fit(DATA, own.withColumns(SEEN), new Member("b", Mlp.base(6, 3, 8), settings));
    StackingEnsemble alone = fit(copyOf(DATA), own);

    for (int fold = 0; fold < 2; fold++) {
      FitResult fit = picks.members().folds(0).get(fold);
      assertThat(fit.trainer()).isEqualTo(trainer == Trainer.AUTO ? Trainer.FUSED : trainer);
      assertThat(fit.network().parameters())
          .isEqualTo(alone.members().folds(0).get(fold).network().parameters());
    }
    assertThat(ofFirst(picks.trainingMetaFeatures().orElseThrow().logits()))
        .isEqualTo(floats(alone.trainingMetaFeatures().orElseThrow().logits()));
    assertThat(ofFirst(picks.memberLogits(FRESH.features())))
        .isEqualTo(floats(alone.memberLogits(copyOf(FRESH).features())));
    assertThat(ofFirst(picks.metaFeatures(FRESH).logits()))
        .isEqualTo(floats(alone.metaFeatures(copyOf(FRESH)).logits()));
    assertThat(picks.columns()).isEqualTo(6);
  }

  @Test
  void member_isBlindToTheOtherColumns() {
    StackingEnsemble ensemble =
        fit(DATA, new Member("a", Mlp.base(4, 3, 8), SETTINGS).withColumns(SEEN));
    INDArray other = FRESH.features();
    other.putColumn(2, Nd4j.ones(50).mul(1e6f));
    other.putColumn(4, Nd4j.zeros(50));

    assertThat(floats(ensemble.logits(other))).isEqualTo(floats(ensemble.logits(FRESH.features())));
    other.putColumn(3, Nd4j.zeros(50));
    assertThat(floats(ensemble.logits(other)))
        .isNotEqualTo(floats(ensemble.logits(FRESH.features())));
  }

  @Test
  void fit_withOtherInputsThanColumns_failsBeforeAnythingIsFitted() {
    StackingConfig six = config(new Member("wide", Mlp.base(6, 3, 8), SETTINGS).withColumns(SEEN));
    StackingConfig beyond =
        config(new Member("wide", Mlp.base(2, 3, 8), SETTINGS).withColumns(1, 6));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> six.check(DATA))
        .withMessage(
            "member 'wide': the first layer takes 6 inputs but it sees 4 columns; set its nIn to"
                + " 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> beyond.check(DATA))
        .withMessage("member 'wide': it is to see column 6 but the data has columns 0 to 5");
  }

  @Test
  void trainedNetwork_picksItsColumns() {
    TrainedNetwork network =
        TinyNetworks.withWeights(new float[][] {{1, 2}, {10, 20}}, 0.5f, 0)
            .withColumns(List.of(2, 0));
    INDArray rows = Nd4j.createFromArray(new float[][] {{3, 99, 4}, {5, -99, 6}});

    assertThat(network.columns()).containsExactly(2, 0);
    assertThat(network.logits(rows).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{34.5f, 68}, {56.5f, 112}});
    assertThat(network.logits(rows.getRow(1, true)).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{56.5f, 112}});
    assertThat(network.logits(rows.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE)))
        .isEqualTo(network.logits(rows));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.logits(rows.getColumns(0, 1)))
        .withMessage("the network sees column 2 but the features have columns 0 to 1");
  }

  @Test
  void columns_negativeOrTwice() {
    MultiLayerConfiguration network = TinyNetworks.linear(2, 2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", network).withColumns(1, 1))
        .withMessage("member 'wide': columns must be >= 0 and each there once, found 1 twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.of("wide", network).withColumns(0, -1))
        .withMessage("member 'wide': columns must be >= 0 and each there once, found -1");
  }

  private static LabeledData copyOf(LabeledData data) {
    return LabeledData.of(
        data.withColumns(SEEN).features(), data.labels(), data.classNames(), data.rowIds());
  }

  /** The logits of the first of two members. */
  private static float[] ofFirst(INDArray logits) {
    return floats(logits.getColumns(0, 1, 2));
  }

  private static StackingEnsemble fit(LabeledData data, Member... members) {
    return StackingEnsemble.fit(config(members), data, LocalFits.onThreads(1));
  }

  private static StackingConfig config(Member... members) {
    StackingConfig.Builder builder =
        StackingConfig.builder()
            .outOfFold(2)
            .prediction(Prediction.FOLD_MEAN)
            .doNoHarm(false)
            .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS));
    for (Member member : members) {
      builder.member(member);
    }
    return builder.build();
  }
}
