package org.stacking4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.Test;
import org.stacking4j.data.Memory;
import org.stacking4j.experiment.Plan;
import org.stacking4j.network.FitSettings;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.Effort;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitTask;

class RunProgressTest {
  private static final FitTask FIRST = task("member 'a'", 1, false);
  private static final FitTask SECOND = task("member 'b'", 2, false);
  private static final double OPERATIONS = Effort.of(FIRST).operations();

  private static FitTask task(String name, int fold, boolean meta) {
    return new FitTask(
        name,
        fold,
        fold == 0 ? 0 : 5,
        1,
        TinyNetworks.linear(3, 2),
        new FitSettings(4, 8, 2, true),
        TinyData.blobs(24, 3, 2, 1),
        null,
        1,
        List.of(),
        List.of(),
        null,
        false,
        meta,
        null);
  }

  private static Plan plan(int fits) {
    Memory memory = new Memory(1L << 40, 1L << 40, 1L << 40);
    return new Plan(fits, 0, fits * OPERATIONS, 1_000_000, 30, 0, memory, false);
  }

  @Test
  void pace_countsEpochs_andForeseesTheRest() {
    long[] clock = {0};
    Pace pace = new Pace(() -> clock[0]);
    pace.planned(plan(2));
    assertThat(pace.inWords()).isEqualTo("0 of 2 fits, about 30 s left");

    pace.hear(new FitEvent.Started(FIRST));
    clock[0] = 10_000_000_000L;
    pace.hear(new FitEvent.EpochEnded(FIRST, 2, 0.5));
    assertThat(pace.share()).isEqualTo(0.25);
    assertThat(pace.inWords()).isEqualTo("0 of 2 fits, about 30 s left");
    clock[0] = 40_000_000_000L;
    pace.hear(new FitEvent.Finished(FIRST, 40));
    assertThat(pace.share()).isEqualTo(0.5);
    assertThat(pace.inWords()).isEqualTo("1 of 2 fits, about 40 s left");

    // Meta networks are not in the plan.
    FitTask meta = task("meta network 'linear'", 0, true);
    pace.hear(new FitEvent.Started(meta));
    pace.hear(new FitEvent.EpochEnded(meta, 4, 0.5));
    pace.hear(new FitEvent.Finished(meta, 1));
    assertThat(pace.share()).isEqualTo(0.5);
    pace.hear(new FitEvent.Started(SECOND));
    pace.hear(new FitEvent.Finished(SECOND, 1));
    assertThat(pace.inWords()).isEqualTo("2 of 2 fits");

    pace.hear(new FitEvent.Started(meta));
    assertThat(pace.inWords()).isEqualTo("2 of 2 fits, now what combines them");
  }

  @Test
  void pace_hasALineForEachWorker() {
    Pace pace = new Pace(() -> 0);
    pace.hear(new FitEvent.Started(FIRST));
    pace.hear(new FitEvent.Started(SECOND));
    pace.hear(new FitEvent.EpochEnded(SECOND, 1, 0.25));
    assertThat(pace.workers())
        .containsExactly(
            "  member 'a', fold 1 of 5  ", "  member 'b', fold 2 of 5  epoch 1 of 4, loss 0.2500");

    // The second one stays where it is, and the next takes the free place.
    pace.hear(new FitEvent.Failed(FIRST, new IllegalStateException()));
    assertThat(pace.workers().get(0)).isEmpty();
    pace.hear(new FitEvent.Started(task("member 'longer'", 0, false)));
    assertThat(pace.workers())
        .containsExactly(
            "  member 'longer', all rows  ",
            "  member 'b', fold 2 of 5    epoch 1 of 4, loss 0.2500");
  }

  @Test
  void elsewhere_oneLineForEachFit() {
    StringWriter screen = new StringWriter();
    StringWriter log = new StringWriter();
    RunProgress progress =
        new RunProgress(new PrintWriter(screen), new PrintWriter(log), Optional.empty());
    progress.planned(plan(2));
    progress.stageStarted("fitting");
    for (FitTask task : List.of(FIRST, SECOND, task("meta network 'linear'", 0, true))) {
      progress.onEvent(new FitEvent.Started(task));
      progress.onEvent(new FitEvent.EpochEnded(task, 1, 0.5));
      progress.onEvent(new FitEvent.Finished(task, 2));
    }
    progress.onEvent(new FitEvent.Finished(task("meta network 'linear'", 1, true), 2));
    progress.onEvent(new FitEvent.Finished(task("stack 's': meta network 'x'", 0, true), 2));
    progress.found("a: accuracy 0.9");
    progress.close();

    assertThat(screen.toString().lines())
        .containsExactly(plan(2).describe(), "fitting", "a: accuracy 0.9");
    assertThat(log.toString().lines())
        .containsExactly(
            "  member 'a', fold 1 of 5: 2.0 s (1 of 2 fits, about 1 s left)",
            "  member 'b', fold 2 of 5: 2.0 s (2 of 2 fits)",
            "  meta network 'linear': 2.0 s");
  }

  @Test
  void onATerminal_linesAreWrittenAnew_andLeaveNothing() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Terminal terminal =
        TerminalBuilder.builder()
            .system(false)
            .streams(new ByteArrayInputStream(new byte[0]), bytes)
            .type("ansi")
            .encoding(StandardCharsets.UTF_8)
            .size(new Size(60, 20))
            .build();
    PrintWriter screen = new PrintWriter(terminal.output(), true, StandardCharsets.UTF_8);
    StringWriter log = new StringWriter();
    RunProgress progress =
        new RunProgress(screen, new PrintWriter(log), Optional.of(new LiveLines(terminal)));
    progress.planned(plan(2));
    progress.onEvent(new FitEvent.Started(FIRST));
    terminal.flush();

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("member 'a', fold 1 of 5")
        // Cut, so that it does not take two lines.
        .contains("[                              ]   0 %  0 of 2 fits, abou")
        .doesNotContain("about 30 s left");
    bytes.reset();
    progress.onEvent(new FitEvent.Finished(FIRST, 2));
    terminal.flush();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("=").contains("1");
    bytes.reset();
    progress.found("a: accuracy 0.9");
    terminal.flush();
    String last = bytes.toString(StandardCharsets.UTF_8);
    // Back to the first line, which is erased, before anything else is said.
    assertThat(last).containsSubsequence("\u001b[", "K", "a: accuracy 0.9");
    bytes.reset();
    progress.close();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).doesNotContain("fits");
    assertThat(log.toString()).isEmpty();
  }
}
