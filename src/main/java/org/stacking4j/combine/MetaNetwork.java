package org.stacking4j.combine;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.NetworkCheck;
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

  private MetaNetwork(
      Shape shape,
      @Nullable MultiLayerConfiguration own,
      boolean residual,
      int repeats,
      FitSettings settings) {
    this.shape = shape;
    this.own = own;
    this.residual = residual;
    this.repeats = repeats;
    this.settings = settings;
  }

  /** The recipe's meta network, {@link Mlp#meta}, free. */
  public static MetaNetwork free() {
    return new MetaNetwork(Shape.RECIPE, null, false, 1, FitSettings.defaults());
  }

  /** A correction to the logit average by {@link Mlp#correction}, repeated four times. */
  public static MetaNetwork residual() {
    return new MetaNetwork(Shape.CORRECTION, null, true, REPEATS, FitSettings.defaults());
  }

  /** A correction to the logit average that is linear in the members' logits. */
  public static MetaNetwork linear() {
    return new MetaNetwork(Shape.LINEAR, null, true, 1, FitSettings.defaults());
  }

  /**
   * A free network of your own.
   *
   * @param configuration from {@code members × classes} inputs to a softmax over the classes
   * @throws IllegalArgumentException if it does not end in softmax with cross-entropy
   */
  public static MetaNetwork free(MultiLayerConfiguration configuration) {
    return own(configuration, false);
  }

  /**
   * A correction of your own to the logit average; its output layer is made to start at zero.
   *
   * @param configuration from {@code members × classes} inputs to a softmax over the classes
   * @throws IllegalArgumentException if it does not end in softmax with cross-entropy
   */
  public static MetaNetwork residual(MultiLayerConfiguration configuration) {
    return own(configuration, true);
  }

  private static MetaNetwork own(MultiLayerConfiguration configuration, boolean residual) {
    NetworkCheck.check(NAME, configuration);
    return new MetaNetwork(Shape.OWN, configuration.clone(), residual, 1, FitSettings.defaults());
  }

  /** The same network, fitted otherwise. */
  public MetaNetwork withSettings(FitSettings settings) {
    return new MetaNetwork(shape, own, residual, repeats, settings);
  }

  /**
   * So many of these networks, whose mean answers.
   *
   * @param repeats 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public MetaNetwork withRepeats(int repeats) {
    if (repeats < 1) {
      throw new IllegalArgumentException("repeats must be >= 1, found " + repeats);
    }
    return new MetaNetwork(shape, own, residual, repeats, settings);
  }

  /** Whether it corrects the logit average. */
  public boolean isResidual() {
    return residual;
  }

  /** How many networks of different seeds answer together. */
  public int repeats() {
    return repeats;
  }

  /** How it is fitted. */
  public FitSettings settings() {
    return settings;
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
  public void checkSizes(int members, int classes) {
    int inputs = members * classes;
    NetworkCheck.checkSizes(NAME, configuration(inputs, classes), inputs, classes);
  }

  /** One network for each repeat. */
  @Override
  public List<FitTask> tasks(MetaFeatures features, int fold, int folds, long seed) {
    int classes = features.classNames().size();
    LabeledData table = features.toLabeledData();
    Combiner average = Combiner.logitAverage(classes);
    @Nullable INDArray margin =
        residual
            ? Chunks.collect(
                table.rows(), classes, (from, to) -> average.logits(table.features(from, to)))
            : null;
    List<FitTask> tasks = new ArrayList<>();
    for (int repeat = 1; repeat <= repeats; repeat++) {
      String number = repeat == 1 ? "" : " " + repeat;
      tasks.add(
          new FitTask(
              NAME + " '" + kind() + "'" + number,
              fold,
              folds,
              configuration(features.members().size() * classes, classes),
              settings,
              table,
              margin,
              Seeds.of(seed, NAME + number, fold)));
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
    return new FittedMetaNetwork(fits, residual);
  }

  private MultiLayerConfiguration configuration(int inputs, int classes) {
    MultiLayerConfiguration configuration =
        switch (shape) {
          case RECIPE -> Mlp.meta(inputs, classes);
          case CORRECTION -> Mlp.correction(inputs, classes);
          case LINEAR -> Mlp.linear(inputs, classes);
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
