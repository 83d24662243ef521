package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stacking4j.LeakAudit;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Memory;
import org.stacking4j.data.Task;
import org.stacking4j.data.TrainTest;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.train.Checkpoints;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;
import org.stacking4j.train.RememberedFits;

/**
 * The whole path: a configuration's data, its base networks, its stacks, the leaderboard, the
 * files.
 */
public final class Experiment {
  private final ExperimentConfig config;
  private final int threads;
  private final ExperimentListener listener;
  private final boolean resumes;

  /**
   * @param config what to do
   * @param threads fits at a time, 1 or more; changes how long it takes and nothing else
   * @param listener who hears of it
   */
  public Experiment(ExperimentConfig config, int threads, ExperimentListener listener) {
    this(config, threads, listener, false);
  }

  private Experiment(
      ExperimentConfig config, int threads, ExperimentListener listener, boolean resumes) {
    this.config = config;
    this.threads = threads;
    this.listener = listener;
    this.resumes = resumes;
  }

  /**
   * {@return the same experiment, which takes up what an earlier run into the same folder has
   * fitted, ended or not; its files are those of a run that was never interrupted} Of another
   * configuration or other data it takes up what they have in common.
   */
  public Experiment resuming() {
    return new Experiment(config, threads, listener, true);
  }

  /**
   * Runs an experiment on classes and writes {@code results.json}, {@code leaderboard.csv}, {@code
   * meta-features-train.csv}, {@code meta-features-test.csv} and {@code ensemble.zip}; the last
   * three are those of the last stack. Each fit is kept in the folder {@code checkpoints} when it
   * is finished, for {@link #resuming}.
   *
   * @param folder where the files go; made if it does not exist
   * @return the leaderboard, and what it says of the last stack
   * @throws IllegalArgumentException if the configuration does not fit itself or the data, or is
   *     for targets
   * @throws IOException if the data cannot be read or the files cannot be written, as while another
   *     run writes to the folder
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  public Findings run(Path folder) throws IOException {
    checkTask(Task.CLASSIFICATION, "run");
    return run(folder, test -> new Competition(test, config.seed()));
  }

  /**
   * Runs an experiment on targets and writes the same files.
   *
   * @param folder where the files go; made if it does not exist
   * @return the leaderboard, and what it says of the last stack
   * @throws IllegalArgumentException if the configuration does not fit itself or the data, or is
   *     for classes
   * @throws IOException if the data cannot be read or the files cannot be written, as while another
   *     run writes to the folder
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  public RegressionFindings runRegression(Path folder) throws IOException {
    checkTask(Task.REGRESSION, "runRegression");
    return run(folder, test -> new RegressionCompetition(test, config.seed()));
  }

  private void checkTask(Task task, String method) {
    if (config.task() != task) {
      throw new IllegalArgumentException(
          method + " is for task " + task + ", found " + config.task() + "; use the other one");
    }
  }

  private <F extends Outcome> F run(Path folder, Function<LabeledData, Rivals<?, F>> rivals)
      throws IOException {
    Checkpoints found = Checkpoints.in(OutputFolder.checkpoints(folder));
    Checkpoints checkpoints = resumes ? found : found.anew();
    long start = System.nanoTime();
    try (Runners runners = Runners.open(config, threads)) {
      // The stacks share their base networks: whatever is fitted twice is fitted once.
      FitRunner fits = new RememberedFits(runners.members(listener, checkpoints));
      Stopwatch watch = new Stopwatch(fits, start);
      if (runners.areElsewhere()) {
        watch.lap("executors");
      }
      return run(folder, rivals, found, runners, watch, checkpoints);
    }
  }

  private <F extends Outcome> F run(
      Path folder,
      Function<LabeledData, Rivals<?, F>> rivals,
      Checkpoints found,
      Runners runners,
      Stopwatch watch,
      Checkpoints checkpoints)
      throws IOException {
    LocalFits small = LocalFits.onThreads(threads).withCheckpoints(checkpoints);
    TrainTest data = DataSource.load(config);
    List<String> testFiles = DataSource.testFiles(config.data());
    Map<String, StackingConfig> stacks = stackConfigs(data.train());
    try (OutputFolder files = OutputFolder.prepare(folder)) {
      watch.lap("data");
      listener.found(DataSource.describe(data));
      listener.planned(plan(Plan.of(stacks, data, runners.slots(), Memory.ofThisProcess())));
      tell(found.count(), OutputFolder.checkpoints(folder));
      if (runners.areElsewhere()) {
        runners.await(data.train());
        watch.lap("executors");
        fitAtOnce(data.train(), stacks, watch);
      }
      return run(files, stacks, data, testFiles, rivals.apply(data.test()), watch, small);
    }
  }

  private void tell(int kept, Path checkpoints) {
    if (kept == 0 && resumes) {
      listener.found("nothing to resume in " + checkpoints + "; every fit is made");
    }
    if (kept > 0) {
      listener.found(
          kept
              + " finished fits of an earlier run are in "
              + checkpoints
              + (resumes
                  ? "; those of this run are taken up"
                  : "; --resume, or resuming() in Java, takes up those of this run"));
    }
  }

  private <F extends Outcome> F run(
      OutputFolder files,
      Map<String, StackingConfig> stacks,
      TrainTest data,
      List<String> testFiles,
      Rivals<?, F> competition,
      Stopwatch watch,
      FitRunner small)
      throws IOException {
    if (!config.weight().isBlank()) {
      listener.found("rows count by their weights in column '" + config.weight() + "'");
    }
    if (config.classWeights() == ExperimentConfig.ClassWeights.BALANCED) {
      listener.found("all classes count the same: accuracy is the mean recall of the classes");
    }

    MemberNetworks bases = fitBases(data.train(), stacks.values().iterator().next(), watch);
    tell(bases.dropped());
    stacks = without(bases.dropped(), stacks);
    watch.lap("members");
    List<?> baseEvaluations = competition.enterBases(bases);
    for (int m = 0; m < bases.names().size(); m++) {
      listener.found(bases.names().get(m) + ": " + baseEvaluations.get(m));
    }
    competition.differences().ifPresent(listener::found);
    watch.lap("judging");
    Map<String, StackingEnsemble> ensembles = new LinkedHashMap<>();
    @Nullable MetaFeatures answers = null; // of the last stack, for the files
    for (Map.Entry<String, StackingConfig> stack : stacks.entrySet()) {
      String label = stack.getKey();
      boolean averages = stack.getValue().averages();
      listener.stageStarted(averages ? "averaging the members" : "stacking " + label);
      StackingEnsemble ensemble = StackingEnsemble.fit(stack.getValue(), data.train(), watch);
      tell(ensemble.dropped());
      watch.lap("meta-features");
      tell(ensemble.choice());
      ensemble = ensemble.withDropped(bases.dropped());
      answers = ensemble.metaFeatures(data.test());
      listener.found(competition.enterStack(label, ensemble, answers));
      ensembles.put(label, ensemble);
      watch.lap("judging");
    }
    StackingConfig lastConfig = Objects.requireNonNull(stacks.get(config.lastStack()));
    StackingEnsemble lastStack = Objects.requireNonNull(ensembles.get(config.lastStack()));
    Objects.requireNonNull(answers);
    // Of the small fits nobody needs to hear.
    competition.enterAlternatives(lastConfig, lastStack, answers, small).forEach(listener::found);
    F findings = competition.findings();
    watch.lap("judging");
    files.write(
        new Results(config, data, testFiles, bases, ensembles, findings, threads, watch), answers);
    return findings;
  }

  /**
   * What a run would take; the data is read, nothing is fitted.
   *
   * @return the fits, the time and the memory, about
   * @throws IllegalArgumentException if the configuration does not fit itself or the data
   * @throws IOException if the data cannot be read
   */
  public Plan plan() throws IOException {
    TrainTest data = DataSource.load(config);
    return plan(Plan.of(stackConfigs(data.train()), data, threads, Memory.ofThisProcess()));
  }

  /** The same plan where the configuration has the fits made. */
  private Plan plan(Plan here) {
    return config.executor() == ExperimentConfig.Executor.SPARK ? here.elsewhere() : here;
  }

  /**
   * Audits each stack on the training rows; the test rows are not looked at.
   *
   * @return by the stack's label
   * @throws IllegalArgumentException if the configuration does not fit itself or the data
   * @throws IOException if the data cannot be read
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  public Map<String, LeakAudit> audit() throws IOException {
    try (Runners runners = Runners.open(config, threads)) {
      return audit(runners);
    }
  }

  private Map<String, LeakAudit> audit(Runners runners) throws IOException {
    TrainTest data = DataSource.load(config);
    Map<String, LeakAudit> audits = new LinkedHashMap<>();
    Map<String, StackingConfig> stacks = stackConfigs(data.train());
    listener.found(DataSource.describe(data));
    listener.planned(plan(Plan.ofAudit(stacks, data, runners.slots(), Memory.ofThisProcess())));
    for (Map.Entry<String, StackingConfig> stack : stacks.entrySet()) {
      listener.stageStarted("auditing " + stack.getKey());
      FitRunner runner = runners.unkept(listener);
      audits.put(stack.getKey(), LeakAudit.of(stack.getValue(), data.train(), runner));
    }
    return audits;
  }

  private void tell(List<DroppedMember> dropped) {
    dropped.forEach(member -> listener.found(member.toString()));
  }

  /** What has no network of all rows cannot be compared with the stack: it is in none. */
  private static Map<String, StackingConfig> without(
      List<DroppedMember> dropped, Map<String, StackingConfig> stacks) {
    Map<String, StackingConfig> others = new LinkedHashMap<>();
    stacks.forEach(
        (label, stack) -> {
          StackingConfig.Builder builder = stack.toBuilder();
          dropped.forEach(member -> builder.without(member.member()));
          others.put(label, builder.build());
        });
    return others;
  }

  private void tell(CombinerChoice choice) {
    for (CombinerChoice.Evidence evidence : choice.evidence()) {
      listener.found("  held out, " + evidence.label() + ": " + evidence);
    }
    listener.found("combined by " + choice.label());
  }

  /** Checks every stack against the data before anything is fitted. */
  private Map<String, StackingConfig> stackConfigs(LabeledData train) throws IOException {
    Map<String, StackingConfig> stacks = new LinkedHashMap<>();
    for (String label : config.stacks()) {
      StackingConfig stack = config.stack(label, train.columns(), train.outputs());
      stack.check(train);
      stacks.put(label, stack);
    }
    return stacks;
  }

  /**
   * Asks for the members' fits of all stations together, so that no executor waits for the last one
   * of a station; each is remembered until its own.
   */
  private void fitAtOnce(
      LabeledData train, Map<String, StackingConfig> stacks, FitRunner remembering) {
    StackingConfig stack = Objects.requireNonNull(stacks.get(config.lastStack()));
    if (stack.onFailure() == OnFailure.STOP) { // a failure would not be remembered
      Folds folds = stack.folds(train);
      listener.stageStarted("fitting the base networks of all folds");
      MemberNetworks.fit(stack.members(), train, folds, true, stack.seed(), remembering);
    }
  }

  private MemberNetworks fitBases(LabeledData train, StackingConfig stack, FitRunner runner) {
    long count = stack.members().stream().filter(member -> member.network() == null).count();
    listener.stageStarted(
        String.format(Locale.ROOT, "fitting %d base networks on %d rows", count, train.rows()));
    MemberNetworks bases =
        MemberNetworks.fit(
            stack.members(),
            train,
            Folds.none(train.rows()),
            true,
            stack.seed(),
            stack.onFailure(),
            runner);
    if (bases.names().isEmpty()) {
      throw DroppedMember.noneLeft(bases.dropped());
    }
    return bases;
  }
}
