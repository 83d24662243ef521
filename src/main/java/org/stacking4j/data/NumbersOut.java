package org.stacking4j.data;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes arrays that may not be there. Whole numbers are written as the difference to the one
 * before, in as few bytes as it takes: most arrays of rows go up, or have few different values.
 *
 * @param out where they go
 */
record NumbersOut(DataOutputStream out) {
  void ints(int[] values) throws IOException {
    out.writeInt(values.length);
    long before = 0;
    for (int value : values) {
      difference(value - before);
      before = value;
    }
  }

  void longs(long @Nullable [] values) throws IOException {
    out.writeInt(values == null ? -1 : values.length);
    long before = 0;
    for (long value : values == null ? new long[0] : values) {
      difference(value - before);
      before = value;
    }
  }

  void floats(float @Nullable [] values) throws IOException {
    out.writeInt(values == null ? -1 : values.length);
    for (float value : values == null ? new float[0] : values) {
      out.writeFloat(value);
    }
  }

  void doubles(double @Nullable [] values) throws IOException {
    out.writeInt(values == null ? -1 : values.length);
    for (double value : values == null ? new double[0] : values) {
      out.writeDouble(value);
    }
  }

  void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Seven bits a byte, those of least weight first, the sign the least of all. */
  private void difference(long value) throws IOException {
    long left = (value << 1) ^ (value >> 63);
    while ((left & ~0x7fL) != 0) {
      out.writeByte((int) (left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.writeByte((int) left);
  }
}
