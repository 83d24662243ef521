package org.stacking4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the README's Java as it stands there, on fewer rows. */
class ReadmeTest {
  @TempDir Path folder;

  @Test
  void firstExample_runsAsItStands() throws IOException {
    Path archive = folder.resolve("ensemble.zip");
    String code =
        example()
            .replace("first(20_000)", "first(400)")
            .replace("first(5_000)", "first(200)")
            .replace("\"ensemble.zip\"", "\"" + archive.toString().replace("\\", "\\\\") + "\"");

    String printed = run(code);

    assertThat(printed).matches("accuracy 0\\.\\d{4}, log loss \\d\\.\\d{4} on 200 rows\\R");
    assertThat(StackingEnsemble.load(archive).members().names())
        .containsExactly("mlp-1", "mlp-2", "wide");
  }

  /** Whoever changes one must change the other: it has the same code, numbers and links. */
  @Test
  void spanish_saysTheSameLineByLine() throws IOException {
    List<String> english = Files.readAllLines(Path.of("README.md"));
    List<String> spanish = Files.readAllLines(Path.of("README.es.md"));

    assertThat(spanish).hasSameSizeAs(english);
    assertThat(english.get(2)).isEqualTo("[En español](README.es.md)");
    assertThat(spanish.get(2)).isEqualTo("[In English](README.md)");
    boolean code = false;
    for (int i = 3; i < english.size(); i++) {
      String line = "line " + (i + 1);
      code ^= english.get(i).startsWith("```");
      if (code) {
        assertThat(spanish.get(i)).as(line).isEqualTo(english.get(i));
      } else {
        assertThat(tokens(spanish.get(i))).as(line).isEqualTo(tokens(english.get(i)));
      }
    }
  }

  /** What a translation must leave alone, in order of the alphabet. */
  private static List<String> tokens(String line) {
    return Pattern.compile("`[^`]+`|]\\([^)]+\\)|\\d+(\\.\\d+)*|^(#+|- \\*\\*|- )")
        .matcher(line)
        .results()
        .map(MatchResult::group)
        .sorted()
        .toList();
  }

  private static String example() throws IOException {
    Matcher block =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("README.md")).replace("\r\n", "\n"));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  private static String run(String code) {
    PrintStream before = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      shell.addToClasspath(System.getProperty("java.class.path"));
      String rest = code;
      while (!rest.isBlank()) {
        SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
        for (SnippetEvent event : shell.eval(next.source())) {
          assertThat(event.exception()).as(event.snippet().source()).isNull();
          assertThat(event.status()).as(event.snippet().source()).isEqualTo(Snippet.Status.VALID);
        }
        rest = next.remaining();
      }
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
