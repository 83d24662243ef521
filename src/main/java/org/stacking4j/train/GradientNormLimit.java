package org.stacking4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Scales the whole gradient down to a largest 2-norm, as PyTorch's {@code clip_grad_norm_} does
 * (Pascanu, Mikolov, Bengio 2013).
 */
final class GradientNormLimit extends BaseTrainingListener {
  /*
   * DL4J calls this between backpropagation and the updater. What it shows there are views of the
   * flat gradient, so scaling them in place takes effect; they hold the sum over the minibatch,
   * which the updater divides only later; and among them are the changes of batch normalisation's
   * running statistics, which are no gradients and must be left alone.
   */
  private static final double EPSILON = 1e-6;

  private final double limit;

  GradientNormLimit(double limit) {
    this.limit = limit;
  }

  @Override
  public void onGradientCalculation(Model model) {
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    List<INDArray> gradients = new ArrayList<>();
    double squares = 0;
    for (Map.Entry<String, INDArray> entry : network.gradient().gradientForVariable().entrySet()) {
      if (!isRunningStatistic(entry.getKey())) {
        gradients.add(entry.getValue());
        squares += sumOfSquares(entry.getValue());
      }
    }
    int divisor = network.getDefaultConfiguration().isMiniBatch() ? network.batchSize() : 1;
    double norm = Math.sqrt(squares) / divisor;
    if (norm > limit) {
      double scale = limit / (norm + EPSILON);
      gradients.forEach(gradient -> gradient.muli(scale));
    }
  }

  /**
   * The sum of squares, added up here and not by ND4J: that one adds in float32, in as many parts
   * as the machine has processors, and every parameter would inherit the difference.
   */
  private static double sumOfSquares(INDArray gradient) {
    if (gradient.dataType() != DataType.FLOAT) {
      return sumOfSquares(gradient.dup().data().asDouble());
    }
    float[] values = new float[(int) gradient.length()];
    // A gradient is a view of the flat gradient, whose numbers lie side by side.
    new FloatPointer(gradient.data().pointer()).position(gradient.offset()).get(values);
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static double sumOfSquares(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return sum;
  }

  private static boolean isRunningStatistic(String variable) {
    String parameter = variable.substring(variable.indexOf('_') + 1);
    return parameter.equals(BatchNormalizationParamInitializer.GLOBAL_MEAN)
        || parameter.equals(BatchNormalizationParamInitializer.GLOBAL_VAR)
        || parameter.equals(BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
  }
}
