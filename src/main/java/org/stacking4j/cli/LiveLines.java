package org.stacking4j.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;

/** Lines at the end of a terminal that are written anew, below those that stay. */
final class LiveLines implements AutoCloseable {
  private final Terminal terminal;
  private final Display display;
  private List<String> shown = List.of();

  LiveLines(Terminal terminal) {
    this.terminal = terminal;
    this.display = new Display(terminal, false);
  }

  /** On the process's own terminal, unless its output goes elsewhere or cannot be written anew. */
  static Optional<LiveLines> onTerminal() {
    try {
      Terminal terminal =
          TerminalBuilder.builder()
              .system(true)
              .systemOutput(TerminalBuilder.SystemOutput.SysOut)
              .dumb(false)
              .nativeSignals(false)
              .paused(true)
              .build();
      if (!terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
        return Optional.of(new LiveLines(terminal));
      }
      terminal.close();
    } catch (IOException | IllegalStateException e) { // there is none
    }
    return Optional.empty();
  }

  void draw(List<String> lines) {
    int rows = terminal.getHeight() > 0 ? terminal.getHeight() : 24;
    int columns = terminal.getWidth() > 0 ? terminal.getWidth() : 80;
    display.resize(rows, columns);
    // Too many lines would scroll: then the last ones, where the sum of them all is.
    shown = lines.subList(Math.max(0, lines.size() - rows + 2), lines.size());
    display.update(
        shown.stream().map(line -> new AttributedString(cut(line, columns - 1))).toList(), 0);
    terminal.flush();
  }

  private static String cut(String line, int width) {
    return line.length() > width ? line.substring(0, width) : line;
  }

  /** Takes the lines away, so that others can be written in their place. */
  void clear() {
    if (!shown.isEmpty()) {
      shown = List.of();
      display.update(List.of(), 0);
      terminal.flush();
      display.reset();
    }
  }

  @Override
  public void close() {
    clear();
    try {
      terminal.close();
    } catch (IOException e) { // nothing is lost
    }
  }
}
