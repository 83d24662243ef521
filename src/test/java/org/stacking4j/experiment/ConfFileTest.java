package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.stacking4j.StackingConfig;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.combine.RowGate;
import org.stacking4j.data.PictureColour;
import org.stacking4j.data.PictureSize;
import org.stacking4j.data.RowSample;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.meta.Prediction;
import org.stacking4j.meta.Strategy;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.EarlyStopping;

class ConfFileTest {
  @TempDir Path folder;

  private ExperimentConfig read(String yaml) throws IOException {
    return ConfFile.read(Files.writeString(folder.resolve("my.yaml"), yaml), Map.of());
  }

  @Test
  void readForFit_hasTheBundledFileOfItsKindOfData() throws IOException {
    for (String kind : List.of("table", "pictures")) {
      String data = kind.equals("table") ? "csv:my.csv" : "images:my";
      Map<String, Object> mine = Map.of("data", data);
      ExperimentConfig bundled = ConfFile.read(Path.of("conf", kind + ".yaml"), mine);

      assertThat(ConfFile.readForFit(null, mine)).isEqualTo(bundled);
    }
  }

  @Test
  void defaults_areTheRecipe() throws IOException {
    ExperimentConfig config = ConfFile.read(null, Map.of());

    assertThat(config.data()).isEqualTo("mnist");
    assertThat(config.train()).isEqualTo(20_000);
    assertThat(config.test()).isEqualTo(5_000);
    assertThat(config.stacks()).containsExactly("in-sample", "out-of-fold");
    assertThat(config.members())
        .extracting(ExperimentConfig.BaseNetwork::hidden)
        .containsExactly(List.of(256, 256), List.of(256, 256), List.of(256, 256));
    assertThat(config.fit()).isEqualTo(new ExperimentConfig.Fit(10, 128, 2.0, Trainer.AUTO, 0));
  }

  static List<Path> confFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("conf"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("confFiles")
  void everyReadyConfFile_describesItsStacks(Path file) throws IOException {
    ExperimentConfig config = ConfFile.read(file, Map.of());

    for (String label : config.stacks()) {
      assertThat(config.stack(label, 784, 10).strategy().label()).isEqualTo(label);
    }
  }

  @Test
  void file_replacesWhatItNamesAndKeepsTheRest() throws IOException {
    ExperimentConfig config =
        read("members: [{name: a, hidden: [4]}]\nout-of-fold: {prediction: refit, folds: 7}\n");

    StackingConfig stack = config.stack("out-of-fold", 16, 3);
    assertThat(stack.members()).hasSize(1);
    assertThat(stack.strategy()).isEqualTo(new Strategy.OutOfFold(7));
    assertThat(stack.prediction()).isEqualTo(Prediction.REFIT);
    assertThat(stack.metaLearners()).hasSize(3);
    assertThat(stack.doNoHarm()).isTrue();
    assertThat(config.fit().batchSize()).isEqualTo(128);
  }

  @Test
  void outOfFold_mayBeRepeated() throws IOException {
    ExperimentConfig config = read("out-of-fold: {folds: 3, repeats: 4}\n");

    assertThat(config.stack("out-of-fold", 16, 3).strategy())
        .isEqualTo(new Strategy.OutOfFold(3, 4));
  }

  @Test
  void timeOrdered_isAStackOfItsOwn() throws IOException {
    ExperimentConfig config =
        read("strategy: time-ordered\ntime-ordered: {folds: 3, meta: free}\n");

    assertThat(config.stacks()).containsExactly("time-ordered");
    StackingConfig stack = config.stack("time-ordered", 16, 3);
    assertThat(stack.strategy()).isEqualTo(new Strategy.TimeOrdered(3));
    assertThat(stack.prediction()).isEqualTo(Prediction.REFIT);
    assertThat(stack.metaLearners()).extracting(MetaLearner::label).containsExactly("free network");
  }

  @Test
  void meta_mayBeAGate() throws IOException {
    ExperimentConfig config = read("out-of-fold: {meta: gate}\n");

    assertThat(config.stack("out-of-fold", 16, 3).metaLearners())
        .containsExactly(RowGate.defaults());
  }

  @Test
  void metaNetworks_mayStopEarly() throws IOException {
    String early = "meta-early-stopping: {share: 0.2}\n";

    for (String meta : List.of("residual", "linear", "free")) {
      String stack = "out-of-fold: {meta: " + meta + "}\n";
      assertThat(metaNetwork(read(early + stack)).earlyStopping())
          .contains(new EarlyStopping(0.2, 3));
      assertThat(metaNetwork(read(stack)).earlyStopping()).isEmpty();
    }
  }

  private static MetaNetwork metaNetwork(ExperimentConfig config) throws IOException {
    return (MetaNetwork) config.stack("out-of-fold", 16, 3).metaLearners().get(0);
  }

  @Test
  void rows_ofMnist_areForgottenBesideOtherData() throws IOException {
    assertThat(read("data: idx:x").train()).isZero();
    assertThat(read("data: idx:x").test()).isZero();
    assertThat(read("data: idx:x\ntrain: 7").train()).isEqualTo(7);
    assertThat(read("data: mnist").train()).isEqualTo(20_000);

    Path file = Files.writeString(folder.resolve("my.yaml"), "data: csv:a.csv\ntrain: 7\n");
    assertThat(ConfFile.read(file, Map.of("data", "csv:a.csv")).train()).isEqualTo(7);
    assertThat(ConfFile.read(file, Map.of("data", "csv:b.csv")).train()).isZero();
    assertThat(ConfFile.read(file, Map.of("data", "csv:b.csv", "train", 8)).train()).isEqualTo(8);
    assertThat(ConfFile.read(null, Map.of("data", "idx:x")).test()).isZero();
  }

  @Test
  void networks_ofTables_standardiseTheirColumns() throws IOException {
    String members = "\nmembers: [{name: a, hidden: [4]}]";
    assertThat(firstNetwork("data: csv:a.csv" + members)).isEqualTo(unseeded(Mlp.table(16, 3, 4)));
    assertThat(firstNetwork("data: idx:a" + members)).isEqualTo(unseeded(Mlp.base(16, 3, 4)));
    assertThat(firstNetwork("seed: 1" + members)).isEqualTo(unseeded(Mlp.base(16, 3, 4)));
  }

  private String firstNetwork(String yaml) throws IOException {
    return unseeded(read(yaml).stack("out-of-fold", 16, 3).members().get(0).configuration());
  }

  /** As text, without seeds, which come from the clock and are set for each fit. */
  private static String unseeded(MultiLayerConfiguration network) {
    network.getConfs().forEach(conf -> conf.setSeed(0));
    return network.toJson();
  }

  @Test
  void innerStacks_areMembersThatAreStacks() throws IOException {
    ExperimentConfig config =
        read(
            """
            seed: 7
            fit: {epochs: 4}
            members: [{name: plain, hidden: [4]}]
            inner-stacks:
              - name: first
                members: [{name: plain, hidden: [4], epochs: 2}, {name: own, hidden: [4], seed: 70}]
                meta: linear
                do-no-harm: false
                folds: 3
              - {name: second, members: [{name: plain, hidden: [4]}]}
            out-of-fold: {folds: 4, prediction: refit}
            """);

    StackingConfig stack = config.stack("out-of-fold", 16, 3);
    assertThat(stack.members()).extracting(Member::name).containsExactly("plain");
    assertThat(stack.stacks())
        .extracting(StackingConfig.Stack::name)
        .containsExactly("first", "second");
    StackingConfig first = stack.stacks().get(0).config();
    assertThat(first.members()).extracting(Member::name).containsExactly("plain", "own");
    assertThat(first.members())
        .extracting(member -> member.settings().epochs())
        .containsExactly(2, 4);
    // What is not said is not the whole's seed: each fold draws its own.
    assertThat(first.members()).extracting(Member::seed).containsExactly(null, 70L);
    assertThat(first.strategy()).isEqualTo(new Strategy.OutOfFold(3));
    assertThat(first.doNoHarm()).isFalse();
    assertThat(first.metaLearners())
        .extracting(MetaLearner::label)
        .containsExactly("linear network");
    StackingConfig second = stack.stacks().get(1).config();
    assertThat(second.strategy()).isEqualTo(new Strategy.OutOfFold(4));
    assertThat(second.prediction()).isEqualTo(Prediction.REFIT);
    assertThat(second.metaLearners()).hasSize(3);
    assertThat(second.doNoHarm()).isTrue();
    assertThat(config.stack("time-ordered", 16, 3).stacks().get(0).config().strategy())
        .isEqualTo(new Strategy.TimeOrdered(3));
  }

  @Test
  void members_haveTheirOwnSettings_orThoseOfFit() throws IOException {
    ExperimentConfig config =
        read(
            """
            seed: 7
            fit: {epochs: 4, batch-size: 32, gradient-norm-limit: 3, trainer: fused, timeout: 60}
            members:
              - {name: plain, hidden: [4]}
              - {name: slow, hidden: [4], epochs: 9, learning-rate: 0.002, timeout: 0.5}
              - {name: noisy, hidden: [4], batch-size: 8, gradient-norm-limit: Infinity, seed: 70}
            """);

    List<Member> members = config.stack("out-of-fold", 16, 3).members();

    FitSettings plain = new FitSettings(4, 32, 3, true, Trainer.FUSED, Duration.ofMinutes(1));
    assertThat(members)
        .extracting(Member::settings)
        .containsExactly(
            plain,
            plain.withEpochs(9).withTimeout(Duration.ofMillis(500)),
            plain.withBatchSize(8).withGradientNormLimit(Double.POSITIVE_INFINITY));
    assertThat(members).extracting(Member::seed).containsExactly(null, null, 70L);
    assertThat(unseeded(members.get(0).configuration())).isEqualTo(unseeded(Mlp.base(16, 3, 4)));
    // Every layer that learns has the step it is told, and nothing else is changed.
    String slow = unseeded(members.get(1).configuration());
    assertThat(slow).contains("0.002").doesNotContain("0.001");
    assertThat(slow.replace("0.002", "0.001")).isEqualTo(unseeded(Mlp.base(16, 3, 4)));
  }

  @Test
  void onFailure_isOfTheStackAndOfThoseInIt() throws IOException {
    String inner = "inner-stacks: [{name: in, members: [{name: b, hidden: [3]}]}]\n";

    StackingConfig drops = read("on-failure: drop-out\n" + inner).stack("out-of-fold", 16, 3);

    assertThat(drops.onFailure()).isEqualTo(OnFailure.DROP_OUT);
    assertThat(drops.stacks().get(0).config().onFailure()).isEqualTo(OnFailure.DROP_OUT);
    assertThat(read(inner).stack("out-of-fold", 16, 3).onFailure()).isEqualTo(OnFailure.STOP);
  }

  @Test
  void members_seeTheColumnsTheyName() throws IOException {
    ExperimentConfig config =
        read(
            """
            members:
              - {name: all, hidden: [4]}
              - {name: some, hidden: [4], columns: "9, 0-2,5 - 5"}
              - {name: one, hidden: [4], columns: 7}
            """);

    List<Member> members = config.stack("out-of-fold", 16, 3).members();

    assertThat(members)
        .extracting(Member::columns)
        .containsExactly(List.of(), List.of(9, 0, 1, 2, 5), List.of(7));
    assertThat(unseeded(members.get(1).configuration())).isEqualTo(unseeded(Mlp.base(5, 3, 4)));
    assertThat(unseeded(members.get(2).configuration())).isEqualTo(unseeded(Mlp.base(1, 3, 4)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          seed: 1                 | []
          pass-through: 7         | [7]
          'pass-through: 0-2, 15' | [0, 1, 2, 15]
          """)
  void passThrough_isThatOfEveryStack(String yaml, String columns) throws IOException {
    ExperimentConfig config = read(yaml);

    for (String label : List.of("in-sample", "out-of-fold", "holdout", "time-ordered")) {
      assertThat(config.stack(label, 16, 3).passThrough()).hasToString(columns);
    }
  }

  @Test
  void members_learnFromTheRowsTheyName() throws IOException {
    ExperimentConfig config =
        read(
            """
            members:
              - {name: all, hidden: [4]}
              - {name: part, hidden: [4], row-sample: 0.5}
              - {name: bag, hidden: [4], bagging: true}
            """);

    assertThat(config.stack("out-of-fold", 16, 3).members())
        .extracting(Member::rows)
        .containsExactly(RowSample.ALL, new RowSample(0.5, false), new RowSample(1, true));
  }

  @Test
  void members_haveSnapshots() throws IOException {
    ExperimentConfig config = read("members: [{name: a, hidden: [4], epochs: 6, snapshots: 2}]");

    assertThat(config.stack("out-of-fold", 16, 3).members().get(0).names())
        .containsExactly("a", "a-epoch-2", "a-epoch-4");
  }

  @Test
  void members_goInCycles() throws IOException {
    Member member =
        read("members: [{name: a, hidden: [4], epochs: 6, cycles: 3}]")
            .stack("out-of-fold", 16, 3)
            .members()
            .get(0);

    assertThat(member.names()).containsExactly("a", "a-epoch-2", "a-epoch-4");
    assertThat(member.cyclic()).isTrue();
    assertThat(
            read("members: [{name: a, hidden: [4], snapshots: 3}]")
                .stack("out-of-fold", 16, 3)
                .members()
                .get(0)
                .cyclic())
        .isFalse();
  }

  @Test
  void members_mayComeFitted() throws IOException {
    Path file = folder.resolve("my.zip");
    MultiLayerNetwork saved = new MultiLayerNetwork(Mlp.base(2, 3, 4));
    saved.init();
    saved.save(file.toFile());
    String yaml =
        "members: [{name: a, hidden: [4]}, {name: came, network: '" + file + "', columns: 3-4}]\n";

    ExperimentConfig config = read(yaml);

    List<Member> members = config.stack("out-of-fold", 16, 3).members();
    assertThat(members.get(0).network()).isNull();
    assertThat(Objects.requireNonNull(members.get(1).network()).parameters())
        .isEqualTo(saved.params().toFloatVector());
    assertThat(members.get(1).columns()).containsExactly(3, 4);
    Files.delete(file);
    assertThatThrownBy(() -> config.stack("out-of-fold", 16, 3))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot read " + file + ": there is no such file");
  }

  @Test
  void members_followTheOptionsInWhatTheyDoNotSay() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("my.yaml"),
            "members: [{name: a, hidden: [4]}, {name: b, hidden: [4], epochs: 3}]\n");

    ExperimentConfig config = ConfFile.read(file, Map.of("fit.epochs", 1, "seed", 5));

    assertThat(config.members())
        .extracting(ExperimentConfig.BaseNetwork::epochs)
        .containsExactly(1, 3);
    assertThat(config.members())
        .extracting(ExperimentConfig.BaseNetwork::seed)
        .containsExactly(5L, 5L);
  }

  @Test
  void overrides_goBeforeTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "seed: 3\nfit: {epochs: 4}\n");

    ExperimentConfig config = ConfFile.read(file, Map.of("fit.epochs", 5));

    assertThat(config.seed()).isEqualTo(3);
    assertThat(config.fit().epochs()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sead: 3                       | unknown key 'sead'; did you mean 'seed'? known here: data, task, label, weight, group, categorical, missing, ignore, image-size, image-colour, test-fraction, train, test, seed, class-weights
          fit: {epoch: 3}               | unknown key 'fit.epoch'; did you mean 'epochs'? known here: epochs, batch-size
          members: [{name: a, hiden: 3}] | unknown key 'members[0].hiden'; did you mean 'hidden'? known here: name, hidden, epochs
          members: [{name: a}]          | members[0].hidden: the key is missing or has no value
          members: [{name: a, hidden: [3], x: 1}] | unknown key 'members[0].x'; known here: name, hidden, epochs, batch-size, gradient-norm-limit, learning-rate, columns, row-sample, bagging, snapshots, cycles, seed, timeout, network
          members: [{name: a, hidden: [3], epochs: 0}] | members[0]: epochs must be >= 1, found 0
          members: [{name: a, hidden: [3], batch-size: 1}] | members[0]: batch-size must be >= 2, found 1
          members: [{name: a, hidden: [3], columns: 3-1}] | members[0]: columns must be ranges that go up, found '3-1'
          members: [{name: a, hidden: [3], columns: "1,,2"}] | members[0]: columns must be numbers from 0 or ranges of them, such as 0-391, 400; found ''
          members: [{name: a, hidden: [3], columns: -1}] | members[0]: columns must be numbers from 0 or ranges of them, such as 0-391, 400; found '-1'
          members: [{name: a, hidden: [3], row-sample: 1.5}] | members[0]: row-sample must be > 0 and <= 1, found 1.5
          members: [{name: a, hidden: [3], network: a.zip}] | members[0]: give hidden for a network to fit or network for one that comes fitted, found both
          members: [{name: a, hidden: [3], cycles: 2, snapshots: 2}] | members[0]: give snapshots for a learning rate that stays or cycles for one that falls, found both
          members: [{name: a, hidden: [3], learning-rate: 0}] | members[0]: learning-rate must be a finite number > 0, found 0.0
          fit: {epochs: 0}              | fit: epochs must be >= 1, found 0
          fit: {batch-size: 1}          | fit: batch-size must be >= 2, found 1
          fit: {epochs: many}           | fit.epochs: expected a whole number, found 'many'
          fit: {epochs: 1.5}            | fit.epochs: expected a whole number, found '1.5'
          fit: {gradient-norm-limit: x} | fit.gradient-norm-limit: expected a number, found 'x'
          fit: {timeout: -1}            | fit: timeout must be a finite number of seconds >= 0 (0 for none), found -1.0
          fit: {timeout: Infinity}        | fit: timeout must be a finite number of seconds >= 0 (0 for none), found Infinity
          members: [{name: a, hidden: [3], timeout: NaN}] | members[0]: timeout must be a finite number of seconds >= 0 (0 for none), found NaN
          on-failure: ignore            | on-failure: expected one of stop, drop-out, found 'ignore'
          executor: sparc               | executor: expected one of local, spark, found 'sparc'; did you mean 'spark'?
          master: spark://h:7077        | master 'spark://h:7077' is Spark's, which executor local does not use; use executor spark, or leave it out
          out-of-fold: [5]              | out-of-fold: expected keys with values, found a list
          out-of-fold: {do-no-harm: 2}  | out-of-fold.do-no-harm: expected true or false, found '2'
          members: {name: a}            | members: expected a list, found keys with values
          members: [{name: a, hidden: 3}] | members[0].hidden: expected a list, found '3'
          train: -1                     | train and test must be >= 0 (0 for all rows), found -1
          weight: w                     | weight names column 'w' of a table, which data 'mnist' is not; use csv:FILE, or leave it out
          group: g                      | group names column 'g' of a table, which data 'mnist' is not; use csv:FILE, or leave it out
          test-fraction: 0              | test-fraction must be > 0 and < 1, found 0.0
          test-fraction: 1              | test-fraction must be > 0 and < 1, found 1.0
          label:                        | label: the key is missing or has no value
          meta-early-stopping: {share: 1} | meta-early-stopping: early stopping must hold back a share of the rows > 0 and < 1, found 1.0
          'meta-early-stopping: {share: 0.1, patience: 0}' | meta-early-stopping: the patience of early stopping must be >= 1 epoch, found 0
          inner-stacks: [{name: a}]     | inner-stacks[0].members: the key is missing or has no value
          inner-stacks: [{name: a, members: [{name: b}]}] | inner-stacks[0].members[0].hidden: the key is missing or has no value
          inner-stacks: [{name: a, members: [], fold: 3}] | unknown key 'inner-stacks[0].fold'; did you mean 'folds'? known here: name, members, meta, do-no-harm, folds, prediction
          '{members: [], inner-stacks: [{name: a, members: []}]}' | inner-stacks need one base network or more beside them in members, whose average they are compared with; found none
          pass-through: 3-1             | pass-through must be ranges that go up, found '3-1'
          pass-through: first           | pass-through must be numbers from 0 or ranges of them, such as 0-391, 400; found 'first'
          class-weights: equal          | class-weights: expected one of
          class-weights:                | class-weights
          '{task: regression, data: "csv:a.csv", class-weights: balanced}' | class-weights balanced is for classes, found task regression; use none
          strategy: both                | unknown strategy 'both'; use one of all, in-sample
          holdout: {prediction: mean}   | holdout.prediction: expected one of fold-mean, refit, folds-and-refit, found 'mean'
          seed:                         | seed: expected a whole number, found nothing
          strategy: hold-out            | unknown strategy 'hold-out'; did you mean 'holdout'? use one of all, in-sample
          holdout: {prediction: refitt} | holdout.prediction: expected one of fold-mean, refit, folds-and-refit, found 'refitt'; did you mean 'refit'?
          fit: {trainer: fussed}        | fit.trainer: expected one of auto, fused, dl4j, found 'fussed'; did you mean 'fused'?
          fit: {trainer: none}          | fit: trainer none fits nothing; use auto, fused or dl4j
          members: [{name: a, hidden: [~]}] | members[0].hidden[0]: expected a whole number, found nothing
          members: [~]                  | members[0]: expected keys with values, found nothing
          members: []                   | members must have one base network or more, found none
          members: [{name: a, hidden: [4], epochs: 3, cycles: 4}] | members[0]: cycles must be >= 0 and at most its 3 epochs, found 4
          members: [{name: a, hidden: [4], epochs: 3, snapshots: 3}] | members[0]: snapshots must be >= 0 and fewer than its 3 epochs, found 3
          epochs: 3                     | unknown key 'epochs'; did you mean 'fit.epochs'? known here: data, task
          fold: 3                       | unknown key 'fold'; did you mean 'out-of-fold.folds'? known here: data, task
          members: [5]                  | members[0]: expected keys with values, found '5'
          fit: 5                        | fit: expected keys with values, found '5'
          fit: {gradient-norm-limit: 0} | fit: gradient-norm-limit must be > 0 (Infinity switches it off), found 0.0
          data: cvs:my.csv              | unknown data 'cvs:my.csv'; did you mean 'csv:'? use mnist, idx:DIR, images:DIR or csv:FILE
          data: my.csv                  | unknown data 'my.csv'; did you mean 'csv:my.csv'? use mnist, idx:DIR, images:DIR or csv:FILE
          out-of-fold: {folds: 1}       | out-of-fold: folds must be >= 2, found 1
          out-of-fold: {repeats: 0}     | out-of-fold: repeats must be >= 1, found 0
          time-ordered: {folds: 1}      | time-ordered: folds must be >= 2, found 1
          holdout: {fraction: 1}        | holdout: fraction must be > 0 and < 1, found 1.0
          members: [{name: my net, hidden: [3]}] | members[0]: member name 'my net' is malformed
          members: [{name: a, hidden: [0]}] | members[0]: hidden must be units of layers, each >= 1, found [0]
          members: [{name: a, hidden: []}] | members[0]: hidden must have one hidden layer or more, found none
          inner-stacks: [{name: a b, members: []}] | inner-stacks[0]: member name 'a b' is malformed
          inner-stacks: [{name: a, members: [], folds: 1}] | inner-stacks[0]: folds must be >= 2, found 1
          'seed: 1{NL}seed: 2'          | line 2: the key 'seed' is there twice
          'fit: [1'                     | line 1: not valid YAML: while parsing a flow sequence, expected ',' or ']', but got <stream end>; look at indentation, brackets and quotes
          """)
  void wrongFile_saysWhere(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml.replace("{NL}", "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(Pattern.quote(folder.resolve("my.yaml") + ", line ") + "[12]: .*")
        .hasMessageContaining(message);
  }

  /** Of a key or a value, a missing key, or one of several that a message is about. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          5  | epochs: 4      | epoch: 4      | unknown key 'fit.epoch'
          5  | epochs: 4      | epochs: 0     | fit: epochs must be >= 1, found 0
          6  | batch-size: 8  | batch-size: x | fit.batch-size: expected a whole number
          9  | hidden: [8,    | hiden: [8,    | unknown key 'members[0].hiden'
          10 | nine           | 4]            | members[0].hidden[1]: expected a whole number, found 'nine'
          11 | name: b        | seed: 3       | members[1].name: the key is missing or has no value
          16 | hidden: [3]    | hidden: 3     | inner-stacks[0].members[0].hidden: expected a list
          17 | epochs: 2      | epoch: 2      | unknown key 'inner-stacks[0].members[0].epoch'
          18 | meta: linear   | meta: liner   | inner-stacks[0].meta: expected one of best, residual, linear
          20 | test: 3        | test: -3      | train and test must be >= 0 (0 for all rows), found 0 and -3
          """)
  void wrongLine_isSaid(int line, String right, String wrong, String message) throws IOException {
    String yaml =
        """
        # A comment.

        data: csv:my.csv
        fit:
          epochs: 4
          batch-size: 8
        members:
          - name: a
            hidden: [8,
              nine]
          - name: b
            hidden: [4]
        inner-stacks:
          - name: pair
            members:
              - {name: p, hidden: [3],
                epochs: 2}
            meta: linear
        #
        test: 3
        """;
    String whole = right.equals("nine") ? yaml : yaml.replace("nine", "9");

    if (!right.equals("nine")) {
      read(whole);
    }
    assertThatThrownBy(() -> read(right.equals("nine") ? yaml : whole.replace(right, wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(folder.resolve("my.yaml") + ", line " + line + ": " + message);
  }

  @Test
  void wrongOption_isNotTheFilesFault() throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "fit:\n  epochs: 4\ntest: 3\n");

    assertThatThrownBy(() -> ConfFile.read(file, Map.of("fit.epochs", 0)))
        .hasMessage("fit: epochs must be >= 1, found 0");
    assertThatThrownBy(() -> ConfFile.read(file, Map.of("train", -1)))
        .hasMessage("train and test must be >= 0 (0 for all rows), found -1 and 3");
    assertThatThrownBy(() -> ConfFile.read(null, Map.of("missing", "mediam")))
        .hasMessage(
            "missing: expected one of refuse, median, found 'mediam'; did you mean 'median'?");
  }

  @Test
  void fileWithoutKeys_isRefused() {
    assertThatThrownBy(() -> read("just words"))
        .hasMessage(
            folder.resolve("my.yaml")
                + ": not a conf file, it has no keys; expected lines such as 'data: csv:FILE'");
  }

  @Test
  void missingFile_isNamed() {
    Path file = folder.resolve("none.yaml");

    assertThatThrownBy(() -> ConfFile.read(file, Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot read " + file + ": there is no such file");
  }

  @Test
  void pictures_haveASizeAndColours_andInFitMoreAndSmallerSteps() throws IOException {
    ExperimentConfig config =
        ConfFile.readForFit(null, Map.of("data", "images:my", "image-size", "28x14"));
    assertThat(config.size()).isEqualTo(new PictureSize(28, 14));
    assertThat(config.imageColour()).isEqualTo(PictureColour.AUTO);
    assertThat(config.train()).isZero();
    assertThat(config.fit()).isEqualTo(new ExperimentConfig.Fit(30, 64, 2.0, Trainer.AUTO, 0));
    assertThat(config.members().get(0).hidden()).containsExactly(256, 256);
    assertThat(read("data: images:my\nimage-colour: grey\n").size()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          image-size: 28x28    | image-size 28x28 is for pictures in files, which data 'mnist' does not have; use images:DIR, or leave it out
          image-colour: grey   | image-colour grey is for pictures in files, which data 'mnist' does not have; use images:DIR, or leave it out
          image-colour: blue   | image-colour: expected one of auto, grey, colour, found 'blue'
          {data: 'images:x', image-size: large} | a picture's size must be WIDTHxHEIGHT, such as 28x28, found 'large'
          {data: 'images:x', image-size: 999x1} | pictures must be resized to 1 to 256 pixels a side, found 999x1
          """)
  void pictures_badKeys(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void read_ofAnotherEncoding_saysTheLine() throws IOException {
    Path file = folder.resolve("latin.yaml");
    Files.write(file, "seed: 1\n# Größe\n".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> ConfFile.read(file, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + ", line 2: not UTF-8 text; save the file as UTF-8");
  }

  @Test
  void read_ofSomethingHuge_readsLittleOfIt() throws IOException {
    Path file = folder.resolve("huge.yaml");
    try (var huge = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      huge.setLength(1L << 40); // of which the disk holds nothing
    }

    assertThatThrownBy(() -> ConfFile.read(file, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + ": not a conf file, it has more than 1048576 bytes");
  }
}
