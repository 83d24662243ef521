package org.stacking4j.experiment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.Adam;
import org.stacking4j.StackingConfig;
import org.stacking4j.combine.Averaging;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.combine.RowGate;
import org.stacking4j.data.DidYouMean;
import org.stacking4j.data.Missing;
import org.stacking4j.data.PictureColour;
import org.stacking4j.data.PictureSize;
import org.stacking4j.data.RowSample;
import org.stacking4j.data.Task;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.meta.Prediction;
import org.stacking4j.meta.Strategy;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.EarlyStopping;

/**
 * What a conf file says, checked; the keys are the components' names in kebab-case. Immutable.
 *
 * @param data {@code mnist}, {@code idx:DIR}, {@code images:DIR} or {@code csv:FILE}
 * @param task what is asked about the rows: which class, or a number, which only CSV files have
 * @param label the column of a CSV file that holds the labels or the target; empty for the last
 * @param weight the column of a CSV file that holds the rows' weights; empty for none
 * @param group the column of a CSV file whose text rows that belong together have in common, which
 *     neither folds nor the split into training and test part; empty for none
 * @param categorical columns of a CSV file that hold categories even though they have numbers
 * @param missing what to do where a column of numbers of a CSV file has none
 * @param ignore columns of a CSV file to leave alone; an empty name for those without one
 * @param imageSize what the pictures of a folder are resized to, such as {@code 28x28}, width and
 *     height; {@code auto} for their own size if it is small and the same
 * @param imageColour whether the pictures of a folder are learned from in grey or in colour
 * @param testFraction the part of each class of a CSV file, or of a folder of pictures that is not
 *     split already, that is kept for the test
 * @param train how many of the first training rows, 0 for all
 * @param test how many of the first test rows, 0 for all
 * @param seed where all randomness comes from
 * @param classWeights whether all classes count the same, however many rows they have: in fits,
 *     choices and judging, each part by its own rows; rows that have weights keep their ratios
 *     within a class
 * @param members the base networks
 * @param innerStacks members that are stacks themselves, behind the base networks
 * @param fit how every base network is fitted that does not say otherwise; its trainer is that of
 *     meta networks too
 * @param metaEarlyStopping whether meta networks stop early
 * @param passThrough which feature columns meta networks see behind the logits, such as {@code 0-3,
 *     7}, counted from 0; empty for none
 * @param strategy {@code in-sample}, {@code out-of-fold}, {@code holdout}, {@code time-ordered}, or
 *     {@code all} for the first two
 * @param inSample how to stack in-sample
 * @param outOfFold how to stack out-of-fold
 * @param holdout how to stack by holdout
 * @param timeOrdered how to stack in order of time
 * @param onFailure whether a member of which a fit fails stops the run or drops out
 * @param executor where the fits of members are made; changes no number
 * @param master of Spark, such as {@code spark://host:7077}; empty for the one that spark-submit
 *     says
 */
public record ExperimentConfig(
    String data,
    Task task,
    String label,
    String weight,
    String group,
    List<String> categorical,
    Missing missing,
    List<String> ignore,
    String imageSize,
    PictureColour imageColour,
    double testFraction,
    int train,
    int test,
    long seed,
    ClassWeights classWeights,
    List<BaseNetwork> members,
    List<InnerStack> innerStacks,
    Fit fit,
    MetaEarlyStopping metaEarlyStopping,
    String passThrough,
    String strategy,
    InSample inSample,
    OutOfFold outOfFold,
    Holdout holdout,
    TimeOrdered timeOrdered,
    OnFailure onFailure,
    Executor executor,
    String master) {

  private static final Pattern RANGE = Pattern.compile("(\\d{1,7})(?: *- *(\\d{1,7}))?");
  private static final String AUTO = "auto";
  private static final List<String> STRATEGIES =
      List.of("all", "in-sample", "out-of-fold", "holdout", "time-ordered");

  /**
   * A base network. What a conf file leaves out has the value of {@code fit}, and the seed that of
   * the whole.
   *
   * @param name of its columns, seeds and errors
   * @param hidden units of its hidden layers; none for a network that comes fitted
   * @param epochs passes over the rows
   * @param batchSize rows per step
   * @param gradientNormLimit the largest norm of the whole gradient
   * @param learningRate Adam's step
   * @param columns which feature columns it sees, such as {@code 0-391, 400}, counted from 0; empty
   *     for all
   * @param rowSample which part of the rows each of its fits learns from
   * @param bagging whether they are drawn with replacement
   * @param snapshots how many networks of each fit are members too
   * @param cycles in how many cycles the learning rate falls to almost 0, each of which leaves a
   *     network that is a member; 0 for a rate that stays
   * @param seed in the place of the whole's
   * @param timeout how many seconds each of its fits may take, 0 for as many as it takes
   * @param network a file with a network that DL4J's {@code ModelSerializer} wrote, which comes
   *     fitted: of the rest only name and columns matter; empty for one to fit
   */
  public record BaseNetwork(
      String name,
      List<Integer> hidden,
      int epochs,
      int batchSize,
      double gradientNormLimit,
      double learningRate,
      String columns,
      double rowSample,
      boolean bagging,
      int snapshots,
      int cycles,
      long seed,
      double timeout,
      String network) {
    /**
     * Copies the hidden layers and checks everything.
     *
     * @param name of its columns, seeds and errors
     * @param hidden units of its hidden layers, each 1 or more; none if it comes fitted
     * @param epochs 1 or more
     * @param batchSize 2 or more
     * @param gradientNormLimit above 0; infinity switches it off
     * @param learningRate Adam's step, above 0
     * @param columns numbers from 0 and ranges of them; empty for all
     * @param rowSample above 0 and at most 1
     * @param bagging whether rows are drawn with replacement
     * @param snapshots 0 or more, fewer than the epochs; 0 with cycles
     * @param cycles 0 or more, at most the epochs; 0 with snapshots
     * @param seed in the place of the whole's
     * @param timeout in seconds, 0 for none
     * @param network the file of one that comes fitted, without hidden layers; else empty
     * @throws IllegalArgumentException if a value is out of its range
     */
    public BaseNetwork {
      hidden = List.copyOf(hidden);
      Member.checkName(name);
      if (!network.isEmpty() && !hidden.isEmpty()) {
        throw new IllegalArgumentException(
            "give hidden for a network to fit or network for one that comes fitted, found both");
      }
      if (network.isEmpty() && hidden.isEmpty()) {
        throw new IllegalArgumentException("hidden must have one hidden layer or more, found none");
      }
      if (hidden.stream().anyMatch(units -> units < 1)) {
        throw new IllegalArgumentException(
            "hidden must be units of layers, each >= 1, found " + hidden);
      }
      if (snapshots != 0 && cycles != 0) {
        throw new IllegalArgumentException(
            "give snapshots for a learning rate that stays or cycles for one that falls, found"
                + " both");
      }
      checkSteps(epochs, batchSize, gradientNormLimit);
      checkSnapshots(epochs, snapshots, cycles);
      if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "learning-rate must be a finite number > 0, found " + learningRate);
      }
      if (!(rowSample > 0 && rowSample <= 1)) {
        throw new IllegalArgumentException("row-sample must be > 0 and <= 1, found " + rowSample);
      }
      seconds(timeout);
      parse("columns", columns); // so that the file is named with what is wrong in it
    }

    private static void checkSnapshots(int epochs, int snapshots, int cycles) {
      if (snapshots < 0 || snapshots >= epochs) {
        throw new IllegalArgumentException(
            "snapshots must be >= 0 and fewer than its " + epochs + " epochs, found " + snapshots);
      }
      if (cycles < 0 || cycles > epochs) {
        throw new IllegalArgumentException(
            "cycles must be >= 0 and at most its " + epochs + " epochs, found " + cycles);
      }
    }

    private boolean learns() {
      return network.isEmpty();
    }

    /** As a member of an ensemble; a seed that is the whole's is left to the ensemble. */
    private Member member(ExperimentConfig whole, int ofData, int outputs) throws IOException {
      int[] seen = parse("columns", columns);
      RowSample rows = new RowSample(rowSample, bagging);
      if (!learns()) {
        return withSnapshots(
            Member.prefit(name, SavedNetwork.read(Path.of(network)))
                .withColumns(seen)
                .withRows(rows));
      }
      int inputs = seen.length == 0 ? ofData : seen.length;
      int[] units = hidden.stream().mapToInt(Integer::intValue).toArray();
      MultiLayerConfiguration layers =
          DataSource.isTable(whole.data())
              ? Mlp.table(whole.task(), inputs, outputs, units)
              : Mlp.base(whole.task(), inputs, outputs, units);
      for (NeuralNetConfiguration layer : layers.getConfs()) {
        if (layer.getLayer() instanceof BaseLayer trained) {
          trained.setIUpdater(new Adam(learningRate));
        }
      }
      Trainer trainer = whole.fit().trainer();
      Member member =
          new Member(
                  name,
                  layers,
                  new FitSettings(
                      epochs, batchSize, gradientNormLimit, true, trainer, seconds(timeout)))
              .withColumns(seen)
              .withRows(rows);
      Member sampled = withSnapshots(member);
      return seed == whole.seed() ? sampled : sampled.withSeed(seed);
    }

    private Member withSnapshots(Member member) {
      return cycles == 0 ? member.withSnapshots(snapshots) : member.withCyclicSnapshots(cycles);
    }
  }

  /**
   * A member that is a stack: out-of-fold, or time-ordered in a time-ordered one. What a conf file
   * leaves out has the value of {@code out-of-fold}.
   *
   * @param name of its columns, seeds and errors
   * @param members its base networks, as those of the whole are given
   * @param meta what combines them
   * @param doNoHarm whether the average is used unless a meta learner is better
   * @param folds how many folds of its own it has, of the rows that it may see
   * @param prediction which of its networks answer; in time order always those of all rows
   */
  public record InnerStack(
      String name,
      List<BaseNetwork> members,
      Meta meta,
      boolean doNoHarm,
      int folds,
      Prediction prediction) {
    /**
     * Copies the members and checks name and folds.
     *
     * @param name letters, digits, {@code -} and {@code _}
     * @param members its base networks
     * @param meta what combines them
     * @param doNoHarm whether the average is used unless a meta learner is better
     * @param folds 2 or more
     * @param prediction which of its networks answer
     * @throws IllegalArgumentException if the name is malformed, or there are fewer folds
     */
    public InnerStack {
      members = List.copyOf(members);
      Member.checkName(name);
      new Strategy.OutOfFold(folds); // checks
    }

    private StackingConfig config(ExperimentConfig whole, String label, int columns, int outputs)
        throws IOException {
      StackingConfig.Builder builder = StackingConfig.builder();
      for (BaseNetwork member : members) {
        builder.member(member.member(whole, columns, outputs));
      }
      if (label.equals("time-ordered")) {
        builder.timeOrdered(folds);
      } else {
        builder.outOfFold(folds).prediction(prediction);
      }
      return builder
          .metaLearners(meta.learners(whole::fitted))
          .doNoHarm(doNoHarm)
          .onFailure(whole.onFailure())
          .build();
    }
  }

  private static int[] parse(String key, String columns) {
    List<Integer> parsed = new ArrayList<>();
    for (String range : columns.isBlank() ? new String[0] : columns.split(",", -1)) {
      Matcher bounds = RANGE.matcher(range.strip());
      if (!bounds.matches()) {
        throw new IllegalArgumentException(
            key
                + " must be numbers from 0 or ranges of them, such as 0-391, 400; found '"
                + range.strip()
                + "'");
      }
      int first = Integer.parseInt(bounds.group(1));
      int last = bounds.group(2) == null ? first : Integer.parseInt(bounds.group(2));
      if (last < first) {
        throw new IllegalArgumentException(
            key + " must be ranges that go up, found '" + range.strip() + "'");
      }
      IntStream.rangeClosed(first, last).forEach(parsed::add);
    }
    return parsed.stream().mapToInt(Integer::intValue).toArray();
  }

  private static Duration seconds(double timeout) {
    if (!(timeout >= 0 && timeout < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "timeout must be a finite number of seconds >= 0 (0 for none), found " + timeout);
    }
    return Duration.ofNanos((long) (timeout * 1e9));
  }

  private static void checkSteps(int epochs, int batchSize, double gradientNormLimit) {
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs must be >= 1, found " + epochs);
    }
    if (batchSize < 2) {
      throw new IllegalArgumentException("batch-size must be >= 2, found " + batchSize);
    }
    if (!(gradientNormLimit > 0)) {
      throw new IllegalArgumentException(
          "gradient-norm-limit must be > 0 (Infinity switches it off), found " + gradientNormLimit);
    }
  }

  /**
   * How a base network is fitted that does not say otherwise; see {@link FitSettings}.
   *
   * @param epochs passes over the rows, 1 or more
   * @param batchSize rows per step, 2 or more
   * @param gradientNormLimit the largest norm of the whole gradient, above 0
   * @param trainer what computes the steps
   * @param timeout how many seconds each fit may take, 0 for as many as it takes
   */
  public record Fit(
      int epochs, int batchSize, double gradientNormLimit, Trainer trainer, double timeout) {
    /**
     * Checks the numbers.
     *
     * @param epochs 1 or more
     * @param batchSize 2 or more
     * @param gradientNormLimit above 0; infinity switches it off
     * @param trainer what computes the steps
     * @param timeout in seconds, 0 for none
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public Fit {
      checkSteps(epochs, batchSize, gradientNormLimit);
      new FitSettings(epochs, batchSize, gradientNormLimit, true, trainer); // checks
      seconds(timeout);
    }

    FitSettings settings() {
      return new FitSettings(epochs, batchSize, gradientNormLimit, true, trainer);
    }
  }

  /** How much a row counts. */
  public enum ClassWeights {
    /** All rows alike. */
    NONE,
    /** All classes alike: {@link org.stacking4j.data.LabeledData#balanced}. */
    BALANCED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where the fits of members are made. */
  public enum Executor {
    /** In this process. */
    LOCAL,
    /** On the executors of Apache Spark. */
    SPARK;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
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
    GREEDY,
    /** Members' weights for each row, by a gate. */
    GATE,
    /** The average of the members; nothing learns. */
    AVERAGE;

    MetaLearner[] learners(UnaryOperator<MetaNetwork> fitted) {
      MetaLearner residual = fitted.apply(MetaNetwork.residual());
      MetaLearner linear = fitted.apply(MetaNetwork.linear());
      MetaLearner greedy = new GreedySelection(25);
      return switch (this) {
        case BEST -> new MetaLearner[] {residual, linear, greedy};
        case RESIDUAL -> new MetaLearner[] {residual};
        case LINEAR -> new MetaLearner[] {linear};
        case FREE -> new MetaLearner[] {fitted.apply(MetaNetwork.free())};
        case GREEDY -> new MetaLearner[] {greedy};
        case GATE -> new MetaLearner[] {RowGate.defaults()};
        case AVERAGE -> new MetaLearner[] {new Averaging()};
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How meta networks are fitted.
   *
   * @param share of their rows that is held back to stop early, 0 for none
   * @param patience after how many epochs in a row without a lower loss there
   */
  public record MetaEarlyStopping(double share, int patience) {
    /**
     * Checks the numbers, if it stops early.
     *
     * @param share above 0 and below 1, or 0 for no early stopping
     * @param patience 1 or more
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public MetaEarlyStopping {
      if (share != 0) {
        new EarlyStopping(share, patience); // checks
      }
    }
  }

  /**
   * How to stack in-sample.
   *
   * @param meta what combines the members
   */
  public record InSample(Meta meta) {}

  /**
   * How to stack out-of-fold.
   *
   * @param meta what combines the members
   * @param doNoHarm whether the average is used unless a meta learner is better
   * @param folds K, 2 or more
   * @param repeats how many splits into K folds, 1 or more
   * @param prediction which networks answer for new rows
   */
  public record OutOfFold(
      Meta meta, boolean doNoHarm, int folds, int repeats, Prediction prediction) {
    /**
     * Checks the numbers.
     *
     * @param meta what combines the members
     * @param doNoHarm whether the average is used unless a meta learner is better
     * @param folds 2 or more
     * @param repeats 1 or more
     * @param prediction which networks answer for new rows
     * @throws IllegalArgumentException if there are fewer
     */
    public OutOfFold {
      new Strategy.OutOfFold(folds, repeats); // checks
    }
  }

  /**
   * How to stack by holdout.
   *
   * @param meta what combines the members
   * @param doNoHarm whether the average is used unless a meta learner is better
   * @param fraction of the rows of each class to hold out, above 0 and below 1
   * @param prediction which networks answer for new rows
   */
  public record Holdout(Meta meta, boolean doNoHarm, double fraction, Prediction prediction) {
    /**
     * Checks the fraction.
     *
     * @param meta what combines the members
     * @param doNoHarm whether the average is used unless a meta learner is better
     * @param fraction above 0 and below 1
     * @param prediction which networks answer for new rows
     * @throws IllegalArgumentException if it is out of its range
     */
    public Holdout {
      new Strategy.Holdout(fraction); // checks
    }
  }

  /**
   * How to stack in order of time.
   *
   * @param meta what combines the members
   * @param doNoHarm whether the average is used unless a meta learner is better
   * @param folds K, 2 or more
   */
  public record TimeOrdered(Meta meta, boolean doNoHarm, int folds) {
    /**
     * Checks the number of folds.
     *
     * @param meta what combines the members
     * @param doNoHarm whether the average is used unless a meta learner is better
     * @param folds 2 or more
     * @throws IllegalArgumentException if there are fewer
     */
    public TimeOrdered {
      new Strategy.TimeOrdered(folds); // checks
    }
  }

  /**
   * Copies the lists and checks everything.
   *
   * @param data a kind that is known, with its path
   * @param task a regression only of a CSV file
   * @param label a column of a CSV file; else empty
   * @param weight a column of a CSV file; else empty
   * @param group a column of a CSV file; else empty
   * @param categorical columns of a CSV file; else none
   * @param missing something else than to refuse only for a CSV file
   * @param ignore columns of a CSV file; else none
   * @param imageSize {@code WIDTHxHEIGHT} only for pictures; else {@code auto}
   * @param imageColour a choice only for pictures; else left to them
   * @param testFraction above 0 and below 1
   * @param train 0 or more, 0 for all rows
   * @param test 0 or more, 0 for all rows
   * @param seed any number
   * @param classWeights none in a regression
   * @param members one or more
   * @param innerStacks may be none
   * @param fit how base networks are fitted
   * @param metaEarlyStopping whether meta networks stop early
   * @param passThrough numbers from 0 and ranges of them, or empty
   * @param strategy one that is known
   * @param inSample how to stack in-sample
   * @param outOfFold how to stack out-of-fold
   * @param holdout how to stack by holdout
   * @param timeOrdered how to stack in order of time
   * @param onFailure whether a member of which a fit fails drops out
   * @param executor where the fits of members are made
   * @param master of Spark; empty for another executor
   * @throws IllegalArgumentException if a value is out of its range
   */
  public ExperimentConfig {
    DataSource.checkKind(data);
    if (task == Task.REGRESSION && !DataSource.isTable(data)) {
      throw new IllegalArgumentException(
          "task regression needs numbers to predict, which data '"
              + data
              + "' does not have; use csv:FILE");
    }
    if (task == Task.REGRESSION && classWeights != ClassWeights.NONE) {
      throw new IllegalArgumentException(
          "class-weights " + classWeights + " is for classes, found task regression; use none");
    }
    checkTable("label", label, data);
    checkTable("weight", weight, data);
    checkTable("group", group, data);
    if (!imageSize.equals(AUTO)) {
      checkPictures("image-size " + imageSize, data);
      PictureSize.parse(imageSize);
    }
    if (imageColour != PictureColour.AUTO) {
      checkPictures("image-colour " + imageColour, data);
    }
    if (!(testFraction > 0 && testFraction < 1)) {
      throw new IllegalArgumentException(
          "test-fraction must be > 0 and < 1, found " + testFraction);
    }
    if (train < 0 || test < 0) {
      throw new IllegalArgumentException(
          "train and test must be >= 0 (0 for all rows), found " + train + " and " + test);
    }
    categorical = List.copyOf(categorical);
    checkTable("categorical", String.join(", ", categorical), data);
    ignore = List.copyOf(ignore);
    if (!ignore.isEmpty() && !DataSource.isTable(data)) {
      throw new IllegalArgumentException(
          "ignore names columns of a table, which data '"
              + data
              + "' is not; use csv:FILE, or leave it out");
    }
    if (missing != Missing.REFUSE && !DataSource.isTable(data)) {
      throw new IllegalArgumentException(
          "missing "
              + missing
              + " is for a table, which data '"
              + data
              + "' is not; use csv:FILE, or leave it out");
    }
    members = List.copyOf(members);
    innerStacks = List.copyOf(innerStacks);
    if (members.isEmpty()) {
      throw new IllegalArgumentException(
          innerStacks.isEmpty()
              ? "members must have one base network or more, found none"
              : "inner-stacks need one base network or more beside them in members, whose"
                  + " average they are compared with; found none");
    }
    parse("pass-through", passThrough);
    if (executor != Executor.SPARK && !master.isEmpty()) {
      throw new IllegalArgumentException(
          "master '"
              + master
              + "' is Spark's, which executor "
              + executor
              + " does not use; use executor spark, or leave it out");
    }
    if (!STRATEGIES.contains(strategy)) {
      throw new IllegalArgumentException(
          "unknown strategy '"
              + strategy
              + "'"
              + DidYouMean.between(strategy, STRATEGIES)
              + "use one of "
              + String.join(", ", STRATEGIES));
    }
  }

  private static void checkTable(String key, String column, String data) {
    if (!column.isBlank() && !DataSource.isTable(data)) {
      throw new IllegalArgumentException(
          key
              + " names column '"
              + column
              + "' of a table, which data '"
              + data
              + "' is not; use csv:FILE, or leave it out");
    }
  }

  private static void checkPictures(String what, String data) {
    if (!DataSource.isPictures(data)) {
      throw new IllegalArgumentException(
          what
              + " is for pictures in files, which data '"
              + data
              + "' does not have; use images:DIR, or leave it out");
    }
  }

  /** What pictures are resized to, null where that depends on them. */
  @Nullable PictureSize size() {
    return imageSize.equals(AUTO) ? null : PictureSize.parse(imageSize);
  }

  /** {@return the labels of the stacks to make, in order} */
  @JsonIgnore
  public List<String> stacks() {
    return strategy.equals("all") ? List.of("in-sample", "out-of-fold") : List.of(strategy);
  }

  /** The label of the stack that is judged and saved. */
  String lastStack() {
    return stacks().get(stacks().size() - 1);
  }

  /**
   * The configuration of one stack.
   *
   * @param label one of {@link #stacks}
   * @param columns of the data
   * @param outputs classes or targets of the data
   * @throws IllegalArgumentException if a value is out of its range
   * @throws IOException if a network that comes fitted cannot be read
   */
  StackingConfig stack(String label, int columns, int outputs) throws IOException {
    StackingConfig.Builder builder =
        StackingConfig.builder()
            .seed(seed)
            .onFailure(onFailure)
            .passThrough(parse("pass-through", passThrough));
    for (BaseNetwork member : members) {
      builder.member(member.member(this, columns, outputs));
    }
    for (InnerStack inner : innerStacks) {
      builder.stack(inner.name(), inner.config(this, label, columns, outputs));
    }
    switch (label) {
      case "in-sample" -> builder.inSample().metaLearners(inSample.meta().learners(this::fitted));
      case "out-of-fold" ->
          builder
              .outOfFold(outOfFold.folds(), outOfFold.repeats())
              .prediction(outOfFold.prediction())
              .metaLearners(outOfFold.meta().learners(this::fitted))
              .doNoHarm(outOfFold.doNoHarm());
      case "time-ordered" ->
          builder
              .timeOrdered(timeOrdered.folds())
              .metaLearners(timeOrdered.meta().learners(this::fitted))
              .doNoHarm(timeOrdered.doNoHarm());
      default ->
          builder
              .holdout(holdout.fraction())
              .prediction(holdout.prediction())
              .metaLearners(holdout.meta().learners(this::fitted))
              .doNoHarm(holdout.doNoHarm());
    }
    return builder.build();
  }

  private MetaNetwork fitted(MetaNetwork network) {
    MetaNetwork own = network.withSettings(FitSettings.defaults().withTrainer(fit.trainer()));
    return metaEarlyStopping.share() == 0
        ? own
        : own.withEarlyStopping(metaEarlyStopping.share(), metaEarlyStopping.patience());
  }
}
