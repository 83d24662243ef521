package org.stacking4j.fused;

import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * Networks, data and settings drawn at random from all that the fused step knows.
 *
 * <p>Left out is what makes two correct computations differ: parameters that the next batch
 * normalisation cancels (their gradient is zero but for rounding, and Adam makes full steps of
 * that), batches of too few rows to normalise by, and steps so long that training diverges.
 */
final class RandomNetworks {
  final SplittableRandom random;
  final int columns;
  final int outputs;
  private boolean squared;
  private boolean binary;

  RandomNetworks(long seed) {
    random = new SplittableRandom(seed);
    columns = 2 + random.nextInt(12);
    outputs = 2 + random.nextInt(4);
  }

  MultiLayerConfiguration configuration() {
    NeuralNetConfiguration.Builder all =
        new NeuralNetConfiguration.Builder()
            .seed(1 + random.nextInt(1000))
            .weightInit(WeightInit.XAVIER)
            .updater(updater());
    if (random.nextInt(3) == 0) {
      all.l2(0.02);
    }
    if (random.nextInt(3) == 0) {
      all.weightDecay(0.05, random.nextBoolean());
    }
    if (random.nextInt(4) == 0) {
      all.biasUpdater(updater());
    }
    NeuralNetConfiguration.ListBuilder layers = all.list();
    int width = columns;
    boolean cancelled = random.nextInt(5) == 0;
    if (cancelled) {
      layers.layer(norm(width));
    }
    if (random.nextInt(8) == 0) {
      boolean hard = random.nextBoolean();
      layers.layer(new ActivationLayer(hard ? Activation.HARDTANH : Activation.TANH));
    }
    int depth = random.nextInt(3);
    for (int i = 0; i < depth; i++) {
      int units = 1 + random.nextInt(9);
      boolean normalised = random.nextBoolean() && !cancelled;
      cancelled = false;
      layers.layer(
          new DenseLayer.Builder()
              .nIn(width)
              .nOut(units)
              .hasBias(!normalised && random.nextInt(5) > 0)
              .activation(normalised ? Activation.IDENTITY : activation())
              .build());
      if (normalised) {
        layers.layer(norm(units));
        layers.layer(new ActivationLayer(activation()));
      }
      width = units;
    }
    return layers.layer(output(width)).build();
  }

  private OutputLayer output(int width) {
    INDArray weights =
        random.nextInt(3) > 0 ? null : Nd4j.createFromArray(uniform(outputs, 0.5, 2));
    ILossFunction loss =
        switch (random.nextInt(5)) {
          case 0 -> new LossMCXENT(weights);
          case 1 -> new LossNegativeLogLikelihood(weights);
          case 2 -> new LossBinaryXENT(weights);
          case 3 -> new LossMSE(weights);
          default -> new LossL2(weights);
        };
    squared = loss instanceof LossL2;
    binary = loss instanceof LossBinaryXENT;
    return new OutputLayer.Builder(loss)
        .nIn(width)
        .nOut(outputs)
        .hasBias(random.nextInt(5) > 0)
        .activation(
            squared ? Activation.IDENTITY : binary ? Activation.SIGMOID : Activation.SOFTMAX)
        .build();
  }

  private BatchNormalization norm(int units) {
    return new BatchNormalization.Builder()
        .nIn(units)
        .nOut(units)
        .decay(0.5 + random.nextDouble() / 2)
        .eps(random.nextBoolean() ? 1e-5 : 1e-2)
        .useLogStd(random.nextBoolean())
        .build();
  }

  private IUpdater updater() {
    return switch (random.nextInt(6)) {
      case 0 -> new Sgd(0.05);
      case 1 -> new Nesterovs(0.01, 0.9);
      case 2 ->
          Adam.builder()
              .learningRateSchedule(new StepSchedule(ScheduleType.ITERATION, 0.01, 0.5, 5))
              .epsilon(1e-4)
              .build();
      case 3 -> new Adam(0.01, 0.8, 0.99, 1e-3);
      default -> new Adam(0.01, 0.9, 0.999, 1e-4);
    };
  }

  private Activation activation() {
    List<Activation> known =
        List.of(
            Activation.RELU,
            Activation.RELU,
            Activation.LEAKYRELU,
            Activation.ELU,
            Activation.SELU,
            Activation.SIGMOID,
            Activation.TANH,
            Activation.HARDTANH,
            Activation.SOFTPLUS,
            Activation.SWISH);
    return known.get(random.nextInt(known.size()));
  }

  float[] features(int rows) {
    return uniform(rows * columns, -2, 2);
  }

  float[] targets(int rows) {
    if (squared) {
      return uniform(rows * outputs, -3, 3);
    }
    float[] targets = new float[rows * outputs];
    for (int row = 0; row < rows; row++) {
      if (binary) {
        for (int i = 0; i < outputs; i++) {
          targets[row * outputs + i] = random.nextInt(2);
        }
      } else {
        targets[row * outputs + random.nextInt(outputs)] = 1;
      }
    }
    return targets;
  }

  float[] uniform(int length, double from, double to) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (from + (to - from) * random.nextDouble());
    }
    return values;
  }
}
