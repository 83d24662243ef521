package org.stacking4j.data;

import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The feature matrix that a {@link LabeledData} and all views of it share: float32 [rows, columns],
 * never changed after construction. Thread-safe.
 */
final class FeatureStore {
  /*
   * The matrix is one C-ordered ND4J array that nobody outside ever sees, so that nobody can change
   * or close it. Everything handed out is a fresh copy. Both are made outside of any workspace the
   * calling thread may have open: an array inside a workspace is overwritten in the next cycle.
   *
   * Values are copied through pointers into host memory, where nd4j-native keeps its arrays. For
   * the rows of a minibatch Nd4j.pullRows gives the same, but takes 4 to 10 times as long and may
   * spread the work over native threads, which networks fitted side by side would compete for.
   */
  private static final int BLOCK_FLOATS = 1 << 18;

  private static final long LARGE = 1L << 28; // bytes; smaller ones are not worth a question

  private final INDArray matrix;
  private final int rows;
  private final int columns;
  private final @Nullable FeatureStore whole; // null where all columns are shown
  private final int[] selected; // columns of the matrix, where some are shown
  private final @Nullable FeatureSchema schema; // null where nobody knows, or some are shown
  private byte @Nullable [] digest;

  private FeatureStore(INDArray matrix, @Nullable FeatureSchema schema) {
    this.matrix = matrix;
    this.rows = Math.toIntExact(matrix.size(0));
    this.columns = Math.toIntExact(matrix.size(1));
    this.whole = null;
    this.selected = new int[0];
    this.schema = schema;
  }

  private FeatureStore(FeatureStore whole, int[] selected) {
    this.matrix = whole.matrix;
    this.rows = whole.rows;
    this.columns = selected.length;
    this.whole = whole;
    this.selected = selected;
    this.schema = null;
  }

  /** Writes rows {@code from} (inclusive) to {@code to} (exclusive) to the start of an array. */
  @FunctionalInterface
  interface RowWriter {
    void write(int from, int to, float[] target);
  }

  /** Handles one block of rows: a scratch array, and a pointer to the first value of the block. */
  @FunctionalInterface
  private interface BlockTask {
    void run(int from, int to, float[] block, FloatPointer values);
  }

  /**
   * A store with a copy of these features, converted to float32.
   *
   * @throws IllegalArgumentException if a value is NaN or infinite as float32
   */
  static FeatureStore copyOf(INDArray features) {
    int rows = Math.toIntExact(features.size(0));
    int columns = Math.toIntExact(features.size(1));
    INDArray matrix = uninitialized(rows, columns);
    FeatureStore store = new FeatureStore(outsideWorkspaces(() -> matrix.assign(features)), null);
    store.checkFinite();
    return store;
  }

  /** A store filled by the caller, whose values must be finite. */
  static FeatureStore filled(int rows, int columns, RowWriter writer) {
    return new FeatureStore(matrix(rows, columns, writer), null);
  }

  /** A store of a table's features, filled by the caller, whose values must be finite. */
  static FeatureStore filled(int rows, TableSchema schema, RowWriter writer) {
    return new FeatureStore(matrix(rows, schema.width(), writer), schema);
  }

  /** A store of pictures, filled by the caller, whose values must be finite. */
  static FeatureStore filled(int rows, PictureSchema schema, RowWriter writer) {
    return new FeatureStore(matrix(rows, schema.features(), writer), schema);
  }

  /**
   * A store filled by the caller.
   *
   * @throws IllegalArgumentException if a value is NaN or infinite
   */
  static FeatureStore checked(int rows, int columns, RowWriter writer) {
    return filled(
        rows,
        columns,
        (from, to, target) -> {
          writer.write(from, to, target);
          checkFinite(target, from, to, columns);
        });
  }

  /** A new array filled by the caller: float32 [rows, columns], C order, in no workspace. */
  static INDArray matrix(int rows, int columns, RowWriter writer) {
    INDArray matrix = uninitialized(rows, columns);
    forEachBlock(
        matrix,
        (from, to, block, values) -> {
          writer.write(from, to, block);
          values.put(block, 0, (to - from) * columns);
        });
    return matrix;
  }

  /** A view of some columns of this store, which must have been checked; takes the array over. */
  FeatureStore select(int[] wanted) {
    return whole == null
        ? new FeatureStore(this, wanted)
        : new FeatureStore(whole, IntStream.of(wanted).map(column -> selected[column]).toArray());
  }

  /** How they were made of a table's columns or of pictures, if they are all of them. */
  @Nullable FeatureSchema schema() {
    return schema;
  }

  /** The store with all columns, of which this one shows some or all. */
  FeatureStore whole() {
    return whole == null ? this : whole;
  }

  /** Which columns of the whole are shown, in order; empty for all. */
  int[] selected() {
    return selected.clone();
  }

  /** Hands all values on, some rows at a time; for a store of all columns. */
  void read(RowWriter reader) {
    forEachBlock(
        matrix,
        (from, to, block, values) -> {
          values.get(block, 0, (to - from) * columns);
          reader.write(from, to, block);
        });
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** A copy of these rows in this order; every position must have been checked. */
  INDArray gather(int[] positions) {
    INDArray gathered = uninitialized(positions.length, columns);
    try {
      gather(positions, new BytePointer(gathered.data().pointer()));
      return gathered;
    } finally {
      // The pointer alone does not keep the memory from being freed.
      Reference.reachabilityFence(gathered);
    }
  }

  /** Copies these rows to the beginning of a direct buffer. */
  void gather(int[] positions, FloatBuffer target) {
    try {
      gather(positions, new BytePointer(new FloatPointer(target.duplicate().clear())));
    } finally {
      Reference.reachabilityFence(target);
    }
  }

  private void gather(int[] positions, BytePointer target) {
    if (whole != null) {
      gatherSelected(positions, new FloatPointer(target));
      return;
    }
    // memcpy counts positions in bytes, whatever type the pointers have.
    long rowBytes = (long) columns * Float.BYTES;
    BytePointer source = new BytePointer(matrix.data().pointer());
    try {
      int from = 0;
      while (from < positions.length) {
        int to = endOfRun(positions, from);
        Pointer.memcpy(
            target.position(from * rowBytes),
            source.position(positions[from] * rowBytes),
            (to - from) * rowBytes);
        from = to;
      }
    } finally {
      Reference.reachabilityFence(matrix);
    }
  }

  /** Copies what lies between the first and the last column wanted, and picks from that. */
  private void gatherSelected(int[] positions, FloatPointer target) {
    int first = IntStream.of(selected).min().orElse(0);
    int last = IntStream.of(selected).max().orElse(0);
    float[] row = new float[last - first + 1];
    float[] picked = new float[columns];
    FloatPointer source = new FloatPointer(matrix.data().pointer());
    try {
      for (int i = 0; i < positions.length; i++) {
        source.position(positions[i] * matrix.size(1) + first).get(row);
        for (int j = 0; j < columns; j++) {
          picked[j] = row[selected[j] - first];
        }
        target.position((long) i * columns).put(picked);
      }
    } finally {
      Reference.reachabilityFence(matrix);
    }
  }

  /** Where the positions stop to follow one upon another. */
  private static int endOfRun(int[] positions, int from) {
    int to = from + 1;
    while (to < positions.length && positions[to] == positions[to - 1] + 1) {
      to++;
    }
    return to;
  }

  /** SHA-256 of the shape and the values; computed at the first call, then remembered. */
  synchronized byte[] digest() {
    byte[] known = digest;
    if (known == null) {
      known = whole == null ? digestOfAll() : ofSelected(whole.digest());
      digest = known;
    }
    return known.clone();
  }

  private byte[] digestOfAll() {
    Sha256 sha = new Sha256().put(rows).put(columns);
    forEachBlock(
        matrix,
        (from, to, block, values) -> {
          int count = (to - from) * columns;
          values.get(block, 0, count);
          sha.putFloats(block, count);
        });
    return sha.bytes();
  }

  private byte[] ofSelected(byte[] digestOfWhole) {
    return new Sha256().put(digestOfWhole).put("columns").put(selected).bytes();
  }

  private void checkFinite() {
    forEachBlock(
        matrix,
        (from, to, block, values) -> {
          values.get(block, 0, (to - from) * columns);
          checkFinite(block, from, to, columns);
        });
  }

  private static void checkFinite(float[] block, int from, int to, int columns) {
    for (int i = 0; i < (to - from) * columns; i++) {
      if (!Float.isFinite(block[i])) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "feature in row %d, column %d is %s as float32: replace or leave out such values",
                from + i / columns,
                i % columns,
                block[i]));
      }
    }
  }

  private static void forEachBlock(INDArray matrix, BlockTask task) {
    int rows = Math.toIntExact(matrix.size(0));
    int columns = Math.toIntExact(matrix.size(1));
    int perBlock = Math.max(1, Math.min(rows, BLOCK_FLOATS / columns));
    float[] block = new float[perBlock * columns];
    FloatPointer values = new FloatPointer(matrix.data().pointer());
    try {
      for (int from = 0; from < rows; from += perBlock) {
        int to = Math.min(rows, from + perBlock);
        task.run(from, to, block, values.position((long) from * columns));
      }
    } finally {
      // The pointer alone does not keep the memory from being freed.
      Reference.reachabilityFence(matrix);
    }
  }

  private static INDArray uninitialized(int rows, int columns) {
    long bytes = (long) rows * columns * Float.BYTES;
    if (bytes > LARGE) {
      Memory.ofThisProcess()
          .check(String.format(Locale.ROOT, "%d rows of %d features", rows, columns), bytes);
    }
    return outsideWorkspaces(
        () -> Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'c'));
  }

  private static <T> T outsideWorkspaces(Supplier<T> task) {
    MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
    try {
      return task.get();
    } finally {
      outside.close();
    }
  }
}
