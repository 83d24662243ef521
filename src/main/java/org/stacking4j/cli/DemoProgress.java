package org.stacking4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.stacking4j.experiment.ExperimentListener;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitTask;
import picocli.CommandLine;

/** Shows a run as it goes: a live bar for each stage on a terminal, plain lines elsewhere. */
final class DemoProgress implements ExperimentListener, AutoCloseable {
  private final PrintWriter screen;
  private final PrintWriter progress;
  private final boolean terminal;
  private @Nullable ProgressBar bar;

  private static final String META = "meta network";

  private DemoProgress(PrintWriter screen, PrintWriter progress, boolean terminal) {
    this.screen = screen;
    this.progress = progress;
    this.terminal = terminal;
  }

  static DemoProgress on(PrintWriter screen, PrintWriter progress) {
    return new DemoProgress(screen, progress, CommandLine.Help.Ansi.AUTO.enabled());
  }

  @Override
  public void planned(String line) {
    screen.println(line);
    screen.flush();
  }

  @Override
  public void stageStarted(String title, int epochs) {
    close();
    screen.println(title);
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("  epochs")
              .setInitialMax(epochs)
              .setStyle(ProgressBarStyle.ASCII)
              .build();
    }
  }

  @Override
  public void found(String line) {
    close();
    screen.println(line);
  }

  @Override
  public void onEvent(FitEvent event) {
    if (event instanceof FitEvent.EpochEnded ended) {
      if (ofMetaNetwork(ended.task())) {
        String name = ended.task().name();
        if (ended.task().folds() > 0 || !name.startsWith(META) || !name.endsWith("'")) {
          return; // in cross validation, a stack, or a repeat: small fits that nobody waits for
        }
        close(); // the bar of the members' fits is over
        screen.printf(
            Locale.ROOT,
            "meta network, epoch %d of %d: loss %.4f%n",
            ended.epoch(),
            ended.task().settings().epochs(),
            ended.loss());
      } else if (bar != null) {
        bar.step();
        bar.setExtraMessage(String.format(Locale.ROOT, "loss %.4f", ended.loss()));
      }
    } else if (event instanceof FitEvent.Finished finished && !terminal) {
      if (!ofMetaNetwork(finished.task())) {
        progress.printf(
            Locale.ROOT, "  %s: %.1f s%n", finished.task().describe(), finished.seconds());
      }
    }
    screen.flush();
  }

  private static boolean ofMetaNetwork(FitTask task) {
    return task.name().startsWith(META) || task.name().contains(": " + META); // of a stack
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
    screen.flush();
    progress.flush();
  }
}
