package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.stacking4j.StackingConfig;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.meta.Prediction;
import org.stacking4j.meta.Strategy;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;

class ConfFileTest {
  @TempDir Path folder;

  private ExperimentConfig read(String yaml) throws IOException {
    return ConfFile.read(Files.writeString(folder.resolve("my.yaml"), yaml), Map.of());
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
    assertThat(config.fit()).isEqualTo(new ExperimentConfig.Fit(10, 128, 2.0, Trainer.AUTO));
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
    assertThatThrownBy(() -> read("out-of-fold: {repeats: 0}\n").stack("out-of-fold", 16, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("repeats must be >= 1, found 0");
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
          sead: 3                       | unknown key 'sead'; known here: data, task, label, test-fraction, train, test, seed
          fit: {epoch: 3}               | unknown key 'fit.epoch'; known here: epochs, batch-size
          members: [{name: a, hiden: 3}] | members[0].hidden: the key is missing or has no value
          members: [{name: a}]          | members[0].hidden: the key is missing or has no value
          members: [{name: a, hidden: [3], x: 1}] | members[0].x: unknown key 'x'; known here: hidden, name
          fit: {epochs: 0}              | fit: epochs must be >= 1, found 0
          fit: {batch-size: 1}          | fit: batch-size must be >= 2, found 1
          fit: {epochs: many}           | fit.epochs
          fit: {epochs: 1.5}            | fit.epochs
          train: -1                     | train and test must be >= 0 (0 for all rows), found -1
          test-fraction: 0              | test-fraction must be > 0 and < 1, found 0.0
          test-fraction: 1              | test-fraction must be > 0 and < 1, found 1.0
          label:                        | label
          strategy: both                | unknown strategy 'both'; use one of all, in-sample
          holdout: {prediction: mean}   | holdout.prediction
          seed:                         | seed
          just words                    | not a conf file, it has no keys
          'seed: 1{NL}seed: 2'          | seed
          'fit: [1'                     | line 1
          """)
  void wrongFile_saysWhere(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml.replace("{NL}", "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(folder.resolve("my.yaml") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void missingFile_isNamed() {
    Path file = folder.resolve("none.yaml");

    assertThatThrownBy(() -> ConfFile.read(file, Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot read " + file + ": there is no such file");
  }
}
