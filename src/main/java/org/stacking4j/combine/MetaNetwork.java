package org.stacking4j.combine;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.NetworkCheck;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.Seeds;

/**
 * A meta network, still to be fitted: it learns to combine the members' logits. Immutable.
 *
 * <p>A <b>free</b> network answers by itself. A <b>residual</b> one answers with the logit average
 * plus a correction of its own; its output layer starts at zero, so before it has learned anything
 * it is the average, and it learns only what the average leaves unexplained.
 */
public final class MetaNetwork {
  private static final String NAME = "meta network";

  private final @Nullable MultiLayerConfiguration configuration;
  private final boolean residual;
  private final FitSettings settings;

  private MetaNetwork(
      @Nullable MultiLayerConfiguration configuration, boolean residual, FitSettings settings) {
    this.configuration = configuration;
    this.residual = residual;
    this.settings = settings;
  }

  /** The recipe's meta network, {@link Mlp#meta}, free. */
  public static MetaNetwork free() {
    return new MetaNetwork(null, false, FitSettings.defaults());
  }

  /** The recipe's meta network as a correction to the logit average. */
  public static MetaNetwork residual() {
    return new MetaNetwork(null, true, FitSettings.defaults());
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
    return new MetaNetwork(configuration.clone(), residual, FitSettings.defaults());
  }

  /** The same network, fitted otherwise. */
  public MetaNetwork withSettings(FitSettings settings) {
    return new MetaNetwork(configuration, residual, settings);
  }

  /** Whether it corrects the logit average. */
  public boolean isResidual() {
    return residual;
  }

  /** How it is fitted. */
  public FitSettings settings() {
    return settings;
  }

  /**
   * Checks that it fits what it will learn from, before any member is fitted.
   *
   * @param members how many members
   * @param classes how many classes
   * @throws IllegalArgumentException if a configuration of your own has other sizes
   */
  public void checkSizes(int members, int classes) {
    int inputs = members * classes;
    NetworkCheck.checkSizes(NAME, configuration(inputs, classes), inputs, classes);
  }

  /**
   * Fits it.
   *
   * @param features what it learns from
   * @param seed of the ensemble
   * @param runner where it is fitted
   * @throws IllegalArgumentException if a configuration of your own does not fit the features
   * @throws org.stacking4j.train.FitException if the fit failed
   */
  public FittedMetaNetwork fit(MetaFeatures features, long seed, FitRunner runner) {
    int classes = features.classNames().size();
    LabeledData table = features.toLabeledData();
    Combiner average = Combiner.logitAverage(classes);
    FitTask task =
        new FitTask(
            NAME,
            0,
            0,
            configuration(features.members().size() * classes, classes),
            settings,
            table,
            residual
                ? Chunks.collect(
                    table.rows(), classes, (from, to) -> average.logits(table.features(from, to)))
                : null,
            Seeds.of(seed, NAME, 0));
    FitResult result = runner.run(java.util.List.of(task)).get(0);
    return new FittedMetaNetwork(result, residual);
  }

  private MultiLayerConfiguration configuration(int inputs, int classes) {
    MultiLayerConfiguration own =
        configuration == null ? Mlp.meta(inputs, classes) : configuration.clone();
    if (residual) {
      OutputLayer output = (OutputLayer) own.getConf(own.getConfs().size() - 1).getLayer();
      output.setWeightInitFn(new WeightInitConstant(0));
      output.setBiasInit(0);
    }
    return own;
  }
}
