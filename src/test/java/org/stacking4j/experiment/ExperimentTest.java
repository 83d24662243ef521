package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.PictureColour;
import org.stacking4j.data.PictureFolder;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.PictureSize;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyPictures;
import org.stacking4j.train.Effort;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitException;

class ExperimentTest {
  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void writeData() throws IOException {
    data = TinyIdxFolder.write(Files.createDirectory(folder.resolve("idx")));
  }

  private ExperimentConfig config(Object... keysAndValues) throws IOException {
    Map<String, Object> all = TinyConf.of("idx:" + data, "train", 0, "test", 0);
    return ConfFile.read(null, TinyConf.with(all, keysAndValues));
  }

  @Test
  void run_allStrategies_namesEveryRivalOnce() throws IOException {
    Leaderboard board =
        new Experiment(config(), 2, new Recorded()).run(folder.resolve("out")).leaderboard();

    assertThat(board.rows().stream().map(Leaderboard.Row::name))
        .doesNotHaveDuplicates()
        .contains(
            "small",
            "deep",
            "logit average",
            "soft vote",
            "majority vote",
            "equal-cost average",
            "stack in-sample",
            "stack out-of-fold")
        .hasSizeBetween(8 + 2, 8 + 3); // the learners that were not chosen
  }

  @Test
  void run_saysWhatItWillTake_andWhoTrained() throws IOException {
    Recorded heard = new Recorded();
    new Experiment(config("fit.trainer", "dl4j"), 1, heard).run(folder.resolve("out"));

    // Two members, each on all rows and without each of three folds.
    assertThat(heard.plans)
        .singleElement()
        .asString()
        .matches("8 fits of base networks: about 1 s, 1 MB for rows and networks");
    assertThat(withoutTiming("out").get("trainers"))
        .hasSizeGreaterThanOrEqualTo(9) // and the meta networks of what was chosen
        .allMatch(t -> t.asText().equals("dl4j"));
    new Experiment(config(), 1, heard).run(folder.resolve("fused"));
    assertThat(withoutTiming("fused").get("trainers")).allMatch(t -> t.asText().equals("fused"));
  }

  @Test
  void run_table_isSplitByTheSeed_andItsArchiveAnswersRowsAsTheyAre() throws IOException {
    Path table = folder.resolve("my.csv");
    LabeledData rows = TinyData.blobs(120, 4, 3, 1);
    StringBuilder text = new StringBuilder("a;kind;b;c;d\n");
    for (int row = 0; row < rows.rows(); row++) {
      float[] x = rows.features(row, row + 1).data().asFloat();
      text.append(1000 + x[0]).append(';').append(rows.classNames().get(rows.label(row)));
      text.append(';').append(x[1] / 100).append(";7;").append(50 * x[3]).append('\n');
    }
    Files.writeString(table, text);
    Object[] keys = {"data", "csv:" + table, "label", "kind", "test-fraction", 0.2};
    Path out = folder.resolve("out");

    Leaderboard board = new Experiment(config(keys), 2, new Recorded()).run(out).leaderboard();

    JsonNode data = withoutTiming("out").get("data");
    assertThat(data.get("name").asText()).isEqualTo("csv:my.csv");
    assertThat(data.get("train").get("rows").asInt()).isEqualTo(96);
    assertThat(data.get("test").get("rows").asInt()).isEqualTo(24);
    TrainTest split = TrainTest.split("mine", CsvTable.load(table, "kind"), 0.2, 1);
    assertThat(data.get("test").get("sha256").asText()).isEqualTo(split.test().digest());
    assertThat(StackingEnsemble.load(out.resolve("ensemble.zip")).evaluate(split.test()))
        .isEqualTo(board.row("stack out-of-fold").evaluation());
    assertThat(withoutTiming("out").get("trainers")).allMatch(t -> t.asText().equals("fused"));
  }

  @Test
  void run_onPictures_takesTheFirstOfEachClass() throws IOException {
    Path pictures = TinyPictures.redAndBlue(folder.resolve("pictures"), 20);
    Object[] keys = {
      "data",
      "images:" + pictures,
      "image-size",
      "3x2",
      "image-colour",
      "grey",
      "train",
      13,
      "test",
      4
    };
    Path out = folder.resolve("out");

    Leaderboard board = new Experiment(config(keys), 2, new Recorded()).run(out).leaderboard();

    JsonNode data = withoutTiming("out").get("data");
    assertThat(data.get("name").asText()).isEqualTo("images:pictures");
    assertThat(data.get("train").get("rows").asInt()).isEqualTo(13);
    assertThat(withoutTiming("out").get("config").get("image-size").asText()).isEqualTo("3x2");
    StackingEnsemble saved = StackingEnsemble.load(out.resolve("ensemble.zip"));
    assertThat(saved.pictureSchema()).contains(new PictureSchema(3, 2, 1));
    assertThat(
            MetaFeatures.readCsv(out.resolve("meta-features-train.csv"))
                .toLabeledData()
                .classCounts())
        .containsExactly(7, 6);
    TrainTest split =
        PictureFolder.load(pictures, new PictureSize(3, 2), PictureColour.GREY, 0.25, 1);
    LabeledData judged = split.test().select(new int[] {0, 1, 5, 6});
    assertThat(saved.evaluate(judged)).isEqualTo(board.row("stack out-of-fold").evaluation());
  }

  @Test
  void run_onATableWithWeightsAndGroups_usesBoth() throws IOException {
    // Class 0 has three times as many rows, and a fifth of the weight each.
    LabeledData all = TinyData.blobs(160, 2, 2, 3);
    StringBuilder text = new StringBuilder("w,a,b,kind,who\n");
    for (int row = 0; row < 160; row++) {
      if (all.label(row) == 0 || row % 3 == 0) {
        float[] x = all.features(row, row + 1).data().asFloat();
        text.append(all.label(row) == 0 ? 1 : 5).append(',').append(x[0]).append(',').append(x[1]);
        text.append(',').append(all.label(row)).append(",p").append(row * 7 % 40).append('\n');
      }
    }
    Path table = Files.writeString(folder.resolve("my.csv"), text);
    Object[] keys = {
      "data",
      "csv:" + table,
      "label",
      "kind",
      "weight",
      "w",
      "group",
      "who",
      "strategy",
      "out-of-fold"
    };
    Recorded heard = new Recorded();

    Findings found = new Experiment(config(keys), 1, heard).run(folder.resolve("out"));

    assertThat(heard.found.get(1)).isEqualTo("rows count by their weights in column 'w'");
    assertThat(found.verdict()).contains(" weighted rows, p ");
    MetaFeatures ofTrain = MetaFeatures.readCsv(folder.resolve("out/meta-features-train.csv"));
    MetaFeatures ofTest = MetaFeatures.readCsv(folder.resolve("out/meta-features-test.csv"));
    LabeledData train = ofTrain.toLabeledData();
    LabeledData test = ofTest.toLabeledData();
    assertThat(test.groups()).doesNotContain(train.groups());
    Map<Long, Integer> foldOfGroup = new HashMap<>();
    for (int row = 0; row < train.rows(); row++) {
      assertThat(train.weight(row)).isEqualTo(train.label(row) == 0 ? 1 : 5);
      int fold = ofTrain.folds()[row];
      assertThat(foldOfGroup.merge(train.group(row), fold, (old, now) -> old)).isEqualTo(fold);
    }
  }

  @Test
  void weights_besideBalancedClasses_areMultiplied() throws IOException {
    // Within a class their ratio of 1 to 3 stays, and the classes come to weigh the same.
    StringBuilder text = new StringBuilder("a,w,kind\n");
    String[] lines = {"1,x", "3,x", "2,y", "2,y", "6,y"};
    for (int i = 0; i < 40; i++) {
      text.append(i).append(',').append(lines[i % 5]).append('\n');
    }
    Path table = Files.writeString(folder.resolve("my.csv"), text);

    LabeledData train =
        DataSource.load(config("data", "csv:" + table, "weight", "w", "class-weights", "balanced"))
            .train();

    double[] total = new double[2];
    double[] least = {1e9, 1e9};
    double[] most = new double[2];
    for (int row = 0; row < train.rows(); row++) {
      int c = train.label(row);
      total[c] += train.weight(row);
      least[c] = Math.min(least[c], train.weight(row));
      most[c] = Math.max(most[c], train.weight(row));
    }
    assertThat(total[0]).isEqualTo(total[1], within(1e-9));
    assertThat(most[0] / least[0]).isEqualTo(3, within(1e-12));
    assertThat(most[1] / least[1]).isEqualTo(3, within(1e-12));
  }

  @Test
  void run_balanced_countsClassesAlike_inFitsAndInJudging() throws IOException {
    // 60 rows of class 0 and 20 of class 1 in training, 20 and 7 in the test.
    LabeledData all = TinyData.blobs(160, 2, 2, 3);
    StringBuilder text = new StringBuilder("a,b,kind\n");
    int rare = 0;
    for (int row = 0; row < 160; row++) {
      if (all.label(row) == 0 || rare++ < 27) {
        float[] x = all.features(row, row + 1).data().asFloat();
        text.append(x[0]).append(',').append(x[1]).append(',').append(all.label(row)).append('\n');
      }
    }
    Path table = Files.writeString(folder.resolve("my.csv"), text);
    Object[] keys = {
      "data", "csv:" + table, "class-weights", "balanced", "strategy", "out-of-fold"
    };
    Recorded heard = new Recorded();

    Findings found = new Experiment(config(keys), 1, heard).run(folder.resolve("out"));

    assertThat(heard.found.get(1))
        .isEqualTo("all classes count the same: accuracy is the mean recall of the classes");
    double meanRecall = (found.confusion().recall(0) + found.confusion().recall(1)) / 2;
    assertThat(found.leaderboard().row("stack out-of-fold").evaluation().accuracy())
        .isEqualTo(meanRecall, within(1e-12));
    assertThat(found.verdict()).contains(" weighted rows, p ");
    LabeledData training =
        MetaFeatures.readCsv(folder.resolve("out/meta-features-train.csv")).toLabeledData();
    assertThat(training.classCounts()).containsExactly(60, 20);
    for (int row = 0; row < training.rows(); row++) {
      assertThat(training.weight(row))
          .isEqualTo(training.label(row) == 0 ? 40 / 60.0 : 2, within(1e-12));
    }
    TrainTest split = TrainTest.split("mine", CsvTable.load(table, "kind"), 0.25, 1);
    Evaluation fresh =
        StackingEnsemble.load(folder.resolve("out/ensemble.zip")).evaluate(split.test().balanced());
    Evaluation judged = found.leaderboard().row("stack out-of-fold").evaluation();
    assertThat(fresh).isEqualTo(judged);
  }

  @Test
  void run_holdout_hasItsRow() throws IOException {
    Leaderboard board =
        new Experiment(config("strategy", "holdout"), 1, new Recorded())
            .run(folder.resolve("out"))
            .leaderboard();

    assertThat(board.rows().stream().map(Leaderboard.Row::name))
        .contains("stack holdout")
        .doesNotContain("equal-cost average", "stack in-sample");
  }

  @Test
  void run_timeOrdered_hasItsRow_andAnnouncesWhatItDoes() throws IOException {
    Recorded heard = new Recorded();
    ExperimentConfig config = config("strategy", "time-ordered", "time-ordered.folds", 4);
    Leaderboard board = new Experiment(config, 1, heard).run(folder.resolve("out")).leaderboard();

    assertThat(board.rows().stream().map(Leaderboard.Row::name))
        .contains("stack time-ordered")
        .doesNotContain("equal-cost average", "stack out-of-fold");
    assertThat(heard.plans).singleElement().asString().startsWith("10 fits of base networks: ");
    assertThat(heard.finished).filteredOn(fit -> fit.contains("member '")).hasSize(2 * (1 + 4));
    assertThat(heard.done).isCloseTo(heard.announced, withPercentage(1));
    assertThat(MetaFeatures.readCsv(folder.resolve("out/meta-features-train.csv")).folds())
        .hasSize(TinyIdxFolder.TRAIN / 5 * 4)
        .isSorted()
        .contains(1, 2, 3, 4)
        .doesNotContain(0);
  }

  @Test
  void run_repeated_isAnnouncedAndNamed() throws IOException {
    Recorded heard = new Recorded();
    ExperimentConfig config = config("strategy", "out-of-fold", "out-of-fold.repeats", 2);
    Leaderboard board = new Experiment(config, 1, heard).run(folder.resolve("out")).leaderboard();

    assertThat(board.rows().stream().map(Leaderboard.Row::name))
        .contains("equal-cost average", "stack out-of-fold");
    assertThat(heard.plans).singleElement().asString().startsWith("14 fits of base networks: ");
    assertThat(heard.finished)
        .filteredOn(fit -> fit.contains("member '"))
        .hasSize(2 * (1 + 3 * 2))
        .contains("2 member 'deep', repeat 2, fold 3 of 3");
    assertThat(heard.done).isCloseTo(heard.announced, withPercentage(1));
    MetaFeatures features = MetaFeatures.readCsv(folder.resolve("out/meta-features-train.csv"));
    assertThat(features.folds(1)).containsOnly(1, 2, 3);
    assertThat(features.folds(2)).containsOnly(4, 5, 6);
    JsonNode results = withoutTiming("out");
    assertThat(results.get("epoch_losses").fieldNames())
        .toIterable()
        .contains("out-of-fold deep fold 1", "out-of-fold deep fold 6");
    assertThat(StackingEnsemble.load(folder.resolve("out/ensemble.zip")).members().folds(1))
        .hasSize(6);
  }

  @Test
  void run_oneOrTwoThreads_writeTheSameButForTimes() throws IOException {
    new Experiment(config(), 1, new Recorded()).run(folder.resolve("one"));
    new Experiment(config(), 2, new Recorded()).run(folder.resolve("two"));

    for (String name : List.of("meta-features-train.csv", "meta-features-test.csv")) {
      assertThat(folder.resolve("two").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("one").resolve(name));
    }
    assertThat(withoutTiming("two")).isEqualTo(withoutTiming("one"));
  }

  @Test
  void run_anotherSeed_findsOtherNumbers() throws IOException {
    // Otherwise the test above would pass for results that depend on nothing.
    new Experiment(config(), 2, new Recorded()).run(folder.resolve("one"));
    new Experiment(config("seed", 2), 2, new Recorded()).run(folder.resolve("two"));

    assertThat(withoutTiming("two").get("epoch_losses"))
        .isNotEqualTo(withoutTiming("one").get("epoch_losses"));
  }

  private ObjectNode withoutTiming(String run) throws IOException {
    Path file = folder.resolve(run).resolve("results.json");
    ObjectNode results = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    JsonNode timing = results.remove("timing");
    assertThat(timing.get("fit_seconds")).isNotEmpty();
    assertThat(timing.get("station_seconds").fieldNames())
        .toIterable()
        .contains("data", "members", "meta-features", "meta network", "judging", "files");
    return results;
  }

  @Test
  void run_files_belongToTheStackOnTheLeaderboard() throws IOException {
    Path out = folder.resolve("out");
    Leaderboard board = new Experiment(config(), 2, new Recorded()).run(out).leaderboard();

    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "checkpoints",
              "results.json",
              "leaderboard.csv",
              "meta-features-train.csv",
              "meta-features-test.csv",
              "ensemble.zip");
    }
    var test = IdxFolder.load(data).test();
    StackingEnsemble ensemble = StackingEnsemble.load(out.resolve("ensemble.zip"));
    assertThat(ensemble.evaluate(test)).isEqualTo(board.row("stack out-of-fold").evaluation());
    MetaFeatures written = MetaFeatures.readCsv(out.resolve("meta-features-test.csv"));
    assertThat(written.logits()).isEqualTo(ensemble.metaFeatures(test).logits());
    assertThat(MetaFeatures.readCsv(out.resolve("meta-features-train.csv")).folds())
        .hasSize(TinyIdxFolder.TRAIN)
        .contains(1, 2, 3)
        .doesNotContain(0);
    assertThat(Files.readString(out.resolve("leaderboard.csv")))
        .startsWith("name,accuracy,log_loss,brier,ece,seconds,");
  }

  @Test
  void run_baseNetworks_areFittedOnceForBothStacks() throws IOException {
    Recorded heard = new Recorded();
    new Experiment(config(), 1, heard).run(folder.resolve("out"));

    assertThat(heard.finished).doesNotHaveDuplicates();
    // 2 members × (all rows + 3 folds)
    assertThat(heard.finished).filteredOn(fit -> fit.contains("member '")).hasSize(2 * 4);
    // in-sample's network; out-of-fold, two kinds without each of 3 folds, and what was chosen
    assertThat(heard.finished)
        .filteredOn(fit -> fit.contains("meta network '"))
        .hasSizeGreaterThanOrEqualTo(1 + 2 * 3);
  }

  @Test
  void run_epochsAnnounced_areTheEpochsHeard() throws IOException {
    Recorded heard = new Recorded();
    new Experiment(config(), 1, heard).run(folder.resolve("out"));

    assertThat(heard.done).isCloseTo(heard.announced, withPercentage(1));
  }

  @Test
  void run_membersWithEpochsOfTheirOwn_areAnnouncedAndFittedSo() throws IOException {
    Recorded heard = new Recorded();
    List<?> members =
        List.of(
            Map.of("name", "small", "hidden", List.of(6), "epochs", 2),
            Map.of("name", "deep", "hidden", List.of(8, 8)));
    new Experiment(config("members", members), 1, heard).run(folder.resolve("out"));

    assertThat(heard.done).isCloseTo(heard.announced, withPercentage(1));
    assertThat(heard.epochs).isEqualTo((2 + 3) * (1 + 3));
    JsonNode results =
        new ObjectMapper().readTree(folder.resolve("out").resolve("results.json").toFile());
    assertThat(results.get("epoch_losses").get("out-of-fold small fold 1")).hasSize(2);
    assertThat(results.get("epoch_losses").get("out-of-fold deep fold 1")).hasSize(3);
    assertThat(results.get("config").get("members").get(0).get("epochs").asInt()).isEqualTo(2);
    assertThat(results.get("config").get("members").get(1).get("batch-size").asInt()).isEqualTo(16);
  }

  @Test
  void run_aMemberThatComesFitted_isInEveryRivalAndInNoFit() throws IOException {
    Recorded heard = new Recorded();
    Path saved = folder.resolve("came.zip");
    int columns = IdxFolder.load(data).train().columns();
    var network = new MultiLayerNetwork(Mlp.base(columns, 3, 4));
    network.init();
    network.save(saved.toFile());
    List<?> members =
        List.of(
            Map.of("name", "small", "hidden", List.of(6)),
            Map.of("name", "came", "network", saved.toString()));

    Leaderboard board =
        new Experiment(config("members", members), 1, heard)
            .run(folder.resolve("out"))
            .leaderboard();

    assertThat(heard.plans)
        .singleElement()
        .asString()
        .startsWith("4 fits of base networks: about ");
    assertThat(heard.done).isCloseTo(heard.announced, withPercentage(1));
    assertThat(heard.epochs).isEqualTo(3 * (1 + 3));
    assertThat(board.rows())
        .filteredOn(row -> row.name().equals("came"))
        .singleElement()
        .satisfies(row -> assertThat(row.seconds()).isZero());
    assertThat(withoutTiming("out").get("trainers").get("out-of-fold came fold 2").asText())
        .isEqualTo("none");
  }

  @Test
  void run_snapshots_areRivalsOfTheirOwn_andNoFits() throws IOException {
    Recorded heard = new Recorded();
    List<?> members = List.of(Map.of("name", "a", "hidden", List.of(6), "snapshots", 1));

    Leaderboard board =
        new Experiment(config("members", members), 1, heard)
            .run(folder.resolve("out"))
            .leaderboard();

    assertThat(heard.plans).singleElement().asString().startsWith("4 fits of base networks: ");
    assertThat(heard.done).isCloseTo(heard.announced, withPercentage(1));
    assertThat(heard.epochs).isEqualTo(3 * (1 + 3));
    assertThat(board.rows()).extracting(Leaderboard.Row::name).contains("a", "a-epoch-1");
    JsonNode losses = withoutTiming("out").get("epoch_losses");
    assertThat(losses.get("out-of-fold a fold 1")).hasSize(3);
    assertThat(losses.get("out-of-fold a-epoch-1 fold 1")).hasSize(1);
    assertThat(losses.get("a-epoch-1").get(0)).isEqualTo(losses.get("a").get(0));
  }

  @Test
  void run_innerStacks_arePlannedAndAreMembersOfEveryStack() throws IOException {
    Recorded heard = new Recorded();
    Map<String, Object> pair =
        Map.of(
            "name",
            "pair",
            "members",
            List.of(Map.of("name", "p", "hidden", List.of(6))),
            "folds",
            2,
            "meta",
            "greedy");

    new Experiment(config("inner-stacks", List.of(pair)), 1, heard).run(folder.resolve("out"));

    // Two base networks on all rows and without each of three folds. The stack's on all rows, once
    // for both stacks, and without each of three folds: each time on those, and without each of
    // two.
    assertThat(heard.plans)
        .singleElement()
        .asString()
        .startsWith(
            "20 fits of base networks (12 of them in stacks, which every fold has anew): about ");
    assertThat(heard.finished)
        .filteredOn(fit -> fit.contains("member '"))
        .hasSize(2 * (1 + 3) + (1 + 3) * (1 + 2))
        .contains("3 stack 'pair', fold 3 of 3: member 'p', fold 2 of 2");
    assertThat(heard.done).isCloseTo(heard.announced, withPercentage(1));
    assertThat(heard.epochs).isEqualTo(3 * 20);
    JsonNode results = withoutTiming("out");
    assertThat(results.get("contributions").findValuesAsText("without"))
        .containsExactly("small", "deep", "pair");
    assertThat(results.get("epoch_losses").fieldNames())
        .toIterable()
        .contains(
            "in-sample pair all rows, p all rows",
            "out-of-fold pair fold 3, p all rows",
            "out-of-fold pair fold 3, p fold 2");
    assertThat(MetaFeatures.readCsv(folder.resolve("out/meta-features-train.csv")).members())
        .containsExactly("small", "deep", "pair");
    StackingEnsemble saved = StackingEnsemble.load(folder.resolve("out/ensemble.zip"));
    assertThat(saved.stack("pair", 3).members().names()).containsExactly("p");
  }

  @Test
  void run_impossibleFolds_failsBeforeAnythingIsFittedOrWritten() throws IOException {
    Recorded heard = new Recorded();
    Experiment experiment = new Experiment(config("out-of-fold.folds", 31), 1, heard);

    assertThatThrownBy(() -> experiment.run(folder.resolve("out")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("class '0' has 30 rows, fewer than the 31 folds");
    assertThat(heard.epochs).isZero();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private Object[] twoAndOneThatDiverges(Object... more) {
    List<Object> keys =
        new ArrayList<>(
            List.of(
                "members",
                List.of(
                    Map.of("name", "small", "hidden", List.of(6)),
                    Map.of("name", "wrong", "hidden", List.of(6), "learning-rate", 1e38),
                    Map.of("name", "deep", "hidden", List.of(8, 8)))));
    keys.addAll(List.of(more));
    return keys.toArray();
  }

  @Test
  void run_aMemberThatDiverges_stopsUnlessItMayDropOut() throws IOException {
    assertThatThrownBy(
            () ->
                new Experiment(config(twoAndOneThatDiverges()), 2, new Recorded())
                    .run(folder.resolve("out")))
        .isInstanceOf(FitException.class)
        .hasMessageStartingWith("member 'wrong', all rows failed (seed ");
    assertThat(folder.resolve("out/results.json")).doesNotExist();
  }

  @Test
  void run_aMemberThatDropsOut_leavesFilesAsIfItHadNeverBeenThere_andIsTold() throws IOException {
    new Experiment(config(), 1, new Recorded()).run(folder.resolve("without"));
    Object[] keys = twoAndOneThatDiverges("on-failure", "drop-out");
    for (int threads : new int[] {1, 3}) {
      Recorded heard = new Recorded();
      String out = "out-" + threads;

      new Experiment(config(keys), threads, heard).run(folder.resolve(out));

      assertThat(heard.found)
          .anyMatch(
              line -> line.startsWith("'wrong' drops out: member 'wrong', all rows failed: "));
      for (String file : List.of("meta-features-train.csv", "meta-features-test.csv")) {
        assertThat(folder.resolve(out).resolve(file))
            .hasSameTextualContentAs(folder.resolve("without").resolve(file));
      }
      ObjectNode results = withoutTiming(out);
      ObjectNode expected = withoutTiming("without");
      JsonNode dropped = results.remove("dropped");
      assertThat(dropped).hasSize(1);
      assertThat(dropped.get(0).get("member").asText()).isEqualTo("wrong");
      assertThat(dropped.get(0).get("fit").asText()).isEqualTo("member 'wrong', all rows");
      assertThat(dropped.get(0).get("reason").asText()).startsWith("training diverged: ");
      assertThat(dropped.get(0).has("stack")).isFalse();
      assertThat(StackingEnsemble.load(folder.resolve(out).resolve("ensemble.zip")).dropped())
          .extracting(DroppedMember::member)
          .containsExactly("wrong");
      results.remove("config");
      expected.remove("config");
      assertThat(results).isEqualTo(expected); // the leaderboard too; and nothing is dropped there
    }
  }

  @Test
  void run_aStackInAStackThatFails_isDroppedFromThatStackOnly() throws IOException {
    Map<String, Object> pair =
        Map.of(
            "name",
            "pair",
            "folds",
            2,
            "members",
            List.of(Map.of("name", "wrong", "hidden", List.of(4), "learning-rate", 1e38)));
    Recorded heard = new Recorded();

    new Experiment(
            config(
                "inner-stacks", List.of(pair), "on-failure", "drop-out", "strategy", "out-of-fold"),
            2,
            heard)
        .run(folder.resolve("out"));

    JsonNode dropped = withoutTiming("out").get("dropped");
    assertThat(dropped).hasSize(1);
    assertThat(dropped.get(0).get("member").asText()).isEqualTo("pair");
    assertThat(dropped.get(0).get("stack").asText()).isEqualTo("out-of-fold");
    assertThat(heard.found).anyMatch(line -> line.startsWith("'pair' drops out: stack 'pair', "));
  }

  @Test
  void run_oneMemberLeft_endsWell_noneLeft_fails() throws IOException {
    Map<String, Object> wrong =
        Map.of("name", "wrong", "hidden", List.of(6), "learning-rate", 1e38);
    Map<String, Object> small = Map.of("name", "small", "hidden", List.of(6));
    Object[] one = {"members", List.of(wrong, small), "on-failure", "drop-out"};
    Object[] none = {"members", List.of(wrong), "on-failure", "drop-out"};

    Findings found = new Experiment(config(one), 1, new Recorded()).run(folder.resolve("one"));

    assertThat(found.leaderboard().rows())
        .extracting(Leaderboard.Row::name)
        .contains("small", "logit average", "stack out-of-fold")
        .doesNotContain("wrong");
    assertThatThrownBy(
            () -> new Experiment(config(none), 1, new Recorded()).run(folder.resolve("none")))
        .isInstanceOf(FitException.class)
        .hasMessageStartingWith(
            "the ensemble failed: no member is left, all dropped out. member 'wrong', all rows: ");
  }

  @Test
  void run_outputFolderIsAFile_failsBeforeAnythingIsFitted() throws IOException {
    Path file = Files.writeString(folder.resolve("taken"), "mine");
    Recorded heard = new Recorded();

    assertThatThrownBy(() -> new Experiment(config(), 1, heard).run(file))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot write to the output folder " + file + ": it is a file; name another folder");
    assertThat(heard.epochs).isZero();
    assertThat(file).hasContent("mine");
  }

  /** Counts what it hears. */
  private static final class Recorded implements ExperimentListener {
    final List<String> finished = new ArrayList<>();
    final List<String> plans = new ArrayList<>();
    final List<String> found = new ArrayList<>();
    double announced;
    double done;
    int epochs;
    private int stage;

    @Override
    public void planned(Plan plan) {
      plans.add(plan.describe());
      announced += plan.operations();
    }

    @Override
    public void stageStarted(String title) {
      stage++;
    }

    @Override
    public void found(String line) {
      found.add(line);
      assertThat(line)
          .containsPattern(
              "drops out|accuracy|combined by|is right on|weights in column|rows to learn from");
    }

    @Override
    public void onEvent(FitEvent event) {
      if (event instanceof FitEvent.Finished ended) {
        finished.add(stage + " " + ended.task().describe());
        done += ended.task().meta() ? 0 : Effort.of(ended.task()).operations();
      } else if (event instanceof FitEvent.EpochEnded && !event.task().meta()) {
        epochs++;
      }
    }
  }
}
