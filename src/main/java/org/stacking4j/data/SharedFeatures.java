package org.stacking4j.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The features that some {@link LabeledData} and its views share, on their way to another process:
 * they are written and read once, and what else there is of rows, which is little, as often as
 * there are views. What is read has the digests of what was written. Immutable and thread-safe.
 */
public final class SharedFeatures {
  private final FeatureStore store;

  private SharedFeatures(FeatureStore store) {
    this.store = store;
  }

  /**
   * {@return the features of rows, with all columns, also those the rows do not show}
   *
   * @param data the rows, or a view of them
   */
  public static SharedFeatures of(LabeledData data) {
    return new SharedFeatures(data.store().whole());
  }

  /** {@return their SHA-256, in lower-case hexadecimal: equal for equal features} */
  public String digest() {
    return HexFormat.of().formatHex(store.digest());
  }

  /** {@return how many bytes of memory they take} */
  public long bytes() {
    return (long) store.rows() * store.columns() * Float.BYTES;
  }

  /**
   * Writes the features: two ints of rows and columns, and the values row by row, little-endian.
   *
   * @param out stays open
   * @throws IOException if they cannot be written
   */
  public void write(OutputStream out) throws IOException {
    var header = ByteBuffer.allocate(2 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(header.putInt(store.rows()).putInt(store.columns()).array());
    try {
      store.read(
          (from, to, values) -> {
            int count = (to - from) * store.columns();
            var bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values, 0, count);
            try {
              out.write(bytes.array());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @param in stays open
   * @param digest of what was written
   * @return the features, in memory of their own
   * @throws IOException if they cannot be read, or are others
   */
  public static SharedFeatures read(InputStream in, String digest) throws IOException {
    var data = new DataInputStream(in);
    int rows = Integer.reverseBytes(data.readInt());
    int columns = Integer.reverseBytes(data.readInt());
    FeatureStore store;
    try {
      Checks.isShape(rows, columns);
      store =
          FeatureStore.checked(
              rows,
              columns,
              (from, to, target) -> {
                int count = (to - from) * columns;
                byte[] bytes = new byte[count * Float.BYTES];
                try {
                  data.readFully(bytes);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
                ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(target, 0, count);
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (IllegalArgumentException e) {
      throw new IOException("the features are damaged: " + e.getMessage(), e);
    }
    SharedFeatures features = new SharedFeatures(store);
    if (!features.digest().equals(digest)) {
      throw new IOException(
          "the features are others than expected: SHA-256 "
              + features.digest()
              + " instead of "
              + digest);
    }
    return features;
  }

  /**
   * Everything of rows but these features: which of them, labels or targets, ids, weights, groups.
   *
   * @param data of these features
   * @return what {@link #read(byte[])} takes
   * @throws IllegalArgumentException if the rows have other features
   */
  public byte[] write(LabeledData data) {
    if (data.store().whole() != store) {
      throw new IllegalArgumentException("the rows have other features");
    }
    var bytes = new ByteArrayOutputStream();
    var out = new NumbersOut(new DataOutputStream(bytes));
    try {
      out.ints(data.store().selected());
      data.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory has no such errors
    }
    return bytes.toByteArray();
  }

  /**
   * Reads rows of these features; whoever wrote them is trusted.
   *
   * @param rows as {@link #write(LabeledData)} gave them
   * @return the rows, which share these features
   * @throws IOException if they are damaged
   */
  public LabeledData read(byte[] rows) throws IOException {
    var in = new NumbersIn(new DataInputStream(new ByteArrayInputStream(rows)));
    int[] columns = in.ints();
    return LabeledData.read(in, columns.length == 0 ? store : store.select(columns));
  }
}
