package org.stacking4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.train.FitResult;
import picocli.CommandLine.Command;
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

  private final PrintWriter screen;

  @Parameters(paramLabel = "FILE", description = "The ensemble, as fit has saved it.")
  private Path file = Path.of("");

  InspectCommand(PrintWriter screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    StackingEnsemble ensemble = StackingEnsemble.load(file);
    MemberNetworks members = ensemble.members();
    boolean regression = ensemble.task() == Task.REGRESSION;
    say(regression ? "targets" : "classes", some(ensemble.outputNames()));
    say(
        "columns",
        ensemble.columns()
            + ensemble
                .schema()
                .map(InspectCommand::ofTable)
                .or(() -> ensemble.pictureSchema().map(pictures -> ", pictures of " + pictures))
                .orElse(", without names"));
    say("combined by", ensemble.choice().label());
    say("new rows are answered by", ensemble.prediction().toString());
    for (int m = 0; m < members.names().size(); m++) {
      int folds = members.folds(m).size();
      boolean refit = !members.refits().isEmpty();
      FitResult any = refit ? members.refits().get(m) : members.folds(m).get(0);
      say("member " + members.names().get(m), describe(any, folds, refit));
    }
    screen.flush();
    return 0;
  }

  private static String describe(FitResult fit, int folds, boolean refit) {
    TrainedNetwork network = fit.network();
    return String.format(
        Locale.ROOT,
        "%s, %d parameters, %d epochs, trainer %s%s",
        folds == 0
            ? "a network of all rows"
            : folds + " fold networks" + (refit ? " and one of all rows" : ""),
        network.parameters().length,
        fit.epochLosses().size(),
        fit.trainer(),
        network.columns().isEmpty() ? "" : ", sees columns " + network.columns());
  }

  private static String ofTable(TableSchema schema) {
    return ", made of "
        + some(
            schema.columns().stream()
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
    screen.println(what + ": " + value);
  }
}
