package org.stacking4j.fused;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.bytedeco.javacpp.FloatPointer;

/**
 * All parameters of a network in DL4J's flat order, twice: as an array, which loops read and the
 * update changes, and in native memory, where matrix products read the weights. And their gradient,
 * in native memory, where matrix products put it; places that have no gradient stay zero.
 */
final class Parameters implements AutoCloseable {
  private static final int CHUNK = 1 << 13;

  final float[] values;
  final NativeFloats weights;
  final NativeFloats gradient;
  final Crew crew;
  final boolean trained;
  private final FloatPointer[] chunks;

  /**
   * @param crew who computes with them
   */
  Parameters(float[] values, Crew crew) {
    this(values, true, crew);
  }

  /** Parameters that will not change, without a gradient. */
  static Parameters frozen(float[] values) {
    return new Parameters(values, false, new Crew());
  }

  private Parameters(float[] values, boolean trained, Crew crew) {
    this.values = values;
    this.crew = crew;
    this.trained = trained;
    this.weights = new NativeFloats(values.length);
    this.gradient = new NativeFloats(trained ? values.length : 0);
    weights.write(values, values.length);
    chunks = new FloatPointer[(values.length + CHUNK - 1) / CHUNK];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = gradient.at(i * CHUNK);
    }
  }

  /** The 2-norm of the gradient; float32 within chunks, double precision across them. */
  double gradientNorm() {
    double squares = 0;
    for (int i = 0; i < chunks.length; i++) {
      int length = Math.min(CHUNK, values.length - i * CHUNK);
      squares += Blas.dot(chunks[i], chunks[i], length);
    }
    return Math.sqrt(squares);
  }

  void save(DataOutput out) throws IOException {
    save(values, out);
  }

  void restore(DataInput in) throws IOException {
    restore(values, in);
    weights.write(values, values.length);
  }

  static void save(float[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  /**
   * @throws IOException if there are not as many
   */
  static void restore(float[] values, DataInput in) throws IOException {
    int length = in.readInt();
    if (length != values.length) {
      throw new IOException("expected " + values.length + " numbers, found " + length);
    }
    for (int i = 0; i < length; i++) {
      values[i] = in.readFloat();
    }
  }

  @Override
  public void close() {
    weights.close();
    gradient.close();
  }
}
