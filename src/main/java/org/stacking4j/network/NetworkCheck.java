package org.stacking4j.network;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.stacking4j.data.Task;

/**
 * Checks that a configuration can be stacked, and that it does not fall into the traps that
 * Deeplearning4j passes over in silence.
 */
public final class NetworkCheck {
  private NetworkCheck() {}

  /**
   * Checks the architecture.
   *
   * @param owner who is named in the message, such as {@code member 'wide-1'}
   * @param configuration of the network
   * @return what it can learn: classes if it ends in softmax with cross-entropy, targets if in
   *     identity with squared error
   * @throws IllegalArgumentException if it ends in neither, is not in float32, batch normalisation
   *     would not do what the configuration says, or an activation would be shared by networks that
   *     are fitted at the same time
   */
  public static Task check(String owner, MultiLayerConfiguration configuration) {
    int last = configuration.getConfs().size() - 1;
    if (configuration.getDataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          owner
              + ": the network's data type must be FLOAT, found "
              + configuration.getDataType()
              + "; leave dataType out");
    }
    for (int i = 0; i <= last; i++) {
      Layer layer = configuration.getConf(i).getLayer();
      if (layer instanceof BatchNormalization) {
        checkBatchNormalization(owner, configuration, i);
      }
      // It keeps what it drew in itself, and copies of a configuration share their activations.
      if (activation(layer) instanceof ActivationRReLU) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: layer %d has activation rrelu, which cannot be fitted on several threads; use"
                    + " another, such as leakyrelu",
                owner,
                i));
      }
    }
    Layer output = configuration.getConf(last).getLayer();
    if (output instanceof OutputLayer o
        && o.getActivationFn() instanceof ActivationIdentity
        && o.getLossFn().getClass() == LossMSE.class) {
      if (!o.hasBias()) {
        throw new IllegalArgumentException(
            owner + ": the output layer of a regression needs a bias; leave hasBias out");
      }
      return Task.REGRESSION;
    }
    if (!(output instanceof OutputLayer o)
        || !(o.getActivationFn() instanceof ActivationSoftmax)
        || !(o.getLossFn() instanceof LossMCXENT)) {
      throw new IllegalArgumentException(
          owner
              + ": the last layer must be an OutputLayer with Activation.SOFTMAX and"
              + " LossFunction.MCXENT (for classes), or with Activation.IDENTITY and"
              + " LossFunction.MSE (for targets), found "
              + describe(output));
    }
    if (o.getNOut() < 2) {
      throw new IllegalArgumentException(
          owner + ": the output layer needs nOut >= 2, one per class, found " + o.getNOut());
    }
    return Task.CLASSIFICATION;
  }

  /**
   * Checks that a network fits the rows it is to learn from.
   *
   * @param owner who is named in the message, such as {@code member 'wide-1'}
   * @param configuration of the network
   * @param columns how many features the rows have
   * @param task of the rows
   * @param outputs how many classes or targets they have
   * @throws IllegalArgumentException if its task, or its input or output size differs from the
   *     data's
   */
  public static void checkSizes(
      String owner, MultiLayerConfiguration configuration, int columns, Task task, int outputs) {
    checkSizes(owner, configuration, List.of(), columns, task, outputs);
  }

  /**
   * Checks that a network that sees some columns fits the rows it is to learn from.
   *
   * @param owner who is named in the message, such as {@code member 'wide-1'}
   * @param configuration of the network
   * @param selected which columns it sees, empty for all
   * @param columns how many the data has
   * @param task of the rows
   * @param outputs how many classes or targets they have
   * @throws IllegalArgumentException if its output size differs from the data's, its input size
   *     from the number of columns it sees, or the data does not have all of these
   */
  public static void checkSizes(
      String owner,
      MultiLayerConfiguration configuration,
      List<Integer> selected,
      int columns,
      Task task,
      int outputs) {
    if (check(owner, configuration) != task) {
      throw new IllegalArgumentException(
          owner
              + (task == Task.REGRESSION
                  ? ": the network ends in softmax with cross-entropy, for classes, but the data has"
                      + " targets; use Activation.IDENTITY and LossFunction.MSE in its output layer"
                  : ": the network ends in identity with squared error, for targets, but the data"
                      + " has classes; use Activation.SOFTMAX and LossFunction.MCXENT in its output"
                      + " layer"));
    }

    for (int column : selected) {
      if (column >= columns) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: it is to see column %d but the data has columns 0 to %d",
                owner,
                column,
                columns - 1));
      }
    }
    int inputs = selected.isEmpty() ? columns : selected.size();
    int last = configuration.getConfs().size() - 1;
    long units = ((FeedForwardLayer) configuration.getConf(last).getLayer()).getNOut();
    if (units != outputs) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the output layer has %d units but the data has %d %s; set its nOut to %d",
              owner,
              units,
              outputs,
              task == Task.CLASSIFICATION ? "classes" : outputs == 1 ? "target" : "targets",
              outputs));
    }
    // With a preprocessor in front, nIn counts something else (channels, for a convolution).
    if (configuration.getInputPreProcess(0) == null
        && configuration.getConf(0).getLayer() instanceof FeedForwardLayer first
        && first.getNIn() != inputs) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the first layer takes %d inputs but %s %d columns; set its nIn to %d",
              owner,
              first.getNIn(),
              selected.isEmpty() ? "the data has" : "it sees",
              inputs,
              inputs));
    }
  }

  /**
   * {@return a copy of a choice of columns, if it is one}
   *
   * @param owner who is named in the message, such as {@code member 'wide-1'}
   * @param columns 0-based, in the order of the network's inputs
   * @throws IllegalArgumentException if one is negative or there twice
   */
  public static List<Integer> columns(String owner, List<Integer> columns) {
    Set<Integer> taken = new HashSet<>();
    for (int column : columns) {
      if (column < 0 || !taken.add(column)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: columns must be >= 0 and each there once, found %d%s",
                owner,
                column,
                column < 0 ? "" : " twice"));
      }
    }
    return List.copyOf(columns);
  }

  private static void checkBatchNormalization(
      String owner, MultiLayerConfiguration configuration, int i) {
    BaseLayer layer = (BaseLayer) configuration.getConf(i).getLayer();
    if (layer.getGradientNormalization() != null
        && layer.getGradientNormalization() != GradientNormalization.None) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: layer %d (BatchNormalization) has gradientNormalization %s, which Deeplearning4j"
                  + " applies to the running statistics too; leave it out and use"
                  + " FitSettings.gradientNormLimit",
              owner,
              i,
              layer.getGradientNormalization()));
    }
    IActivation own = layer.getActivationFn();
    // Identity asks for nothing, and sigmoid is what a builder gives that was told nothing.
    boolean asksForOne =
        own != null && !(own instanceof ActivationIdentity) && !(own instanceof ActivationSigmoid);
    boolean followed =
        i + 1 < configuration.getConfs().size()
            && configuration.getConf(i + 1).getLayer() instanceof ActivationLayer;
    if (asksForOne && !followed) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: layer %d (BatchNormalization) has activation %s, which Deeplearning4j ignores;"
                  + " put an ActivationLayer after it",
              owner,
              i,
              own));
    }
  }

  private static @Nullable IActivation activation(Layer layer) {
    if (layer instanceof ActivationLayer own) {
      return own.getActivationFn();
    }
    return layer instanceof BaseLayer base ? base.getActivationFn() : null;
  }

  private static String describe(Layer layer) {
    String name = layer.getClass().getSimpleName();
    return layer instanceof org.deeplearning4j.nn.conf.layers.BaseOutputLayer o
        ? name + " with " + o.getActivationFn() + " and " + o.getLossFn()
        : name;
  }
}
