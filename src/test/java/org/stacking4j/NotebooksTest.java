package org.stacking4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every notebook on few rows, and holds its rendered page to the same text and code. With
 * {@code -Dstacking4j.render=true} it runs them in full and writes the pages anew, with {@code
 * -Dstacking4j.render=03} the one whose name begins so.
 */
class NotebooksTest {
  private static final Path FOLDER = Path.of("notebooks-equivalent");
  private static final String RENDER = System.getProperty("stacking4j.render", "");
  private static final Pattern OUTPUT =
      Pattern.compile("\n\n```text\n.*?\n```(?=\n)", Pattern.DOTALL);
  private static final Pattern CELL =
      Pattern.compile("\n```java\n.*?\n```\n(\n```text\n)?", Pattern.DOTALL);

  private static final Pattern LINE =
      Pattern.compile("^\\| \\[(.*?)]\\(\\1\\.md\\) \\|", Pattern.MULTILINE);

  /** A text or a code cell, the line of the notebook it begins in, and its lines. */
  private record Part(boolean isCode, int line, List<String> lines) {}

  static List<String> notebooks() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jsh"))
          .sorted()
          .toList();
    }
  }

  @Test
  void everyNotebookHasItsPageAndItsLine() throws IOException {
    List<String> names = notebooks().stream().map(name -> name.replace(".jsh", "")).toList();
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".md") && !name.equals("README.md"))
                  .sorted())
          .as("rendered pages")
          .isEqualTo(names.stream().map(name -> name + ".md").toList());
    }
    assertThat(
            LINE.matcher(Files.readString(FOLDER.resolve("README.md")))
                .results()
                .map(line -> line.group(1)))
        .as("lines in README.md")
        .isEqualTo(names);
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void runsAndMatchesItsPage(String name, @TempDir Path out) throws IOException {
    Map<String, String> properties = new HashMap<>(Map.of("stacking4j.out", out.toString()));
    boolean render = RENDER.equals("true") || (!RENDER.isEmpty() && name.startsWith(RENDER));
    if (!render) {
      properties.putAll(
          Map.of(
              "stacking4j.train", "300",
              "stacking4j.test", "150",
              "stacking4j.epochs", "1",
              "stacking4j.splits", "2"));
    }
    List<Part> parts = parse(name);
    List<String> outputs = withProperties(properties, () -> run(name, parts));

    Path page = FOLDER.resolve(name.replace(".jsh", ".md"));
    if (render) {
      Files.writeString(page, render(name, parts, outputs));
    }
    String committed = Files.readString(page).replace("\r\n", "\n");
    List<String> none = outputs.stream().map(output -> "").toList();
    assertThat(Files.writeString(out.resolve("page"), OUTPUT.matcher(committed).replaceAll("")))
        .as("%s without outputs; README.md says how to render it anew", page)
        .hasSameTextualContentAs(Files.writeString(out.resolve(name), render(name, parts, none)));
    assertThat(CELL.matcher(committed).results().map(cell -> cell.group(1) != null))
        .as("%s, which cells have output", page)
        .isEqualTo(outputs.stream().map(output -> !output.isEmpty()).toList());
  }

  /**
   * Lines that begin with two slashes are text, all others code; {@code /exit} ends the notebook.
   */
  private static List<Part> parse(String name) throws IOException {
    List<String> lines = Files.readAllLines(FOLDER.resolve(name));
    assertThat(lines).last().isEqualTo("/exit");
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < lines.size() - 1; i++) {
      String line = lines.get(i);
      boolean isCode = !line.startsWith("//");
      if (!line.isBlank() && (parts.isEmpty() || parts.get(parts.size() - 1).isCode() != isCode)) {
        parts.add(new Part(isCode, i + 1, new ArrayList<>()));
      }
      if (!parts.isEmpty()) {
        parts.get(parts.size() - 1).lines().add(isCode ? line : line.replaceFirst("^// ?", ""));
      }
    }
    return parts;
  }

  private static String render(String name, List<Part> parts, List<String> outputs) {
    List<String> blocks = new ArrayList<>();
    blocks.add("<!-- Rendered from " + name + "; README.md says how. -->");
    int cell = 0;
    for (Part part : parts) {
      String body = String.join("\n", part.lines()).strip();
      if (!part.isCode()) {
        blocks.add(body);
        continue;
      }
      blocks.add("```java\n" + body + "\n```");
      String output = outputs.get(cell++);
      if (!output.isEmpty()) {
        blocks.add("```text\n" + output + "\n```");
      }
    }
    return String.join("\n\n", blocks) + "\n";
  }

  /** Runs the cells in this process; returns what each printed. */
  private static List<String> run(String name, List<Part> parts) {
    List<String> outputs = new ArrayList<>();
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      shell.addToClasspath(System.getProperty("java.class.path"));
      for (Part part : parts) {
        if (part.isCode()) {
          String where = name + ", cell " + (outputs.size() + 1);
          outputs.add(printedBy(() -> run(shell, part, where)));
        }
      }
    }
    return outputs;
  }

  /** Hands a cell over line by line, as the jshell tool reads it. */
  private static void run(JShell shell, Part cell, String where) {
    String pending = "";
    int begin = cell.line();
    for (int i = 0; i < cell.lines().size(); i++) {
      if (pending.isBlank()) {
        begin = cell.line() + i;
      }
      pending += cell.lines().get(i) + "\n";
      CompletionInfo found = shell.sourceCodeAnalysis().analyzeCompletion(pending);
      while (found.completeness().isComplete()) {
        for (SnippetEvent event : shell.eval(found.source())) {
          check(shell, event, where + ", line " + begin);
        }
        pending = found.remaining();
        found = shell.sourceCodeAnalysis().analyzeCompletion(pending);
      }
    }
    assertThat(shell.sourceCodeAnalysis().analyzeCompletion(pending).completeness())
        .as("%s, line %d: how complete it is", where, begin)
        .isEqualTo(Completeness.EMPTY);
  }

  private static void check(JShell shell, SnippetEvent event, String where) {
    List<String> problems = new ArrayList<>();
    shell
        .diagnostics(event.snippet())
        .forEach(found -> problems.add(found.getMessage(Locale.ROOT)));
    if (event.snippet() instanceof DeclarationSnippet declaration) {
      shell.unresolvedDependencies(declaration).forEach(name -> problems.add("no " + name));
    }
    assertThat(event.status())
        .as("%s: %s %s", where, event.snippet().source(), problems)
        .isEqualTo(Snippet.Status.VALID);
    JShellException thrown = event.exception();
    if (thrown != null) {
      fail(where + ": " + event.snippet().source(), thrown);
    }
  }

  private static String printedBy(Runnable action) {
    PrintStream before = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      action.run();
    } finally {
      System.setOut(before);
    }
    return printed.toString(UTF_8).replace("\r\n", "\n").stripTrailing();
  }

  private static <T> T withProperties(Map<String, String> properties, Supplier<T> action) {
    Map<String, String> before = new HashMap<>();
    properties.keySet().forEach(key -> before.put(key, System.getProperty(key)));
    System.getProperties().putAll(properties);
    try {
      return action.get();
    } finally {
      before.forEach(
          (key, value) -> {
            if (value == null) {
              System.clearProperty(key);
            } else {
              System.setProperty(key, value);
            }
          });
    }
  }
}
