package org.stacking4j.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.SharedFeatures;

/**
 * Sends rows to the executors: features once for all views of them, the rest once for each view.
 * Spark takes away what nobody holds any longer. Thread-safe.
 */
final class ShippedRows {
  /** Spark cuts what it sends anyway; a single array could not be large enough. */
  private static final int PIECE = 1 << 26;

  private final JavaSparkContext context;
  private final Map<String, Broadcast<byte[][]>> features = new HashMap<>();

  ShippedRows(SparkSession session) {
    context = JavaSparkContext.fromSparkContext(session.sparkContext());
  }

  /** Where executors find these rows. */
  synchronized RowsThere ship(LabeledData data) {
    SharedFeatures own = SharedFeatures.of(data);
    Broadcast<byte[][]> shared =
        features.computeIfAbsent(own.digest(), digest -> context.broadcast(pieces(own)));
    return new RowsThere(own.digest(), shared, data.digest(), context.broadcast(own.write(data)));
  }

  private static byte[][] pieces(SharedFeatures features) {
    var pieces = new Pieces();
    try {
      features.write(pieces);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory has no such errors
    }
    return pieces.all();
  }

  /** What is written, cut. */
  private static final class Pieces extends OutputStream {
    private final List<byte[]> full = new ArrayList<>();
    private byte[] last = new byte[1 << 16];
    private int length;

    @Override
    public void write(int value) {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      int done = 0;
      while (done < count) {
        if (length == PIECE) {
          full.add(last);
          last = new byte[1 << 16];
          length = 0;
        }
        int now = Math.min(count - done, PIECE - length);
        if (length + now > last.length) {
          last = Arrays.copyOf(last, Math.min(PIECE, Math.max(2 * last.length, length + now)));
        }
        System.arraycopy(bytes, from + done, last, length, now);
        length += now;
        done += now;
      }
    }

    byte[][] all() {
      List<byte[]> all = new ArrayList<>(full);
      all.add(Arrays.copyOf(last, length));
      return all.toArray(byte[][]::new);
    }
  }
}
