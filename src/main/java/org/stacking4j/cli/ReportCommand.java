package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.stacking4j.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes the page of a run anew. */
@Command(
    name = "report",
    description = {
      "Writes report.html, one page to read or send on, from the results.json of a run.",
      "fit and demo have written it already; this does it again, as after an update."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  report out               the page of the last run that named no folder",
      "  report runs/2024-05-01   of another",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class ReportCommand implements Callable<Integer> {
  @Mixin private final Output output;

  @Parameters(paramLabel = "DIR", description = "The folder of a run, with its results.json.")
  private Path folder = Path.of("out");

  ReportCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    Path page = Report.write(folder);
    if (output.isJson()) {
      output.print(Output.object().put("file", page.toString()));
    } else {
      output.say("Report in " + page);
    }
    return 0;
  }
}
