package org.stacking4j.experiment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.stacking4j.StackingConfig;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.Task;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;

/**
 * What a conf file says, checked; the keys are the components' names in kebab-case. Immutable.
 *
 * @param data {@code mnist}, {@code idx:DIR} or {@code csv:FILE}
 * @param task what is asked about the rows: which class, or a number, which only CSV files have
 * @param label the column of a CSV file that holds the labels or the target; empty for the last
 * @param testFraction the part of each class of a CSV file that is kept for the test
 * @param train how many of the first training rows, 0 for all
 * @param test how many of the first test rows, 0 for all
 * @param seed where all randomness comes from
 * @param members the base networks
 * @param fit how every network is fitted
 * @param strategy {@code in-sample}, {@code out-of-fold}, {@code holdout}, {@code time-ordered}, or
 *     {@code all} for the first two
 * @param inSample how to stack in-sample
 * @param outOfFold how to stack out-of-fold
 * @param holdout how to stack by holdout
 * @param timeOrdered how to stack in order of time
 */
public record ExperimentConfig(
    String data,
    Task task,
    String label,
    double testFraction,
    int train,
    int test,
    long seed,
    List<BaseNetwork> members,
    Fit fit,
    String strategy,
    InSample inSample,
    OutOfFold outOfFold,
    Holdout holdout,
    TimeOrdered timeOrdered) {

  private static final List<String> STRATEGIES =
      List.of("all", "in-sample", "out-of-fold", "holdout", "time-ordered");

  /** A base network: its name and the units of its hidden layers. */
  public record BaseNetwork(String name, List<Integer> hidden) {
    public BaseNetwork {
      hidden = List.copyOf(hidden);
    }
  }

  /** How every network is fitted; see {@link FitSettings}. */
  public record Fit(int epochs, int batchSize, double gradientNormLimit, Trainer trainer) {
    public Fit {
      if (epochs < 1) {
        throw new IllegalArgumentException("epochs must be >= 1, found " + epochs);
      }
      if (batchSize < 2) {
        throw new IllegalArgumentException("batch-size must be >= 2, found " + batchSize);
      }
    }

    FitSettings settings() {
      return new FitSettings(epochs, batchSize, gradientNormLimit, true, trainer);
    }
  }

  /** Which meta learner. */
  public enum Meta {
    /** Residual, linear or greedy, whichever is best on held-out rows. */
    BEST,
    /** A network that corrects the logit average. */
    RESIDUAL,
    /** A correction that is linear in the members' logits. */
    LINEAR,
    /** A network that answers by itself. */
    FREE,
    /** Members' weights, by greedy selection. */
    GREEDY;

    MetaLearner[] learners(Fit fit) {
      MetaLearner residual = MetaNetwork.residual().withSettings(fit.settings());
      MetaLearner linear = MetaNetwork.linear().withSettings(fit.settings());
      MetaLearner greedy = new GreedySelection(25);
      return switch (this) {
        case BEST -> new MetaLearner[] {residual, linear, greedy};
        case RESIDUAL -> new MetaLearner[] {residual};
        case LINEAR -> new MetaLearner[] {linear};
        case FREE -> new MetaLearner[] {MetaNetwork.free().withSettings(fit.settings())};
        case GREEDY -> new MetaLearner[] {greedy};
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How to stack in-sample. */
  public record InSample(Meta meta) {}

  /** How to stack out-of-fold. */
  public record OutOfFold(
      Meta meta, boolean doNoHarm, int folds, int repeats, Prediction prediction) {}

  /** How to stack by holdout. */
  public record Holdout(Meta meta, boolean doNoHarm, double fraction, Prediction prediction) {}

  /** How to stack in order of time. */
  public record TimeOrdered(Meta meta, boolean doNoHarm, int folds) {}

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public ExperimentConfig {
    if (task == Task.REGRESSION && !DataSource.isTable(data)) {
      throw new IllegalArgumentException(
          "task regression needs numbers to predict, which data '"
              + data
              + "' does not have; use csv:FILE");
    }
    if (!(testFraction > 0 && testFraction < 1)) {
      throw new IllegalArgumentException(
          "test-fraction must be > 0 and < 1, found " + testFraction);
    }
    if (train < 0 || test < 0) {
      throw new IllegalArgumentException(
          "train and test must be >= 0 (0 for all rows), found " + train + " and " + test);
    }
    members = List.copyOf(members);
    if (!STRATEGIES.contains(strategy)) {
      throw new IllegalArgumentException(
          "unknown strategy '" + strategy + "'; use one of " + String.join(", ", STRATEGIES));
    }
  }

  /** The labels of the stacks to make, in order. */
  @JsonIgnore
  public List<String> stacks() {
    return strategy.equals("all") ? List.of("in-sample", "out-of-fold") : List.of(strategy);
  }

  /**
   * The configuration of one stack.
   *
   * @param label one of {@link #stacks}
   * @param columns of the data
   * @param outputs classes or targets of the data
   * @throws IllegalArgumentException if a value is out of its range
   */
  StackingConfig stack(String label, int columns, int outputs) {
    StackingConfig.Builder builder = StackingConfig.builder().seed(seed);
    for (BaseNetwork member : members) {
      int[] hidden = member.hidden().stream().mapToInt(Integer::intValue).toArray();
      MultiLayerConfiguration network =
          DataSource.isTable(data)
              ? Mlp.table(task, columns, outputs, hidden)
              : Mlp.base(task, columns, outputs, hidden);
      builder.member(new Member(member.name(), network, fit.settings()));
    }
    switch (label) {
      case "in-sample" -> builder.inSample().metaLearners(inSample.meta().learners(fit));
      case "out-of-fold" ->
          builder
              .outOfFold(outOfFold.folds(), outOfFold.repeats())
              .prediction(outOfFold.prediction())
              .metaLearners(outOfFold.meta().learners(fit))
              .doNoHarm(outOfFold.doNoHarm());
      case "time-ordered" ->
          builder
              .timeOrdered(timeOrdered.folds())
              .metaLearners(timeOrdered.meta().learners(fit))
              .doNoHarm(timeOrdered.doNoHarm());
      default ->
          builder
              .holdout(holdout.fraction())
              .prediction(holdout.prediction())
              .metaLearners(holdout.meta().learners(fit))
              .doNoHarm(holdout.doNoHarm());
    }
    return builder.build();
  }

  /** How many epochs all fits of a stack's members have together. */
  int memberEpochs(String label) {
    int networks =
        switch (label) {
          case "in-sample" -> 0; // the base networks, which are fitted before
          case "out-of-fold" -> outOfFold.folds() * outOfFold.repeats();
          case "time-ordered" -> timeOrdered.folds();
          default -> 1;
        };
    return networks * members.size() * fit.epochs();
  }
}
