package org.stacking4j.combine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.NetworkCheck;
import org.stacking4j.network.Standardisation;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.train.EarlyStopping;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.Seeds;

/**
 * A meta network, still to be fitted: it learns to combine the members' logits. Immutable.
 *
 * <p>A <b>free</b> network answers by itself. A <b>residual</b> one answers with the logit average
 * plus a correction of its own; its output layer starts at zero, so before it has learned anything
 * it is the average, and it learns only what the average leaves unexplained. A <b>linear</b> one is
 * a residual one without hidden layers.
 *
 * <p>In a regression, logits are predictions: the network corrects the average of the members'. It
 * sees the meta-features standardised by the rows it learns from, if its first layer is dense, and
 * as they are otherwise.
 *
 * <p>Features that are passed through are inputs behind the logits; the average that is corrected
 * is one of logits alone. They may have any scale: they are standardised by the rows that very fit
 * sees, if the first layer is dense, see {@link Standardisation#wary}; any other network takes them
 * as they are.
 *
 * <p>With <b>repeats</b>, several such networks are fitted from different seeds on the same rows,
 * and the mean of their logits answers. Log loss is convex in the logits, so it is at most the mean
 * of theirs.
 */
public final class MetaNetwork implements MetaLearner {
  private static final String NAME = "meta network";

  private static final int REPEATS = 4;

  /** Measured on ten data sets; docs/stacking.md has the numbers. */
  private static final double ALLOWANCE = 0.05;

  private enum Shape {
    RECIPE,
    CORRECTION,
    LINEAR,
    OWN
  }

  private final Shape shape;
  private final @Nullable MultiLayerConfiguration own;
  private final boolean residual;
  private final int repeats;
  private final FitSettings settings;
  private final @Nullable EarlyStopping stopping;

  private MetaNetwork(
      Shape shape,
      @Nullable MultiLayerConfiguration own,
      boolean residual,
      int repeats,
      FitSettings settings,
      @Nullable EarlyStopping stopping) {
    this.shape = shape;
    this.own = own;
    this.residual = residual;
    this.repeats = repeats;
    this.settings = settings;
    this.stopping = stopping;
  }

  /** {@return the recipe's meta network, {@link Mlp#meta}, free} */
  public static MetaNetwork free() {
    return new MetaNetwork(Shape.RECIPE, null, false, 1, FitSettings.defaults(), null);
  }

  /** {@return a correction to the logit average by {@link Mlp#correction}, repeated four times} */
  public static MetaNetwork residual() {
    return new MetaNetwork(Shape.CORRECTION, null, true, REPEATS, FitSettings.defaults(), null);
  }

  /** {@return a correction to the logit average that is linear in the members' logits} */
  public static MetaNetwork linear() {
    return new MetaNetwork(Shape.LINEAR, null, true, 1, FitSettings.defaults(), null);
  }

  /**
   * {@return a free network of your own}
   *
   * @param configuration from {@code members × outputs} inputs to a softmax over the classes, or to
   *     the targets
   * @throws IllegalArgumentException if it ends neither in softmax with cross-entropy nor in
   *     identity with squared error
   */
  public static MetaNetwork free(MultiLayerConfiguration configuration) {
    return own(configuration, false);
  }

  /**
   * {@return a correction of your own to the logit average; its output layer is made to start at
   * zero}
   *
   * @param configuration from {@code members × outputs} inputs to a softmax over the classes, or to
   *     the targets
   * @throws IllegalArgumentException if it ends neither in softmax with cross-entropy nor in
   *     identity with squared error
   */
  public static MetaNetwork residual(MultiLayerConfiguration configuration) {
    return own(configuration, true);
  }

  private static MetaNetwork own(MultiLayerConfiguration configuration, boolean residual) {
    NetworkCheck.check(NAME, configuration);
    return new MetaNetwork(
        Shape.OWN, configuration.clone(), residual, 1, FitSettings.defaults(), null);
  }

  /**
   * {@return the same network, fitted otherwise}
   *
   * @param settings how each of its networks is fitted
   */
  public MetaNetwork withSettings(FitSettings settings) {
    return new MetaNetwork(shape, own, residual, repeats, settings, stopping);
  }

  /**
   * {@return so many of these networks, whose mean answers}
   *
   * @param repeats 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public MetaNetwork withRepeats(int repeats) {
    if (repeats < 1) {
      throw new IllegalArgumentException("repeats must be >= 1, found " + repeats);
    }
    return new MetaNetwork(shape, own, residual, repeats, settings, stopping);
  }

  /**
   * {@return the same network, whose fits end early: each holds back a share of its rows, chosen by
   * its seed with the classes spread evenly and groups whole, watches the loss there after each
   * epoch, and keeps the best epoch's network} What is held back is part of the rows it is given to
   * learn from, so it is judged on none of it; where inputs are standardised, it has a say in their
   * scale. By default all epochs are made on all rows.
   *
   * @param share above 0 and below 1
   * @param patience after how many epochs in a row without a lower loss a fit ends, 1 or more
   * @throws IllegalArgumentException if a number is out of its range
   */
  public MetaNetwork withEarlyStopping(double share, int patience) {
    EarlyStopping own = new EarlyStopping(share, patience);
    return new MetaNetwork(shape, this.own, residual, repeats, settings, own);
  }

  /** {@return whether it corrects the logit average} */
  public boolean isResidual() {
    return residual;
  }

  /** {@return how many networks of different seeds answer together} */
  public int repeats() {
    return repeats;
  }

  /** {@return how it is fitted} */
  public FitSettings settings() {
    return settings;
  }

  /** {@return how its fits end early, or empty if they make all their epochs on all rows} */
  public Optional<EarlyStopping> earlyStopping() {
    return Optional.ofNullable(stopping);
  }

  /** {@code linear network}, {@code residual network} or {@code free network}. */
  @Override
  public String label() {
    return kind() + (shape == Shape.OWN ? " network of your own" : " network");
  }

  private String kind() {
    return shape == Shape.LINEAR ? "linear" : residual ? "residual" : "free";
  }

  @Override
  public void checkSizes(int members, int features, Task task, int outputs) {
    int inputs = members * outputs + features;
    NetworkCheck.checkSizes(NAME, configuration(task, inputs, outputs), inputs, task, outputs);
  }

  /** One network for each repeat. */
  @Override
  public List<FitTask> tasks(MetaFeatures features, int fold, int folds, long seed) {
    LabeledData table = features.toLabeledData();
    int outputs = table.outputs();
    LabeledData logits =
        features.passedThrough().isEmpty()
            ? table
            : table.withColumns(IntStream.range(0, features.logitColumns()).toArray());
    MultiLayerConfiguration network = configuration(table.task(), table.columns(), outputs);
    Combiner average = Combiner.logitAverage(outputs);
    @Nullable INDArray margin =
        residual
            ? Chunks.collect(
                table.rows(), outputs, (from, to) -> average.logits(logits.features(from, to)))
            : null;
    @Nullable Standardisation scale = scale(features, network);
    LabeledData rows = scale == null ? table : standardised(table, scale);
    List<FitTask> tasks = new ArrayList<>();
    for (int repeat = 1; repeat <= repeats; repeat++) {
      String which = repeats == 1 ? "" : " (" + repeat + " of " + repeats + ")";
      String seedName = NAME + (repeat == 1 ? "" : " " + repeat); // the same however many there are
      tasks.add(
          new FitTask(
              NAME + " '" + kind() + "'" + which,
              fold,
              folds,
              1,
              network,
              settings,
              rows,
              margin,
              Seeds.of(seed, seedName, fold),
              List.of(),
              List.of(),
              stopping,
              false,
              true,
              null));
    }
    return tasks;
  }

  /** 0.05 for a correction to the average, 0 for a free network. */
  @Override
  public double allowance() {
    return residual ? ALLOWANCE : 0;
  }

  @Override
  public FittedMetaNetwork learn(MetaFeatures features, List<FitResult> fits) {
    List<FitResult> own = new ArrayList<>();
    for (FitResult fit : fits) {
      TrainedNetwork network = fit.network();
      @Nullable Standardisation scale = scale(features, network.configuration());
      own.add(
          scale == null
              ? fit
              : new FitResult(
                  network.withInputScale(scale), fit.epochLosses(), fit.seconds(), fit.trainer()));
    }
    return new FittedMetaNetwork(own, residual, features.passedThrough().size());
  }

  /** How the table is standardised for the network, or null if it takes it as it is. */
  private static @Nullable Standardisation scale(
      MetaFeatures features, MultiLayerConfiguration network) {
    boolean regression = features.task() == Task.REGRESSION;
    boolean passes = !features.passedThrough().isEmpty();
    if (!(regression || passes) || !TrainedNetwork.takesInputScale(network)) {
      return null;
    }
    LabeledData table = features.toLabeledData();
    Standardisation scale = Standardisation.ofFeatures(table);
    if (passes) {
      scale = scale.wary(table, features.logitColumns());
    }
    return regression ? scale : scale.from(features.logitColumns()); // logits are of one scale
  }

  private static LabeledData standardised(LabeledData table, Standardisation scale) {
    return table.withFeatures(
        table.columns(),
        (from, to, target) -> {
          INDArray chunk = table.features(from, to);
          float[] scaled = scale.apply(chunk.data().asFloat());
          chunk.close();
          System.arraycopy(scaled, 0, target, 0, scaled.length);
        });
  }

  private MultiLayerConfiguration configuration(Task task, int inputs, int outputs) {
    MultiLayerConfiguration configuration =
        switch (shape) {
          case RECIPE -> Mlp.meta(task, inputs, outputs);
          case CORRECTION -> Mlp.correction(task, inputs, outputs);
          case LINEAR -> Mlp.linear(task, inputs, outputs);
          case OWN -> java.util.Objects.requireNonNull(own).clone();
        };
    if (residual) {
      OutputLayer output =
          (OutputLayer) configuration.getConf(configuration.getConfs().size() - 1).getLayer();
      output.setWeightInitFn(new WeightInitConstant(0));
      output.setBiasInit(0);
    }
    return configuration;
  }
}
