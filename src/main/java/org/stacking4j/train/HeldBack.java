package org.stacking4j.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.TrainedNetwork;

/** The rows that a fit with early stopping does not learn from, and its best epoch on them. */
final class HeldBack {
  private final FitTask rows;
  private final int patience;
  private final double[] weights;
  private final float @Nullable [] margins;
  private float[] best = {};
  private double least = Double.POSITIVE_INFINITY;
  private int bestEpoch;
  private int epochs;

  /**
   * @param rows those that are held back, with targets as the network learns them
   */
  HeldBack(FitTask rows, int patience) {
    this.rows = rows;
    this.patience = patience;
    weights = rows.data().relativeWeights();
    @Nullable INDArray margin = rows.margin();
    margins = margin == null ? null : margin.dup('c').data().asFloat();
  }

  /** Judges the parameters after one more epoch; returns whether it was the last. */
  boolean endEpoch(float[] parameters) {
    epochs++;
    double loss = loss(parameters);
    if (loss < least || epochs == 1) {
      least = loss;
      best = parameters;
      bestEpoch = epochs;
    }
    return epochs - bestEpoch >= patience;
  }

  void save(DataOutput out) throws IOException {
    out.writeInt(epochs);
    out.writeInt(bestEpoch);
    out.writeDouble(least);
    Checkpoints.writeFloats(best, out);
  }

  void restore(DataInput in) throws IOException {
    epochs = in.readInt();
    bestEpoch = in.readInt();
    least = in.readDouble();
    best = Checkpoints.readFloats(in);
  }

  /** The parameters of the best epoch, or those given if there was none. */
  float[] best(float[] otherwise) {
    return epochs == 0 ? otherwise : best;
  }

  /** The losses until the best epoch. */
  List<Double> until(List<Double> losses) {
    return losses.subList(0, bestEpoch);
  }

  /** The weighted mean over the rows. */
  double loss(float[] parameters) {
    TrainedNetwork network =
        TrainedNetwork.of(rows.configuration(), parameters).withColumns(rows.columns());
    LabeledData data = rows.data();
    int outputs = data.outputs();
    double sum = 0;
    double total = 0;
    for (int from = 0; from < data.rows(); from += Chunks.ROWS) {
      int to = Math.min(data.rows(), from + Chunks.ROWS);
      INDArray features = data.features(from, to);
      INDArray logits = network.logits(features);
      float[] z = logits.data().asFloat();
      logits.close();
      features.close();
      float[] targets = new float[z.length];
      data.targets(IntStream.range(from, to).toArray(), targets);
      for (int row = from; row < to; row++) {
        double[] own = new double[outputs];
        double[] wanted = new double[outputs];
        for (int i = 0; i < outputs; i++) {
          float margin = margins == null ? 0 : margins[row * outputs + i];
          own[i] = z[(row - from) * outputs + i] + margin;
          wanted[i] = targets[(row - from) * outputs + i];
        }
        sum +=
            weights[row]
                * (data.task() == Task.REGRESSION
                    ? squaredError(own, wanted)
                    : logLoss(own, wanted));
        total += weights[row];
      }
    }
    return sum / total;
  }

  private static double squaredError(double[] predicted, double[] wanted) {
    double sum = 0;
    for (int i = 0; i < wanted.length; i++) {
      sum += (predicted[i] - wanted[i]) * (predicted[i] - wanted[i]);
    }
    return sum / wanted.length;
  }

  /** Of softmax. */
  private static double logLoss(double[] logits, double[] wanted) {
    double most = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      most = Math.max(most, logit);
    }
    double total = 0;
    double right = 0;
    for (int i = 0; i < logits.length; i++) {
      total += Math.exp(logits[i] - most);
      right += wanted[i] * logits[i];
    }
    return Math.log(total) + most - right;
  }
}
