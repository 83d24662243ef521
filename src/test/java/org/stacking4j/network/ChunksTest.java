package org.stacking4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
    List<List<Integer>> asked = Collections.synchronizedList(new ArrayList<>());
    List<INDArray> parts = Collections.synchronizedList(new ArrayList<>());

    Chunks.collect(
        2 * Chunks.ROWS + 1,
        2,
        (from, to) -> {
          asked.add(List.of(from, to));
          INDArray part = counted(from, to);
          parts.add(part);
          return part;
        });

    assertThat(asked)
        .containsExactlyInAnyOrder(
            List.of(0, Chunks.ROWS),
            List.of(Chunks.ROWS, 2 * Chunks.ROWS),
            List.of(2 * Chunks.ROWS, 2 * Chunks.ROWS + 1));
    assertThat(parts).allSatisfy(part -> assertThat(part.wasClosed()).isTrue());
  }

  @Test
  @Timeout(60)
  void collect_worksOffSeveralChunksAtATime() {
    assumeThat(ForkJoinPool.getCommonPoolParallelism()).isPositive();
    CyclicBarrier both = new CyclicBarrier(2);

    Chunks.collect(
        2 * Chunks.ROWS,
        2,
        (from, to) -> {
          try {
            both.await(); // alone it would wait for ever
          } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
          }
          return counted(from, to);
        });
  }

  @RepeatedTest(20)
  void collect_chunksThatFail_throwsWhatTheFirstOneThrew() {
    Map<Integer, IllegalArgumentException> causes = new ConcurrentHashMap<>();

    assertThatThrownBy(
            () ->
                Chunks.collect(
                    20L * Chunks.ROWS,
                    2,
                    (from, to) -> {
                      if (from < 5 * Chunks.ROWS) {
                        return counted(from, to);
                      }
                      var cause = new IllegalArgumentException("row " + from);
                      causes.put(from, cause);
                      throw cause;
                    }))
        .hasMessage("row " + 5 * Chunks.ROWS)
        .isSameAs(causes.get(5 * Chunks.ROWS));
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
