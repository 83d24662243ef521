package org.stacking4j.fused;

import org.bytedeco.javacpp.FloatPointer;

/**
 * A matrix product of every step, in parts that are some columns of the result each. Where it is
 * cut depends on its size and not on who computes it, because BLAS has other kernels for the edges,
 * and they may round differently.
 */
final class Product implements Crew.Work {
  // Two parts take one thread some 2 % longer than the whole, and smaller ones still more.
  private static final long WORTH_TWO_PARTS = 1 << 22; // multiplications, some 50 µs
  private static final long WORTH_ANOTHER = 1 << 25;
  private static final int CUT = 64;

  /** One of {@link Blas}'s products. */
  @FunctionalInterface
  interface Kind {
    void multiply(FloatPointer a, FloatPointer b, FloatPointer c, int m, int n, int k, int width);
  }

  private final Kind kind;
  private final FloatPointer a;
  private final FloatPointer[] b; // where every CUT columns of the result begin
  private final FloatPointer[] c;
  private final int columns;
  private int m;
  private int k;
  private int parts;

  /**
   * @param b where the right matrix begins, and {@code apart} how far from one another the values
   *     are that neighbouring columns of the result begin with
   * @param columns of the result
   */
  Product(Kind kind, FloatPointer a, FloatPointer b, int apart, FloatPointer c, int columns) {
    this.kind = kind;
    this.a = a;
    this.b = new FloatPointer[(columns + CUT - 1) / CUT];
    this.c = new FloatPointer[this.b.length];
    for (int i = 0; i < this.b.length; i++) {
      this.b[i] = NativeFloats.after(b, i * CUT * apart);
      this.c[i] = NativeFloats.after(c, i * CUT);
    }
    this.columns = columns;
  }

  /**
   * Makes it ready to be computed.
   *
   * @param m rows of the result
   * @param k how many products each value of it adds up
   * @param beside how many such products are computed at the same time
   * @return in how many parts
   */
  int prepare(int m, int k, int beside) {
    this.m = m;
    this.k = k;
    long multiplications = (long) m * k * columns * beside;
    long worth =
        multiplications < WORTH_TWO_PARTS
            ? 1
            : Math.min(Crew.MOST, 2 + multiplications / WORTH_ANOTHER);
    parts = (int) Math.max(1, Math.min(b.length, worth / beside));
    return parts;
  }

  @Override
  public void part(int part) {
    int from = b.length * part / parts;
    int to = b.length * (part + 1) / parts;
    int width = Math.min(columns, to * CUT) - from * CUT;
    kind.multiply(a, b[from], c[from], m, width, k, columns);
  }
}
