package org.stacking4j.network;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Works rows off some at a time, so that what they need beside the result does not grow with them;
 * on all processors, since the bits do not depend on who works a chunk off.
 */
public final class Chunks {
  /**
   * How many rows are worked off at a time.
   *
   * <p>A matrix product rounds a row's last bits by where in it the row stands, because BLAS has
   * other kernels for the edges. The same rows give the same bits as long as they are cut at the
   * same places. So whoever asks networks piece by piece cuts at multiples of this number, and gets
   * the bits of asking for all rows at once.
   */
  public static final int ROWS = 2048;

  private Chunks() {}

  /**
   * {@return some rows of a matrix: a view wherever ND4J can make one}
   *
   * @param matrix of rank 2
   * @param from inclusive
   * @param to exclusive
   */
  public static INDArray rows(INDArray matrix, long from, long to) {
    INDArray view = matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    // ND4J loses the data of a view of a view that begins beyond what the outer one has values.
    return view.data() == null
        ? Nd4j.pullRows(matrix, 1, IntStream.range((int) from, (int) to).toArray())
        : view;
  }

  /** Makes the result of some rows; from several threads at a time. */
  @FunctionalInterface
  public interface Part {
    /**
     * The result of rows {@code from} (inclusive) to {@code to} (exclusive).
     *
     * @param from the first row, 0-based
     * @param to behind the last row
     * @return {@code [to - from, columns]}, in memory of its own: it is freed once it is copied
     */
    INDArray of(int from, int to);
  }

  /**
   * Puts the results of all rows together.
   *
   * @param rows how many rows there are in all
   * @param columns how many columns each result has
   * @param part gives the result of a chunk of rows; if it throws, this does, and for several
   *     chunks what it threw for the first of them
   * @return float32 {@code [rows, columns]}
   */
  public static INDArray collect(long rows, long columns, Part part) {
    INDArray all = Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'c');
    int chunks = Math.toIntExact((rows + ROWS - 1) / ROWS);
    if (chunks == 1) {
      put(all, 0, part);
      return all;
    }
    // Streams throw copies of what was thrown on other threads, with other words.
    ConcurrentSkipListMap<Integer, Throwable> thrown = new ConcurrentSkipListMap<>();
    IntStream.range(0, chunks)
        .parallel()
        .forEach(
            chunk -> {
              if (thrown.lowerKey(chunk) != null) {
                return; // one before it has failed
              }
              try {
                put(all, chunk * ROWS, part);
              } catch (RuntimeException | Error e) {
                thrown.put(chunk, e);
              }
            });
    if (thrown.isEmpty()) {
      return all;
    }
    all.close();
    Throwable first = thrown.firstEntry().getValue();
    if (first instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) first;
  }

  private static void put(INDArray all, int from, Part part) {
    int to = (int) Math.min(all.size(0), from + (long) ROWS);
    INDArray result = part.of(from, to);
    rows(all, from, to).assign(result);
    // Left to the garbage collector, which sees how small the object is and not what it holds,
    // results would pile up.
    result.close();
  }
}
