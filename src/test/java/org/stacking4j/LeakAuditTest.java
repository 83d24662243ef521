package org.stacking4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stacking4j.LeakAudit.Finding;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

final class LeakAuditTest {
  private static final FitRunner RUNNER = LocalFits.onThreads(2);
  private static final LabeledData DATA = TinyData.blobs(150, 8, 3, 1);
  private static final String UNSEEN =
      "no row's meta-features come from a network that was given the row";
  private static final String CHANCE = "permuted labels give chance";
  private static final String OF_TARGETS = "permuted targets give chance";

  static Stream<StackingConfig.Builder> honest() {
    return Stream.of(
        config().outOfFold(3),
        config().outOfFold(3, 2),
        config().outOfFold(3).prediction(org.stacking4j.meta.Prediction.REFIT),
        config().holdout(0.4),
        config().outOfFold(2, 2).stack("inner", config().outOfFold(2).build()),
        sampling());
  }

  @ParameterizedTest
  @MethodSource("honest")
  void of_whatIsHonest_passes(StackingConfig.Builder config) {
    LeakAudit audit = LeakAudit.of(config.build(), DATA, RUNNER);

    assertThat(audit.findings()).filteredOn(finding -> !finding.passed()).isEmpty();
    assertThat(audit.passed()).isTrue();
    assertThat(audit.toString())
        .startsWith("pass  " + UNSEEN + ": ")
        .contains("pass  " + CHANCE + ": accuracy of member ")
        .contains("pass  member 'a', rows given against held out: accuracy ");
  }

  @Test
  void of_weightedRows_allowsForHowFewRowsCount() {
    StackingConfig config = config().outOfFold(3).build();
    double[] weights = new double[150];
    Arrays.fill(weights, 3);
    assertThat(LeakAudit.of(config, DATA.withWeights(weights), RUNNER))
        .isEqualTo(LeakAudit.of(config, DATA, RUNNER));
    for (int row = 0; row < 150; row++) {
      weights[row] = row % 15 == 0 ? 50 : 1;
    }

    Finding chance = finding(LeakAudit.of(config, DATA.withWeights(weights), RUNNER), CHANCE);

    // 10 rows of 50 and 140 of 1 are as good as 640² / 25140 = 16.29 rows.
    Matcher found =
        Pattern.compile("by chance at most ([0-9.]+) \\(the commonest class has ([0-9.]+) of ")
            .matcher(chance.detail());
    assertThat(found.find()).isTrue();
    double most = Double.parseDouble(found.group(2));
    assertThat(Double.parseDouble(found.group(1)))
        .isEqualTo(most + 3 * Math.sqrt(most * (1 - most) / (640.0 * 640 / 25140)), within(5e-4));
    assertThat(chance.passed()).isTrue();
  }

  @Test
  void of_inSample_fails() {
    LeakAudit audit =
        LeakAudit.of(config().inSample().metaLearners(MetaNetwork.linear()).build(), DATA, RUNNER);

    assertThat(audit.passed()).isFalse();
    assertThat(finding(audit, UNSEEN).passed()).isFalse();
    assertThat(finding(audit, UNSEEN).detail())
        .isEqualTo("150 of 150 answers come from networks that were given the row");
    assertThat(finding(audit, CHANCE).passed()).isFalse();
    assertThat(audit.toString()).startsWith("FAIL  " + UNSEEN);
  }

  @Test
  void of_stacks_looksAtThemAsMembersAndInside() {
    StackingConfig inmost = quick().outOfFold(2).build();
    StackingConfig inner = quick().outOfFold(2).stack("inmost", inmost).build();
    StackingConfig config = quick().outOfFold(3).stack("inner", inner).build();

    LeakAudit audit = LeakAudit.of(config, DATA, RUNNER);

    assertThat(finding(audit, UNSEEN).detail()).isEqualTo("150 rows looked at");
    assertThat(finding(audit, "stack 'inner': " + UNSEEN).detail())
        .startsWith("4 ensembles looked at, ");
    assertThat(finding(audit, "stack 'inner', stack 'inmost': " + UNSEEN).detail())
        .startsWith("12 ensembles looked at, ");
    assertThat(audit.findings()).filteredOn(finding -> !finding.passed()).isEmpty();
    assertThat(audit.toString())
        .contains("pass  member 'inner', rows given against held out: accuracy ")
        .contains("pass  member 'inner', scale of logits by fold: ");
  }

  @Test
  void of_stacksThatAnswerForRowsTheySaw_fails() {
    StackingConfig inner = quick().outOfFold(2).build();

    LeakAudit audit =
        LeakAudit.of(
            quick().stack("inner", inner).inSample().metaLearners(MetaNetwork.linear()).build(),
            DATA,
            RUNNER);

    // 150 of the network and as many of the stack, which is honest inside.
    assertThat(finding(audit, UNSEEN).detail())
        .isEqualTo("300 of 300 answers come from networks that were given the row");
    assertThat(finding(audit, "stack 'inner': " + UNSEEN).passed()).isTrue();
  }

  @Test
  void of_stacksThatLeakInside_fails() {
    StackingConfig inner = quick().inSample().metaLearners(MetaNetwork.linear()).build();

    LeakAudit audit =
        LeakAudit.of(quick().outOfFold(2).stack("inner", inner).build(), DATA, RUNNER);

    assertThat(finding(audit, UNSEEN).passed()).isTrue();
    assertThat(finding(audit, "stack 'inner': " + UNSEEN))
        .isEqualTo(
            new Finding(
                "stack 'inner': " + UNSEEN,
                false,
                "3 ensembles looked at, 150 of 150 answers come from networks that were given the"
                    + " row"));
  }

  @Test
  void of_stacksWithAMemberThatCameFitted_cannotVouchForIt() {
    StackingConfig inner =
        quick()
            .member(Member.prefit("came", TinyNetworks.withWeights(new float[8][3], 1, 0, 0)))
            .outOfFold(2)
            .build();

    LeakAudit audit =
        LeakAudit.of(quick().outOfFold(2).stack("inner", inner).build(), DATA, RUNNER);

    assertThat(audit.findings())
        .filteredOn(finding -> !finding.passed())
        .extracting(Finding::check)
        .containsExactly("stack 'inner', member 'came' comes fitted");
  }

  @Test
  void of_aRunnerThatGivesBackHeldOutRows_fails() {
    // The leak nobody can see from outside: fold networks that secretly learn from all rows. The
    // tasks look honest; only labels without meaning show it.
    LeakAudit audit = LeakAudit.of(config().outOfFold(3).build(), DATA, new Leaky());

    assertThat(finding(audit, UNSEEN).passed()).isTrue();
    assertThat(finding(audit, CHANCE).passed()).isFalse();
    assertThat(audit.passed()).isFalse();
  }

  @Test
  void of_targets_passesWhatIsHonest_andFindsWhatIsNot() {
    LabeledData numbers = TinyData.numbers(150, 8, 1, 1);
    StackingConfig.Builder config =
        StackingConfig.builder()
            .member(
                new Member(
                    "a", Mlp.correction(Task.REGRESSION, 8, 1), new FitSettings(150, 25, 10, true)))
            .metaLearners(MetaNetwork.linear());

    for (StackingConfig honest :
        List.of(
            config.outOfFold(3).build(),
            config.outOfFold(3, 2).build(),
            config.holdout(0.4).build())) {
      LeakAudit audit = LeakAudit.of(honest, numbers, RUNNER);
      assertThat(audit.findings()).filteredOn(finding -> !finding.passed()).isEmpty();
      assertThat(audit.toString())
          .contains("pass  " + OF_TARGETS + ": R² of member 'a' ")
          .contains("pass  member 'a', rows given against held out: R² ");
    }
    LeakAudit leaky = LeakAudit.of(config.outOfFold(3).build(), numbers, new Leaky());
    assertThat(finding(leaky, OF_TARGETS).passed()).isFalse();
    LeakAudit inSample =
        LeakAudit.of(config.inSample().metaLearners(MetaNetwork.linear()).build(), numbers, RUNNER);
    assertThat(finding(inSample, UNSEEN).detail())
        .isEqualTo("150 of 150 answers come from networks that were given the row");
    assertThat(finding(inSample, OF_TARGETS).passed()).isFalse();
  }

  private static Finding finding(LeakAudit audit, String check) {
    return audit.findings().stream()
        .filter(finding -> finding.check().equals(check))
        .findFirst()
        .orElseThrow();
  }

  private static StackingConfig.Builder sampling() {
    FitSettings settings = new FitSettings(3, 50, 10, true);
    return config()
        .outOfFold(3)
        .member(new Member("bag", TinyNetworks.linear(8, 3), settings).withBagging())
        .member(new Member("some", TinyNetworks.linear(3, 3), settings).withColumns(0, 1, 2));
  }

  private static StackingConfig.Builder quick() {
    FitSettings settings = new FitSettings(3, 50, 10, true);
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.linear(8, 3), settings))
        .metaLearners(MetaNetwork.linear().withSettings(settings));
  }

  private static StackingConfig.Builder config() {
    FitSettings byHeart = new FitSettings(40, 50, 10, true);
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.overFitting(8, 3), byHeart))
        .metaLearners(MetaNetwork.linear());
  }

  /** Fits every fold network of a member on the rows of all folds. */
  private static final class Leaky implements FitRunner {
    @Override
    public List<org.stacking4j.train.FitResult> run(List<FitTask> tasks) {
      return RUNNER.run(tasks.stream().map(task -> leaky(task, tasks)).toList());
    }

    private static FitTask leaky(FitTask task, List<FitTask> all) {
      if (!task.name().startsWith("member")) {
        return task;
      }
      FitTask next = all.get((all.indexOf(task) + 1) % all.size());
      // The next fold's rows hold those that this one must not see.
      return new FitTask(
          task.name(),
          task.fold(),
          task.folds(),
          task.configuration(),
          task.settings(),
          next.data(),
          null,
          task.seed());
    }
  }
}
