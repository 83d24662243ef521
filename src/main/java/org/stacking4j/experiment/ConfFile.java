package org.stacking4j.experiment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads conf files. What a file leaves out has the value of the bundled {@code mnist-demo.yaml},
 * but for {@code train} and {@code test}: beside other data than MNIST they are 0, for all rows.
 * What a member leaves out has the value of {@code fit}. Unknown keys are refused.
 */
public final class ConfFile {
  private static final String DEFAULTS = "/org/stacking4j/conf/mnist-demo.yaml";
  private static final String FOR_TABLES = "/org/stacking4j/conf/table.yaml";
  private static final String FOR_PICTURES = "/org/stacking4j/conf/pictures.yaml";
  private static final int MOST_BYTES = 1 << 20;
  private static final double LEARNING_RATE = 1e-3;
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private ConfFile() {}

  /**
   * Reads a conf file.
   *
   * @param file the file, or null for the defaults alone
   * @param overrides values that go before the file's, by key with dots: {@code fit.epochs}; {@code
   *     meta} and {@code prediction} without dots are those of the stack that is saved
   * @return all that the file, the overrides and the defaults say
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it says something that cannot be, with the key
   */
  public static ExperimentConfig read(@Nullable Path file, Map<String, Object> overrides)
      throws IOException {
    return read(bundled(DEFAULTS), Said.in(file), overrides);
  }

  /**
   * Reads a conf file for one ensemble: what it leaves out has the value of the bundled {@code
   * table.yaml} where the data is a table, of {@code pictures.yaml} where it is a folder of
   * pictures, and else of {@code mnist-demo.yaml}; the strategy is out-of-fold if nobody says
   * otherwise.
   *
   * @param file the file, or null for the defaults alone
   * @param overrides values that go before the file's, by key with dots: {@code fit.epochs}; {@code
   *     meta} and {@code prediction} without dots are those of the stack that is saved
   * @return all that the file, the overrides and the defaults say
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it says something that cannot be, with the key
   */
  public static ExperimentConfig readForFit(@Nullable Path file, Map<String, Object> overrides)
      throws IOException {
    ObjectNode defaults = bundled(DEFAULTS);
    JsonNode data = YAML.valueToTree(overrides.get("data"));
    Said said = Said.in(file);
    if (data.isNull()) {
      data = said.tree().path("data");
    }
    boolean pictures = DataSource.isPictures(data.asText());
    if (pictures || DataSource.isTable(data.asText())) {
      ObjectNode own = bundled(pictures ? FOR_PICTURES : FOR_TABLES);
      own.remove("data");
      merge(defaults, own, JsonPointer.empty(), new ConfErrors(null, Map.of(), Set.of()));
    }
    defaults.put("strategy", "out-of-fold");
    return read(defaults, said, overrides);
  }

  private static ObjectNode bundled(String name) throws IOException {
    try (InputStream in = ConfFile.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the library's own " + name + " is missing");
      }
      return (ObjectNode) YAML.readTree(in);
    }
  }

  /** Puts what the file says, if there is one, and the overrides over a tree of defaults. */
  private static ExperimentConfig read(ObjectNode tree, Said said, Map<String, Object> given) {
    Map<String, Object> overrides = ofSavedStack(given, said.tree(), tree);
    Set<JsonPointer> options = new HashSet<>();
    overrides.keySet().forEach(key -> options.add(pointer(key)));
    ConfErrors errors = new ConfErrors(said.file(), said.lines(), options);
    forgetRows(tree, said.tree().get("data"));
    merge(tree, said.tree(), JsonPointer.empty(), errors);
    forgetRows(tree, YAML.valueToTree(overrides.get("data")));
    overrides.forEach((key, value) -> set(tree, pointer(key), value));
    columnsToText(tree, "pass-through");
    checkMembers(tree, JsonPointer.empty(), errors);
    completeMembers(tree);
    try {
      return YAML.treeToValue(tree, ExperimentConfig.class);
    } catch (JsonProcessingException e) {
      throw errors.wrong(e, tree);
    }
  }

  /** Moves {@code meta} and {@code prediction} to the stack that is saved. */
  private static Map<String, Object> ofSavedStack(
      Map<String, Object> overrides, JsonNode said, JsonNode defaults) {
    String asked = said.path("strategy").asText(defaults.path("strategy").asText());
    String strategy = overrides.getOrDefault("strategy", asked).toString();
    String stack = strategy.equals("all") ? "out-of-fold" : strategy;
    Map<String, Object> moved = new LinkedHashMap<>(overrides);
    for (String key : List.of("meta", "prediction")) {
      @Nullable Object value = moved.remove(key);
      if (value == null) {
        continue;
      }
      if (defaults.path(stack).has(key)) {
        moved.put(stack + "." + key, value);
      } else if (defaults.has(stack) && !value.equals("refit")) {
        throw new IllegalArgumentException(
            "stacks " + stack + " predict by refit only, found prediction " + value);
      }
    }
    return moved;
  }

  /** Numbers of rows are not meant for other data than they stand beside. */
  private static void forgetRows(ObjectNode tree, @Nullable JsonNode data) {
    if (data != null && data.isTextual() && !data.equals(tree.get("data"))) {
      tree.put("train", 0);
      tree.put("test", 0);
    }
  }

  /** Refuses unknown keys in lists, which {@link #merge} does not look into. */
  private static void checkMembers(JsonNode of, JsonPointer path, ConfErrors errors) {
    checkItems(of, path, "members", ExperimentConfig.BaseNetwork.class, errors);
    checkItems(of, path, "inner-stacks", ExperimentConfig.InnerStack.class, errors);
  }

  private static void checkItems(
      JsonNode of, JsonPointer path, String list, Class<?> type, ConfErrors errors) {
    List<String> known =
        YAML
            .getDeserializationConfig()
            .introspect(YAML.constructType(type))
            .findProperties()
            .stream()
            .map(BeanPropertyDefinition::getName)
            .toList();
    for (int i = 0; i < of.path(list).size(); i++) {
      JsonPointer where = path.appendProperty(list).appendIndex(i);
      JsonNode item = of.path(list).path(i);
      for (Map.Entry<String, JsonNode> entry : item.properties()) {
        if (!known.contains(entry.getKey())) {
          throw errors.unknownKey(where.appendProperty(entry.getKey()), known);
        }
      }
      checkMembers(item, where, errors);
    }
  }

  /** Gives each member what it does not say itself. */
  private static void completeMembers(ObjectNode tree) {
    JsonNode members = tree.remove("members"); // to the end: what is wrong in 'fit' is told as such
    JsonNode innerStacks = tree.remove("inner-stacks");
    completeMembers(members, tree);
    for (JsonNode one : innerStacks) {
      if (one instanceof ObjectNode stack) {
        for (String key : List.of("meta", "do-no-harm", "folds", "prediction")) {
          complete(stack, key, tree.path("out-of-fold").path(key));
        }
        completeMembers(stack.path("members"), tree);
      }
    }
    tree.set("members", members);
    tree.set("inner-stacks", innerStacks);
  }

  private static void completeMembers(JsonNode members, ObjectNode tree) {
    JsonNode fit = tree.path("fit");
    for (JsonNode one : members) {
      if (one instanceof ObjectNode member) {
        for (String key : List.of("epochs", "batch-size", "gradient-norm-limit", "timeout")) {
          complete(member, key, fit.path(key));
        }
        complete(member, "learning-rate", DoubleNode.valueOf(LEARNING_RATE));
        complete(member, "columns", TextNode.valueOf(""));
        columnsToText(member, "columns");
        complete(member, "row-sample", DoubleNode.valueOf(1));
        complete(member, "bagging", BooleanNode.FALSE);
        complete(member, "snapshots", IntNode.valueOf(0));
        complete(member, "cycles", IntNode.valueOf(0));
        if (member.has("network")) {
          complete(member, "hidden", member.arrayNode());
        }
        complete(member, "network", TextNode.valueOf(""));
        complete(member, "seed", tree.path("seed"));
      }
    }
  }

  /** One column alone is a number in YAML. */
  private static void columnsToText(ObjectNode tree, String key) {
    if (tree.path(key).isIntegralNumber()) {
      tree.put(key, tree.path(key).asText());
    }
  }

  private static void complete(ObjectNode member, String key, JsonNode value) {
    if (!member.has(key)) {
      member.set(key, value);
    }
  }

  /** The configuration as a conf file would say it, to keep with the results. */
  static ObjectNode toTree(ExperimentConfig config) {
    return YAML.valueToTree(config);
  }

  /**
   * What a file says, and in which line.
   *
   * @param file null if there is none, which says nothing
   */
  private record Said(@Nullable Path file, ObjectNode tree, Map<JsonPointer, Integer> lines) {
    static Said in(@Nullable Path file) throws IOException {
      if (file == null) {
        return new Said(null, YAML.createObjectNode(), Map.of());
      }
      try {
        byte[] text = text(file);
        JsonNode tree = YAML.readTree(text);
        if (tree instanceof ObjectNode object) {
          return new Said(file, object, lines(text));
        }
        throw new IllegalArgumentException(
            file + ": not a conf file, it has no keys; expected lines such as 'data: csv:FILE'");
      } catch (NoSuchFileException e) {
        throw new IOException("cannot read " + file + ": there is no such file", e);
      } catch (JsonProcessingException e) {
        throw new ConfErrors(file, Map.of(), Set.of()).wrong(e, MissingNode.getInstance());
      }
    }

    private static byte[] text(Path file) throws IOException {
      byte[] text;
      try (InputStream in = Files.newInputStream(file)) {
        text = in.readNBytes(MOST_BYTES + 1);
      }
      if (text.length > MOST_BYTES) {
        throw new IllegalArgumentException(
            file + ": not a conf file, it has more than " + MOST_BYTES + " bytes");
      }
      ByteBuffer rest = ByteBuffer.wrap(text);
      CharBuffer decoded = CharBuffer.allocate(text.length);
      if (UTF_8.newDecoder().decode(rest, decoded, true).isError()) {
        long line = decoded.flip().chars().filter(c -> c == '\n').count() + 1;
        throw new IllegalArgumentException(
            file + ", line " + line + ": not UTF-8 text; save the file as UTF-8");
      }
      return text;
    }

    private static Map<JsonPointer, Integer> lines(byte[] text) throws IOException {
      Map<JsonPointer, Integer> lines = new HashMap<>();
      try (JsonParser parser = YAML.createParser(text)) {
        while (parser.nextToken() != null) {
          JsonPointer place = parser.getParsingContext().pathAsPointer();
          if (!place.matches()) { // the whole is nowhere
            lines.putIfAbsent(place, parser.currentTokenLocation().getLineNr());
          }
        }
      }
      return lines;
    }
  }

  /** Puts {@code from} over {@code into}, key by key; lists are replaced whole. */
  private static void merge(ObjectNode into, ObjectNode from, JsonPointer path, ConfErrors errors) {
    for (Map.Entry<String, JsonNode> entry : from.properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      JsonPointer where = path.appendProperty(key);
      @Nullable JsonNode present = into.get(key);
      if (present == null) {
        throw errors.unknownKey(where, keys(into));
      }
      if (!(present instanceof ObjectNode object)) {
        into.set(key, value);
      } else if (value instanceof ObjectNode values) {
        merge(object, values, where, errors);
      } else {
        throw errors.notKeys(where, value);
      }
    }
  }

  /** The keys of a tree, and behind them those one level further in. */
  private static List<String> keys(ObjectNode tree) {
    List<String> keys = new ArrayList<>();
    tree.fieldNames().forEachRemaining(keys::add);
    tree.properties()
        .forEach(
            entry ->
                entry
                    .getValue()
                    .fieldNames()
                    .forEachRemaining(inner -> keys.add(entry.getKey() + "." + inner)));
    return keys;
  }

  private static JsonPointer pointer(String key) {
    return JsonPointer.compile("/" + key.replace('.', '/'));
  }

  private static void set(ObjectNode tree, JsonPointer key, Object value) {
    ((ObjectNode) tree.at(key.head()))
        .set(key.last().getMatchingProperty(), YAML.valueToTree(value));
  }
}
