package org.stacking4j.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.fused.Crew;
import org.stacking4j.fused.FusedNetwork;

/** Steps by the fused step. */
final class FusedSteps implements TrainingSteps {
  private final MultiLayerNetwork initialised;
  private final FusedNetwork network;
  private final LabeledData data;
  private final int outputs;
  private final float @Nullable [] margins;
  private final float @Nullable [] margin;
  private final float @Nullable [] rowWeights;
  private final float @Nullable [] weights;
  private final float[] targets;

  FusedSteps(MultiLayerNetwork network, FitTask task, int maxRows, Crew crew) {
    initialised = network;
    data = task.inputs();
    outputs = data.outputs();
    this.network =
        new FusedNetwork(
            network,
            data,
            maxRows,
            task.settings().gradientNormLimit(),
            Seeds.of(task.seed(), "dropout", 0),
            crew);
    @Nullable INDArray own = task.margin();
    margins = own == null ? null : own.dup('c').data().asFloat();
    margin = own == null ? null : new float[maxRows * outputs];
    rowWeights = task.rowWeights();
    weights = rowWeights == null ? null : new float[maxRows];
    targets = new float[maxRows * outputs];
  }

  @Override
  public double step(int[] rows) {
    data.targets(rows, targets);
    for (int i = 0; i < rows.length; i++) {
      if (margins != null && margin != null) {
        System.arraycopy(margins, rows[i] * outputs, margin, i * outputs, outputs);
      }
      if (rowWeights != null && weights != null) {
        weights[i] = rowWeights[rows[i]];
      }
    }
    return network.step(rows, targets, margin, weights);
  }

  @Override
  public void endEpoch() {
    network.endEpoch();
  }

  @Override
  public float[] parameters() {
    return network.parameters();
  }

  @Override
  public void save(DataOutput out) throws IOException {
    network.save(out);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    network.restore(in);
  }

  @Override
  public void close() {
    network.close();
    TrainingSteps.free(initialised);
  }
}
