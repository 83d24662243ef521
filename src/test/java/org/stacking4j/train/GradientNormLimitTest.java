package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

/** One step of plain gradient descent with a step of 1: the change is the clipped gradient. */
final class GradientNormLimitTest {
  private static final LabeledData DATA = TinyData.blobs(24, 6, 3, 1);
  private static final double OFF = Double.POSITIVE_INFINITY;

  @Test
  void change_hasTheLimitAsItsNorm() {
    double limit = 1e-2;
    MultiLayerNetwork start = step(withBatchNormalisation(), 0, OFF);
    MultiLayerNetwork clipped = step(withBatchNormalisation(), 1, limit);
    MultiLayerNetwork free = step(withBatchNormalisation(), 1, OFF);

    assertThat(learnedNorm(free, start)).isGreaterThan(10 * limit);
    // The network starts from float32 numbers of about 0.3, so a change of 0.01 has 4 digits.
    assertThat(learnedNorm(clipped, start)).isEqualTo(limit, within(1e-3 * limit));
  }

  @Test
  void change_keepsItsDirection() {
    MultiLayerNetwork start = step(withBatchNormalisation(), 0, OFF);
    INDArray clipped =
        step(withBatchNormalisation(), 1, 0.1).getParam("0_W").sub(start.getParam("0_W"));
    INDArray free =
        step(withBatchNormalisation(), 1, OFF).getParam("0_W").sub(start.getParam("0_W"));

    double cosine =
        clipped.mul(free).sumNumber().doubleValue()
            / clipped.norm2Number().doubleValue()
            / free.norm2Number().doubleValue();

    assertThat(cosine).isEqualTo(1, within(1e-4));
  }

  @Test
  void runningStatistics_areNotScaled() {
    // They travel with the gradient in DL4J but are none: scaled down, batch normalisation would
    // still answer with its initial statistics when training is over.
    MultiLayerNetwork start = step(withBatchNormalisation(), 0, OFF);
    MultiLayerNetwork clipped = step(withBatchNormalisation(), 1, 1e-2);
    MultiLayerNetwork free = step(withBatchNormalisation(), 1, OFF);

    for (String statistic : new String[] {"1_mean", "1_log10stdev"}) {
      assertThat(clipped.getParam(statistic)).isEqualTo(free.getParam(statistic));
      assertThat(clipped.getParam(statistic)).isNotEqualTo(start.getParam(statistic));
    }
  }

  @Test
  void step_ofALinearNetwork_equalsTheOneWorkedByHand() {
    double limit = 0.05;
    double[][] expected = handStep(limit, true);

    MultiLayerNetwork found = step(linear(true), 1, limit);

    assertParameters(found, expected);
  }

  @Test
  void step_withGradientsSummedOverTheBatch_equalsTheOneWorkedByHand() {
    // miniBatch(false): DL4J does not divide by the batch's size, so the norm must not be either.
    double limit = 0.05;
    double[][] expected = handStep(limit, false);

    MultiLayerNetwork found = step(linear(false), 1, limit);

    assertParameters(found, expected);
  }

  @Test
  void limit_thatIsNotReached_changesNoBit() {
    assertThat(step(withBatchNormalisation(), 1, 1e6).params())
        .isEqualTo(step(withBatchNormalisation(), 1, OFF).params());
  }

  /** The parameters after one clipped step, {@code [inputs + 1, classes]}, biases last. */
  private static double[][] handStep(double limit, boolean mean) {
    MultiLayerNetwork start = step(linear(mean), 0, OFF);
    int rows = DATA.rows();
    INDArray x = DATA.features();
    double[][] w = new double[7][3];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 6; i++) {
        w[i][c] = start.getParam("0_W").getDouble(i, c);
      }
      w[6][c] = start.getParam("0_b").getDouble(c);
    }
    double[][] gradient = new double[7][3];
    for (int row = 0; row < rows; row++) {
      double[] p = new double[3];
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        double logit = w[6][c];
        for (int i = 0; i < 6; i++) {
          logit += x.getDouble(row, i) * w[i][c];
        }
        p[c] = Math.exp(logit);
        sum += p[c];
      }
      for (int c = 0; c < 3; c++) {
        double error = p[c] / sum - (DATA.label(row) == c ? 1 : 0);
        for (int i = 0; i < 6; i++) {
          gradient[i][c] += error * x.getDouble(row, i) / (mean ? rows : 1);
        }
        gradient[6][c] += error / (mean ? rows : 1);
      }
    }
    double squares = 0;
    for (double[] of : gradient) {
      for (double g : of) {
        squares += g * g;
      }
    }
    assertThat(Math.sqrt(squares)).isGreaterThan(2 * limit);
    double scale = limit / (Math.sqrt(squares) + 1e-6); // as PyTorch's clip_grad_norm_
    for (int i = 0; i < 7; i++) {
      for (int c = 0; c < 3; c++) {
        w[i][c] -= scale * gradient[i][c];
      }
    }
    return w;
  }

  private static void assertParameters(MultiLayerNetwork found, double[][] expected) {
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 6; i++) {
        assertThat(found.getParam("0_W").getDouble(i, c)).isEqualTo(expected[i][c], within(1e-6));
      }
      assertThat(found.getParam("0_b").getDouble(c)).isEqualTo(expected[6][c], within(1e-6));
    }
  }

  private static double learnedNorm(MultiLayerNetwork after, MultiLayerNetwork before) {
    double squares = 0;
    for (String name : before.paramTable().keySet()) {
      if (!name.equals("1_mean") && !name.equals("1_log10stdev")) {
        double norm = after.getParam(name).sub(before.getParam(name)).norm2Number().doubleValue();
        squares += norm * norm;
      }
    }
    return Math.sqrt(squares);
  }

  private static MultiLayerConfiguration withBatchNormalisation() {
    MultiLayerConfiguration base = Mlp.base(6, 3, 8);
    for (NeuralNetConfiguration conf : base.getConfs()) {
      if (conf.getLayer() instanceof BaseLayer layer) {
        layer.setIUpdater(new Sgd(1));
      }
    }
    return base;
  }

  private static MultiLayerConfiguration linear(boolean miniBatch) {
    MultiLayerConfiguration linear = TinyNetworks.linear(6, 3, new Sgd(1), new LossMCXENT());
    linear.getConfs().forEach(conf -> conf.setMiniBatch(miniBatch));
    return linear;
  }

  private static MultiLayerNetwork step(
      MultiLayerConfiguration configuration, int epochs, double limit) {
    FitSettings settings = new FitSettings(epochs, DATA.rows(), limit, true, Trainer.DL4J);
    FitTask task = new FitTask("a test", 0, 0, configuration, settings, DATA, null, 4);
    return NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null)
        .network()
        .toMultiLayerNetwork();
  }
}
