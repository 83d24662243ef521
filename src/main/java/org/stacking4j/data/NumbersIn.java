package org.stacking4j.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link NumbersOut} has written.
 *
 * @param in where they come from
 */
record NumbersIn(DataInputStream in) {
  int[] ints() throws IOException {
    int[] values = new int[in.readInt()];
    long before = 0;
    for (int i = 0; i < values.length; i++) {
      before += difference();
      values[i] = (int) before;
    }
    return values;
  }

  long @Nullable [] longs() throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    long[] values = new long[length];
    long before = 0;
    for (int i = 0; i < length; i++) {
      before += difference();
      values[i] = before;
    }
    return values;
  }

  float @Nullable [] floats() throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }

  double @Nullable [] doubles() throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = in.readDouble();
    }
    return values;
  }

  String text() throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  private long difference() throws IOException {
    long value = 0;
    int bits = 0;
    int next = in.readUnsignedByte();
    while ((next & 0x80) != 0) {
      value |= (next & 0x7fL) << bits;
      bits += 7;
      next = in.readUnsignedByte();
    }
    value |= (long) next << bits;
    return (value >>> 1) ^ -(value & 1);
  }
}
