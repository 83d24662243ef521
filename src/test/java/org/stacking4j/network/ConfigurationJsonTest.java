package org.stacking4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

final class ConfigurationJsonTest {
  private static final AtomicBoolean RUN = new AtomicBoolean();

  /** What must not be loaded. */
  static final class Trap {
    static {
      RUN.set(true);
    }

    private Trap() {}
  }

  /** Of every kind of part that a class can be named for. */
  private static MultiLayerConfiguration rich() {
    return new NeuralNetConfiguration.Builder()
        .updater(new Nesterovs(new StepSchedule(ScheduleType.EPOCH, 0.1, 0.5, 2), 0.9))
        .l2(1e-3)
        .weightDecay(1e-4)
        .weightInit(new NormalDistribution(0, 0.01))
        .list()
        .layer(
            new DenseLayer.Builder()
                .nIn(3)
                .nOut(4)
                .activation(Activation.ELU)
                .dropOut(new GaussianDropout(0.3))
                .weightNoise(new DropConnect(0.9))
                .constrainWeights(new MaxNormConstraint(2, 1))
                .build())
        .layer(new OutputLayer.Builder().nIn(4).nOut(2).activation(Activation.SOFTMAX).build())
        .build();
  }

  @Test
  void read_givesBackWhatDl4jWrites() throws IOException {
    for (MultiLayerConfiguration configuration :
        new MultiLayerConfiguration[] {
          rich(), Mlp.base(4, 3, 8), Mlp.table(4, 3, 8), Mlp.meta(6, 3), Mlp.linear(6, 3)
        }) {
      assertThat(read(configuration.toJson())).isEqualTo(configuration);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.nd4j.linalg.activations.impl.ActivationELU",
        "org.deeplearning4j.nn.conf.layers.DenseLayer",
        "org.nd4j.linalg.schedule.StepSchedule",
        "org.deeplearning4j.nn.conf.distribution.NormalDistribution",
        "org.nd4j.linalg.learning.regularization.WeightDecay"
      })
  void read_ofAForeignClass_anywhere_refusesItUnloaded(String place) {
    String json = rich().toJson();
    assertThat(json).contains('"' + place + '"');

    assertThatIOException()
        .isThrownBy(() -> read(json.replace(place, Trap.class.getName())))
        .withMessage(
            "its configuration names the class '"
                + Trap.class.getName()
                + "', which is no part of a configuration of Deeplearning4j's; if you trust it,"
                + " allow that class");
    assertThat(RUN).isFalse();
  }

  @Test
  void read_ofAForeignClass_withinAGenericType_refusesIt() {
    String json = "{\"confs\": [{\"java.util.Map<a.B,java.util.Vector>\": 1}]}";

    assertThatIOException()
        .isThrownBy(() -> read(json))
        .withMessageStartingWith("its configuration names the class 'java.util.Map'");
  }

  @Test
  void read_ofALayerWhoseNameHasDots_isNoClass() throws IOException {
    MultiLayerConfiguration configuration = Mlp.base(4, 3, 8);
    configuration.getConf(0).getLayer().setLayerName("my.first.layer");

    assertThat(read(configuration.toJson())).isEqualTo(configuration);
  }

  @Test
  void read_ofAClassThatStandsTwice_isRefused() {
    // Two parsers may take one or the other.
    String json =
        rich().toJson().replaceFirst("\"@class\"", "\"@class\" : \"java.lang.Object\", \"@class\"");

    assertThatIOException()
        .isThrownBy(() -> read(json))
        .withMessageContaining("its configuration is damaged: Duplicate field '@class'");
  }

  @Test
  void read_ofAClassThatIsAllowed_isLeftToDl4j() {
    String json =
        rich()
            .toJson()
            .replace("org.nd4j.linalg.activations.impl.ActivationELU", AllowedButNoActivation.NAME);

    assertThatIOException()
        .isThrownBy(
            () ->
                ConfigurationJson.read(
                    json.getBytes(StandardCharsets.UTF_8), Set.of(AllowedButNoActivation.NAME)))
        .withMessageStartingWith("its configuration is none of Deeplearning4j: ")
        .withMessageContaining("AllowedButNoActivation");
  }

  static final class AllowedButNoActivation {
    static final String NAME =
        "org.stacking4j.network.ConfigurationJsonTest$AllowedButNoActivation";

    private AllowedButNoActivation() {}
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "null", "[]", "{}", "1", "\"text\"", "{\"confs\": [null]}"})
  void read_ofNoConfiguration_saysSo(String json) {
    assertThatIOException()
        .isThrownBy(() -> read(json))
        .withMessageStartingWith("its configuration ")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private static MultiLayerConfiguration read(String json) throws IOException {
    return ConfigurationJson.read(json.getBytes(StandardCharsets.UTF_8), Set.of());
  }
}
