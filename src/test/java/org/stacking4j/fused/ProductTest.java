package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stacking4j.network.NativeThreads;

/** Each product in parts, against three loops in double precision. */
final class ProductTest {
  private final SplittableRandom random = new SplittableRandom(1);

  @BeforeAll
  static void oneNativeThread() {
    NativeThreads.useOne();
  }

  /** Rows and columns of the result, how many products each value is a sum of, and parts. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "3, 200, 5, 1", // small
    "128, 256, 784, 2",
    "128, 300, 256, 2", // the last columns are no full 64
    "300, 65, 300, 2", // 64 columns and one
    "2000, 60, 300, 1", // too narrow to be cut
    "64, 512, 2048, 4",
  })
  void part_allTogether_areTheProduct(int m, int n, int k, int parts) {
    float[] left = values(m * k);
    float[] right = values(k * n);
    float[] expected = product(left, right, m, n, k);

    assertThat(inParts(Blas::times, left, right, 1, m, n, k, parts))
        .containsExactly(expected, within(1e-4f));
    float[] turned = transposed(left, m, k);
    assertThat(inParts(Blas::transposedTimes, turned, right, 1, m, n, k, parts))
        .containsExactly(expected, within(1e-4f));
    turned = transposed(right, k, n);
    assertThat(inParts(Blas::timesTransposed, left, turned, k, m, n, k, parts))
        .containsExactly(expected, within(1e-4f));
  }

  @Test
  void prepare_besideAnother_takesHalfOfTheParts() {
    try (NativeFloats any = new NativeFloats(1)) {
      Product product = new Product(Blas::times, any.at(0), any.at(0), 1, any.at(0), 1024);

      assertThat(product.prepare(16, 128, 1)).isEqualTo(1); // 2^21 multiplications
      assertThat(product.prepare(32, 128, 1)).isEqualTo(2);
      assertThat(product.prepare(16, 128, 2)).isEqualTo(1); // two products are two parts
      assertThat(product.prepare(512, 128, 1)).isEqualTo(4); // 2^26
      assertThat(product.prepare(512, 128, 2)).isEqualTo(3);
      assertThat(product.prepare(4096, 128, 1)).isEqualTo(8);
      assertThat(product.prepare(4096, 128, 2)).isEqualTo(4);
    }
  }

  private static float[] product(float[] a, float[] b, int m, int n, int k) {
    float[] product = new float[m * n];
    for (int i = 0; i < m; i++) {
      double[] row = new double[n];
      for (int l = 0; l < k; l++) {
        for (int j = 0; j < n; j++) {
          row[j] += (double) a[i * k + l] * b[l * n + j];
        }
      }
      for (int j = 0; j < n; j++) {
        product[i * n + j] = (float) row[j];
      }
    }
    return product;
  }

  private static float[] inParts(
      Product.Kind kind, float[] a, float[] b, int apart, int m, int n, int k, int parts) {
    float[] found = new float[m * n];
    try (NativeFloats left = natively(a);
        NativeFloats right = natively(b);
        NativeFloats result = new NativeFloats(m * n)) {
      FloatPointer at = result.at(0);
      Product product = new Product(kind, left.at(0), right.at(0), apart, at, n);
      assertThat(product.prepare(m, k, 1)).isEqualTo(parts);
      for (int part = parts - 1; part >= 0; part--) {
        product.part(part);
      }
      result.read(found, m * n);
    }
    return found;
  }

  private static NativeFloats natively(float[] values) {
    NativeFloats copy = new NativeFloats(values.length);
    copy.write(values, values.length);
    return copy;
  }

  private static float[] transposed(float[] values, int rows, int columns) {
    float[] other = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        other[j * rows + i] = values[i * columns + j];
      }
    }
    return other;
  }

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
