package org.stacking4j.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.stacking4j.Contribution;
import org.stacking4j.RegressionContribution;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Comparison;
import org.stacking4j.evaluate.Diversity;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.evaluate.PairedDifference;
import org.stacking4j.evaluate.RegressionLeaderboard;
import org.stacking4j.evaluate.Reliability;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.train.FitResult;

/**
 * What a run found, as {@code results.json}: everything but {@code timing} is the same for the same
 * configuration, data and seed.
 *
 * @param testFiles the test rows' files by row id; empty where they are not pictures in files
 */
record Results(
    ExperimentConfig config,
    TrainTest data,
    List<String> testFiles,
    MemberNetworks bases,
    Map<String, StackingEnsemble> ensembles,
    Outcome findings,
    int threads,
    Stopwatch watch) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  StackingEnsemble lastEnsemble() {
    return Objects.requireNonNull(ensembles.get(config.lastStack()));
  }

  byte[] toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("format_version", 1);
    root.put("library_version", version());
    ObjectNode said = ConfFile.toTree(config);
    JsonNode executor = said.remove("executor"); // as threads are, no part of what is computed
    JsonNode master = said.remove("master");
    root.set("config", said);
    ObjectNode rows = root.putObject("data");
    rows.put("name", data.name());
    describe(data.train(), rows.putObject("train"));
    describe(data.test(), rows.putObject("test"));
    if (findings instanceof Findings classes) {
      describe(classes, root);
    } else if (findings instanceof RegressionFindings numbers) {
      describe(numbers, root);
    }
    describeDropped(root);
    describeFits(root.putObject("epoch_losses"), FitResult::epochLosses);
    describeFits(root.putObject("trainers"), fit -> fit.trainer().toString());
    ObjectNode timing = root.putObject("timing");
    timing.put("ended", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    timing.put("threads", threads);
    timing.set("executor", executor);
    timing.set("master", master);
    timing.put("wall_seconds", watch.total());
    timing.putPOJO("station_seconds", watch.seconds());
    describeFits(timing.putObject("fit_seconds"), FitResult::seconds);
    var printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(DefaultPrettyPrinter.FixedSpaceIndenter.instance);
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    try {
      return JSON.writer(printer).writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("results cannot be written as JSON", e);
    }
  }

  private void describe(Findings found, ObjectNode root) {
    ArrayNode board = root.putArray("leaderboard");
    for (Leaderboard.Row row : found.leaderboard().rows()) {
      ObjectNode line = board.addObject();
      line.put("name", row.name());
      line.put("accuracy", row.evaluation().accuracy());
      line.put("log_loss", row.evaluation().logLoss());
      line.put("brier", row.evaluation().brier());
      line.put("ece", row.evaluation().ece());
      line.put("difference", row.difference().difference());
      line.putArray("interval_95").add(row.difference().low()).add(row.difference().high());
      describe(Objects.requireNonNull(found.reliability().get(row.name())), line);
    }
    describeStack(found.leaderboard().reference(), root);
    describeComparisons(found, root.putArray("comparisons"));
    describeContributions(found, root.putArray("contributions"));
    root.putPOJO("confusion", found.confusion().counts());
    describeDiversity(found.diversity(), root.putObject("diversity"));
    Examples.describe(
        found.strongest(), found.flips(), data.test(), testFiles, root.putObject("examples"));
  }

  private static void describe(Reliability reliability, ObjectNode into) {
    ArrayNode bins = into.putArray("reliability");
    for (Reliability.Bin bin : reliability.bins()) {
      ObjectNode line = bins.addObject();
      line.put("rows", bin.rows());
      if (Double.isFinite(bin.confidence())) {
        line.put("confidence", bin.confidence());
        line.put("accuracy", bin.accuracy());
      }
    }
  }

  private void describe(RegressionFindings found, ObjectNode root) {
    ArrayNode board = root.putArray("leaderboard");
    for (RegressionLeaderboard.Row row : found.leaderboard().rows()) {
      ObjectNode line = board.addObject();
      line.put("name", row.name());
      line.put("rmse", row.evaluation().rmse());
      line.put("mae", row.evaluation().mae());
      line.put("r2", row.evaluation().r2());
      line.put("difference", row.difference().difference());
      line.putArray("interval_95").add(row.difference().low()).add(row.difference().high());
    }
    describeStack(found.leaderboard().reference(), root);
    ArrayNode comparisons = root.putArray("comparisons");
    found
        .comparisons()
        .forEach(
            (average, difference) -> {
              ObjectNode line = comparisons.addObject();
              line.put("average", average);
              describe(difference, line);
            });
    ArrayNode contributions = root.putArray("contributions");
    for (RegressionContribution contribution : found.contributions()) {
      ObjectNode line = contributions.addObject();
      line.put("without", contribution.member());
      describe(contribution.r2(), line);
    }
    ObjectNode answers = root.putObject("answers");
    for (RegressionFindings.Answer answer : found.answers()) {
      ArrayNode ofTarget =
          answers.get(answer.target()) instanceof ArrayNode known
              ? known
              : answers.putArray(answer.target());
      ofTarget.addArray().add(answer.right()).add(answer.predicted());
    }
  }

  private static void describe(LossDifference difference, ObjectNode into) {
    into.put("difference", difference.difference());
    into.putArray("interval_95").add(difference.low()).add(difference.high());
  }

  private void describeStack(String reference, ObjectNode root) {
    describeChoices(root.putObject("combiners"));
    root.put("difference_to", reference);
    root.put("saved_stack", Rivals.name(config.lastStack(), lastEnsemble(), reference));
    root.put("verdict", findings.verdict());
  }

  private void describeChoices(ObjectNode into) {
    ensembles.forEach(
        (label, stack) -> {
          ObjectNode choice = into.putObject(label);
          choice.put("chosen", stack.choice().label());
          ArrayNode candidates = choice.putArray("held_out");
          for (CombinerChoice.Evidence evidence : stack.choice().evidence()) {
            ObjectNode line = candidates.addObject();
            line.put("name", evidence.label());
            String loss = evidence.ofRegression() ? "squared_error" : "log_loss";
            line.put(loss, evidence.logLoss());
            if (!evidence.ofRegression()) {
              line.put("accuracy", evidence.accuracy());
            }
            line.put(loss + "_gain", evidence.lossGain());
            line.put(loss + "_gain_error", evidence.lossGainError());
            line.put("allowance", evidence.allowance());
          }
        });
  }

  /** Those of the base networks are in no stack, those of a stack only not in that one. */
  private void describeDropped(ObjectNode root) {
    ArrayNode all = JSON.createArrayNode();
    bases.dropped().forEach(member -> describe(member, all.addObject()));
    ensembles.forEach(
        (label, stack) ->
            stack.dropped().stream()
                .filter(member -> !bases.dropped().contains(member))
                .forEach(member -> describe(member, all.addObject().put("stack", label))));
    if (!all.isEmpty()) {
      root.set("dropped", all);
    }
  }

  private static void describe(DroppedMember dropped, ObjectNode into) {
    into.put("member", dropped.member());
    into.put("fit", dropped.fit());
    into.put("reason", dropped.reason());
  }

  private static String version() {
    String version = Results.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static void describe(LabeledData rows, ObjectNode into) {
    into.put("rows", rows.rows());
    into.put("columns", rows.columns());
    into.putPOJO(rows.task() == Task.CLASSIFICATION ? "classes" : "targets", rows.outputNames());
    into.put("sha256", rows.digest());
  }

  private static void describeComparisons(Findings found, ArrayNode into) {
    found
        .comparisons()
        .forEach(
            (average, comparison) -> {
              ObjectNode line = into.addObject();
              line.put("average", average);
              line.put("only_stack_right", comparison.onlyFirst());
              line.put("only_average_right", comparison.onlySecond());
              describe(comparison, line);
            });
  }

  private static void describeContributions(Findings found, ArrayNode into) {
    for (Contribution contribution : found.contributions()) {
      ObjectNode line = into.addObject();
      line.put("without", contribution.member());
      describe(contribution.comparison(), line);
    }
  }

  /** The stack less what it is compared with. */
  private static void describe(Comparison comparison, ObjectNode into) {
    PairedDifference accuracy = comparison.accuracy();
    LossDifference logLoss = comparison.logLoss();
    into.put("difference", accuracy.difference());
    into.putArray("interval_95").add(accuracy.low()).add(accuracy.high());
    into.put("p_value", comparison.pValue());
    into.put("log_loss_difference", logLoss.difference());
    into.putArray("log_loss_interval_95").add(logLoss.low()).add(logLoss.high());
  }

  private void describeDiversity(Diversity diversity, ObjectNode into) {
    into.put("disagreement", diversity.disagreement());
    into.put("q", diversity.q());
    into.put("double_fault", diversity.doubleFault());
    into.put("oracle_accuracy", diversity.oracleAccuracy());
    ArrayNode pairs = into.putArray("pairs");
    for (Diversity.Pair pair : diversity.pairs()) {
      ObjectNode line = pairs.addObject();
      line.putArray("members")
          .add(bases.names().get(pair.first()))
          .add(bases.names().get(pair.second()));
      line.put("disagreement", pair.disagreement());
      line.put("q", pair.q());
      line.put("double_fault", pair.doubleFault());
    }
  }

  private void describeFits(
      ObjectNode into, java.util.function.Function<FitResult, Object> property) {
    for (int m = 0; m < bases.names().size(); m++) {
      into.putPOJO(bases.names().get(m), property.apply(bases.refits().get(m)));
    }
    ensembles.forEach((label, stack) -> describeFits(label, stack, into, property));
  }

  private static void describeFits(
      String label,
      StackingEnsemble stack,
      ObjectNode into,
      java.util.function.Function<FitResult, Object> property) {
    MemberNetworks members = stack.members();
    for (int m = 0; m < members.names().size(); m++) {
      String name = label + " " + members.names().get(m);
      List<FitResult> folds = members.folds(m);
      for (int fold = 1; fold <= folds.size(); fold++) {
        into.putPOJO(name + " fold " + fold, property.apply(folds.get(fold - 1)));
      }
      if (members.isStack(m)) {
        for (int fold = members.hasRefit() ? 0 : 1; fold <= members.foldCount(); fold++) {
          StackingEnsemble inner = stack.stack(members.names().get(m), fold);
          String which = name + (fold == 0 ? " all rows" : " fold " + fold) + ",";
          List<FitResult> refits = inner.members().refits();
          for (int i = 0; i < refits.size(); i++) {
            into.putPOJO(
                which + " " + inner.members().names().get(i) + " all rows",
                property.apply(refits.get(i)));
          }
          describeFits(which, inner, into, property);
        }
      }
    }
    List<FitResult> meta = stack.combiner().fits();
    for (int i = 0; i < meta.size(); i++) {
      into.putPOJO(
          label + " meta network" + (meta.size() == 1 ? "" : " " + (i + 1) + " of " + meta.size()),
          property.apply(meta.get(i)));
    }
  }
}
