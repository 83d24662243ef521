package org.stacking4j.spark;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.train.FitListener;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.ShippedFit;

/**
 * A small fit on each executor while the driver still reads rows: then ND4J is loaded there, and
 * Java has compiled what fits need, when the first one comes. Nobody looks at what comes of it.
 */
final class EarlyStart implements VoidFunction<Integer> {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(EarlyStart.class);
  private static final AtomicBoolean BEGUN = new AtomicBoolean(); // in an executor's process
  private static final long LONGEST_WAIT = 10_000; // milliseconds
  private static final int ROWS = 1024;
  private static final int COLUMNS = 64;

  /** Begins it on all executors that are there, or soon are. */
  static JavaFutureAction<Void> begin(JavaSparkContext context, int slots) {
    return onSlots(context, slots, new EarlyStart());
  }

  /** Has the executors fetch these rows, as the first fit on each would have to. */
  static JavaFutureAction<Void> bring(JavaSparkContext context, int slots, RowsThere rows) {
    return onSlots(context, slots, slot -> rows.get());
  }

  private static JavaFutureAction<Void> onSlots(
      JavaSparkContext context, int slots, VoidFunction<Integer> what) {
    return context.parallelize(Collections.nCopies(slots, 0), slots).foreachAsync(what);
  }

  /**
   * Waits until it is done, but not for long: fits that find an executor busy with it wait in its
   * queue.
   */
  static void await(JavaFutureAction<Void> begun) {
    await(begun, LONGEST_WAIT);
  }

  static void await(JavaFutureAction<Void> begun, long milliseconds) {
    try {
      begun.get(milliseconds, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("cancelled while executors started");
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("executors are not ready yet", e); // the fits will tell if something is wrong
    }
  }

  @Override
  public void call(Integer slot) {
    if (BEGUN.compareAndSet(false, true)) {
      fit();
    }
  }

  /** {@return what came of a fit that has all that others have} */
  static byte[] fit() {
    float[][] features = new float[ROWS][COLUMNS];
    int[] labels = new int[ROWS];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = row % 2;
      for (int i = 0; i < COLUMNS / 8; i++) {
        features[row][(row * 7 + i * 11) % COLUMNS] = 1 + labels[row];
      }
    }
    LabeledData data =
        LabeledData.of(Nd4j.createFromArray(features), labels, List.of("even", "odd"));
    FitTask task =
        new FitTask(
            "early start",
            0,
            0,
            Mlp.base(COLUMNS, 2, 64, 64),
            FitSettings.defaults().withEpochs(6),
            data,
            null,
            1);
    return ShippedFit.fit(task, FitListener.NONE);
  }
}
