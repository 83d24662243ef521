package org.stacking4j.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.TrainedNetwork;

/**
 * What a network says of the rows that were held out of its fit, asked where it was fitted: logits,
 * or predicted targets. They have the bits that the network would give again. Immutable.
 */
public final class HeldOutLogits {
  private final String rows; // their digest
  private final float[] logits; // row by row

  private HeldOutLogits(String rows, float[] logits) {
    this.rows = rows;
    this.logits = logits;
  }

  /**
   * Asks a network.
   *
   * @throws CancellationException if the thread is interrupted
   */
  static HeldOutLogits of(TrainedNetwork network, LabeledData rows) {
    int outputs = network.classes();
    float[] logits = new float[Math.multiplyExact(rows.rows(), outputs)];
    for (int from = 0; from < rows.rows(); from += Chunks.ROWS) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("cancelled while it answered");
      }
      int to = Math.min(rows.rows(), from + Chunks.ROWS);
      INDArray features = rows.features(from, to);
      INDArray answers = network.logits(features);
      float[] values = answers.data().asFloat();
      System.arraycopy(values, 0, logits, from * outputs, values.length);
      features.close();
      answers.close();
    }
    return new HeldOutLogits(rows.digest(), logits);
  }

  /**
   * {@return whether they are of these rows}
   *
   * @param digest of the rows, {@link LabeledData#digest}
   */
  public boolean areOf(String digest) {
    return rows.equals(digest);
  }

  /**
   * {@return a copy of some of them, row by row, as the rows were held out}
   *
   * @param from the first value, from 0: row × outputs
   * @param to behind the last value
   */
  public float[] values(int from, int to) {
    return Arrays.copyOfRange(logits, from, to);
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(rows);
    Checkpoints.writeFloats(logits, out);
  }

  static HeldOutLogits read(DataInput in) throws IOException {
    return new HeldOutLogits(in.readUTF(), Checkpoints.readFloats(in));
  }
}
