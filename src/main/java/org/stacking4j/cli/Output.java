package org.stacking4j.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** What a command says, how, and where; {@code --json} and {@code --quiet}. */
final class Output {
  private static final String JSON_OPTION = "--json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .addModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance))
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // whatever the character set of the output
          .build();

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean live;

  @Option(
      names = JSON_OPTION,
      description =
          "Print one JSON document to standard output and nothing else; progress goes to standard"
              + " error.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, only the result and errors.")
  private boolean quiet;

  /**
   * @param out where results go
   * @param err where progress and errors go
   * @param live whether these are the process's own, so that a terminal may be behind them
   */
  Output(PrintWriter out, PrintWriter err, boolean live) {
    this.out = out;
    this.err = err;
    this.live = live;
  }

  /** Whoever shows how a run goes. */
  RunProgress progress() {
    if (quiet) {
      return RunProgress.silent();
    }
    return json
        ? new RunProgress(err, err, Optional.empty())
        : new RunProgress(out, err, live ? LiveLines.onTerminal() : Optional.empty());
  }

  boolean isJson() {
    return json;
  }

  /** An object to fill in and to {@link #print(JsonNode)}. */
  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** A record as JSON, its names in snake_case as in {@code results.json}. */
  static ObjectNode tree(Object record) {
    return JSON.valueToTree(record);
  }

  /** Prints the one document. */
  void print(JsonNode document) {
    print(document, out);
  }

  private static void print(JsonNode document, PrintWriter out) {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    ObjectWriter writer = JSON.writer(printer);
    try {
      out.println(writer.writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON", e);
    }
    out.flush();
  }

  /** Prints a line, or lines. */
  void say(String text) {
    out.println(in(Charset.defaultCharset(), text));
    out.flush();
  }

  /** Prints what matters most, in bold letters where that can be. */
  void stress(String text) {
    say(Ansi.AUTO.enabled() && live ? Ansi.Style.bold.on() + text + Ansi.Style.reset.on() : text);
  }

  /** Something to know that is not the result. */
  void warn(String warning) {
    err.println("stacking4j: " + warning);
    err.flush();
  }

  /** What went wrong, to humans and, if the command was asked for JSON, in the document's place. */
  static void fail(String message, List<String> args, PrintWriter out, PrintWriter err) {
    err.println("stacking4j: " + message);
    if (args.contains(JSON_OPTION)) {
      print(object().put("error", message), out);
    }
  }

  /** A text with {@code +-} for ± and {@code R2} for R² where the character set has none. */
  static String in(Charset charset, String text) {
    return charset.newEncoder().canEncode(text)
        ? text
        : text.replace("±", "+-").replace("R²", "R2");
  }
}
