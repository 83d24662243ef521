package org.stacking4j.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rows without labels whose features are made as those of the rows that were learned from; some at
 * a time, so that there may be more than fit into memory. Not thread-safe.
 */
public interface FeatureRows extends AutoCloseable {
  /**
   * Reads on.
   *
   * @param most how many rows at most, 1 or more
   * @return {@code [rows, features]}, float32, or null after the last row
   * @throws IOException if the rows cannot be read; the message says where
   */
  @Nullable INDArray next(int most) throws IOException;

  /** {@return the names of all rows, in their order; empty where rows have none} */
  default List<String> names() {
    return List.of();
  }

  /**
   * {@return how many categories that were read so far no row had that was learned from, in words;
   * empty if none}
   */
  default Optional<String> unknownCategories() {
    return Optional.empty();
  }

  @Override
  default void close() throws IOException {}
}
