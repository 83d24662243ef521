package org.stacking4j.network;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.exc.InvalidTypeIdException;

/**
 * Reads DL4J's JSON of a configuration from files of unknown origin. Names of classes stand in it,
 * in fields that differ from part to part, which DL4J would load, and so run their static
 * initialisers, before it finds out that they do not fit; here every text is looked at first.
 */
public final class ConfigurationJson {
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_$]+(?:\\.[\\p{L}\\p{N}_$]+)+");

  /** Where DL4J has what configurations are made of. */
  private static final List<String> PACKAGES =
      List.of(
          "org.deeplearning4j.nn.conf.",
          "org.deeplearning4j.nn.weights.",
          "org.nd4j.linalg.activations.impl.",
          "org.nd4j.linalg.learning.config.",
          "org.nd4j.linalg.learning.regularization.",
          "org.nd4j.linalg.lossfunctions.impl.",
          "org.nd4j.linalg.schedule.");

  // What was looked at and what DL4J reads must not differ: it gets the tree written anew.
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  private ConfigurationJson() {}

  /**
   * Reads a configuration.
   *
   * @param json as {@code MultiLayerConfiguration.toJson} writes it
   * @param allowed names of classes beside DL4J's own that it may name
   * @return the configuration that it says
   * @throws IOException if it is none, or names another class
   */
  public static MultiLayerConfiguration read(byte[] json, Set<String> allowed) throws IOException {
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IOException("its configuration is damaged: " + e.getOriginalMessage(), e);
    }
    check(tree, allowed);
    MultiLayerConfiguration configuration;
    try {
      configuration = MultiLayerConfiguration.fromJson(JSON.writeValueAsString(tree));
    } catch (RuntimeException | LinkageError e) {
      throw new IOException("its configuration is none of Deeplearning4j: " + reason(e), e);
    }
    @Nullable List<NeuralNetConfiguration> layers =
        configuration == null ? null : configuration.getConfs();
    if (layers == null
        || layers.isEmpty()
        || layers.stream().anyMatch(ConfigurationJson::isEmpty)) {
      throw new IOException("its configuration has no layers, or an empty one");
    }
    return configuration;
  }

  private static boolean isEmpty(@Nullable NeuralNetConfiguration layer) {
    return layer == null || layer.getLayer() == null;
  }

  private static void check(JsonNode tree, Set<String> allowed) throws IOException {
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      check(field.getKey(), allowed);
    }
    if (tree.isTextual()) {
      check(tree.textValue(), allowed);
    }
    for (JsonNode child : tree) {
      check(child, allowed);
    }
  }

  /** Refuses a text with the name of a class that is there and no part of a configuration. */
  private static void check(String text, Set<String> allowed) throws IOException {
    Matcher names = NAME.matcher(text); // several in that of a generic type
    while (names.find()) {
      String name = names.group();
      if (PACKAGES.stream().noneMatch(name::startsWith)
          && !allowed.contains(name)
          && isClass(name)) {
        throw new IOException(
            "its configuration names the class '"
                + name
                + "', which is no part of a configuration of Deeplearning4j's; if you trust it,"
                + " allow that class");
      }
    }
  }

  /** Looks for its file, which loads nothing. */
  private static boolean isClass(String name) {
    String file = name.replace('.', '/') + ".class";
    @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
    return ClassLoader.getSystemResource(file) != null
        || ConfigurationJson.class.getResource("/" + file) != null
        || (context != null && context.getResource(file) != null);
  }

  private static String reason(Throwable e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    if (cause instanceof InvalidTypeIdException unknown) {
      return "it names the class '"
          + unknown.getTypeId()
          + "', which is not there or stands in the wrong place; if it is of a library of your own,"
          + " put that on the classpath";
    }
    if (cause instanceof NullPointerException || cause instanceof LinkageError) {
      return "a part of it is missing"; // what Java says names a method of DL4J's
    }
    // The first line, which is what Jackson has to say.
    String said = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return said.replace('`', '\'');
  }
}
