package org.stacking4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

final class ChunksTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2047, 2048, 2049, 4096, 4100})
  void collect_putsEveryRowInItsPlace(int rows) {
    INDArray all = Chunks.collect(rows, 2, ChunksTest::counted);

    assertThat(all.shape()).containsExactly(rows, 2);
    assertThat(all.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(floats(all)).isEqualTo(floats(counted(0, rows)));
  }

  @Test
  void collect_cutsAtMultiplesOfRows_andFreesWhatIsCopied() {
    List<List<Integer>> asked = new ArrayList<>();
    List<INDArray> parts = new ArrayList<>();

    Chunks.collect(
        2 * Chunks.ROWS + 1,
        2,
        (from, to) -> {
          asked.add(List.of(from, to));
          parts.add(counted(from, to));
          return parts.get(parts.size() - 1);
        });

    assertThat(asked)
        .containsExactly(
            List.of(0, Chunks.ROWS),
            List.of(Chunks.ROWS, 2 * Chunks.ROWS),
            List.of(2 * Chunks.ROWS, 2 * Chunks.ROWS + 1));
    assertThat(parts).allSatisfy(part -> assertThat(part.wasClosed()).isTrue());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 2049, 2100, 4096, 5000})
  void rows_ofColumnsOfAMatrix(int count) {
    INDArray wide = Nd4j.hstack(counted(0, count), counted(7, 7 + count), counted(3, 3 + count));
    INDArray columns = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 4));

    for (int from = 0; from < count; from += 700) {
      int to = Math.min(count, from + 700);
      assertThat(floats(Chunks.rows(columns, from, to)))
          .isEqualTo(floats(counted(7 + from, 7 + to)));
    }
  }

  private static INDArray counted(int from, int to) {
    int[] values = IntStream.range(2 * from, 2 * to).toArray();
    return Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape(to - from, 2).dup();
  }
}
