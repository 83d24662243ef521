package org.stacking4j.fused;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sdot;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemv;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sger;

import org.bytedeco.javacpp.FloatPointer;

/**
 * The products of row-major matrices that a training step needs, by the OpenBLAS that ND4J uses.
 * The result, and {@code b} too unless it is transposed, may be some columns of a matrix that is
 * {@code width} wide.
 */
final class Blas {
  private Blas() {}

  /** {@code c = a · bᵀ}: {@code [m, k] · [n, k]ᵀ = [m, n]}. */
  static void timesTransposed(
      FloatPointer a, FloatPointer b, FloatPointer c, int m, int n, int k, int width) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, a, k, b, k, 0, c, width);
  }

  /** {@code c = aᵀ · b}: {@code [k, m]ᵀ · [k, n] = [m, n]}. */
  static void transposedTimes(
      FloatPointer a, FloatPointer b, FloatPointer c, int m, int n, int k, int width) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1, a, m, b, width, 0, c, width);
  }

  /** {@code c = a · b}: {@code [m, k] · [k, n] = [m, n]}. */
  static void times(
      FloatPointer a, FloatPointer b, FloatPointer c, int m, int n, int k, int width) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, k, b, width, 0, c, width);
  }

  /** Adds {@code row} to every row of {@code a}, {@code [m, n]}; {@code ones} holds m ones. */
  static void addToRows(FloatPointer row, FloatPointer ones, FloatPointer a, int m, int n) {
    cblas_sger(CblasRowMajor, m, n, 1, ones, 1, row, 1, a, n);
  }

  /** Adds up the rows of {@code a}, {@code [m, n]}; {@code ones} holds m ones. */
  static void sumOfRows(FloatPointer a, FloatPointer ones, FloatPointer sum, int m, int n) {
    cblas_sgemv(CblasRowMajor, CblasTrans, m, n, 1, a, n, ones, 1, 0, sum, 1);
  }

  static float dot(FloatPointer a, FloatPointer b, int length) {
    return cblas_sdot(length, a, 1, b, 1);
  }

  static double operationsPerSecond() {
    int size = 256;
    int rows = 128;
    try (NativeFloats a = new NativeFloats(rows * size);
        NativeFloats b = new NativeFloats(size * size);
        NativeFloats c = new NativeFloats(rows * size)) {
      double best = 0;
      for (int round = 0; round < 10; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
          timesTransposed(a.at(0), b.at(0), c.at(0), rows, size, size, size);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        best = Math.max(best, 50 * 2.0 * rows * size * size / seconds);
      }
      return best;
    }
  }
}
