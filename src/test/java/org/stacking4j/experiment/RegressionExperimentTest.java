package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.RegressionContribution;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.RegressionLeaderboard;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.testing.TinyData;

/** The whole path on a table with a number to predict. */
final class RegressionExperimentTest {
  private static final ExperimentListener NOBODY = listener(new ArrayList<>());

  private static ExperimentListener listener(List<String> heard) {
    return new ExperimentListener() {
      @Override
      public void planned(Plan plan) {}

      @Override
      public void stageStarted(String title) {}

      @Override
      public void found(String line) {
        heard.add(line);
      }

      @Override
      public void onEvent(org.stacking4j.train.FitEvent event) {}
    };
  }

  @TempDir Path folder;
  private Path table;

  @BeforeEach
  void writeTable() throws IOException {
    LabeledData rows = TinyData.numbers(160, 4, 1, 1);
    float[][] features = rows.features().toFloatMatrix();
    float[] targets = new float[160];
    rows.targets(java.util.stream.IntStream.range(0, 160).toArray(), targets);
    StringBuilder text = new StringBuilder("a,price,b,c,d\n");
    for (int row = 0; row < 160; row++) {
      float[] x = features[row];
      text.append(x[0]).append(',').append(targets[row]).append(',').append(x[1]).append(',');
      text.append(x[2]).append(',').append(x[3]).append('\n');
    }
    table = Files.writeString(folder.resolve("my.csv"), text);
  }

  private ExperimentConfig config(Object... keysAndValues) throws IOException {
    Map<String, Object> overrides =
        TinyConf.of(
            "csv:" + table,
            "task",
            "regression",
            "label",
            "price",
            "fit.epochs",
            20,
            "members",
            List.of(
                Map.of("name", "small", "hidden", List.of(8)),
                Map.of("name", "large", "hidden", List.of(32))));
    return ConfFile.read(null, TinyConf.with(overrides, keysAndValues));
  }

  @Test
  void run_writesWhatItFound() throws IOException {
    Path out = folder.resolve("out");
    List<String> heard = new ArrayList<>();

    RegressionFindings found = new Experiment(config(), 2, listener(heard)).runRegression(out);

    RegressionLeaderboard board = found.leaderboard();
    assertThat(board.rows())
        .extracting(RegressionLeaderboard.Row::name)
        .contains(
            "small",
            "large",
            "average",
            "equal-cost average",
            "stack in-sample",
            "stack out-of-fold");
    assertThat(found.comparisons()).containsOnlyKeys("average", "equal-cost average");
    assertThat(found.verdict()).contains(" of R²");
    assertThat(found.board()).isEqualTo(board.toText());
    TrainTest split = TrainTest.split("mine", CsvTable.loadTargets(table, "price"), 0.25, 1);
    assertThat(split.test().rows()).isEqualTo(40);
    RegressionLeaderboard.Row stack =
        board.rows().stream()
            .filter(row -> row.name().equals("stack out-of-fold"))
            .findFirst()
            .orElseThrow();
    StackingEnsemble loaded = StackingEnsemble.load(out.resolve("ensemble.zip"));
    assertThat(loaded.evaluateRegression(split.test())).isEqualTo(stack.evaluation());
    assertThat(stack.evaluation().r2()).isGreaterThan(0.3);
    MetaFeatures written = MetaFeatures.readCsv(out.resolve("meta-features-train.csv"));
    assertThat(written.columns()).containsExactly("small.value_price", "large.value_price");
    assertThat(written.rows()).isEqualTo(120);
    JsonNode results = results("out");
    assertThat(results.get("data").get("train").get("targets").get(0).asText()).isEqualTo("price");
    assertThat(results.get("leaderboard").get(0).get("r2").asDouble())
        .isEqualTo(board.rows().get(0).evaluation().r2());
    assertThat(results.get("config").get("task").asText()).isEqualTo("regression");
    assertThat(results.at("/combiners/out-of-fold/held_out/0/name").asText()).isEqualTo("average");
    assertThat(results.at("/combiners/out-of-fold/held_out/1").fieldNames())
        .toIterable()
        .containsExactly(
            "name", "squared_error", "squared_error_gain", "squared_error_gain_error", "allowance");
    assertThat(results.at("/comparisons/0/average").asText()).isEqualTo("average");
    assertThat(found.contributions())
        .extracting(RegressionContribution::member)
        .containsExactly("small", "large");
    JsonNode contribution = results.at("/contributions/0");
    assertThat(contribution.fieldNames())
        .toIterable()
        .containsExactly("without", "difference", "interval_95");
    assertThat(contribution.get("without").asText()).isEqualTo("small");
    assertThat(contribution.get("difference").asDouble())
        .isEqualTo(found.contributions().get(0).r2().difference());
    assertThat(contribution.at("/interval_95/1").asDouble())
        .isEqualTo(found.contributions().get(0).r2().high());
    assertThat(heard)
        .contains(found.contributions().get(0).toString(), found.contributions().get(1).toString());
    assertThat(Files.readAllLines(out.resolve("leaderboard.csv"))).hasSizeBetween(7 + 2, 7 + 3);
  }

  @Test
  void run_onOneThreadOrTwo_givesTheSameFiles() throws IOException {
    new Experiment(config("strategy", "holdout"), 1, NOBODY).runRegression(folder.resolve("one"));
    new Experiment(config("strategy", "holdout"), 2, NOBODY).runRegression(folder.resolve("two"));

    assertThat(results("one")).isEqualTo(results("two"));
    assertThat(Files.readString(folder.resolve("one/meta-features-test.csv")))
        .isEqualTo(Files.readString(folder.resolve("two/meta-features-test.csv")));
  }

  @Test
  void run_ofTheOtherTask_isRefused() throws IOException {
    ExperimentConfig numbers = config();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Experiment(numbers, 1, NOBODY).run(folder.resolve("out")))
        .withMessage("run is for task classification, found regression; use the other one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config("data", "mnist"))
        .withMessageContaining(
            "task regression needs numbers to predict, which data 'mnist' does not have; use"
                + " csv:FILE");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config("task", "ranking"))
        .withMessageContaining("task");
  }

  private JsonNode results(String name) throws IOException {
    ObjectNode tree =
        (ObjectNode)
            new ObjectMapper().readTree(folder.resolve(name).resolve("results.json").toFile());
    tree.remove("timing");
    return tree;
  }
}
