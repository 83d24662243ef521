package org.stacking4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.combine.Combiner;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.RegressionEvaluation;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Standardisation;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.FitOutcome;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.Seeds;

/**
 * Looks for leaks: whether a meta learner could have seen what it should not. Immutable.
 *
 * <p>An accuracy cannot show a leak: a stacker that leaks beats its best member too. The audit fits
 * the ensemble, watching which rows each network is given, and fits it once more on labels that
 * were dealt out anew, from which nothing can be learned; it takes about twice as long as a fit.
 *
 * <p>A member that is a stack is looked at from both sides: as a member, whose ensemble of a fold
 * must have learned from no row of that fold, and each of its ensembles by itself.
 *
 * <p>It passes only what it has seen: a member that comes fitted fails it, because which rows that
 * one has learned from is not to be found out.
 *
 * @param findings what was looked at, in order
 */
public record LeakAudit(List<Finding> findings) {
  private static final double MOST_ERRORS = 3;
  private static final double SAME = 1e-3;

  /**
   * One thing that was looked at.
   *
   * @param check what
   * @param passed whether it is as it should be; always true for what is only measured
   * @param detail what was found, in words
   */
  public record Finding(String check, boolean passed, String detail) {}

  /**
   * Copies the findings.
   *
   * @param findings what was looked at, in order
   */
  public LeakAudit {
    findings = List.copyOf(findings);
  }

  /** {@return whether all findings passed} */
  public boolean passed() {
    return findings.stream().allMatch(Finding::passed);
  }

  /** One line for each finding, {@code pass} or {@code FAIL} first. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(finding.passed() ? "pass  " : "FAIL  ")
          .append(finding.check())
          .append(": ")
          .append(finding.detail())
          .append(System.lineSeparator());
    }
    return text.toString();
  }

  /**
   * Audits what a configuration does with some rows.
   *
   * @param config of the ensemble
   * @param data the training rows
   * @param runner where the fits run
   * @return what was found, in order
   * @throws IllegalArgumentException if the data does not fit the configuration
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  public static LeakAudit of(StackingConfig config, LabeledData data, FitRunner runner) {
    Watched watched = new Watched(runner);
    StackingEnsemble ensemble = StackingEnsemble.fit(config, data, watched);
    List<Finding> findings = new ArrayList<>();
    findings.add(unseen(ensemble, data, watched));
    if (!ensemble.passThrough().isEmpty() && ensemble.trainingMetaFeatures().isPresent()) {
      findings.add(own(ensemble, data));
    }
    for (InnerStack stack : ensemble.stacks()) {
      lookInto("stack '" + stack.name() + "'", List.of(stack), data, watched, findings);
    }
    for (String member : cameFitted(ensemble)) {
      findings.add(
          new Finding(
              member + " comes fitted",
              false,
              "cannot vouch for it: nobody saw which rows it was given"));
    }
    if (ensemble.trainingMetaFeatures().isEmpty()) {
      return new LeakAudit(findings);
    }
    findings.add(chance(config, data, runner));
    MetaFeatures features = ensemble.trainingMetaFeatures().get();
    int members = ensemble.members().names().size();
    for (int m = 0; m < members; m++) {
      if (!cameFitted(ensemble, m)) {
        findings.add(gap(sources(ensemble, m, watched), features, data, m));
      }
    }
    if (ensemble.members().foldCount() > 1) {
      for (int m = 0; m < members; m++) {
        findings.add(drift(ensemble, features, m));
      }
    }
    return new LeakAudit(findings);
  }

  /** Remembers which rows each network was given. */
  private static final class Watched implements FitRunner {
    private final FitRunner runner;
    private final Map<TrainedNetwork, Set<Long>> rows = new HashMap<>();

    Watched(FitRunner runner) {
      this.runner = runner;
    }

    @Override
    public List<FitResult> run(List<FitTask> tasks) {
      List<FitResult> results = runner.run(tasks);
      remember(tasks, results);
      return results;
    }

    @Override
    public List<FitOutcome> attempt(List<FitTask> tasks) {
      List<FitOutcome> outcomes = runner.attempt(tasks);
      remember(tasks, outcomes);
      return outcomes;
    }

    private void remember(List<FitTask> tasks, List<? extends FitOutcome> outcomes) {
      for (int i = 0; i < tasks.size(); i++) {
        if (outcomes.get(i) instanceof FitResult result) {
          Set<Long> given = new HashSet<>();
          Arrays.stream(tasks.get(i).data().rowIds()).forEach(given::add);
          rows.put(result.network(), given);
          result.snapshots().forEach(snapshot -> rows.put(snapshot.network(), given));
        }
      }
    }

    Set<Long> given(FitResult fit) {
      return rows.getOrDefault(fit.network(), Set.of());
    }

    /** All rows that anything in an ensemble learned from: its networks, and what combines them. */
    Set<Long> given(StackingEnsemble ensemble) {
      Set<Long> given = new HashSet<>();
      ensemble
          .trainingMetaFeatures()
          .ifPresent(features -> Arrays.stream(features.rowIds()).forEach(given::add));
      MemberNetworks members = ensemble.members();
      for (int m = 0; m < members.names().size(); m++) {
        members.folds(m).forEach(fit -> given.addAll(given(fit)));
      }
      members.refits().forEach(fit -> given.addAll(given(fit)));
      for (InnerStack stack : ensemble.stacks()) {
        stack.all().forEach(inner -> given.addAll(given(inner)));
      }
      return given;
    }
  }

  /**
   * What a member's column of the table may come from.
   *
   * @param logits what it answers
   * @param given which rows it has learned from
   */
  private record Source(UnaryOperator<INDArray> logits, Set<Long> given) {
    boolean gave(long rowId) {
      return given.contains(rowId);
    }
  }

  /** Whether the ensembles of a stack leak by themselves, and those of the stacks in them. */
  private static void lookInto(
      String where,
      List<InnerStack> stacks,
      LabeledData data,
      Watched watched,
      List<Finding> findings) {
    List<StackingEnsemble> ensembles =
        stacks.stream().flatMap(stack -> stack.all().stream()).toList();
    List<Finding> each = ensembles.stream().map(inner -> unseen(inner, data, watched)).toList();
    Finding worst =
        each.stream().filter(finding -> !finding.passed()).findFirst().orElse(each.get(0));
    findings.add(
        new Finding(
            where + ": " + worst.check(),
            worst.passed(),
            String.format(Locale.ROOT, "%d ensembles looked at, %s", each.size(), worst.detail())));
    for (int i = 0; i < ensembles.get(0).stacks().size(); i++) {
      int position = i;
      List<InnerStack> deeper =
          ensembles.stream().map(inner -> inner.stacks().get(position)).toList();
      String there = where + ", stack '" + deeper.get(0).name() + "'";
      lookInto(there, deeper, data, watched, findings);
    }
  }

  /**
   * Asks every member network for all training rows. Where its logits are those in the table, the
   * row's meta-features came from it, and it must not have been given the row.
   */
  private static Finding unseen(StackingEnsemble ensemble, LabeledData data, Watched watched) {
    if (ensemble.trainingMetaFeatures().isEmpty()) {
      return new Finding(
          "nothing learns from what members answer for rows they were given",
          true,
          "they are averaged, and nothing learns to combine them");
    }
    String check = "no row's meta-features come from a network that was given the row";
    MetaFeatures features = ensemble.trainingMetaFeatures().get();
    int classes = data.outputs();
    LabeledData table = features.toLabeledData();
    Map<Long, Integer> position = positions(data);
    int[] rows = Arrays.stream(features.rowIds()).mapToInt(id -> position.get(id)).toArray();
    INDArray asked = data.features(rows);
    long seen = 0;
    for (int m = 0; m < ensemble.members().names().size(); m++) {
      if (cameFitted(ensemble, m)) {
        continue; // it was given none here, which says nothing
      }
      List<Source> networks = sources(ensemble, m, watched);
      if (features.repeats() > 1) {
        seen += ofRepeats(features, networks);
        continue;
      }
      if (data.task() == Task.REGRESSION) {
        // Numbers of two networks are easily the same by chance, so the folds say which it was.
        seen += ofRepeats(features, networks);
      }
      float[] found = column(features.logits(), m, classes);
      boolean[] explained = new boolean[rows.length];
      for (Source source : networks) {
        float[] logits = floats(source.logits().apply(asked));
        for (int row = 0; row < rows.length; row++) {
          if (same(found, logits, row * classes, classes)) {
            explained[row] = true;
            boolean counts = data.task() == Task.CLASSIFICATION;
            seen += counts && source.gave(table.rowId(row)) ? 1 : 0;
          }
        }
      }
      for (int row = 0; row < rows.length; row++) {
        if (!explained[row]) {
          return new Finding(
              check,
              false,
              String.format(
                  Locale.ROOT,
                  "the logits of member '%s' for row %d are none of its networks'",
                  ensemble.members().names().get(m),
                  table.rowId(row)));
        }
      }
    }
    asked.close();
    return new Finding(
        check,
        seen == 0,
        seen == 0
            ? String.format(Locale.ROOT, "%d rows looked at", rows.length)
            : String.format(
                Locale.ROOT,
                "%d of %d answers come from networks that were given the row",
                seen,
                (long) rows.length * ensemble.members().names().size()));
  }

  /** Whether the features behind a row's logits are those of that row, bit for bit. */
  private static Finding own(StackingEnsemble ensemble, LabeledData data) {
    MetaFeatures features = ensemble.trainingMetaFeatures().orElseThrow();
    int[] columns = ensemble.passThrough().stream().mapToInt(Integer::intValue).toArray();
    Map<Long, Integer> position = positions(data);
    LabeledData passed = data.withColumns(columns);
    float[] found = floats(features.inputs());
    int width = features.columns().size();
    int[] rows = Arrays.stream(features.rowIds()).mapToInt(id -> position.get(id)).toArray();
    long others = 0;
    for (int row = 0; row < rows.length; row++) {
      float[] expected = floats(passed.features(rows[row], rows[row] + 1));
      int from = row * width + features.logitColumns();
      others += Arrays.equals(expected, Arrays.copyOfRange(found, from, (row + 1) * width)) ? 0 : 1;
    }
    return new Finding(
        "features that are passed through are the row's own",
        others == 0,
        String.format(
            Locale.ROOT,
            "columns %s of %d rows looked at, %d differ",
            ensemble.passThrough(),
            rows.length,
            others));
  }

  private static Map<Long, Integer> positions(LabeledData data) {
    Map<Long, Integer> positions = new HashMap<>();
    for (int row = 0; row < data.rows(); row++) {
      positions.put(data.rowId(row), row);
    }
    return positions;
  }

  /**
   * With repeats the table has means, so the networks are taken from the folds it names; a row of
   * fold 0 is answered by the network of all rows.
   */
  private static long ofRepeats(MetaFeatures features, List<Source> networks) {
    long[] rowIds = features.rowIds();
    long seen = 0;
    for (int repeat = 1; repeat <= features.repeats(); repeat++) {
      int[] folds = features.folds(repeat);
      for (int row = 0; row < rowIds.length; row++) {
        seen += networks.get(Math.max(0, folds[row] - 1)).gave(rowIds[row]) ? 1 : 0;
      }
    }
    return seen;
  }

  private static boolean same(float[] a, float[] b, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (Math.abs(a[i] - b[i]) > SAME * Math.max(1, Math.abs(a[i]))) {
        return false;
      }
    }
    return true;
  }

  /** From labels that were dealt out anew nothing can be learned about rows that were held out. */
  private static Finding chance(StackingConfig config, LabeledData data, FitRunner runner) {
    int[] dealt = IntStream.range(0, data.rows()).toArray();
    var random = new SplittableRandom(Seeds.of(config.seed(), "permuted labels", 0));
    for (int i = dealt.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int row = dealt[i];
      dealt[i] = dealt[j];
      dealt[j] = row;
    }
    MetaFeatures features =
        StackingEnsemble.fit(config, data.withLabelsOf(dealt), runner)
            .trainingMetaFeatures()
            .orElseThrow();
    LabeledData table = features.toLabeledData();
    double worst = Double.NEGATIVE_INFINITY;
    String who = "";
    for (int m = 0; m < features.members().size(); m++) {
      INDArray answers = Combiner.member(m, data.outputs()).logits(features.logits());
      double score = score(answers, table);
      if (score > worst) {
        worst = score;
        who = features.members().get(m);
      }
    }
    double[] weights = table.relativeWeights();
    double total = Arrays.stream(weights).sum();
    // So many rows of equal weight have means as uncertain as these rows' (Kish 1965).
    double effectiveRows =
        total * total / Arrays.stream(weights).map(weight -> weight * weight).sum();
    double chance = 0;
    double limit;
    if (data.task() == Task.REGRESSION) {
      // Predictions of s standard deviations of the target that are independent of it have an R² of
      // 2 s e - s² with e of about 1 / √n: at most e², whatever s is.
      limit = MOST_ERRORS * MOST_ERRORS / effectiveRows;
    } else {
      double[] ofClass = new double[table.outputs()];
      for (int row = 0; row < weights.length; row++) {
        ofClass[table.label(row)] += weights[row];
      }
      chance = Arrays.stream(ofClass).max().orElse(0) / total;
      limit = chance + MOST_ERRORS * Math.sqrt(chance * (1 - chance) / effectiveRows);
    }
    boolean regression = data.task() == Task.REGRESSION;
    return new Finding(
        "permuted " + (regression ? "targets" : "labels") + " give chance",
        worst <= limit,
        String.format(
                Locale.ROOT,
                "%s of member '%s' %.4f, by chance at most %.4f",
                scoreName(data.task()),
                who,
                worst,
                limit)
            + (regression
                ? ""
                : String.format(
                    Locale.ROOT,
                    " (the commonest class has %.4f of the rows, and three standard errors)",
                    chance)));
  }

  /** Accuracy, or R², by the rows' weights. */
  private static double score(INDArray answers, LabeledData rows) {
    return rows.task() == Task.REGRESSION
        ? RegressionEvaluation.of(answers, rows).r2()
        : Evaluation.accuracy(
            answers.argMax(1).toIntVector(), rows.labels(), rows.relativeWeights());
  }

  private static String scoreName(Task task) {
    return task == Task.REGRESSION ? "R²" : "accuracy";
  }

  /** How much better a member is on rows it was given than on rows it was not. */
  private static Finding gap(
      List<Source> sources, MetaFeatures features, LabeledData data, int member) {
    INDArray all = data.features();
    double given = score(sources.get(0).logits().apply(all), data);
    all.close();
    double heldOut =
        score(
            Combiner.member(member, data.outputs()).logits(features.logits()),
            features.toLabeledData());
    return new Finding(
        "member '" + features.members().get(member) + "', rows given against held out",
        true,
        String.format(Locale.ROOT, "%s %.4f against %.4f", scoreName(data.task()), given, heldOut));
  }

  /** How far the scale of a member's logits differs from fold to fold. */
  private static Finding drift(StackingEnsemble ensemble, MetaFeatures features, int member) {
    int classes = features.outputNames().size();
    float[] logits = column(features.logits(), member, classes);
    boolean regression = features.task() == Task.REGRESSION;
    if (regression) {
      logits = Standardisation.ofTargets(features.toLabeledData()).apply(logits);
    }
    Folds folds = Folds.of(features.folds(), Arrays.stream(features.folds()).max().orElse(1));
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int fold = 1; fold <= folds.count(); fold++) {
      double squares = 0;
      int[] rows = folds.heldOut(fold);
      for (int row : rows) {
        double mean = 0; // of the classes; standardised targets are around 0 by themselves
        for (int c = 0; c < classes; c++) {
          mean += regression ? 0 : logits[row * classes + c] / classes;
        }
        for (int c = 0; c < classes; c++) {
          squares += Math.pow(logits[row * classes + c] - mean, 2);
        }
      }
      double scale = Math.sqrt(squares / rows.length / classes);
      least = Math.min(least, scale);
      most = Math.max(most, scale);
    }
    return new Finding(
        "member '"
            + ensemble.members().names().get(member)
            + "', scale of "
            + (regression ? "predictions" : "logits")
            + " by fold",
        true,
        String.format(Locale.ROOT, "%.3f to %.3f", least, most));
  }

  /**
   * What the table's column of a member is made by: its networks or ensembles of the folds, or
   * where there are none, the one of all rows.
   */
  private static List<Source> sources(StackingEnsemble ensemble, int member, Watched watched) {
    MemberNetworks members = ensemble.members();
    int first = members.foldCount() == 0 ? 0 : 1;
    if (members.isStack(member)) {
      InnerStack stack = ensemble.stacks().get(member - members.networkCount());
      return IntStream.rangeClosed(first, members.foldCount())
          .mapToObj(stack::ensemble)
          .map(inner -> new Source(inner::combined, watched.given(inner)))
          .toList();
    }
    return networks(ensemble, member).stream()
        .map(fit -> new Source(fit.network()::logits, watched.given(fit)))
        .toList();
  }

  private static List<FitResult> networks(StackingEnsemble ensemble, int member) {
    List<FitResult> folds = ensemble.members().folds(member);
    return folds.isEmpty() ? List.of(ensemble.members().refits().get(member)) : folds;
  }

  private static boolean cameFitted(StackingEnsemble ensemble, int member) {
    return !ensemble.members().isStack(member)
        && networks(ensemble, member).get(0).trainer() == Trainer.NONE;
  }

  /**
   * The members that came fitted and that something learns to combine, those in stacks behind their
   * stack's name.
   */
  private static List<String> cameFitted(StackingEnsemble ensemble) {
    List<String> found = new ArrayList<>();
    boolean learns = ensemble.trainingMetaFeatures().isPresent();
    for (int m = 0; m < ensemble.members().names().size(); m++) {
      if (learns && cameFitted(ensemble, m)) {
        found.add("member '" + ensemble.members().names().get(m) + "'");
      }
    }
    for (InnerStack stack : ensemble.stacks()) {
      for (String member : cameFitted(stack.all().get(0))) {
        found.add("stack '" + stack.name() + "', " + member);
      }
    }
    return found;
  }

  private static float[] column(INDArray logits, int member, int classes) {
    return floats(Combiner.member(member, classes).logits(logits));
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }
}
