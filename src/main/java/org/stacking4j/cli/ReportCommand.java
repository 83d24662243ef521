package org.stacking4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.stacking4j.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes the page of a run anew. */
@Command(
    name = "report",
    description = {
      "Writes report.html, one page to read or send on, from the results.json of a run.",
      "The demo has written it already; this does it again, as after an update."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  report out               the page of the demo's last run",
      "  report runs/2024-05-01   of another",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class ReportCommand implements Callable<Integer> {
  private final PrintWriter screen;

  @Parameters(paramLabel = "DIR", description = "The folder of a run, with its results.json.")
  private Path folder = Path.of("out");

  ReportCommand(PrintWriter screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    screen.println("Report in " + Report.write(folder));
    screen.flush();
    return 0;
  }
}
