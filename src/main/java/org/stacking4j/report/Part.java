package org.stacking4j.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A part of {@code results.json}. What is not as expected is an {@link IllegalStateException} that
 * says where: {@code leaderboard[2].accuracy: expected a number, found "high"}.
 *
 * @param where the keys that lead to it; empty for the whole
 * @param node what is there
 */
record Part(String where, JsonNode node) {
  private static final int MOST_CHARACTERS = 60; // of a wrong value in a message

  /** What stands under a key. */
  Part get(String key) {
    return find(key)
        .orElseThrow(() -> new IllegalStateException(path(key) + ": the key is missing"));
  }

  /** What stands under a key, if it is there. */
  Optional<Part> find(String key) {
    @Nullable JsonNode child = node.get(key);
    return child == null || child.isNull()
        ? Optional.empty()
        : Optional.of(new Part(path(key), child));
  }

  private String path(String key) {
    return where.isEmpty() ? key : where + "." + key;
  }

  String text(String key) {
    return get(key).text();
  }

  private String text() {
    if (!node.isTextual()) {
      throw wrong("a text");
    }
    return node.textValue();
  }

  List<String> texts(String key) {
    return get(key).list().stream().map(Part::text).toList();
  }

  double number(String key) {
    return get(key).number();
  }

  /** A number; JSON has no other way to write NaN and the infinities than as texts. */
  double number() {
    if (node.isTextual() && Set.of("NaN", "Infinity", "-Infinity").contains(node.textValue())) {
      return Double.parseDouble(node.textValue());
    }
    if (!node.isNumber()) {
      throw wrong("a number");
    }
    return node.doubleValue();
  }

  long whole(String key) {
    Part part = get(key);
    if (!part.node.canConvertToExactIntegral() || !part.node.canConvertToLong()) {
      throw part.wrong("a whole number");
    }
    return part.node.longValue();
  }

  List<Double> numbers() {
    return list().stream().map(Part::number).toList();
  }

  /** Two numbers, such as the ends of an interval. */
  double[] pair() {
    if (!node.isArray() || node.size() != 2) {
      throw wrong("two numbers");
    }
    return numbers().stream().mapToDouble(Double::doubleValue).toArray();
  }

  List<Part> list(String key) {
    return get(key).list();
  }

  List<Part> list() {
    if (!node.isArray()) {
      throw wrong("a list");
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      parts.add(new Part(where + "[" + i + "]", node.get(i)));
    }
    return parts;
  }

  /** The parts by their keys, in the file's order. */
  Map<String, Part> parts() {
    if (!node.isObject()) {
      throw wrong("an object");
    }
    Map<String, Part> parts = new LinkedHashMap<>();
    node.properties()
        .forEach(
            entry -> parts.put(entry.getKey(), new Part(path(entry.getKey()), entry.getValue())));
    return parts;
  }

  private IllegalStateException wrong(String expected) {
    String found = node.toString();
    return new IllegalStateException(
        where
            + ": expected "
            + expected
            + ", found "
            + (found.length() > MOST_CHARACTERS
                ? found.substring(0, MOST_CHARACTERS) + "…"
                : found));
  }
}
