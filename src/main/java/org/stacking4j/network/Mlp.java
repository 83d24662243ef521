package org.stacking4j.network;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.stacking4j.data.Task;

/**
 * Ready-made multi-layer perceptrons: the base and meta networks of the MNIST recipe, in any size.
 * Each call returns a configuration of its own.
 *
 * <p>All of them use Adam with a step of 1e-3 and weights from U(±1/√fanIn); {@link
 * FitSettings#uniformBiases} adds the biases.
 */
public final class Mlp {
  private static final double LEARNING_RATE = 1e-3;
  private static final double DROPOUT = 0.3;
  private static final double LEAST_DEVIATION = 1e-5;
  private static final int MOST_DEVIATIONS = 5;

  private Mlp() {}

  /**
   * {@return a base network: for each hidden size a dense layer, batch normalisation, ReLU and
   * dropout of 0.3, then a softmax output} {@code base(784, 10, 256, 256)} is the recipe's.
   *
   * @param inputs feature columns, 1 or more
   * @param classes 2 or more
   * @param hidden units of the hidden layers, in order, each 1 or more; at least one layer
   * @throws IllegalArgumentException if a size is out of range
   */
  public static MultiLayerConfiguration base(int inputs, int classes, int... hidden) {
    return base(Task.CLASSIFICATION, inputs, classes, hidden);
  }

  /**
   * {@link #base(int, int, int...)} for either task; for targets it ends in identity with squared
   * error.
   *
   * @param task whether it ends for classes or for targets
   * @param inputs feature columns, 1 or more
   * @param outputs classes, 2 or more, or targets, 1 or more
   * @param hidden units of the hidden layers, in order, each 1 or more; at least one layer
   * @return a configuration of its own, not shared
   * @throws IllegalArgumentException if a size is out of range
   */
  public static MultiLayerConfiguration base(Task task, int inputs, int outputs, int... hidden) {
    checkSizes(task, inputs, outputs, hidden);
    return base(start(), task, inputs, outputs, hidden);
  }

  /**
   * {@return a base network for columns of any scale and offset: {@link #base} behind a batch
   * normalisation of the input columns} It standardises them by the rows that very fit sees, in
   * training by each batch, afterwards by running statistics; a column that is constant in them
   * becomes 0. Values farther than {@value #MOST_DEVIATIONS} standard deviations from their
   * column's mean count as that far (to begin with: the scale is learnt).
   *
   * <p>The running statistics start at mean 0 and variance 1 and forget a tenth of that in each
   * step: after n steps, a column whose mean is m standard deviations away from 0 is off by m ×
   * 0.9^n of them. So a fit should have a hundred steps or more, and two hundred if m is a million.
   * Columns with a standard deviation below {@value #LEAST_DEVIATION} count as nearly constant.
   *
   * @param columns feature columns, 1 or more
   * @param classes 2 or more
   * @param hidden units of the hidden layers, in order, each 1 or more; at least one layer
   * @throws IllegalArgumentException if a size is out of range
   */
  public static MultiLayerConfiguration table(int columns, int classes, int... hidden) {
    return table(Task.CLASSIFICATION, columns, classes, hidden);
  }

  /**
   * {@link #table(int, int, int...)} for either task; for targets it ends in identity with squared
   * error. Targets of any scale will do: every fit standardises them, see {@link Standardisation}.
   *
   * @param task whether it ends for classes or for targets
   * @param columns feature columns, 1 or more
   * @param outputs classes, 2 or more, or targets, 1 or more
   * @param hidden units of the hidden layers, in order, each 1 or more; at least one layer
   * @return a configuration of its own, not shared
   * @throws IllegalArgumentException if a size is out of range
   */
  public static MultiLayerConfiguration table(Task task, int columns, int outputs, int... hidden) {
    checkSizes(task, columns, outputs, hidden);
    var layers = start();
    layers.layer(
        normalisation(columns)
            .eps(LEAST_DEVIATION * LEAST_DEVIATION)
            .gamma(1.0 / MOST_DEVIATIONS)
            .build());
    // Where hardly any row of the fit differs from the others, one that does would be hundreds of
    // deviations away and drown all other columns.
    layers.layer(new ActivationLayer(Activation.HARDTANH));
    return base(layers, task, columns, outputs, hidden);
  }

  private static MultiLayerConfiguration base(
      NeuralNetConfiguration.ListBuilder layers,
      Task task,
      int inputs,
      int outputs,
      int... hidden) {
    int width = inputs;
    double dropout = 0;
    for (int units : hidden) {
      // dropOut(p) keeps a layer's input with probability p, so the dropout that follows one block
      // is written on the first layer of the next.
      layers.layer(
          dense(width, units, dropout).activation(Activation.IDENTITY).hasBias(true).build());
      layers.layer(normalisation(units).eps(1e-5).build());
      // BatchNormalization ignores an activation of its own; it needs a layer to follow.
      layers.layer(new ActivationLayer(Activation.RELU));
      width = units;
      dropout = DROPOUT;
    }
    return layers.layer(output(task, width, outputs, dropout)).build();
  }

  /**
   * {@return the recipe's meta network: dense 128, ReLU, dropout 0.3, dense 128, ReLU, softmax
   * output}
   *
   * @param inputs meta-feature columns, members × classes
   * @param classes 2 or more
   * @throws IllegalArgumentException if a size is out of range
   */
  public static MultiLayerConfiguration meta(int inputs, int classes) {
    return meta(Task.CLASSIFICATION, inputs, classes);
  }

  /**
   * {@link #meta(int, int)} for either task; for targets it ends in identity.
   *
   * @param task whether it ends for classes or for targets
   * @param inputs meta-feature columns, members × outputs
   * @param outputs classes, 2 or more, or targets, 1 or more
   * @return a configuration of its own, not shared
   */
  public static MultiLayerConfiguration meta(Task task, int inputs, int outputs) {
    checkSizes(task, inputs, outputs, 128);
    return start()
        .layer(dense(inputs, 128, 0).activation(Activation.RELU).build())
        .layer(dense(128, 128, DROPOUT).activation(Activation.RELU).build())
        .layer(output(task, 128, outputs, 0))
        .build();
  }

  /**
   * {@return a small network that corrects an average: dense 64, ReLU, softmax output, no dropout}
   *
   * @param inputs meta-feature columns, members × classes
   * @param classes 2 or more
   * @throws IllegalArgumentException if a size is out of range
   */
  public static MultiLayerConfiguration correction(int inputs, int classes) {
    return correction(Task.CLASSIFICATION, inputs, classes);
  }

  /**
   * {@link #correction(int, int)} for either task; for targets it ends in identity.
   *
   * @param task whether it ends for classes or for targets
   * @param inputs meta-feature columns, members × outputs
   * @param outputs classes, 2 or more, or targets, 1 or more
   * @return a configuration of its own, not shared
   */
  public static MultiLayerConfiguration correction(Task task, int inputs, int outputs) {
    checkSizes(task, inputs, outputs, 64);
    return start()
        .layer(dense(inputs, 64, 0).activation(Activation.RELU).build())
        .layer(output(task, 64, outputs, 0))
        .build();
  }

  /**
   * {@return no hidden layer: a softmax over a linear map, which is multinomial logistic
   * regression}
   *
   * @param inputs columns
   * @param classes 2 or more
   * @throws IllegalArgumentException if a size is out of range
   */
  public static MultiLayerConfiguration linear(int inputs, int classes) {
    return linear(Task.CLASSIFICATION, inputs, classes);
  }

  /**
   * {@link #linear(int, int)} for either task; for targets a linear map alone.
   *
   * @param task whether it ends for classes or for targets
   * @param inputs columns, 1 or more
   * @param outputs classes, 2 or more, or targets, 1 or more
   * @return a configuration of its own, not shared
   */
  public static MultiLayerConfiguration linear(Task task, int inputs, int outputs) {
    checkSizes(task, inputs, outputs, 1);
    return start().layer(output(task, inputs, outputs, 0)).build();
  }

  private static NeuralNetConfiguration.ListBuilder start() {
    return new NeuralNetConfiguration.Builder()
        .weightInit(WeightInit.UNIFORM)
        .biasInit(0)
        .activation(Activation.IDENTITY)
        .updater(new Adam(LEARNING_RATE))
        .list();
  }

  private static BatchNormalization.Builder normalisation(int units) {
    return new BatchNormalization.Builder().nIn(units).nOut(units).decay(0.9);
  }

  private static DenseLayer.Builder dense(int inputs, int units, double dropout) {
    var layer = new DenseLayer.Builder().nIn(inputs).nOut(units);
    return dropout > 0 ? layer.dropOut(1 - dropout) : layer;
  }

  private static OutputLayer output(Task task, int inputs, int outputs, double dropout) {
    boolean classes = task == Task.CLASSIFICATION;
    var layer =
        new OutputLayer.Builder(classes ? LossFunction.MCXENT : LossFunction.MSE)
            .nIn(inputs)
            .nOut(outputs)
            .activation(classes ? Activation.SOFTMAX : Activation.IDENTITY);
    return (dropout > 0 ? layer.dropOut(1 - dropout) : layer).build();
  }

  private static void checkSizes(Task task, int inputs, int outputs, int... hidden) {
    if (inputs < 1) {
      throw new IllegalArgumentException("inputs must be >= 1, found " + inputs);
    }
    if (task == Task.CLASSIFICATION && outputs < 2) {
      throw new IllegalArgumentException("classes must be >= 2, found " + outputs);
    }
    if (outputs < 1) {
      throw new IllegalArgumentException("targets must be >= 1, found " + outputs);
    }
    if (hidden.length == 0) {
      throw new IllegalArgumentException("a base network needs at least one hidden layer");
    }
    for (int units : hidden) {
      if (units < 1) {
        throw new IllegalArgumentException("hidden layers need >= 1 unit each, found " + units);
      }
    }
  }
}
