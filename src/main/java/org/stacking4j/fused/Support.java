package org.stacking4j.fused;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * Which configurations the fused step computes as DL4J does. Whatever is not listed here is not
 * known to be equal: classes are compared exactly, and a setting that is not understood is refused.
 */
final class Support {
  private Support() {}

  /** What stands in the way, in words that follow "because", or nothing. */
  static Optional<String> obstacle(MultiLayerConfiguration configuration) {
    if (configuration.getDataType() != DataType.FLOAT) {
      return Optional.of("its data type is " + configuration.getDataType());
    }
    if (configuration.getBackpropType() != BackpropType.Standard) {
      return Optional.of("its backpropagation is " + configuration.getBackpropType());
    }
    if (configuration.getInputPreProcessors() != null
        && !configuration.getInputPreProcessors().isEmpty()) {
      return Optional.of("it has an input preprocessor");
    }
    int last = configuration.getConfs().size() - 1;
    for (int i = 0; i <= last; i++) {
      @Nullable String reason = reason(configuration.getConf(i), i == last);
      if (reason != null) {
        return Optional.of(String.format(Locale.ROOT, "layer %d %s", i, reason));
      }
    }
    return Optional.empty();
  }

  private static @Nullable String reason(NeuralNetConfiguration conf, boolean last) {
    Layer layer = conf.getLayer();
    if (!conf.isMiniBatch()
        || !conf.isMinimize()
        || conf.getStepFunction() != null
        || conf.getOptimizationAlgo() != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      return "is not optimised by minibatch gradient descent";
    }
    if (layer.getConstraints() != null && !layer.getConstraints().isEmpty()) {
      return "has constraints on its parameters";
    }
    if (last != (layer.getClass() == OutputLayer.class)) {
      return "is " + name(layer);
    }
    @Nullable String reason = null;
    if (layer.getClass() == DenseLayer.class) {
      DenseLayer dense = (DenseLayer) layer;
      reason =
          dense.hasLayerNorm() ? "has layer normalisation" : activation(dense.getActivationFn());
    } else if (layer.getClass() == OutputLayer.class) {
      OutputLayer output = (OutputLayer) layer;
      if (Loss.of(output.getActivationFn(), output.getLossFn()) == null) {
        reason = "has " + output.getActivationFn() + " with " + output.getLossFn();
      }
    } else if (layer.getClass() == BatchNormalization.class) {
      BatchNormalization norm = (BatchNormalization) layer;
      reason = norm.isLockGammaBeta() || !norm.isMinibatch() ? "is locked" : null;
    } else if (layer.getClass() == ActivationLayer.class) {
      return activation(((ActivationLayer) layer).getActivationFn());
    } else if (layer.getClass() == DropoutLayer.class) {
      return dropout(layer.getIDropout());
    } else {
      return "is " + name(layer);
    }
    // Batch normalisation has no dropout on its input, whatever its configuration says.
    if (reason == null && !(layer instanceof BatchNormalization)) {
      reason = dropout(layer.getIDropout());
    }
    return reason == null ? parameters((BaseLayer) layer) : reason;
  }

  private static @Nullable String activation(IActivation function) {
    return function instanceof ActivationIdentity || Activation.of(function) != null
        ? null
        : "has activation " + function;
  }

  private static @Nullable String dropout(@Nullable IDropout dropout) {
    if (dropout == null) {
      return null;
    }
    return dropout.getClass() == Dropout.class && ((Dropout) dropout).getPSchedule() == null
        ? null
        : "has "
            + dropout.getClass().getSimpleName()
            + (dropout instanceof Dropout ? " by schedule" : "");
  }

  private static @Nullable String parameters(BaseLayer layer) {
    if (layer.getWeightNoise() != null) {
      return "has weight noise";
    }
    if (layer.getGradientNormalization() != null
        && layer.getGradientNormalization() != GradientNormalization.None) {
      return "has gradient normalisation of its own";
    }
    for (@Nullable IUpdater updater :
        new @Nullable IUpdater[] {layer.getIUpdater(), layer.getBiasUpdater()}) {
      if (updater != null
          && updater.getClass() != Adam.class
          && updater.getClass() != Sgd.class
          && updater.getClass() != Nesterovs.class) {
        return "has updater " + updater.getClass().getSimpleName();
      }
    }
    @Nullable String reason = regularisation(layer.getRegularization());
    return reason == null ? regularisation(layer.getRegularizationBias()) : reason;
  }

  private static @Nullable String regularisation(@Nullable List<Regularization> all) {
    for (Regularization one : all == null ? List.<Regularization>of() : all) {
      if (one.getClass() != L2Regularization.class && one.getClass() != WeightDecay.class) {
        return "has " + one.getClass().getSimpleName();
      }
    }
    return null;
  }

  private static String name(Layer layer) {
    return layer.getClass().getSimpleName();
  }
}
