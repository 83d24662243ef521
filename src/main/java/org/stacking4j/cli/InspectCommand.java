package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stacking4j.ArchiveSummary;
import org.stacking4j.Provenance;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What is in a saved ensemble. */
@Command(
    name = "inspect",
    description =
        "Says what is in a saved ensemble: members, what combines them, columns, classes.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  inspect my/ensemble.zip",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class InspectCommand implements Callable<Integer> {
  private static final int SHOWN = 20;

  @Mixin private final Output output;

  @Parameters(paramLabel = "FILE", description = "The ensemble, as fit has saved it.")
  private Path file = Path.of("");

  InspectCommand(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    ModelOptions.checkFile(file);
    ArchiveSummary ensemble = ArchiveSummary.read(file);
    if (output.isJson()) {
      output.print(Output.tree(ensemble));
      return 0;
    }
    say(ensemble.task() == Task.REGRESSION ? "targets" : "classes", some(ensemble.outputs()));
    if (!ensemble.label().isEmpty()) {
      say("labels in column", ensemble.label());
    }
    String made =
        ensemble.pictures() != null
            ? ", pictures of " + ensemble.pictures()
            : madeOf(ensemble.table());
    say("columns", ensemble.columns() + made);
    say(
        "combined by",
        ensemble.combiner()
            + (ensemble.temperature() == 1
                ? ""
                : String.format(
                    Locale.ROOT, ", its logits divided by %.4g", ensemble.temperature()))
            + (ensemble.passThrough().isEmpty()
                ? ""
                : ", which sees the features " + ensemble.passThrough() + " too"));
    say("new rows are answered by", ensemble.prediction().describe());
    ensemble.members().forEach(member -> tell("", member));
    ensemble.stacks().forEach(stack -> tell("", stack));
    ensemble
        .dropped()
        .forEach(
            gone -> say("dropped out " + gone.member(), gone.fit() + " failed: " + gone.reason()));
    @Nullable Provenance origin = ensemble.provenance();
    if (origin != null) {
      say(
          "fitted",
          String.format(
              Locale.ROOT,
              "%s by stacking4j %s on Java %s, %s; seed %d, %d rows, sha256 %s",
              origin.fitted(),
              origin.library(),
              origin.java(),
              origin.system(),
              origin.seed(),
              origin.rows(),
              origin.data()));
    }
    String size =
        ensemble.bytes() < 1_000_000
            ? ensemble.bytes() / 1000 + " kB"
            : String.format(Locale.ROOT, "%.1f MB", ensemble.bytes() / 1e6);
    say("file", "format version " + ensemble.formatVersion() + ", " + size);
    return 0;
  }

  private void tell(String indent, ArchiveSummary.Network network) {
    say(
        indent + "member " + network.name(),
        String.format(
            Locale.ROOT,
            "%s, %d parameters, %d epochs, trainer %s%s",
            count(network.folds(), network.allRows(), "network"),
            network.parameters(),
            network.epochs(),
            network.trainer(),
            network.columns().isEmpty() ? "" : ", sees columns " + network.columns()));
  }

  private void tell(String indent, ArchiveSummary.Stack stack) {
    say(indent + "stack " + stack.name(), count(stack.folds(), stack.allRows(), "ensemble"));
    stack.members().forEach(member -> tell(indent + "  ", member));
    stack.stacks().forEach(inner -> tell(indent + "  ", inner));
  }

  private static String count(int folds, boolean allRows, String what) {
    return folds == 0
        ? "one " + what + " of all rows"
        : folds + " fold " + what + "s" + (allRows ? " and one of all rows" : "");
  }

  private static String madeOf(List<TableSchema.Column> table) {
    return table.isEmpty()
        ? ", without names"
        : ", made of "
            + some(
                table.stream()
                    .map(
                        column ->
                            column.name()
                                + (column.hasCategories()
                                    ? " (" + column.categories().size() + " categories)"
                                    : column.mayMiss() ? " (may be missing)" : ""))
                    .toList());
  }

  private static String some(List<String> names) {
    String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return names.size() > SHOWN ? shown + ", … (" + names.size() + " in all)" : shown;
  }

  private void say(String what, String value) {
    output.say(what + ": " + value);
  }
}
