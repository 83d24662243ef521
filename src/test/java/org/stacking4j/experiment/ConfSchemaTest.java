package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.KebabCaseStrategy;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stacking4j.network.Trainer;

/** Holds conf/stacking4j.schema.json to what {@link ConfFile} reads. */
class ConfSchemaTest {
  private static final Path SCHEMA = Path.of("conf", "stacking4j.schema.json");
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final JsonNode TREE = node(SCHEMA);
  private static final JsonSchema VALIDATOR =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(TREE);

  @TempDir Path folder;

  private static JsonNode node(Path file) {
    try {
      return YAML.readTree(Files.readString(file)); // JSON is YAML
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Path> confFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("conf"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("confFiles")
  void readyFile_isValid_andNamesTheSchema(Path file) throws IOException {
    assertThat(Files.readAllLines(file).get(0))
        .isEqualTo("# yaml-language-server: $schema=" + SCHEMA.getFileName());
    assertThat(VALIDATOR.validate(node(file))).isEmpty();
  }

  /** Every key of the records and no other, with their types, words and defaults. */
  @Test
  void schema_hasTheKeysOfTheRecords() {
    compare(ExperimentConfig.class, TREE, node(Path.of("conf", "mnist-demo.yaml")), "");
  }

  private static void compare(Class<?> record, JsonNode schema, JsonNode defaults, String path) {
    assertThat(schema.path("additionalProperties").asBoolean(true)).as(path).isFalse();
    List<String> keys =
        Arrays.stream(record.getRecordComponents()).map(ConfSchemaTest::key).toList();
    assertThat(schema.path("properties").fieldNames()).as(path).toIterable().isEqualTo(keys);
    for (RecordComponent component : record.getRecordComponents()) {
      String key = key(component);
      String where = path + key;
      JsonNode stated = schema.path("properties").path(key);
      JsonNode resolved = resolved(stated);
      assertThat(stated.has("description") || resolved.has("description")).as(where).isTrue();
      Class<?> type = component.getType();
      if (type.isRecord()) {
        compare(type, resolved, defaults.path(key), where + ".");
      } else if (type.isEnum()) {
        assertThat(resolved.path("enum"))
            .as(where)
            .extracting(JsonNode::asText)
            .containsExactlyInAnyOrderElementsOf(
                Arrays.stream(type.getEnumConstants())
                    .filter(constant -> constant != Trainer.NONE)
                    .map(String::valueOf)
                    .toList());
      } else if (key.equals("members")) {
        compareItems(ExperimentConfig.BaseNetwork.class, resolved, where);
      } else if (key.equals("inner-stacks")) {
        compareItems(ExperimentConfig.InnerStack.class, resolved, where);
      } else if (!resolved.has("anyOf") && !key.equals("strategy")) {
        assertThat(resolved.path("type").asText()).as(where).isEqualTo(typeOf(type));
      }
      if (defaults.isObject() && !type.isRecord() && !key.equals("members")) {
        assertThat(number(stated.path("default"))).as(where).isEqualTo(number(defaults.get(key)));
      }
    }
  }

  private static void compareItems(Class<?> record, JsonNode list, String path) {
    compare(record, resolved(list.path("items")), TREE.path("none"), path + "[].");
  }

  private static JsonNode resolved(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty() ? schema : TREE.at(reference.substring(1));
  }

  private static String key(RecordComponent component) {
    return new KebabCaseStrategy().translate(component.getName());
  }

  private static String typeOf(Class<?> type) {
    return type == String.class
        ? "string"
        : type == boolean.class
            ? "boolean"
            : type == double.class ? "number" : type == List.class ? "array" : "integer";
  }

  /** 2 and 2.0 are one number. */
  private static Object number(JsonNode value) {
    return value.isNumber() ? (Object) value.asDouble() : value;
  }

  @Test
  void strategies_areThoseThatAreKnown() {
    for (JsonNode word : TREE.at("/properties/strategy/enum")) {
      assertThat(refused("strategy: " + word.asText())).as(word.asText()).isFalse();
    }
  }

  /** What the schema refuses, the program refuses; and the other way round. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "epoch: 3",
        "fit: {epoch: 3}",
        "fit: {epochs: 0}",
        "fit: {epochs: many}",
        "fit: {epochs: 2.5}",
        "fit: {batch-size: 1}",
        "fit: {gradient-norm-limit: 0}",
        "fit: {trainer: none}",
        "fit: 5",
        "data: my.csv",
        "data: 'csv:'",
        "strategy: both",
        "train: -1",
        "test-fraction: 1",
        "label:",
        "categorical: kind",
        "class-weights: equal",
        "pass-through: first",
        "meta-early-stopping: {share: 1}",
        "holdout: {fraction: 0}",
        "holdout: {prediction: mean}",
        "out-of-fold: {folds: 1}",
        "out-of-fold: {repeats: 0}",
        "out-of-fold: {do-no-harm: 2}",
        "time-ordered: {prediction: refit}",
        "in-sample: {meta: forest}",
        "members: []",
        "members: {name: a}",
        "members: [{name: a}]",
        "members: [{hidden: [3]}]",
        "members: [{name: a b, hidden: [3]}]",
        "members: [{name: a, hidden: []}]",
        "members: [{name: a, hidden: [0]}]",
        "members: [{name: a, hidden: 3}]",
        "members: [{name: a, hidden: [3], network: a.zip}]",
        "members: [{name: a, hidden: [3], learning-rate: 0}]",
        "members: [{name: a, hidden: [3], row-sample: 2}]",
        "members: [{name: a, hidden: [3], columns: '1,,2'}]",
        "members: [{name: a, hidden: [3], x: 1}]",
        "inner-stacks: [{name: a}]",
        "inner-stacks: [{name: a, members: [{name: b, hidden: [3]}], folds: 1}]"
      })
  void wrongFile_isRefusedByBoth(String yaml) throws IOException {
    assertThat(VALIDATOR.validate(YAML.readTree(yaml))).isNotEmpty();
    assertThat(refused(yaml)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed: -3",
        "fit: {gradient-norm-limit: Infinity}",
        "fit: {trainer: dl4j}",
        "pass-through: 7",
        "pass-through: 0-2, 15",
        "meta-early-stopping: {share: 0.1, patience: 2}",
        "members: [{name: a, hidden: [3], columns: '9, 0-2,5 - 5', bagging: true, cycles: 2}]",
        "members: [{name: a, network: a.zip, columns: 3-4}]",
        "inner-stacks: [{name: a, members: [{name: b, hidden: [3]}], meta: gate, folds: 2}]",
        "out-of-fold: {meta: greedy, prediction: refit}"
      })
  void rightFile_isTakenByBoth(String yaml) throws IOException {
    Set<ValidationMessage> found = VALIDATOR.validate(YAML.readTree(yaml));

    assertThat(found).isEmpty();
    assertThat(refused(yaml)).isFalse();
  }

  private boolean refused(String yaml) {
    return catchThrowable(
            () -> ConfFile.read(Files.writeString(folder.resolve("my.yaml"), yaml), Map.of()))
        != null;
  }
}
