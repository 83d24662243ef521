package org.stacking4j.experiment;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.JacksonYAMLParseException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stacking4j.network.Trainer;

/**
 * Reads conf files. What a file leaves out has the value of the bundled {@code mnist-demo.yaml},
 * but for {@code train} and {@code test}: beside other data than MNIST they are 0, for all rows.
 * What a member leaves out has the value of {@code fit}. Unknown keys are refused.
 */
public final class ConfFile {
  private static final String DEFAULTS = "/org/stacking4j/conf/mnist-demo.yaml";
  private static final String FOR_TABLES = "/org/stacking4j/conf/table.yaml";
  private static final double LEARNING_RATE = 1e-3;
  private static final String TWICE = "Duplicate field ";
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private ConfFile() {}

  /**
   * Reads a conf file.
   *
   * @param file the file, or null for the defaults alone
   * @param overrides values that go before the file's, by key with dots: {@code fit.epochs}
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it says something that cannot be, with the key
   */
  public static ExperimentConfig read(@Nullable Path file, Map<String, Object> overrides)
      throws IOException {
    return read(bundled(DEFAULTS), file, file == null ? null : parse(file), overrides);
  }

  /**
   * Reads a conf file for one ensemble: what it leaves out has the value of the bundled {@code
   * table.yaml} where the data is a table, of its {@code fit} and else {@code mnist-demo.yaml}
   * where it is a folder of pictures, and else of {@code mnist-demo.yaml}; the strategy is
   * out-of-fold if nobody says otherwise.
   *
   * @param file the file, or null for the defaults alone
   * @param overrides values that go before the file's, by key with dots: {@code fit.epochs}
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it says something that cannot be, with the key
   */
  public static ExperimentConfig readForFit(@Nullable Path file, Map<String, Object> overrides)
      throws IOException {
    ObjectNode defaults = bundled(DEFAULTS);
    JsonNode data = YAML.valueToTree(overrides.get("data"));
    @Nullable ObjectNode said = file == null ? null : parse(file);
    if (data.isNull() && said != null) {
      data = said.path("data");
    }
    boolean pictures = data.isTextual() && DataSource.isPictures(data.asText());
    if (pictures || (data.isTextual() && DataSource.isTable(data.asText()))) {
      ObjectNode forTables = bundled(FOR_TABLES);
      forTables.remove("data");
      if (pictures) {
        forTables.remove(
            "members"); // few rows want more and smaller steps, many pixels as many units
      }
      merge(defaults, forTables, "", FOR_TABLES);
    }
    defaults.put("strategy", "out-of-fold");
    return read(defaults, file, said, overrides);
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
  private static ExperimentConfig read(
      ObjectNode tree,
      @Nullable Path file,
      @Nullable ObjectNode said,
      Map<String, Object> overrides) {
    if (file != null && said != null) {
      forgetRows(tree, said.get("data"));
      merge(tree, said, "", file.toString());
    }
    forgetRows(tree, YAML.valueToTree(overrides.get("data")));
    overrides.forEach((key, value) -> set(tree, key, value));
    columnsToText(tree, "pass-through");
    completeMembers(tree);
    try {
      return YAML.treeToValue(tree, ExperimentConfig.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException((file == null ? "" : file + ": ") + explain(e, tree), e);
    }
  }

  /** Numbers of rows are not meant for other data than they stand beside. */
  private static void forgetRows(ObjectNode tree, @Nullable JsonNode data) {
    if (data != null && data.isTextual() && !data.equals(tree.get("data"))) {
      tree.put("train", 0);
      tree.put("test", 0);
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
  static JsonNode toTree(ExperimentConfig config) {
    return YAML.valueToTree(config);
  }

  private static ObjectNode parse(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      JsonNode tree = YAML.readTree(in);
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new IllegalArgumentException(file + ": not a conf file, it has no keys");
    } catch (NoSuchFileException e) {
      throw new IOException("cannot read " + file + ": there is no such file", e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + ": " + explain(e, MissingNode.getInstance()), e);
    }
  }

  /** Puts {@code from} over {@code into}, key by key; lists are replaced whole. */
  private static void merge(ObjectNode into, ObjectNode from, String path, String file) {
    for (Map.Entry<String, JsonNode> entry : from.properties()) {
      String key = entry.getKey();
      @Nullable JsonNode present = into.get(key);
      if (present == null) {
        throw new IllegalArgumentException(
            file
                + ": unknown key '"
                + path
                + key
                + "'; known here: "
                + into.propertyStream().map(Map.Entry::getKey).collect(Collectors.joining(", ")));
      }
      if (present instanceof ObjectNode object && entry.getValue() instanceof ObjectNode values) {
        merge(object, values, path + key + ".", file);
      } else {
        into.set(key, entry.getValue());
      }
    }
  }

  private static void set(ObjectNode tree, String key, Object value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      tree.set(key, YAML.valueToTree(value));
    } else {
      set((ObjectNode) tree.get(key.substring(0, dot)), key.substring(dot + 1), value);
    }
  }

  /** What is wrong, and where in the tree. */
  private static String explain(JsonProcessingException e, JsonNode tree) {
    JsonNode found = tree;
    String where = "";
    if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      StringBuilder path = new StringBuilder();
      for (JsonMappingException.Reference part : mapping.getPath()) {
        found =
            part.getFieldName() == null
                ? found.path(part.getIndex())
                : found.path(part.getFieldName());
        if (part.getFieldName() == null) {
          path.append('[').append(part.getIndex()).append(']');
        } else {
          path.append(path.isEmpty() ? "" : ".").append(part.getFieldName());
        }
      }
      where = path + ": ";
    }
    @Nullable JsonLocation location = e.getLocation();
    if (where.isEmpty() && location != null && location.getLineNr() > 0) {
      where = "line " + location.getLineNr() + ": ";
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      return where
          + "unknown key '"
          + unknown.getPropertyName()
          + "'; known here: "
          + unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
    }
    if (e.getOriginalMessage().startsWith("Null value for creator property")) {
      return where + "the key is missing or has no value";
    }
    if (e instanceof MismatchedInputException mismatch) {
      return where + "expected " + expected(mismatch.getTargetType()) + ", found " + shown(found);
    }
    if (e.getOriginalMessage().startsWith(TWICE)) {
      return where
          + "the key "
          + e.getOriginalMessage().substring(TWICE.length())
          + " is there twice";
    }
    if (e instanceof JacksonYAMLParseException
        && e.getOriginalMessage().contains("CharConversionException")) {
      return where + "not UTF-8 text; save it as such";
    }
    if (e instanceof JacksonYAMLParseException) {
      // The parser quotes the lines around, marked by a blank or by the name of its reader.
      return where
          + "not valid YAML: "
          + e.getOriginalMessage()
              .lines()
              .filter(line -> !line.startsWith(" "))
              .collect(Collectors.joining(", "))
          + "; look at indentation, brackets and quotes";
    }
    Throwable cause = e.getCause();
    return where
        + (cause instanceof IllegalArgumentException ? cause.getMessage() : e.getOriginalMessage());
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "something else";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .filter(constant -> constant != Trainer.NONE) // not to be asked for
          .map(String::valueOf)
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    if (type == int.class || type == long.class || type == Integer.class) {
      return "a whole number";
    }
    if (type == double.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "one value";
    }
    return List.class.isAssignableFrom(type) ? "a list" : "keys with values";
  }

  private static String shown(JsonNode found) {
    if (found.isValueNode()) {
      return found.isNull() ? "nothing" : "'" + found.asText() + "'";
    }
    return found.isArray() ? "a list" : "keys with values";
  }
}
