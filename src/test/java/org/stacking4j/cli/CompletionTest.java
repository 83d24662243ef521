package org.stacking4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
class CompletionTest {
  @TempDir Path folder;

  @Test
  void completion_isAScript_thatBashCompletesBy() throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/bin/bash")), "no bash");
    StringWriter out = new StringWriter();
    int code =
        Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), "generate-completion");
    assertThat(code).isZero();
    Path script = Files.writeString(folder.resolve("completion.sh"), out.toString());

    assertThat(bash("-n", script.toString())).isEmpty();
    assertThat(complete(script, "stacking4j", "pre")).contains("predict").doesNotContain("fit");
    assertThat(complete(script, "stacking4j", "demo", "--st")).contains("--strategy");
    assertThat(complete(script, "stacking4j", "fit", "--qu")).contains("--quiet");
    assertThat(complete(script, "stacking4j", "fit", "--strategy", "hold")).contains("holdout");
  }

  /** What bash would offer for the last word. */
  private static String complete(Path script, String... words)
      throws IOException, InterruptedException {
    String line = String.join(" ", words);
    return bash(
        "-c",
        "source "
            + script
            + "; COMP_WORDS=("
            + line
            + "); COMP_CWORD="
            + (words.length - 1)
            + "; COMP_LINE='"
            + line
            + "'; COMP_POINT="
            + line.length()
            + "; _complete_stacking4j; echo \"${COMPREPLY[@]}\"");
  }

  private static String bash(String... args) throws IOException, InterruptedException {
    String[] command = new String[args.length + 1];
    command[0] = "/bin/bash";
    System.arraycopy(args, 0, command, 1, args.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
