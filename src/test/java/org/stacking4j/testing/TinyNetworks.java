package org.stacking4j.testing;

import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.train.FitResult;

/** Small networks; of those with one layer the logits can be worked out by hand. */
public final class TinyNetworks {
  private TinyNetworks() {}

  /** A softmax regression, fitted by plain gradient descent with a step of 0.1. */
  public static MultiLayerConfiguration linear(int inputs, int classes) {
    return linear(inputs, classes, new Sgd(0.1), new LossMCXENT());
  }

  /** A softmax regression with an updater and a loss of its own. */
  public static MultiLayerConfiguration linear(
      int inputs, int classes, IUpdater updater, LossMCXENT loss) {
    return new NeuralNetConfiguration.Builder()
        .weightInit(WeightInit.UNIFORM)
        .updater(updater)
        .list()
        .layer(
            new OutputLayer.Builder(loss)
                .nIn(inputs)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build())
        .build();
  }

  /** A linear regression that starts at zero, fitted by plain gradient descent. */
  public static MultiLayerConfiguration regression(int inputs, int targets, double step) {
    return new NeuralNetConfiguration.Builder()
        .weightInit(new WeightInitConstant(0))
        .updater(new Sgd(step))
        .list()
        .layer(
            new OutputLayer.Builder(new LossMSE())
                .nIn(inputs)
                .nOut(targets)
                .activation(Activation.IDENTITY)
                .build())
        .build();
  }

  /**
   * A linear regression with these parameters.
   *
   * @param weights {@code [inputs, targets]}
   * @param biases {@code [targets]}
   */
  public static TrainedNetwork regressionWithWeights(float[][] weights, float... biases) {
    return TrainedNetwork.of(regression(weights.length, biases.length, 0.1), flat(weights, biases));
  }

  /** A network that learns a hundred rows by heart within 40 epochs of batches of 50. */
  public static MultiLayerConfiguration overFitting(int inputs, int classes) {
    return new NeuralNetConfiguration.Builder()
        .weightInit(WeightInit.XAVIER)
        .updater(new Adam(0.03))
        .list()
        .layer(new DenseLayer.Builder().nIn(inputs).nOut(48).activation(Activation.RELU).build())
        .layer(
            new OutputLayer.Builder(new LossMCXENT())
                .nIn(48)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build())
        .build();
  }

  /**
   * A softmax regression with these parameters.
   *
   * @param weights {@code [inputs, classes]}
   * @param biases {@code [classes]}
   */
  public static TrainedNetwork withWeights(float[][] weights, float... biases) {
    return TrainedNetwork.of(linear(weights.length, biases.length), flat(weights, biases));
  }

  private static float[] flat(float[][] weights, float[] biases) {
    int outputs = biases.length;
    float[] flat = new float[weights.length * outputs + outputs];
    int next = 0;
    for (int to = 0; to < outputs; to++) {
      for (float[] from : weights) {
        flat[next++] = from[to]; // DL4J keeps weights column by column, and biases behind them
      }
    }
    System.arraycopy(biases, 0, flat, next, outputs);
    return flat;
  }

  /** As if it had been fitted, in one second. */
  public static FitResult fitted(TrainedNetwork network) {
    return new FitResult(network, List.of(), 1, org.stacking4j.network.Trainer.DL4J);
  }

  /** The numbers of an array, row by row, with nothing rounded. */
  public static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }
}
