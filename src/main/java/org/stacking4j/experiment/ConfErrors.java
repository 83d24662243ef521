package org.stacking4j.experiment;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.dataformat.yaml.JacksonYAMLParseException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.DidYouMean;
import org.stacking4j.network.Trainer;

/**
 * Says what is wrong in a conf file, and in which line. Immutable.
 *
 * @param file the file, or null where there are only defaults and options
 * @param lines where in the file each key and each item of a list stands, from 1
 * @param options what options said instead of the file
 */
record ConfErrors(@Nullable Path file, Map<JsonPointer, Integer> lines, Set<JsonPointer> options) {
  private static final String TWICE = "Duplicate field ";

  /** What Jackson says of a whole number that is too large. */
  private static final Pattern OUT_OF_RANGE =
      Pattern.compile("Numeric value \\((.*)\\) out of range of \\w+ \\((-?\\d+) - (\\d+)\\)");

  /**
   * @param known keys there, and behind them {@code KEY.KEY} for those further in
   */
  IllegalArgumentException unknownKey(JsonPointer where, List<String> known) {
    String key = where.last().getMatchingProperty();
    List<String> here = known.stream().filter(name -> name.indexOf('.') < 0).toList();
    Optional<String> meant =
        DidYouMean.nearest(key, here)
            .or(
                () ->
                    known.stream()
                        .filter(name -> name.indexOf('.') >= 0)
                        .filter(
                            name -> {
                              String last = name.substring(name.indexOf('.') + 1);
                              return last.equals(key)
                                  || DidYouMean.nearest(key, List.of(last)).isPresent();
                            })
                        .findFirst());
    return error(
        where,
        "unknown key '"
            + inWords(where)
            + "'; "
            + meant.map(name -> "did you mean '" + name + "'? ").orElse("")
            + "known here: "
            + String.join(", ", here),
        null);
  }

  /** That something else than keys with values stands where those are needed. */
  IllegalArgumentException notKeys(JsonPointer where, JsonNode found) {
    return error(
        where, inWords(where) + ": expected keys with values, found " + shown(found), null);
  }

  /** What Jackson has found wrong with a tree. */
  IllegalArgumentException wrong(JsonProcessingException e, JsonNode tree) {
    JsonPointer where = JsonPointer.empty();
    if (e instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference part : mapping.getPath()) {
        where =
            part.getFieldName() == null
                ? where.appendIndex(part.getIndex())
                : where.appendProperty(part.getFieldName());
      }
    }
    @Nullable JsonLocation location = e.getLocation();
    String message = message(e, tree.at(where));
    if (where.matches() && location != null && location.getLineNr() > 0) {
      return new IllegalArgumentException(
          file + ", line " + location.getLineNr() + ": " + message, e);
    }
    return error(
        keyIn(where, message), (where.matches() ? "" : inWords(where) + ": ") + message, e);
  }

  /** Messages about several values of a record name its keys: the first that somebody gave. */
  private JsonPointer keyIn(JsonPointer record, String message) {
    for (String word : message.split("[^a-z-]+", -1)) {
      JsonPointer key = record.appendProperty(word);
      if (lines.containsKey(key) || options.contains(key)) {
        return key;
      }
    }
    return record;
  }

  private IllegalArgumentException error(
      JsonPointer where, String message, @Nullable Exception cause) {
    if (file == null || options.contains(where)) {
      return new IllegalArgumentException(message, cause);
    }
    @Nullable JsonPointer place = where; // what is missing has no line, but what it is missing from
    while (place != null && !lines.containsKey(place)) {
      place = place.head();
    }
    return new IllegalArgumentException(
        file + (place == null ? "" : ", line " + lines.get(place)) + ": " + message, cause);
  }

  /** {@code members[0].epochs}. */
  private static String inWords(JsonPointer where) {
    StringBuilder path = new StringBuilder();
    for (JsonPointer part = where; !part.matches(); part = part.tail()) {
      if (part.mayMatchElement()) {
        path.append('[').append(part.getMatchingIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(part.getMatchingProperty());
      }
    }
    return path.toString();
  }

  private static String message(JsonProcessingException e, JsonNode found) {
    if (e.getOriginalMessage().startsWith("Null value for creator property")) {
      return "the key is missing or has no value";
    }
    if (e instanceof MismatchedInputException mismatch) {
      return expected(mismatch.getTargetType(), found);
    }
    if (e.getOriginalMessage().startsWith(TWICE)) {
      return "the key " + e.getOriginalMessage().substring(TWICE.length()) + " is there twice";
    }
    if (e instanceof JacksonYAMLParseException) {
      // The parser quotes the lines around, marked by a blank or by the name of its reader.
      return "not valid YAML: "
          + e.getOriginalMessage()
              .lines()
              .filter(line -> !line.startsWith(" "))
              .collect(Collectors.joining(", "))
          + "; look at indentation, brackets and quotes";
    }
    Matcher range = OUT_OF_RANGE.matcher(e.getOriginalMessage());
    if (range.matches()) {
      return "expected a whole number from "
          + range.group(2)
          + " to "
          + range.group(3)
          + ", found "
          + range.group(1);
    }
    if (e.getCause() instanceof NumberFormatException cause) {
      // YAML's own .inf and .nan, which its reader takes for numbers and cannot read.
      return "expected a number, found "
          + String.valueOf(cause.getMessage())
              .replaceFirst("For input string: ", "")
              .replace('"', '\'')
          + "; no limit at all is Infinity";
    }
    return e.getCause() instanceof IllegalArgumentException cause
        ? String.valueOf(cause.getMessage())
        : e.getOriginalMessage();
  }

  private static String expected(@Nullable Class<?> type, JsonNode found) {
    if (type != null && type.isEnum()) {
      List<String> known =
          Arrays.stream(type.getEnumConstants())
              .filter(constant -> constant != Trainer.NONE) // not to be asked for
              .map(String::valueOf)
              .toList();
      return "expected one of "
          + String.join(", ", known)
          + ", found "
          + shown(found)
          + DidYouMean.after(found.asText(), known);
    }
    return "expected " + inWords(type) + ", found " + shown(found);
  }

  private static String inWords(@Nullable Class<?> type) {
    if (type == null) {
      return "something else";
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
