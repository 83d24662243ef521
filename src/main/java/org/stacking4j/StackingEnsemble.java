package org.stacking4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.FeatureSchema;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.RegressionEvaluation;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.meta.Prediction;
import org.stacking4j.meta.Strategy;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.Member;
import org.stacking4j.train.FitException;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;

/**
 * A fitted stacking ensemble: member networks whose logits, or predicted targets, a meta network
 * combines (Wolpert 1992). Immutable and safe to use from several threads.
 *
 * <p>One for classes answers with {@link #predict}, {@link #probabilities} and {@link #logits}, one
 * for targets with {@link #values}; either throws an {@code IllegalStateException} when it is asked
 * for what it cannot answer.
 *
 * <pre>{@code
 * StackingConfig config =
 *     StackingConfig.builder()
 *         .member("narrow", Mlp.base(784, 10, 128))
 *         .member("wide", Mlp.base(784, 10, 256, 256))
 *         .build();
 * StackingEnsemble ensemble = StackingEnsemble.fit(config, training);
 * System.out.println(ensemble.evaluate(test));
 * }</pre>
 */
public final class StackingEnsemble {
  private static final Logger LOG = LoggerFactory.getLogger(StackingEnsemble.class);

  private final MemberNetworks members;
  private final List<InnerStack> stacks;
  private final CombinerChoice choice;
  private final Prediction prediction;
  private final List<Integer> passThrough;
  private final int columns;
  private final Task task;
  private final List<String> outputNames;
  private final @Nullable FeatureSchema schema;
  private final @Nullable Provenance provenance;
  private final @Nullable MetaFeatures trainingMetaFeatures;

  /**
   * @param members the stacks among them, behind those that are networks
   */
  StackingEnsemble(
      MemberNetworks members,
      List<InnerStack> stacks,
      CombinerChoice choice,
      Prediction prediction,
      List<Integer> passThrough,
      int columns,
      Task task,
      List<String> outputNames,
      @Nullable FeatureSchema schema,
      @Nullable Provenance provenance,
      @Nullable MetaFeatures trainingMetaFeatures) {
    this.members = members;
    this.stacks = List.copyOf(stacks);
    this.choice = choice;
    this.prediction = prediction;
    this.passThrough = List.copyOf(passThrough);
    this.columns = columns;
    this.task = task;
    this.outputNames = List.copyOf(outputNames);
    this.schema = schema;
    this.provenance = provenance;
    this.trainingMetaFeatures = trainingMetaFeatures;
  }

  /**
   * Fits an ensemble with a thread for each processor.
   *
   * @param config what to fit
   * @param data the training rows, with labels or with targets
   * @return the fitted ensemble
   * @see #fit(StackingConfig, LabeledData, FitRunner)
   */
  public static StackingEnsemble fit(StackingConfig config, LabeledData data) {
    return fit(config, data, LocalFits.onAllProcessors());
  }

  /**
   * Fits the members, builds the meta-features, and fits the meta network on them while the members
   * stay as they are. The same configuration, data and seed give the same bits, whatever the
   * runner's number of threads.
   *
   * @param config what to fit
   * @param data the training rows, with labels or with targets; every class must have some
   * @param runner where the fits run, and who hears of them
   * @return the fitted ensemble
   * @throws IllegalArgumentException if the data does not fit the configuration: too few rows in a
   *     class, or another task or other sizes than a network's
   * @throws org.stacking4j.train.FitException if a fit failed; the message names member and fold.
   *     With {@link OnFailure#DROP_OUT}, if one of a meta network failed or no member is left
   * @throws java.util.concurrent.CancellationException if the calling thread was interrupted
   */
  public static StackingEnsemble fit(StackingConfig config, LabeledData data, FitRunner runner) {
    Folds folds = config.check(data);
    if (config.strategy() instanceof Strategy.InSample && !config.averages()) {
      LOG.warn(
          "in-sample: the meta network learns from rows that the members were fitted on, where they"
              + " are over-confident; out-of-fold avoids that");
    }
    for (Member member : config.members()) {
      if (member.network() != null && !config.averages()) {
        LOG.warn(
            "member '{}' comes fitted: if it has seen training rows, the meta learner takes its"
                + " over-confidence on them for evidence; nothing here can notice",
            member.name());
      }
    }
    boolean refit = config.prediction().asksRefit();
    MemberNetworks networks =
        MemberNetworks.fit(
            config.members(), data, folds, refit, config.seed(), config.onFailure(), runner);
    List<InnerStack> stacks = new ArrayList<>();
    for (StackingConfig.Stack stack : config.stacks()) {
      List<DroppedMember> dropped = new ArrayList<>();
      try {
        stacks.add(InnerStack.fit(stack, data, folds, refit, config.seed(), runner, dropped));
      } catch (FitException e) {
        if (config.onFailure() == OnFailure.STOP) {
          throw e;
        }
        DroppedMember whole = DroppedMember.of(stack.name(), e);
        LOG.warn("{}", whole);
        dropped.add(whole);
      }
      networks = networks.withDropped(dropped);
    }
    if (networks.names().isEmpty() && stacks.isEmpty()) {
      throw DroppedMember.noneLeft(networks.dropped());
    }
    MemberNetworks members = networks.withStacks(stacks);
    @Nullable MetaFeatures features =
        config.averages() && folds.count() == 0
            ? null // nobody would learn from the answers of networks for rows they have seen
            : passing(members.trainingMetaFeatures(data, folds), data, config.passThrough());
    CombinerChoice choice =
        features == null
            ? CombinerChoice.average(data.task(), data.outputs())
            : CombinerChoice.of(
                config.metaLearners(), config.doNoHarm(), features, config.seed(), runner);
    log(choice);
    return new StackingEnsemble(
        members,
        stacks,
        choice,
        config.prediction(),
        config.passThrough(),
        data.columns(),
        data.task(),
        data.outputNames(),
        schema(data),
        Provenance.of(config, data),
        features);
  }

  private static @Nullable FeatureSchema schema(LabeledData data) {
    return data.schema().isPresent()
        ? data.schema().get()
        : data.pictureSchema().isPresent() ? data.pictureSchema().get() : null;
  }

  /**
   * Logits of the ensemble.
   *
   * @param features {@code [rows, columns]}, columns as in training
   * @return {@code [rows, classes]}, float32
   * @throws IllegalArgumentException if the number of columns differs from training, or a feature
   *     is not finite
   */
  public INDArray logits(INDArray features) {
    checkTask(Task.CLASSIFICATION);
    return combiner().logits(combinerInputs(features));
  }

  /**
   * Class probabilities, the softmax of {@link #logits}.
   *
   * @param features {@code [rows, columns]}
   * @return {@code [rows, classes]}, each row adding up to 1
   * @throws IllegalArgumentException as {@link #logits} does
   */
  public INDArray probabilities(INDArray features) {
    checkTask(Task.CLASSIFICATION);
    return combiner().probabilities(combinerInputs(features));
  }

  /**
   * The most probable class of each row, as an index into {@link #classNames}.
   *
   * @param features {@code [rows, columns]}
   * @return {@code [rows]}
   * @throws IllegalArgumentException as {@link #logits} does
   */
  public int[] predict(INDArray features) {
    checkTask(Task.CLASSIFICATION);
    return combiner().predict(combinerInputs(features));
  }

  /**
   * The predicted targets, in the order of {@link #outputNames} and in their own units.
   *
   * @param features {@code [rows, columns]}, columns as in training
   * @return {@code [rows, targets]}, float32
   * @throws IllegalArgumentException as {@link #logits} does
   */
  public INDArray values(INDArray features) {
    checkTask(Task.REGRESSION);
    return combiner().logits(combinerInputs(features));
  }

  private void checkTask(Task needed) {
    if (task != needed) {
      throw new IllegalStateException(
          task == Task.REGRESSION
              ? "the ensemble predicts the targets "
                  + outputNames
                  + " and no classes; use values and evaluateRegression"
              : "the ensemble predicts the classes "
                  + outputNames
                  + " and no targets; use predict, probabilities and evaluate");
    }
  }

  /**
   * Logits or predicted targets of rows that were checked.
   *
   * @return {@code [rows, outputs]}, row by row in memory of its own
   */
  INDArray combined(INDArray features) {
    INDArray inputs = uncheckedInputs(features);
    INDArray answers = combiner().logits(inputs);
    INDArray rowByRow = answers.dup('c');
    answers.close();
    inputs.close();
    return rowByRow;
  }

  private static void log(CombinerChoice choice) {
    for (CombinerChoice.Evidence evidence : choice.evidence()) {
      LOG.info("on held-out rows, {}: {}", evidence.label(), evidence);
    }
    LOG.info("combined by {}", choice.label());
  }

  /**
   * Logits of the members, or their predicted targets, side by side: what the combiner sees, but
   * for {@link #passThrough}.
   *
   * @param features {@code [rows, columns]}
   * @return {@code [rows, members × outputs]}
   * @throws IllegalArgumentException as {@link #logits} does
   */
  public INDArray memberLogits(INDArray features) {
    check(features);
    return members.logits(features, prediction);
  }

  /**
   * Meta-features of rows without labels: {@link #memberLogits}, and behind them what is passed
   * through.
   *
   * @param features {@code [rows, columns]}
   * @return {@code [rows, members × outputs + passed]}
   * @throws IllegalArgumentException as {@link #logits} does
   * @see #metaFeatures(LabeledData)
   */
  public INDArray metaFeatures(INDArray features) {
    INDArray logits = memberLogits(features);
    return passThrough.isEmpty() ? logits : passing(logits, features);
  }

  /** The same without those of members whose answers do not matter, and with what is passed. */
  private INDArray combinerInputs(INDArray features) {
    check(features);
    return uncheckedInputs(features);
  }

  private INDArray uncheckedInputs(INDArray features) {
    INDArray logits = members.logits(features, prediction, combiner()::needs);
    return combiner().features() > 0 ? passing(logits, features) : logits;
  }

  private static MetaFeatures passing(
      MetaFeatures logits, LabeledData data, List<Integer> columns) {
    return columns.isEmpty()
        ? logits
        : logits.withFeatures(data, columns.stream().mapToInt(Integer::intValue).toArray());
  }

  private INDArray passing(INDArray logits, INDArray features) {
    long width = logits.size(1);
    INDArray wide =
        Nd4j.createUninitialized(
            DataType.FLOAT, new long[] {logits.size(0), width + passThrough.size()}, 'c');
    wide.get(NDArrayIndex.all(), NDArrayIndex.interval(0, width)).assign(logits);
    for (int i = 0; i < passThrough.size(); i++) {
      wide.getColumn(width + i).assign(features.getColumn(passThrough.get(i)));
    }
    return wide;
  }

  private void check(INDArray features) {
    checkColumns(features.shape());
    if (features.size(0) == 0) {
      throw new IllegalArgumentException("features must have at least one row, found none");
    }
    checkFinite(features);
  }

  private void checkColumns(long... shape) {
    if (shape.length != 2 || shape[1] != columns) {
      throw new IllegalArgumentException(
          "features must have shape [rows, "
              + columns
              + "] as in training, found "
              + Arrays.toString(shape));
    }
  }

  private static void checkFinite(INDArray features) {
    for (long from = 0; from < features.size(0); from += Chunks.ROWS) {
      long to = Math.min(features.size(0), from + Chunks.ROWS);
      INDArray chunk = Chunks.rows(features, from, to);
      // Zero times NaN or infinity is NaN, and so is every sum it is in. Anything else gives zero:
      // the sum cannot overflow, nor can it matter in how many parts ND4J adds it up.
      INDArray zeros = Nd4j.createUninitialized(DataType.FLOAT, chunk.shape()).assign(chunk);
      boolean finite = !Double.isNaN(zeros.muli(0).sumNumber().doubleValue());
      zeros.close();
      if (!finite) {
        throw new IllegalArgumentException(
            "features must be finite numbers, found NaN or infinity");
      }
    }
  }

  private void checkRows(LabeledData data) {
    if (data.task() != task) {
      throw new IllegalArgumentException(
          "the data is for " + data.task() + ", the ensemble was fitted for " + task);
    }
    if (!data.outputNames().equals(outputNames)) {
      throw new IllegalArgumentException(
          "the data's "
              + (task == Task.CLASSIFICATION ? "classes " : "targets ")
              + data.outputNames()
              + " differ from those the ensemble was fitted on, "
              + outputNames);
    }
    checkColumns(data.rows(), data.columns());
  }

  /**
   * Judges the ensemble on rows it was not fitted on; rows with weights count by them.
   *
   * @param data rows with the columns and classes of training
   * @return how good its probabilities and predicted classes are
   * @throws IllegalArgumentException if columns or class names differ from training
   */
  public Evaluation evaluate(LabeledData data) {
    checkTask(Task.CLASSIFICATION);
    INDArray logits = answers(data);
    return Evaluation.of(
        logits.argMax(1).toIntVector(),
        Transforms.softmax(logits, true),
        data.labels(),
        data.relativeWeights());
  }

  /**
   * Judges the predicted targets on rows the ensemble was not fitted on; rows with weights count by
   * them.
   *
   * @param data rows with the columns and targets of training
   * @return how good its predictions are
   * @throws IllegalArgumentException if columns or targets differ from training
   */
  public RegressionEvaluation evaluateRegression(LabeledData data) {
    checkTask(Task.REGRESSION);
    return RegressionEvaluation.of(answers(data), data);
  }

  private INDArray answers(LabeledData data) {
    checkRows(data);
    INDArray memberLogits = members.logits(data, prediction);
    INDArray logits =
        Chunks.collect(
            data.rows(),
            data.outputs(),
            (from, to) -> {
              INDArray chunk = Chunks.rows(memberLogits, from, to);
              if (combiner().features() == 0) {
                return combiner().logits(chunk);
              }
              INDArray features = data.features(from, to);
              INDArray inputs = passing(chunk, features);
              features.close();
              INDArray answers = combiner().logits(inputs);
              inputs.close();
              return answers;
            });
    memberLogits.close();
    return logits;
  }

  /**
   * {@return meta-features of rows the ensemble was not fitted on: the logits, or predictions, of
   * the networks that answer for new rows, and what is passed through; their fold is 0}
   *
   * @param data rows with the columns, and the classes or targets, of training
   * @throws IllegalArgumentException if columns or class names differ from training
   */
  public MetaFeatures metaFeatures(LabeledData data) {
    checkRows(data);
    return passing(members.metaFeatures(data, prediction), data, passThrough);
  }

  /**
   * {@return what the meta network was fitted on; empty for an ensemble read from a file, and for
   * one of networks of all rows that are averaged}
   */
  public Optional<MetaFeatures> trainingMetaFeatures() {
    return Optional.ofNullable(trainingMetaFeatures);
  }

  /** {@return the members' networks, and behind them the members that are stacks} */
  public MemberNetworks members() {
    return members;
  }

  /**
   * {@return the members that left because a fit failed, those of its stacks among them, see {@link
   * OnFailure#DROP_OUT}}
   */
  public List<DroppedMember> dropped() {
    return members.dropped();
  }

  /**
   * {@return the same ensemble, which also says of members that they left before it was fitted, so
   * that its archive tells of all of them}
   *
   * @param before the members that left
   */
  public StackingEnsemble withDropped(List<DroppedMember> before) {
    return new StackingEnsemble(
        members.withDropped(before),
        stacks,
        choice,
        prediction,
        passThrough,
        columns,
        task,
        outputNames,
        schema,
        provenance,
        trainingMetaFeatures);
  }

  /**
   * {@return an ensemble of a member that is a stack}
   *
   * @param name of the member
   * @param fold the one that was fitted without this fold, 1-based and numbered on through repeats,
   *     or 0 for the one of all rows
   * @throws IllegalArgumentException if there is no such stack, or it has no such ensemble
   */
  public StackingEnsemble stack(String name, int fold) {
    for (InnerStack stack : stacks) {
      if (stack.name().equals(name)
          && fold >= (stack.hasRefit() ? 0 : 1)
          && fold <= stack.folds()) {
        return stack.ensemble(fold);
      }
    }
    throw new IllegalArgumentException(
        "there is no ensemble of a stack '"
            + name
            + "', fold "
            + fold
            + "; the stacks are "
            + stacks.stream().map(InnerStack::name).toList()
            + " with "
            + members.foldCount()
            + " folds"
            + (members.hasRefit() ? " and all rows" : ""));
  }

  /** The members that are stacks, in order. */
  List<InnerStack> stacks() {
    return stacks;
  }

  /** {@return what combines them} */
  public Combiner combiner() {
    return choice.combiner();
  }

  /** {@return how the combiner was chosen; without evidence for an ensemble read from a file} */
  public CombinerChoice choice() {
    return choice;
  }

  /** {@return wall seconds of all its fits, added up} */
  public double seconds() {
    return members.seconds() + combiner().fits().stream().mapToDouble(FitResult::seconds).sum();
  }

  /** {@return which networks answer for new rows} */
  public Prediction prediction() {
    return prediction;
  }

  /**
   * {@return which feature columns meta networks see behind the logits, 0-based; empty for none}
   */
  public List<Integer> passThrough() {
    return passThrough;
  }

  /** {@return how many feature columns it takes} */
  public int columns() {
    return columns;
  }

  /**
   * {@return how its features are made of a table's columns, if it was fitted on a table}
   *
   * @see org.stacking4j.data.TableRows
   */
  public Optional<TableSchema> schema() {
    return schema instanceof TableSchema table ? Optional.of(table) : Optional.empty();
  }

  /**
   * {@return how its features are made of pictures, if it was fitted on pictures}
   *
   * @see org.stacking4j.data.PictureRows
   */
  public Optional<PictureSchema> pictureSchema() {
    return schema instanceof PictureSchema pictures ? Optional.of(pictures) : Optional.empty();
  }

  /** {@return what it was fitted for} */
  public Task task() {
    return task;
  }

  /** {@return the classes, or the targets, in the order of its answers} */
  public List<String> outputNames() {
    return outputNames;
  }

  /** {@return the classes, in the order of logits and probabilities} */
  public List<String> classNames() {
    checkTask(Task.CLASSIFICATION);
    return outputNames;
  }

  /**
   * Writes the ensemble to a zip file, whole or not at all; docs/formats.md describes it.
   *
   * @param file the archive to write; its folder must exist
   * @throws IOException if the file cannot be written
   */
  public void save(Path file) throws IOException {
    EnsembleArchive.write(this, file);
  }

  /**
   * Reads what {@link #save} wrote; the ensemble answers with the same bits.
   *
   * @param file the archive
   * @return the ensemble, as it was saved
   * @throws IOException if the file cannot be read or is not a whole ensemble archive
   */
  public static StackingEnsemble load(Path file) throws IOException {
    return load(file, Set.of());
  }

  /**
   * Reads what {@link #save} wrote of networks with parts of your own. A file of unknown origin can
   * name any class that is on the class path; only Deeplearning4j's own and these are loaded.
   *
   * @param file the archive
   * @param classes full names of classes that its configurations may name
   * @return the ensemble, as it was saved
   * @throws IOException if the file cannot be read, is not a whole ensemble archive, or names
   *     another class
   */
  public static StackingEnsemble load(Path file, Set<String> classes) throws IOException {
    return EnsembleArchive.read(file, classes);
  }

  /** {@return where it comes from; empty if it was saved before format version 7} */
  public Optional<Provenance> provenance() {
    return Optional.ofNullable(provenance);
  }
}
