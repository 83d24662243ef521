package org.stacking4j.fused;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/**
 * All parameters of a network in DL4J's flat order, twice: as an array, which loops read and the
 * update changes, and in native memory, where matrix products read the weights. And their gradient,
 * in native memory, where matrix products put it; places that have no gradient stay zero.
 *
 * <p>If there are {@link InputWeights}, {@link #values} are in their order there; nobody reads the
 * native memory of those that have arrays of their own.
 */
final class Parameters implements AutoCloseable {
  private static final int CHUNK = 1 << 13;

  final float[] values;
  final NativeFloats weights;
  final NativeFloats gradient;
  final Crew crew;
  final boolean trained;
  final @Nullable InputWeights inputWeights;
  private final FloatPointer[] chunks;

  /**
   * @param values in DL4J's order; kept, and changed
   * @param inputWeights that are to take over their part of the values, or null
   * @param crew who computes with them
   */
  Parameters(float[] values, @Nullable InputWeights inputWeights, Crew crew) {
    this(values, inputWeights, true, crew);
  }

  /** Parameters that will not change, without a gradient. */
  static Parameters frozen(float[] values) {
    return new Parameters(values, null, false, new Crew());
  }

  private Parameters(
      float[] values, @Nullable InputWeights inputWeights, boolean trained, Crew crew) {
    this.inputWeights = inputWeights;
    this.values = values;
    toOwnOrder(values);
    this.crew = crew;
    this.trained = trained;
    this.weights = new NativeFloats(values.length);
    this.gradient = new NativeFloats(trained ? values.length : 0);
    allChanged();
    chunks = new FloatPointer[(values.length + CHUNK - 1) / CHUNK];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = gradient.at(i * CHUNK);
    }
  }

  /** Takes over some parameters of one kind and layer to where products read them. */
  void changed(int from, int to) {
    int cut = cut(from, to);
    if (inputWeights != null && cut > from) {
      inputWeights.put(values, from, cut);
    }
    if (to > cut) {
      weights.put(cut, values, to - cut);
    }
  }

  /** Where those end that have arrays of their own. */
  private int cut(int from, int to) {
    return inputWeights == null ? from : Math.max(from, Math.min(to, inputWeights.length()));
  }

  private void allChanged() {
    weights.write(values, values.length);
    if (inputWeights != null) {
      inputWeights.put(values, 0, inputWeights.length());
    }
  }

  /** Copies the gradient of some parameters of one kind and layer to their places in an array. */
  void getGradient(int from, int to, float[] target) {
    int cut = cut(from, to);
    if (inputWeights != null && cut > from) {
      inputWeights.getGradient(target, from, cut);
    }
    if (to > cut) {
      gradient.get(cut, target, to - cut);
    }
  }

  /** The 2-norm of the gradient; float32 within chunks, double precision across them. */
  double gradientNorm() {
    double squares = inputWeights == null ? 0 : inputWeights.gradientSquares();
    for (int i = 0; i < chunks.length; i++) {
      int from = i * CHUNK;
      int length = Math.min(CHUNK, values.length - from);
      if (inputWeights == null || from + length > inputWeights.length()) {
        squares += Blas.dot(chunks[i], chunks[i], length);
      }
    }
    return Math.sqrt(squares);
  }

  /** A copy of a number for each parameter, or of none, in DL4J's order. */
  float[] inDl4jsOrder(float[] own) {
    return inputWeights == null || own.length == 0 ? own.clone() : inputWeights.byUnit(own);
  }

  /** Moves a number for each parameter, or none, from DL4J's order to that of the values here. */
  final void toOwnOrder(float[] numbers) {
    if (inputWeights != null && numbers.length > 0) {
      System.arraycopy(inputWeights.byInput(numbers), 0, numbers, 0, numbers.length);
    }
  }

  /** Writes a number for each parameter, or none, in DL4J's order. */
  void save(float[] own, DataOutput out) throws IOException {
    out.writeInt(own.length);
    for (float value : inDl4jsOrder(own)) {
      out.writeFloat(value);
    }
  }

  /**
   * Reads what {@link #save} has written.
   *
   * @throws IOException if there are not as many
   */
  void restore(float[] own, DataInput in) throws IOException {
    int length = in.readInt();
    if (length != own.length) {
      throw new IOException("expected " + own.length + " numbers, found " + length);
    }
    for (int i = 0; i < length; i++) {
      own[i] = in.readFloat();
    }
    toOwnOrder(own);
    if (own == values) {
      allChanged();
    }
  }

  @Override
  public void close() {
    weights.close();
    gradient.close();
  }
}
