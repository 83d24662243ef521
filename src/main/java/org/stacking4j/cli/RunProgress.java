package org.stacking4j.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.stacking4j.experiment.ExperimentListener;
import org.stacking4j.experiment.Plan;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitTask;

/**
 * Shows a run as it goes: what was found, in lines that stay, and the fits; on a terminal in one
 * line for each worker and a bar for the whole run, elsewhere in one line for each finished fit.
 */
final class RunProgress implements ExperimentListener, AutoCloseable {
  private static final long REDRAW = 100_000_000; // ns
  private static final int BAR = 30;

  private final PrintWriter screen;
  private final PrintWriter log;
  private final Optional<LiveLines> live;
  private final Pace pace = new Pace(System::nanoTime);
  private long drawn = System.nanoTime() - REDRAW;

  /**
   * @param screen where stages and findings go
   * @param log where finished fits go if there is no terminal
   */
  RunProgress(PrintWriter screen, PrintWriter log, Optional<LiveLines> live) {
    this.screen = screen;
    this.log = log;
    this.live = live;
  }

  static RunProgress silent() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return new RunProgress(nowhere, nowhere, Optional.empty());
  }

  @Override
  public void planned(Plan plan) {
    pace.planned(plan);
    say(plan.describe());
    plan.warning().ifPresent(this::say);
  }

  @Override
  public void stageStarted(String title) {
    say(title);
  }

  @Override
  public void found(String line) {
    say(line);
  }

  private void say(String line) {
    live.ifPresent(LiveLines::clear);
    screen.println(line);
    screen.flush();
  }

  @Override
  public void onEvent(FitEvent event) {
    pace.hear(event);
    if (live.isPresent()) {
      long now = System.nanoTime();
      if (now - drawn > REDRAW || event instanceof FitEvent.Finished) {
        drawn = now;
        live.get().draw(lines());
      }
    } else if (event instanceof FitEvent.Finished finished && isWaitedFor(event.task())) {
      log.printf(
          Locale.ROOT,
          "  %s: %.1f s%s%n",
          event.task().meta() ? event.task().name() : event.task().describe(),
          finished.seconds(),
          event.task().meta() ? "" : " (" + pace.inWords() + ")");
      log.flush();
    }
  }

  /** Meta networks in cross validation or in a stack are small fits, of which there are many. */
  private static boolean isWaitedFor(FitTask task) {
    return !task.meta() || (task.folds() == 0 && !task.name().contains(": "));
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>(pace.workers());
    int full = (int) Math.round(BAR * pace.share());
    String bar = "=".repeat(full) + " ".repeat(BAR - full);
    String percent = String.format(Locale.ROOT, "%3.0f %%", 100 * pace.share());
    lines.add("  [" + bar + "] " + percent + "  " + pace.inWords());
    return lines;
  }

  /** Takes away what does not stay. */
  @Override
  public void close() {
    live.ifPresent(LiveLines::close);
    screen.flush();
    log.flush();
  }
}
