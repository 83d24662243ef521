package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.testing.SilentListener;
import org.stacking4j.testing.TinyData;

/** What a run is like whose ensemble is an average, and how a run says that one would do. */
final class AverageRunTest {
  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void writeData() throws IOException {
    data = TinyIdxFolder.write(Files.createDirectory(folder.resolve("idx")));
  }

  private ExperimentConfig config(Object... keysAndValues) throws IOException {
    return ConfFile.readForFit(null, TinyConf.of("idx:" + data, keysAndValues));
  }

  private JsonNode results(String out) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(out).resolve("results.json").toFile());
  }

  private Findings run(String out, Object... keysAndValues) throws IOException {
    return new Experiment(config(keysAndValues), 2, new SilentListener()).run(folder.resolve(out));
  }

  @Test
  void byRefit_isTheLogitAverageOfTheBoard() throws IOException {
    run("out"); // leaves meta-features of training rows behind
    Path ofTraining = folder.resolve("out/meta-features-train.csv");
    assertThat(ofTraining).exists();

    Findings found = run("out", "meta", "average", "prediction", "refit");

    assertThat(found.leaderboard().rows())
        .extracting(Leaderboard.Row::name)
        .containsExactlyInAnyOrder("small", "deep", "logit average", "soft vote", "majority vote");
    assertThat(found.verdict())
        .isEqualTo(
            "the logit average is saved, as meta: average asks; nothing learned to combine the"
                + " members, so there is no verdict on stacking");
    assertThat(found.comparisons()).isEmpty();
    assertThat(found.contributions()).hasSize(2);
    assertThat(results("out").get("saved_stack").asText()).isEqualTo("logit average");
    assertThat(results("out").get("trainers").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("small", "deep");
    assertThat(ofTraining).doesNotExist();
    LabeledData test = IdxFolder.load(data).test();
    assertThat(StackingEnsemble.load(folder.resolve("out/ensemble.zip")).evaluate(test))
        .isEqualTo(found.leaderboard().row("logit average").evaluation());
  }

  @Test
  void byFolds_isTheEqualCostAverageOfTheBoard() throws IOException {
    Findings found = run("out", "meta", "average");

    assertThat(results("out").get("saved_stack").asText()).isEqualTo("equal-cost average");
    LabeledData test = IdxFolder.load(data).test();
    assertThat(StackingEnsemble.load(folder.resolve("out/ensemble.zip")).evaluate(test))
        .isEqualTo(found.leaderboard().row("equal-cost average").evaluation());
    assertThat(found.confusion()).isNotNull();
    assertThat(folder.resolve("out/meta-features-train.csv")).exists();
    // It is the rival of the same name of a run with a meta network.
    assertThat(
            run("stacked", "meta", "linear").leaderboard().row("equal-cost average").evaluation())
        .isEqualTo(found.leaderboard().row("equal-cost average").evaluation());
  }

  @Test
  void byHoldout_hasANameOfItsOwn() throws IOException {
    Findings found = run("out", "strategy", "holdout", "meta", "average");

    assertThat(results("out").get("saved_stack").asText()).isEqualTo("average by holdout");
    assertThat(found.leaderboard().row("average by holdout")).isNotNull();
  }

  @Test
  void withStacks_isTheAverageOfAll() throws IOException {
    Map<String, Object> pair =
        Map.of("name", "pair", "members", List.of(Map.of("name", "p", "hidden", List.of(4))));

    run("out", "meta", "average", "prediction", "refit", "inner-stacks", List.of(pair));

    assertThat(results("out").get("saved_stack").asText()).isEqualTo("average with stacks");
  }

  @Test
  void ofNumbers_hasAnswersToShow() throws IOException {
    Path table = folder.resolve("numbers.csv");
    LabeledData rows = TinyData.numbers(80, 3, 1, 4);
    StringBuilder text = new StringBuilder("a,b,c,price\n");
    float[] target = new float[1];
    for (int row = 0; row < 80; row++) {
      for (float x : rows.features(row, row + 1).data().asFloat()) {
        text.append(x).append(',');
      }
      rows.targets(new int[] {row}, target);
      text.append(target[0]).append('\n');
    }
    Files.writeString(table, text);
    Object[] keys = {
      "data", "csv:" + table, "task", "regression", "meta", "average", "prediction", "refit"
    };

    RegressionFindings found =
        new Experiment(config(keys), 2, new SilentListener()).runRegression(folder.resolve("out"));

    assertThat(found.answers()).hasSize(20);
    assertThat(found.verdict()).startsWith("the average is saved, as meta: average asks;");
    assertThat(results("out").get("saved_stack").asText()).isEqualTo("average");
  }

  @Test
  void verdict_saysHowToGetTheAverageThatItPrefers() throws IOException {
    for (String prediction : List.of("fold-mean", "refit", "folds-and-refit")) {
      Findings found = run("out", "meta", "greedy", "prediction", prediction);

      // Each of its rivals by its networks; of all networks unless refit asks for fewer.
      boolean ofAll = found.strongest().equals("equal-cost average");
      String needed =
          ofAll ? (prediction.equals("refit") ? "folds-and-refit" : prediction) : "refit";
      assertThat(found.verdict())
          .contains(
              "; use the average (--meta average"
                  + (needed.equals(prediction) ? "" : " --prediction " + needed)
                  + ")");
      Findings average = run("average", "meta", "average", "prediction", needed);
      assertThat(average.leaderboard().row(found.strongest()).evaluation())
          .isEqualTo(found.leaderboard().row(found.strongest()).evaluation());
      assertThat(results("average").get("saved_stack").asText()).isEqualTo(found.strongest());
    }
  }

  @Test
  void plan_hasTheNetworksThatAnswer() throws IOException {
    assertThat(plan("meta", "average", "prediction", "refit"))
        .startsWith("2 fits of base networks, whose average answers: about ");
    assertThat(plan("meta", "average"))
        .startsWith("8 fits of base networks, whose average answers: about ");
    assertThat(plan("meta", "linear")).startsWith("8 fits of base networks: about ");
  }

  private String plan(Object... keysAndValues) throws IOException {
    return new Experiment(config(keysAndValues), 2, new SilentListener()).plan().describe();
  }

  @Test
  void meta_isThatOfTheStackThatIsSaved() throws IOException {
    ExperimentConfig all = config("strategy", "all", "meta", "average");
    assertThat(all.outOfFold().meta()).isEqualTo(ExperimentConfig.Meta.AVERAGE);
    assertThat(all.inSample().meta()).isEqualTo(ExperimentConfig.Meta.FREE);
    assertThat(config("strategy", "holdout", "meta", "gate").holdout().meta())
        .isEqualTo(ExperimentConfig.Meta.GATE);
    Path file = Files.writeString(folder.resolve("my.yaml"), "strategy: time-ordered\n");
    ExperimentConfig ordered =
        ConfFile.readForFit(file, Map.of("meta", "average", "prediction", "refit"));
    assertThat(ordered.timeOrdered().meta()).isEqualTo(ExperimentConfig.Meta.AVERAGE);
  }

  @Test
  void prediction_ofWhatHasButOne_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config("strategy", "time-ordered", "prediction", "fold-mean"))
        .withMessage("stacks time-ordered predict by refit only, found prediction fold-mean");
  }
}
