package org.stacking4j.experiment;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.spark.SparkRun;
import org.stacking4j.train.Checkpoints;
import org.stacking4j.train.FitListener;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;

/** Where an experiment's fits run. */
final class Runners implements AutoCloseable {
  private final int threads;
  private final @Nullable SparkRun spark; // null for this process

  private Runners(int threads, @Nullable SparkRun spark) {
    this.threads = threads;
    this.spark = spark;
  }

  /**
   * As the configuration says.
   *
   * @param threads fits at a time in this process
   * @throws IllegalArgumentException if it says Spark, which is not there
   * @throws IOException if Spark's master is not
   */
  static Runners open(ExperimentConfig config, int threads) throws IOException {
    if (config.executor() != ExperimentConfig.Executor.SPARK) {
      return new Runners(threads, null);
    }
    SparkRun spark = SparkRun.open(config.master());
    spark.startExecutors();
    return new Runners(threads, spark);
  }

  /** For the fits of members. */
  FitRunner members(FitListener listener, Checkpoints checkpoints) {
    return spark == null
        ? LocalFits.onThreads(threads).withCheckpoints(checkpoints).withListener(listener)
        : spark.fits().withThreadsHere(threads).withCheckpoints(checkpoints).withListener(listener);
  }

  /** For an audit. */
  FitRunner unkept(FitListener listener) {
    return spark == null
        ? LocalFits.onThreads(threads).withListener(listener)
        : spark.fits().withThreadsHere(threads).withListener(listener);
  }

  /** Whether fits are made by other processes, none of which can help another with its own. */
  boolean areElsewhere() {
    return spark != null;
  }

  /** Waits until those processes are ready for fits on these rows. */
  void await(LabeledData data) {
    if (spark != null) {
      spark.awaitExecutors(data);
    }
  }

  /** How many fits are made at a time. */
  int slots() {
    return spark == null ? threads : spark.slots();
  }

  @Override
  public void close() {
    if (spark != null) {
      spark.close();
    }
  }
}
