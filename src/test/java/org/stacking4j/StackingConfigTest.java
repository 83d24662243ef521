package org.stacking4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.meta.Prediction;
import org.stacking4j.meta.Strategy;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.train.Seeds;

final class StackingConfigTest {
  private static final Member A = Member.of("a", Mlp.base(4, 3, 8));
  private static final Member B = Member.of("b", Mlp.base(4, 3, 8, 8));

  @Test
  void builder_hasTheDefaultsItSays() {
    StackingConfig config = StackingConfig.builder().member("a", Mlp.base(4, 3, 8)).build();

    assertThat(config.strategy()).isEqualTo(new Strategy.OutOfFold(5));
    assertThat(config.prediction()).isEqualTo(Prediction.FOLDS_AND_REFIT);
    assertThat(config.metaLearners())
        .extracting(MetaLearner::label)
        .containsExactly("residual network", "linear network", "greedy selection");
    assertThat(config.doNoHarm()).isTrue();
    assertThat(config.seed()).isEqualTo(1);
    assertThat(config.members()).hasSize(1);
    assertThat(config.members().get(0).settings()).isEqualTo(FitSettings.defaults());
  }

  @Test
  void builder_setsEachPart() {
    MetaNetwork free = MetaNetwork.free();

    StackingConfig config =
        StackingConfig.builder()
            .member(A)
            .member(B)
            .metaLearners(free)
            .doNoHarm(false)
            .holdout(0.25)
            .prediction(Prediction.REFIT)
            .seed(-7)
            .build();

    assertThat(config)
        .isEqualTo(
            new StackingConfig(
                List.of(A, B),
                List.of(),
                List.of(free),
                false,
                new Strategy.Holdout(0.25),
                Prediction.REFIT,
                List.of(),
                -7,
                OnFailure.STOP));
  }

  @Test
  void toBuilder_startsFromTheSame() {
    StackingConfig config =
        StackingConfig.builder()
            .member(A)
            .doNoHarm(false)
            .metaLearners(MetaNetwork.free())
            .outOfFold(3)
            .prediction(Prediction.REFIT)
            .seed(9)
            .build();

    assertThat(config.toBuilder().build()).isEqualTo(config);
    StackingConfig other = config.toBuilder().member(B).seed(10).build();
    assertThat(other.members()).containsExactly(A, B);
    assertThat(other.seed()).isEqualTo(10);
    assertThat(config.members()).containsExactly(A);
  }

  @Test
  void builder_usedOn_doesNotChangeWhatItBuilt() {
    StackingConfig.Builder builder = StackingConfig.builder().member(A);
    StackingConfig config = builder.build();

    builder.member(B);

    assertThat(config.members()).containsExactly(A);
  }

  @Test
  void members_areCopied() {
    List<Member> members = new ArrayList<>(List.of(A));
    StackingConfig config =
        new StackingConfig(
            members,
            List.of(),
            List.of(MetaNetwork.free()),
            true,
            new Strategy.OutOfFold(2),
            Prediction.REFIT,
            List.of(),
            1,
            OnFailure.STOP);

    members.add(B);

    assertThat(config.members()).containsExactly(A);
  }

  @Test
  void metaLearners_none() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().member(A).metaLearners().build())
        .withMessage("an ensemble needs at least one meta learner, found none");
  }

  @Test
  void metaLearners_twoOfAKind() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingConfig.builder()
                    .member(A)
                    .metaLearners(MetaNetwork.free(), MetaNetwork.free())
                    .build())
        .withMessage(
            "meta learners must be of different kinds, found [free network, free network]");
  }

  @Test
  void metaLearners_severalInSample() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingConfig.builder()
                    .member(A)
                    .inSample()
                    .metaLearners(MetaNetwork.free(), MetaNetwork.linear())
                    .build())
        .withMessage(
            "in-sample has no held-out rows to choose a meta learner by; give one, found"
                + " [free network, linear network]");
  }

  @Test
  void stacks_areMembersToo() {
    StackingConfig inner = StackingConfig.builder().member(A).seed(8).build();
    StackingConfig config = StackingConfig.builder().stack("inner", inner).seed(3).build();

    assertThat(config.members()).isEmpty();
    assertThat(config.stacks()).containsExactly(new StackingConfig.Stack("inner", inner));
    assertThat(config.toBuilder().build()).isEqualTo(config);
    assertThat(config.stacks().get(0).config(3, 2))
        .isEqualTo(inner.toBuilder().seed(Seeds.of(3, "inner", 2)).build());
  }

  @Test
  void stacks_ofTheSameOrAMalformedName() {
    StackingConfig inner = StackingConfig.builder().member(A).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().member(A).stack("a", inner).build())
        .withMessage("two members are named 'a'; give each a name of its own");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().stack("a.b", inner))
        .withMessage(
            "member name 'a.b' is malformed: use letters, digits, '-' and '_', beginning with a"
                + " letter or digit");
  }

  @Test
  void stacks_inATimeOrderedOne_mustKeepTheOrder() {
    StackingConfig inner = StackingConfig.builder().member(A).build();

    for (StackingConfig other : List.of(inner, inner.toBuilder().inSample().build())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> StackingConfig.builder().stack("inner", other).timeOrdered(3).build())
          .withMessage(
              "stack 'inner' in a time-ordered ensemble must be time-ordered or by holdout, found "
                  + other.strategy().label());
    }
    StackingConfig deeper = StackingConfig.builder().stack("inmost", inner).holdout(0.2).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().stack("inner", deeper).timeOrdered(3).build())
        .withMessage(
            "stack 'inmost' in a time-ordered ensemble must be time-ordered or by holdout, found"
                + " out-of-fold");
    StackingConfig.builder()
        .stack("in-time", inner.toBuilder().timeOrdered(2).build())
        .stack("holdout", inner.toBuilder().holdout(0.2).build())
        .timeOrdered(3)
        .build();
  }

  @Test
  void members_none() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().build())
        .withMessage("an ensemble needs at least one member, found none");
  }

  @Test
  void members_twoOfOneName() {
    // They would have the same seeds, columns and folder in the archive.
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingConfig.builder().member(A).member(B).member("a", Mlp.base(4, 3, 9)).build())
        .withMessage("two members are named 'a'; give each a name of its own");
  }

  @Test
  void inSample_predictsByRefit() {
    StackingConfig config = StackingConfig.builder().member(A).inSample().build();

    assertThat(config.strategy()).isEqualTo(new Strategy.InSample());
    assertThat(config.prediction()).isEqualTo(Prediction.REFIT);
  }

  @Test
  void inSample_withFoldMean() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingConfig.builder()
                    .member(A)
                    .inSample()
                    .prediction(Prediction.FOLD_MEAN)
                    .build())
        .withMessage("in-sample has no fold networks; use prediction by refit, found fold-mean");
  }

  @Test
  void outOfFold_mayBeRepeated() {
    StackingConfig config = StackingConfig.builder().member(A).outOfFold(3, 2).build();

    assertThat(config.strategy()).isEqualTo(new Strategy.OutOfFold(3, 2));
    assertThat(config.toBuilder().build()).isEqualTo(config);
    assertThat(config.check(TinyData.blobs(30, 4, 3, 1)).repeats()).isEqualTo(2);
  }

  @Test
  void timeOrdered_predictsByRefit() {
    StackingConfig config = StackingConfig.builder().member(A).timeOrdered(4).build();

    assertThat(config.strategy()).isEqualTo(new Strategy.TimeOrdered(4));
    assertThat(config.prediction()).isEqualTo(Prediction.REFIT);
    assertThat(config.check(TinyData.blobs(30, 4, 3, 1)).training(1)).hasSize(6);
  }

  @Test
  void timeOrdered_withFoldMean() {
    // The first fold's network saw a fifth of the rows, and the oldest ones.
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                StackingConfig.builder()
                    .member(A)
                    .timeOrdered(4)
                    .prediction(Prediction.FOLD_MEAN)
                    .build())
        .withMessage(
            "time-ordered has fold networks that learned from old rows only; use prediction by"
                + " refit, found fold-mean");
  }

  @Test
  void check_returnsTheFoldsOfTheFit() {
    LabeledData data = TinyData.blobs(30, 4, 3, 1);
    StackingConfig config = StackingConfig.builder().member(A).outOfFold(3).seed(5).build();

    Folds folds = config.check(data);

    assertThat(folds.foldOfRows()).isEqualTo(Folds.stratified(data, 3, 5).foldOfRows());
    assertThat(Arrays.stream(folds.foldOfRows()).distinct()).containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void check_ofOneRow() {
    LabeledData one = TinyData.blobs(30, 4, 3, 1).first(1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().member(A).inSample().build().check(one))
        .withMessage("an ensemble needs at least 2 training rows, found 1");
  }

  @Test
  void check_ofAClassWithoutRows() {
    // The network would learn that the class never happens, and log loss on it would explode.
    LabeledData twoOfThree = TinyData.blobs(30, 4, 3, 1).select(new int[] {0, 1, 3, 4, 6, 7});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().member(A).inSample().build().check(twoOfThree))
        .withMessage(
            "class 'class-2' has no rows among the 6 training rows; give it some, or leave it out"
                + " of the class names");
  }

  @Test
  void check_ofMoreFoldsThanAClassHasRows() {
    LabeledData twelve = TinyData.blobs(12, 4, 3, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StackingConfig.builder().member(A).outOfFold(5).build().check(twelve))
        .withMessage(
            "class 'class-0' has 4 rows, fewer than the 5 folds; use at most 4 folds, or give that"
                + " class more rows");
  }

  @Test
  void check_ofASizeThatIsNotTheNetworks() {
    StackingConfig config = StackingConfig.builder().member(A).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.check(TinyData.blobs(30, 5, 3, 1)))
        .withMessage(
            "member 'a': the first layer takes 4 inputs but the data has 5 columns; set its nIn to"
                + " 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.check(TinyData.blobs(30, 4, 2, 1)))
        .withMessage(
            "member 'a': the output layer has 3 units but the data has 2 classes; set its nOut to"
                + " 2");
  }

  @Test
  void check_ofAMetaNetworkOfAnotherSize() {
    // Found only when the members are fitted, it would cost hours of training.
    LabeledData data = TinyData.blobs(30, 4, 3, 1);
    StackingConfig.Builder members = StackingConfig.builder().member(A).member(B);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                members
                    .doNoHarm(false)
                    .metaLearners(MetaNetwork.free(Mlp.meta(3, 3)))
                    .build()
                    .check(data))
        .withMessage(
            "meta network: the first layer takes 3 inputs but the data has 6 columns; set its nIn"
                + " to 6");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                members
                    .doNoHarm(false)
                    .metaLearners(MetaNetwork.residual(Mlp.meta(6, 2)))
                    .build()
                    .check(data))
        .withMessage(
            "meta network: the output layer has 2 units but the data has 3 classes; set its nOut"
                + " to 3");
    assertThat(
            members
                .doNoHarm(false)
                .metaLearners(MetaNetwork.free(Mlp.meta(6, 3)))
                .build()
                .check(data)
                .count())
        .isEqualTo(5);
  }
}
