package org.stacking4j;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.stacking4j.combine.Averaging;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.meta.Prediction;
import org.stacking4j.meta.Strategy;
import org.stacking4j.network.Member;
import org.stacking4j.network.NetworkCheck;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.Seeds;

/**
 * An ensemble still to be fitted. Immutable.
 *
 * @param members the base networks, with names of their own
 * @param stacks members that are ensembles themselves, with names of their own; members and stacks
 *     together are one or more. The columns of stacks stand behind those of networks
 * @param metaLearners what may learn to combine them, one or more; of several, the one that is best
 *     on held-out rows is used. See {@link CombinerChoice}. With {@link Averaging}, which must be
 *     alone, only the networks are fitted that the prediction asks: by {@link Prediction#REFIT}
 *     none of a fold, whatever the strategy
 * @param doNoHarm whether the logit average is used unless a meta learner is better on held-out
 *     rows
 * @param strategy which networks give the meta network's training rows
 * @param prediction which networks answer for new rows; always {@link Prediction#REFIT} with {@link
 *     Strategy.InSample}, which has no folds, and with {@link Strategy.TimeOrdered}, whose fold
 *     networks have not seen the latest rows
 * @param passThrough which feature columns meta networks see behind the logits, 0-based; empty for
 *     none. They are the row's own and no network's answer, so nothing leaks by them
 * @param seed where all randomness comes from
 * @param onFailure whether a member of which a fit fails drops out or stops everything; meta
 *     networks always stop it. A stack is a member: one that fails drops out as a whole
 */
public record StackingConfig(
    List<Member> members,
    List<Stack> stacks,
    List<MetaLearner> metaLearners,
    boolean doNoHarm,
    Strategy strategy,
    Prediction prediction,
    List<Integer> passThrough,
    long seed,
    OnFailure onFailure) {

  /**
   * A member that is an ensemble itself. Immutable.
   *
   * <p>For each fold of the outer ensemble, and for all rows if the outer prediction asks networks
   * of all rows, a whole ensemble is fitted on the rows outside of the fold, with folds of its own:
   * with K outer and K' inner folds up to (K + 1)(K' + 1) fits of each of its networks. With a
   * single split for both levels a row's label would reach its own meta-features through those of
   * other rows.
   *
   * @param name as a {@link Member}'s
   * @param config what is fitted; its own seed does not matter
   */
  public record Stack(String name, StackingConfig config) {
    /**
     * Checks the name.
     *
     * @param name letters, digits, {@code -} and {@code _}
     * @param config what is fitted
     * @throws IllegalArgumentException if the name is malformed
     */
    public Stack {
      Member.checkName(name);
    }

    /**
     * {@return what is fitted without one fold of the outer ensemble: the configuration with the
     * seed that {@link Seeds#of} makes of the outer seed, the member's name and the fold}
     *
     * @param outerSeed of the outer ensemble
     * @param fold of the outer ensemble, 1-based and numbered on through repeats, or 0 for all rows
     */
    public StackingConfig config(long outerSeed, int fold) {
      return config.toBuilder().seed(Seeds.of(outerSeed, name, fold)).build();
    }

    /** Which of its ensembles: {@code stack 'inner', fold 2 of 5}. */
    String describe(int fold, Folds folds) {
      return FitTask.describe(
          "stack '" + name + "'", fold, folds.count() / folds.repeats(), folds.repeats());
    }
  }

  /**
   * Copies the lists and checks that everything goes together.
   *
   * @param members networks, with names of their own
   * @param stacks ensembles, with names of their own
   * @param metaLearners one or more
   * @param doNoHarm whether the average is used unless a meta learner is better
   * @param strategy which networks give the meta network's training rows
   * @param prediction which networks answer for new rows
   * @param passThrough feature columns, 0-based, each once
   * @param seed where all randomness comes from
   * @param onFailure whether a member of which a fit fails drops out
   * @throws IllegalArgumentException if there are no members, two share a name, in-sample or
   *     time-ordered is to predict by fold networks, a stack in a time-ordered one is neither
   *     time-ordered nor by holdout, or a column to pass through is negative or there twice
   */
  public StackingConfig {
    members = List.copyOf(members);
    stacks = List.copyOf(stacks);
    if (members.isEmpty() && stacks.isEmpty()) {
      throw new IllegalArgumentException("an ensemble needs at least one member, found none");
    }
    Set<String> names = new HashSet<>();
    for (String name : names(members, stacks)) {
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "two members are named '" + name + "'; give each a name of its own");
      }
    }
    metaLearners = List.copyOf(metaLearners);
    if (metaLearners.isEmpty()) {
      throw new IllegalArgumentException("an ensemble needs at least one meta learner, found none");
    }
    if (metaLearners.stream().map(MetaLearner::label).distinct().count() < metaLearners.size()) {
      throw new IllegalArgumentException(
          "meta learners must be of different kinds, found "
              + metaLearners.stream().map(MetaLearner::label).toList());
    }
    if (metaLearners.size() > 1 && metaLearners.contains(new Averaging())) {
      throw new IllegalArgumentException(
          "the average cannot be one of several meta learners, found "
              + metaLearners.stream().map(MetaLearner::label).toList()
              + "; give it alone, or leave it to doNoHarm, which compares the others with it");
    }
    if (strategy instanceof Strategy.InSample && metaLearners.size() > 1) {
      throw new IllegalArgumentException(
          "in-sample has no held-out rows to choose a meta learner by; give one, found "
              + metaLearners.stream().map(MetaLearner::label).toList());
    }
    if (strategy instanceof Strategy.InSample && prediction != Prediction.REFIT) {
      throw new IllegalArgumentException(
          "in-sample has no fold networks; use prediction by refit, found " + prediction);
    }
    if (strategy instanceof Strategy.TimeOrdered && prediction != Prediction.REFIT) {
      throw new IllegalArgumentException(
          "time-ordered has fold networks that learned from old rows only; use prediction by refit,"
              + " found "
              + prediction);
    }
    if (strategy instanceof Strategy.TimeOrdered) {
      checkOrder(stacks);
    }
    passThrough = NetworkCheck.columns("pass-through", passThrough);
  }

  /** Checks the strategies of stacks in a time-ordered ensemble, however deep. */
  private static void checkOrder(List<Stack> stacks) {
    for (Stack stack : stacks) {
      Strategy inner = stack.config().strategy();
      if (!(inner instanceof Strategy.TimeOrdered || inner instanceof Strategy.Holdout)) {
        throw new IllegalArgumentException(
            "stack '"
                + stack.name()
                + "' in a time-ordered ensemble must be time-ordered or by holdout, found "
                + inner.label());
      }
      checkOrder(stack.config().stacks());
    }
  }

  /** Checks that there are the columns to pass through. */
  static void checkPassThrough(List<Integer> passThrough, int columns) {
    for (int column : passThrough) {
      if (column >= columns) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "pass-through: column %d is to be passed but the data has columns 0 to %d",
                column,
                columns - 1));
      }
    }
  }

  /** The names of all members, snapshots and stacks included, in the order of their columns. */
  private static List<String> names(List<Member> members, List<Stack> stacks) {
    return Stream.concat(
            members.stream().flatMap(member -> member.names().stream()),
            stacks.stream().map(Stack::name))
        .toList();
  }

  /**
   * Checks that training rows fit this configuration, without fitting anything; the rows outside of
   * each fold must fit those of its stacks.
   *
   * @param data the training rows
   * @return as {@link #folds} does
   * @throws IllegalArgumentException if there are too few rows, in all or in a class, or the number
   *     of columns or outputs or the task is not a network's
   */
  public Folds check(LabeledData data) {
    if (data.rows() < 2) {
      throw new IllegalArgumentException("an ensemble needs at least 2 training rows, found 1");
    }
    int[] counts = data.task() == Task.CLASSIFICATION ? data.classCounts() : new int[0];
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] == 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "class '%s' has no rows among the %d training rows; give it some, or leave it out"
                    + " of the class names",
                data.classNames().get(c),
                data.rows()));
      }
    }
    for (Member member : members) {
      NetworkCheck.checkSizes(
          "member '" + member.name() + "'",
          member.configuration(),
          member.columns(),
          data.columns(),
          data.task(),
          data.outputs());
    }
    checkPassThrough(passThrough, data.columns());
    checkLearners(data);
    Folds folds = folds(data);
    for (int fold = prediction.asksRefit() ? 0 : 1; fold <= folds.count(); fold++) {
      if (!stacks.isEmpty()) {
        checkStacks(fold == 0 ? data : data.select(folds.training(fold)), fold, folds);
      }
    }
    return folds;
  }

  /** {@return whether the members are averaged and nothing learns how to combine them} */
  public boolean averages() {
    return metaLearners.get(0) instanceof Averaging;
  }

  /**
   * {@return which fold each training row would be held out in; there are no folds if nothing asks
   * their networks}
   *
   * @param data the training rows
   * @throws IllegalArgumentException if a class has too few rows for so many folds
   */
  public Folds folds(LabeledData data) {
    return averages() && !prediction.asksFolds()
        ? Folds.none(data.rows())
        : strategy.folds(data, seed);
  }

  private void checkLearners(LabeledData data) {
    int all = names(members, stacks).size();
    for (MetaLearner learner : metaLearners) {
      learner.checkSizes(all, passThrough.size(), data.task(), data.outputs());
      if (onFailure == OnFailure.DROP_OUT && all > 1) {
        try {
          learner.checkSizes(all - 1, passThrough.size(), data.task(), data.outputs());
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "members that drop out need meta learners for fewer members too, but "
                  + learner.label()
                  + " is for "
                  + all
                  + " only; use another, or on-failure stop",
              e);
        }
      }
    }
  }

  private void checkStacks(LabeledData training, int fold, Folds folds) {
    for (Stack stack : stacks) {
      try {
        stack.config(seed, fold).check(training);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(stack.describe(fold, folds) + ": " + e.getMessage(), e);
      }
    }
  }

  /**
   * {@return a builder with the defaults: out-of-fold with 5 folds, prediction by folds and refit;
   * the residual or the linear meta network or greedy selection, whichever is best on held-out
   * rows, or the average if none is better on held-out rows; seed 1; no members yet}
   */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return a builder that starts from this configuration} */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.members.addAll(members);
    builder.stacks.addAll(stacks);
    builder.metaLearners = metaLearners;
    builder.doNoHarm = doNoHarm;
    builder.strategy = strategy;
    builder.prediction = prediction;
    builder.passThrough = passThrough;
    builder.seed = seed;
    builder.onFailure = onFailure;
    return builder;
  }

  /** Collects the parts of a configuration. Not thread-safe. */
  public static final class Builder {
    private final List<Member> members = new ArrayList<>();
    private final List<Stack> stacks = new ArrayList<>();
    private List<MetaLearner> metaLearners =
        List.of(MetaNetwork.residual(), MetaNetwork.linear(), new GreedySelection(25));
    private boolean doNoHarm = true;
    private Strategy strategy = new Strategy.OutOfFold(5);
    private Prediction prediction = Prediction.FOLDS_AND_REFIT;
    private List<Integer> passThrough = List.of();
    private long seed = 1;
    private OnFailure onFailure = OnFailure.STOP;

    private Builder() {}

    /**
     * Adds a member with default settings.
     *
     * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit
     * @param configuration copied; of a network that can be a member
     * @return this builder
     * @throws IllegalArgumentException if the name is malformed or the network cannot be a member
     */
    public Builder member(String name, MultiLayerConfiguration configuration) {
      return member(Member.of(name, configuration));
    }

    /**
     * Adds a member.
     *
     * @param member with a name of its own
     * @return this builder
     */
    public Builder member(Member member) {
      members.add(member);
      return this;
    }

    /**
     * Adds a member that is an ensemble itself, see {@link Stack}. Its columns stand behind those
     * of all members that are networks.
     *
     * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit
     * @param config what is fitted, of any depth; its own seed does not matter
     * @return this builder
     * @throws IllegalArgumentException if the name is malformed
     */
    public Builder stack(String name, StackingConfig config) {
      stacks.add(new Stack(name, config));
      return this;
    }

    /**
     * Takes a member away, with its snapshots.
     *
     * @param member its name, or {@code STACK/NAME} for one of a stack; nothing happens if there is
     *     none
     * @return this builder
     */
    public Builder without(String member) {
      int slash = member.indexOf('/');
      if (slash < 0) {
        members.removeIf(one -> one.name().equals(member));
        stacks.removeIf(one -> one.name().equals(member));
        return this;
      }
      String rest = member.substring(slash + 1);
      stacks.replaceAll(
          stack ->
              stack.name().equals(member.substring(0, slash))
                  ? new Stack(stack.name(), stack.config().toBuilder().without(rest).build())
                  : stack);
      return this;
    }

    /**
     * Sets the meta learners, of which the one that is best on held-out rows is used.
     *
     * @param metaLearners one or more, in the place of those before
     * @return this builder
     */
    public Builder metaLearners(MetaLearner... metaLearners) {
      this.metaLearners = List.of(metaLearners);
      return this;
    }

    /**
     * Sets whether the logit average is used unless a meta learner is better on held-out rows.
     *
     * @param doNoHarm true by default
     * @return this builder
     */
    public Builder doNoHarm(boolean doNoHarm) {
      this.doNoHarm = doNoHarm;
      return this;
    }

    /**
     * Each row's meta-features come from networks that did not see it.
     *
     * @param folds K, 2 or more
     * @return this builder
     */
    public Builder outOfFold(int folds) {
      this.strategy = new Strategy.OutOfFold(folds);
      return this;
    }

    /**
     * The same with several splits into folds; each row's meta-features are the mean over them.
     *
     * @param folds K, 2 or more
     * @param repeats how many splits into K folds, 1 or more
     * @return this builder
     */
    public Builder outOfFold(int folds, int repeats) {
      this.strategy = new Strategy.OutOfFold(folds, repeats);
      return this;
    }

    /**
     * The meta network learns from a part of each class that no member sees.
     *
     * @param fraction of the rows of each class to hold out, above 0 and below 1
     * @return this builder
     */
    public Builder holdout(double fraction) {
      this.strategy = new Strategy.Holdout(fraction);
      return this;
    }

    /**
     * Each row's meta-features come from networks that saw only rows before it; rows must be in
     * their order of time. Sets prediction by refit, the only one it has.
     *
     * @param folds K, 2 or more
     * @return this builder
     */
    public Builder timeOrdered(int folds) {
      this.strategy = new Strategy.TimeOrdered(folds);
      this.prediction = Prediction.REFIT;
      return this;
    }

    /**
     * Leaks: see {@link Strategy.InSample}. Sets prediction by refit, the only one it has, and the
     * recipe's meta network, because there are no held-out rows to choose one by.
     *
     * @return this builder
     */
    public Builder inSample() {
      this.strategy = new Strategy.InSample();
      this.metaLearners = List.of(MetaNetwork.free());
      this.prediction = Prediction.REFIT;
      return this;
    }

    /**
     * Sets which networks answer for new rows.
     *
     * @param prediction fold networks, those of all rows, or both
     * @return this builder
     */
    public Builder prediction(Prediction prediction) {
      this.prediction = prediction;
      return this;
    }

    /**
     * Meta networks see these feature columns of a row behind the members' logits, so that they can
     * learn where which member is to be trusted. Averages and greedy selection go on looking at
     * logits alone.
     *
     * @param columns 0-based; none for logits alone, which is the default
     * @return this builder
     */
    public Builder passThrough(int... columns) {
      this.passThrough = IntStream.of(columns).boxed().toList();
      return this;
    }

    /**
     * Sets where all randomness comes from.
     *
     * @param seed any number; 1 by default
     * @return this builder
     */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Sets what becomes of the ensemble when a fit of a member fails; by default it stops.
     *
     * @param onFailure whether it stops, or goes on without the member
     * @return this builder
     */
    public Builder onFailure(OnFailure onFailure) {
      this.onFailure = onFailure;
      return this;
    }

    /**
     * {@return the configuration}
     *
     * @throws IllegalArgumentException as {@link StackingConfig} does
     */
    public StackingConfig build() {
      return new StackingConfig(
          members,
          stacks,
          metaLearners,
          doNoHarm,
          strategy,
          prediction,
          passThrough,
          seed,
          onFailure);
    }
  }
}
