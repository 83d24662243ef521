package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class LabeledDataThreadsTest {
  private static final int THREADS = 4;
  private static final int ROWS = 500;

  private final LabeledData data = TinyRows.labelled(TinyRows.permutation(ROWS, 1));

  @Test
  void gathers_sideBySide() throws Exception {
    List<Integer> wrong =
        together(
            thread -> {
              SplittableRandom random = new SplittableRandom(thread);
              int bad = 0;
              for (int round = 0; round < 300; round++) {
                int[] rows = random.ints(random.nextInt(1, 80), 0, ROWS).toArray();
                float[][] gathered = TinyRows.values(data.features(rows));
                float[][] neighbours = TinyRows.values(data.features(rows[0], ROWS));
                float[][] hot = TinyRows.values(data.oneHot(rows));
                for (int i = 0; i < rows.length; i++) {
                  bad += gathered[i][2] == TinyRows.feature(rows[i], 2) ? 0 : 1;
                  bad += hot[i][data.label(rows[i])] == 1 ? 0 : 1;
                }
                bad += neighbours[0][1] == TinyRows.feature(rows[0], 1) ? 0 : 1;
              }
              return bad;
            });

    assertThat(wrong).containsOnly(0);
  }

  @Test
  void digest_sideBySide() throws Exception {
    LabeledData same = TinyRows.labelled(TinyRows.permutation(ROWS, 1));

    List<String> digests =
        together(thread -> thread % 2 == 0 ? data.digest() : data.first(ROWS).digest());

    assertThat(digests).containsOnly(same.digest());
  }

  /** Runs the task in several threads that start together; gives what each returns. */
  private static <T> List<T> together(IntFunction<T> task) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Callable<T>> calls = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      calls.add(
          () -> {
            start.await();
            return task.apply(thread);
          });
    }
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : pool.invokeAll(calls)) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
