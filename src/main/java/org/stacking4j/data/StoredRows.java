package org.stacking4j.data;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rows that are in memory already. */
final class StoredRows implements FeatureRows {
  private final FeatureStore store;
  private int read;

  StoredRows(FeatureStore store) {
    this.store = store;
  }

  @Override
  public @Nullable INDArray next(int most) {
    int from = read;
    read = from + Math.min(most, store.rows() - from);
    return read == from ? null : store.gather(IntStream.range(from, read).toArray());
  }
}
