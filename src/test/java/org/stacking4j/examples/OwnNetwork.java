package org.stacking4j.examples;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;

/** Takes any network of DL4J that ends in softmax with cross-entropy for a member. */
final class OwnNetwork {
  private OwnNetwork() {}

  static Member run(int columns, int classes) {
    MultiLayerConfiguration network =
        new NeuralNetConfiguration.Builder()
            .updater(new Nesterovs(0.1, 0.9))
            .list()
            .layer(
                new DenseLayer.Builder().nIn(columns).nOut(24).activation(Activation.TANH).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(24)
                    .nOut(classes)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    return new Member("own", network, new FitSettings(20, 16, 2.0, true));
  }
}
