package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.ArchiveSummary;
import org.stacking4j.Contribution;
import org.stacking4j.LeakAudit;
import org.stacking4j.RegressionContribution;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Averaging;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.TinyData;

/** An ensemble whose members are averaged, and nothing learns from them. */
final class AveragingTest {
  private static final LabeledData TRAINING = TinyData.blobs(60, 5, 3, 1);
  private static final LabeledData TEST = TinyData.blobs(30, 5, 3, 2);
  private static final LabeledData NUMBERS = TinyData.numbers(60, 5, 1, 3);

  @TempDir private Path folder;

  private static StackingConfig.Builder config(Task task) {
    int outputs = task == Task.REGRESSION ? 1 : 3;
    return StackingConfig.builder()
        .member(member("a", Mlp.base(task, 5, outputs, 6)))
        .member(member("b", Mlp.base(task, 5, outputs, 4, 4)))
        .metaLearners(new Averaging());
  }

  private static Member member(
      String name, org.deeplearning4j.nn.conf.MultiLayerConfiguration network) {
    return new Member(name, network, new FitSettings(2, 16, 2, true));
  }

  @Test
  void byRefit_fitsOneNetworkForEachMember_whateverTheStrategy() {
    List<StackingConfig.Builder> builders =
        List.of(
            config(Task.CLASSIFICATION).outOfFold(3).prediction(Prediction.REFIT),
            config(Task.CLASSIFICATION).outOfFold(50).prediction(Prediction.REFIT), // of 20 a class
            config(Task.CLASSIFICATION).holdout(0.3).prediction(Prediction.REFIT),
            config(Task.CLASSIFICATION).timeOrdered(3),
            StackingConfig.builder()
                .inSample()
                .member(member("a", Mlp.base(5, 3, 6)))
                .member(member("b", Mlp.base(5, 3, 4, 4)))
                .metaLearners(new Averaging()));
    for (StackingConfig.Builder builder : builders) {
      SpyRunner spy = new SpyRunner();

      StackingEnsemble ensemble = StackingEnsemble.fit(builder.build(), TRAINING, spy);

      assertThat(spy.seen()).extracting(SpyRunner.Seen::fold).containsExactly(0, 0);
      assertThat(ensemble.trainingMetaFeatures()).isEmpty();
      assertThat(ensemble.choice().label()).isEqualTo(CombinerChoice.AVERAGE);
      assertAnswersAreTheMean(ensemble);
    }
  }

  @Test
  void byFolds_fitsWhatAnswers_andNoMetaNetwork() {
    for (Prediction prediction : List.of(Prediction.FOLD_MEAN, Prediction.FOLDS_AND_REFIT)) {
      SpyRunner spy = new SpyRunner();

      StackingEnsemble ensemble =
          StackingEnsemble.fit(
              config(Task.CLASSIFICATION).outOfFold(3).prediction(prediction).build(),
              TRAINING,
              spy);

      assertThat(spy.seen()).hasSize(prediction.asksRefit() ? 8 : 6).isEqualTo(spy.members());
      assertThat(ensemble.choice().evidence()).isEmpty();
      assertThat(ensemble.trainingMetaFeatures().orElseThrow().rows()).isEqualTo(60);
      assertAnswersAreTheMean(ensemble);
    }
  }

  /** Bit for bit, without a temperature. */
  private static void assertAnswersAreTheMean(StackingEnsemble ensemble) {
    INDArray members = ensemble.memberLogits(TEST.features());
    assertThat(floats(ensemble.logits(TEST.features())))
        .isEqualTo(floats(Combiner.logitAverage(3).logits(members)));
  }

  @Test
  void isSavedAndRead() throws IOException {
    Path file = folder.resolve("average.zip");
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            config(Task.CLASSIFICATION).prediction(Prediction.REFIT).build(), TRAINING);

    ensemble.save(file);

    StackingEnsemble read = StackingEnsemble.load(file);
    assertThat(floats(read.logits(TEST.features())))
        .isEqualTo(floats(ensemble.logits(TEST.features())));
    assertThat(read.evaluate(TEST)).isEqualTo(ensemble.evaluate(TEST));
    ArchiveSummary summary = ArchiveSummary.read(file);
    assertThat(summary.combiner()).isEqualTo("logit average");
    assertThat(summary.temperature()).isEqualTo(1);
    assertThat(summary.members()).extracting(ArchiveSummary.Network::folds).containsOnly(0);
  }

  @Test
  void ofNumbers_isTheirMean() {
    StackingConfig config = config(Task.REGRESSION).prediction(Prediction.REFIT).build();

    StackingEnsemble ensemble = StackingEnsemble.fit(config, NUMBERS);

    INDArray members = ensemble.memberLogits(NUMBERS.features());
    assertThat(floats(ensemble.values(NUMBERS.features()))).isEqualTo(floats(members.mean(1)));
    assertThat(ensemble.choice().label()).isEqualTo("average");
    assertThat(
            RegressionContribution.of(
                config, ensemble, ensemble.metaFeatures(NUMBERS), new SpyRunner()))
        .extracting(RegressionContribution::member)
        .containsExactly("a", "b");
  }

  @Test
  void contributions_needNoMetaFeaturesToLearnFrom() {
    StackingConfig config = config(Task.CLASSIFICATION).prediction(Prediction.REFIT).build();
    StackingEnsemble ensemble = StackingEnsemble.fit(config, TRAINING);

    List<Contribution> found =
        Contribution.of(config, ensemble, ensemble.metaFeatures(TEST), new SpyRunner());

    double withoutA =
        ensemble.evaluate(TEST).accuracy() - found.get(0).comparison().accuracy().difference();
    INDArray answersOfB = Combiner.member(1, 3).logits(ensemble.memberLogits(TEST.features()));
    assertThat(withoutA)
        .isCloseTo(accuracy(answersOfB), org.assertj.core.api.Assertions.within(1e-9));
  }

  private static double accuracy(INDArray logits) {
    int[] predicted = logits.argMax(1).toIntVector();
    int right = 0;
    for (int row = 0; row < predicted.length; row++) {
      right += predicted[row] == TEST.label(row) ? 1 : 0;
    }
    return right / (double) predicted.length;
  }

  @Test
  void audit_passes_andLooksIntoStacks() {
    StackingConfig inner =
        StackingConfig.builder().member(member("c", Mlp.base(5, 3, 4))).outOfFold(2).build();
    StackingConfig config =
        config(Task.CLASSIFICATION).prediction(Prediction.REFIT).stack("inner", inner).build();

    LeakAudit audit = LeakAudit.of(config, TRAINING, new SpyRunner());

    assertThat(audit.passed()).isTrue();
    assertThat(audit.findings())
        .extracting(LeakAudit.Finding::check)
        .containsExactly(
            "nothing learns from what members answer for rows they were given",
            "stack 'inner': no row's meta-features come from a network that was given the row");
    LeakAudit leaking =
        LeakAudit.of(
            config.toBuilder().without("inner").stack("inner", leaking()).build(),
            TRAINING,
            new SpyRunner());
    assertThat(leaking.passed()).isFalse();
  }

  private static StackingConfig leaking() {
    return StackingConfig.builder().inSample().member(member("c", Mlp.base(5, 3, 4))).build();
  }

  @Test
  void besideOthers_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                config(Task.CLASSIFICATION)
                    .metaLearners(new Averaging(), MetaNetwork.linear())
                    .build())
        .withMessage(
            "the average cannot be one of several meta learners, found [average, linear network];"
                + " give it alone, or leave it to doNoHarm, which compares the others with it");
  }
}
