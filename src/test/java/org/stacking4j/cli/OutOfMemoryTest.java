package org.stacking4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands in a process with too little memory for them. */
final class OutOfMemoryTest {
  @TempDir private Path folder;

  private record Ended(int code, String said) {}

  private Ended run(String heap, String... arguments) throws Exception {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "org.stacking4j.cli.Main"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "fit"})
  void rowsThatDoNotFitIntoTheHeap_areOneSentence(String command) throws Exception {
    Ended ended = run("20m", command, "--data", "mnist", "--train", "0");

    assertThat(ended.said())
        .matches(
            "stacking4j: memory ran out \\(Java heap space\\); take fewer rows, or give Java more by"
                + " -Xmx, which raises the limit outside of its heap too\\R");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void aNetworkThatDoesNotFit_isForetold_andItsFitSaysWhatToDo() throws Exception {
    Path conf = folder.resolve("my.yaml");
    java.nio.file.Files.writeString(
        conf, "data: csv:conf/wine.csv\nmembers: [{name: huge, hidden: [5000, 5000]}]\n");

    Ended ended =
        run("192m", "fit", "--config", conf.toString(), "--out", folder.resolve("out").toString());

    assertThat(ended.said())
        .contains("\nwarning: the ")
        .containsPattern(
            "stacking4j: member 'huge', all rows failed \\(seed .*\\): it ran out of memory \\(.*\\);"
                + " run fewer fits at a time \\(threads\\), take smaller batches or networks, or")
        .doesNotContain("\tat ");
    assertThat(ended.code()).isEqualTo(1);
  }
}
