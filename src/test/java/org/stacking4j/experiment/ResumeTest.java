package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stacking4j.train.FitEvent;

final class ResumeTest {
  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void writeData() throws IOException {
    data = TinyIdxFolder.write(Files.createDirectory(folder.resolve("idx")));
  }

  private ExperimentConfig config(Object... keysAndValues) throws IOException {
    Map<String, Object> two =
        TinyConf.of("idx:" + data, "members", List.of(member("small", 6), member("large", 12)));
    return ConfFile.read(null, TinyConf.with(two, keysAndValues));
  }

  private static Map<String, Object> member(String name, int units) {
    return Map.of("name", name, "hidden", List.of(units));
  }

  @Test
  void resuming_aRunThatHasEnded_fitsNothingAndWritesTheSame() throws IOException {
    run(config(), "out", false);
    Map<String, byte[]> before = files("out");

    Heard again = run(config(), "out", true);

    assertThat(again.fits).isEmpty();
    assertThat(again.restored).isNotEmpty();
    assertThat(again.lines)
        .element(1)
        .asString()
        .matches("\\d+ finished fits of an earlier run are in .*; those of this run are taken up");
    assertThat(files("out")).containsExactlyEntriesOf(before);
    assertThat(results("out")).isEqualTo(results("out"));
  }

  @Test
  void run_withoutResuming_fitsAnew_andSaysThatItNeedNot() throws IOException {
    run(config(), "out", false);

    Heard again = run(config(), "out", false);

    assertThat(again.restored).isEmpty();
    assertThat(again.fits).isNotEmpty();
    assertThat(again.lines)
        .element(1)
        .asString()
        .endsWith("--resume, or resuming() in Java, takes up those of this run");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 20, 45})
  void resuming_aRunThatWasCutOff_writesWhatAWholeOneDoes(int events) throws IOException {
    run(config(), "whole", false);
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () -> new Experiment(config(), 2, new Heard(events)).run(folder.resolve("out")));
    assertThat(folder.resolve("out/results.json")).doesNotExist();

    run(config(), "out", true);

    assertThat(files("out")).containsExactlyEntriesOf(files("whole"));
    assertThat(results("out")).isEqualTo(results("whole"));
  }

  @Test
  void resuming_withAnotherMetaNetwork_fitsOnlyThat() throws IOException {
    run(config("out-of-fold.meta", "residual"), "out", false);

    Heard again = run(config("out-of-fold.meta", "free"), "out", true);

    assertThat(again.fits).isNotEmpty().allMatch(fit -> fit.contains("meta network 'free'"));
  }

  @Test
  void resuming_withOneMoreMember_fitsOnlyThatAndWhatCombines() throws IOException {
    run(config(), "out", false);
    List<Map<String, Object>> three =
        List.of(member("small", 6), member("new", 9), member("large", 12));

    Heard again = run(config("members", three), "out", true);

    assertThat(again.fits).anyMatch(fit -> fit.startsWith("member 'new'"));
    assertThat(again.fits)
        .allMatch(fit -> fit.startsWith("member 'new'") || fit.contains("meta network"));
    assertThat(again.restored).anyMatch(fit -> fit.startsWith("member 'small', fold 1 of 3"));
  }

  @Test
  void resuming_whereNothingIs_saysSo() throws IOException {
    assertThat(run(config(), "out", true).lines)
        .contains(
            "nothing to resume in "
                + folder.resolve("out").resolve("checkpoints")
                + "; every fit is made");
  }

  @Test
  void resuming_withOtherRows_fitsEverything() throws IOException {
    run(config(), "out", false);

    Heard again = run(config("train", 40), "out", true);

    assertThat(again.restored).isEmpty();
  }

  @Test
  void run_intoAFolderThatAnotherRunWritesTo_saysSo_andTouchesNothing() throws IOException {
    Path out = folder.resolve("out");
    try (OutputFolder other = OutputFolder.prepare(out)) {
      assertThat(other).isNotNull();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> run(config(), "out", true))
          .withMessageMatching(
              "another run is writing to .*out \\(process "
                  + ProcessHandle.current().pid()
                  + ", since 20.*Z\\); wait until it ends, or name another folder");
    }
    assertThat(files("out")).isEmpty();

    run(config(), "out", false);

    assertThat(files("out")).isNotEmpty();
  }

  @Test
  void run_clearsAwayWhatAKilledOneWasWriting_andNothingElse() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out/checkpoints")).resolve("..").normalize();
    long gone = 4_000_000_000L;
    Path left = Files.createFile(out.resolve(".ensemble.zip." + gone + "-3.part"));
    Path leftFit = Files.createFile(out.resolve("checkpoints/.a.fit." + gone + "-1.part"));
    long alive = ProcessHandle.current().pid();
    Path inUse = Files.createFile(out.resolve(".answers.csv." + alive + "-999.part"));
    Path own = Files.createFile(out.resolve("my.part"));

    run(config(), "out", false);

    assertThat(left).doesNotExist();
    assertThat(leftFit).doesNotExist();
    assertThat(inUse).exists();
    assertThat(own).exists();
  }

  private Heard run(ExperimentConfig config, String out, boolean resumes) throws IOException {
    Heard heard = new Heard(Integer.MAX_VALUE);
    Experiment experiment = new Experiment(config, 2, heard);
    var unused = (resumes ? experiment.resuming() : experiment).run(folder.resolve(out));
    return heard;
  }

  /** All files but those that tell times. */
  private Map<String, byte[]> files(String out) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : List.of("meta-features-train.csv", "meta-features-test.csv")) {
      Path file = folder.resolve(out).resolve(name);
      if (Files.exists(file)) {
        files.put(name, Files.readAllBytes(file));
      }
    }
    return files;
  }

  private JsonNode results(String out) throws IOException {
    ObjectNode results =
        (ObjectNode)
            new ObjectMapper().readTree(folder.resolve(out).resolve("results.json").toFile());
    results.remove("timing");
    return results;
  }

  /** Writes down what happens, and dies after so many events. */
  private static final class Heard implements ExperimentListener {
    final List<String> lines = new ArrayList<>();
    final List<String> fits = new ArrayList<>();
    final List<String> restored = new ArrayList<>();
    private int left;

    Heard(int left) {
      this.left = left;
    }

    @Override
    public void planned(Plan plan) {}

    @Override
    public void stageStarted(String title) {}

    @Override
    public void found(String line) {
      lines.add(line);
    }

    @Override
    public void onEvent(FitEvent event) {
      if (left-- == 0) {
        throw new CancellationException("cut off");
      }
      if (event instanceof FitEvent.Started) {
        fits.add(event.task().describe());
      } else if (event instanceof FitEvent.Restored) {
        restored.add(event.task().describe());
      }
    }
  }
}
