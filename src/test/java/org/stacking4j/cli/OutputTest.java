package org.stacking4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.experiment.TinyIdxFolder;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.train.LocalFits;

/** {@code --json} and {@code --quiet}, and what {@code inspect} reads. */
class OutputTest {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  /** Standard output, which must be one document and nothing else. */
  private JsonNode json() throws IOException {
    return JSON.readTree(out.toString());
  }

  private String fitted() throws IOException {
    Path table =
        Files.writeString(folder.resolve("t.csv"), "x,y,kind\n" + "1,2,a\n2,1,b\n".repeat(20));
    Path conf =
        Files.writeString(
            folder.resolve("c.yaml"),
            "data: 'csv:" + table + "'\nmembers: [{name: a, hidden: [6]}]\nfit: {epochs: 2}\n");
    String result = folder.resolve("mine").toString();
    int code = run("fit", "--json", "--config", conf.toString(), "--folds", "2", "--out", result);
    assertThat(code).as(err.toString()).isZero();
    return folder.resolve("mine").resolve("ensemble.zip").toString();
  }

  @Test
  void json_ofEachCommand_isOneDocument() throws IOException {
    String model = fitted();
    JsonNode fit = json();
    assertThat(fit.fieldNames())
        .toIterable()
        .containsExactly(
            "data",
            "leaderboard",
            "difference_to",
            "comparisons",
            "contributions",
            "combiners",
            "saved_stack",
            "verdict",
            "files");
    JsonNode results = JSON.readTree(folder.resolve("mine/results.json").toFile());
    assertThat(fit.get("verdict")).isEqualTo(results.get("verdict"));
    assertThat(fit.get("leaderboard").get(0).get("log_loss"))
        .isEqualTo(results.get("leaderboard").get(0).get("log_loss"));
    assertThat(fit.get("leaderboard").get(0).has("reliability")).isFalse();
    for (JsonNode file : fit.get("files")) {
      assertThat(Path.of(file.asText())).isRegularFile();
    }
    assertThat(err.toString())
        .contains("stacking out-of-fold", "member 'a', fold 1 of 2: ", "(3 of 3 fits)");

    String config = folder.resolve("c.yaml").toString();
    assertThat(run("plan", "--json", "--config", config)).isZero();
    assertThat(json().get("fits").asInt()).isEqualTo(6);
    assertThat(json().fieldNames())
        .toIterable()
        .containsExactly(
            "fits", "in_stacks", "operations", "bytes", "seconds", "running", "memory", "averages");

    String data = "csv:" + folder.resolve("t.csv");
    assertThat(run("evaluate", "--json", "--model", model, "--data", data)).isZero();
    assertThat(json().fieldNames())
        .toIterable()
        .containsExactly("accuracy", "log_loss", "brier", "ece", "rows");

    String answers = folder.resolve("answers.csv").toString();
    assertThat(run("predict", "--json", "--model", model, "--data", data, "--out", answers))
        .isZero();
    assertThat(json()).isEqualTo(JSON.createObjectNode().put("rows", 40).put("file", answers));

    assertThat(run("report", "--json", folder.resolve("mine").toString())).isZero();
    assertThat(Path.of(json().get("file").asText())).isRegularFile();

    String conf = Files.readString(folder.resolve("c.yaml"));
    Path folds = Files.writeString(folder.resolve("f.yaml"), conf + "out-of-fold: {folds: 2}\n");
    int code = run("audit", "--json", "--config", folds.toString());
    assertThat(json().get("passed").asBoolean()).isEqualTo(code == 0);
    JsonNode finding = json().get("stacks").get("out-of-fold").get("findings").get(0);
    assertThat(finding.fieldNames()).toIterable().containsExactly("check", "passed", "detail");
    assertThat(err.toString()).contains("6 fits of base networks: about ", "(6 of 6 fits)");
  }

  @Test
  void json_ofAnError_isADocumentToo() throws IOException {
    assertThat(run("inspect", "--json", folder.resolve("none.zip").toString())).isEqualTo(1);
    String message = "cannot read " + folder.resolve("none.zip") + ": there is no such file";
    assertThat(json()).isEqualTo(JSON.createObjectNode().put("error", message));
    assertThat(err.toString()).isEqualTo("stacking4j: " + message + System.lineSeparator());

    assertThat(run("plan", "--json", "--bogus")).isEqualTo(2);
    assertThat(json().get("error").asText()).isEqualTo("unknown option '--bogus'");
    assertThat(run("demo", "--json", "--strategy", "hold-out")).isEqualTo(2);
    assertThat(json().get("error").asText()).startsWith("unknown strategy 'hold-out'; did you");
    assertThat(run("demo", "--strategy", "hold-out")).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void quiet_leavesTheResult() throws IOException {
    Path data = TinyIdxFolder.write(Files.createDirectory(folder.resolve("idx")));
    Path conf =
        Files.writeString(
            folder.resolve("c.yaml"),
            "data: 'idx:" + data + "'\nmembers: [{name: a, hidden: [6]}]\nfit: {epochs: 2}\n");
    List<String> demo = new ArrayList<>(List.of("demo", "--config", conf.toString()));
    demo.addAll(List.of("--folds", "2", "--out", folder.resolve("out").toString()));

    demo.add("-q");
    assertThat(run(demo.toArray(String[]::new))).as(err.toString()).isZero();
    assertThat(err.toString()).isEmpty();
    JsonNode results = JSON.readTree(folder.resolve("out/results.json").toFile());
    assertThat(out.toString().strip())
        .startsWith("name ")
        .contains(Output.in(Charset.defaultCharset(), results.get("verdict").asText()))
        .contains("Files in ")
        .doesNotContain("fits of base networks", "stacking out-of-fold", "combined by");

    demo.add("--json");
    assertThat(run(demo.toArray(String[]::new))).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(json().has("verdict")).isTrue();
    assertThat(json().get("verdict").asText()).contains("±");
    assertThat(out.toString()).matches("\\p{ASCII}*");

    assertThat(run("demo", "--quiet", "--threads", "0")).isEqualTo(2);
    assertThat(err.toString()).startsWith("stacking4j: threads must be >= 1, found 0");
  }

  @Test
  void inspect_buildsNoNetwork() throws IOException {
    String model = fitted();
    Path damaged = folder.resolve("damaged.zip");
    try (ZipFile from = new ZipFile(model);
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(damaged))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        to.putNextEntry(new ZipEntry(entry.getName()));
        boolean network = entry.getName().endsWith("configuration.json");
        byte[] content = from.getInputStream(entry).readAllBytes();
        to.write(network ? "no network".getBytes(StandardCharsets.UTF_8) : content);
      }
    }

    assertThat(run("inspect", damaged.toString())).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("classes: a, b", "columns: 2, made of x, y", "file: format version 7, ")
        .contains("member a: 2 fold networks and one of all rows, 64 parameters, 2 epochs,");
    assertThat(run("inspect", "--json", damaged.toString())).isZero();
    JsonNode said = json();
    assertThat(said.get("format_version").asInt()).isEqualTo(7);
    assertThat(said.get("provenance").get("fitted").asText()).endsWith("Z");
    assertThat(said.get("bytes").asLong()).isEqualTo(Files.size(damaged));
    assertThat(said.get("task").asText()).isEqualTo("classification");
    assertThat(said.get("members").get(0).get("parameters").asInt()).isEqualTo(64);
  }

  @Test
  void inspect_saysWhoDroppedOut() throws IOException {
    Path file = folder.resolve("fewer.zip");
    StackingEnsemble.fit(
            StackingConfig.builder().member("a", Mlp.base(3, 2, 4)).outOfFold(2).build(),
            TinyData.blobs(24, 3, 2, 1),
            LocalFits.onThreads(1))
        .withDropped(List.of(new DroppedMember("b", "member 'b', fold 1 of 2", "it diverged")))
        .save(file);

    assertThat(run("inspect", file.toString())).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains("dropped out b: member 'b', fold 1 of 2 failed: it diverged");
  }

  @Test
  void inspect_looksIntoStacks() throws IOException {
    Path table =
        Files.writeString(folder.resolve("t.csv"), "x,y,kind\n" + "1,2,a\n2,1,b\n".repeat(20));
    Path conf =
        Files.writeString(
            folder.resolve("c.yaml"),
            "data: 'csv:"
                + table
                + """
                '
                members: [{name: a, hidden: [6]}]
                inner-stacks: [{name: pair, folds: 3, members: [{name: p, hidden: [5]}]}]
                fit: {epochs: 1}
                """);
    String out = folder.resolve("out").toString();
    assertThat(run("fit", "-q", "--config", conf.toString(), "--folds", "2", "--out", out))
        .as(err.toString())
        .isZero();

    assertThat(run("inspect", folder.resolve("out/ensemble.zip").toString())).isZero();

    assertThat(this.out.toString())
        .containsSubsequence(
            "member a: 2 fold networks and one of all rows",
            "stack pair: 2 fold ensembles and one of all rows",
            "  member p: 3 fold networks and one of all rows",
            "file: format version 7, ");
  }
}
