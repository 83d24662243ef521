package org.stacking4j.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitListener;
import org.stacking4j.train.FitTask;
import scala.Tuple4;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** Hears from Spark what becomes of fits on executors, and says so in our words. */
final class CellWatch extends SparkListener {
  private static final Logger LOG = LoggerFactory.getLogger(CellWatch.class);
  private static final String GROUP = "spark.jobGroup.id";

  private final Map<String, Cell> byGroup = new ConcurrentHashMap<>();
  private final Map<Integer, Cell> byStage = new ConcurrentHashMap<>();

  /**
   * A fit that Spark is asked for.
   *
   * @param group of the job
   * @param cancel cancels it
   */
  Cell open(String group, FitTask task, FitListener listener, Runnable cancel) {
    Cell cell = new Cell(task, listener, cancel);
    byGroup.put(group, cell);
    return cell;
  }

  /** Nothing more is told of that fit. */
  void close(String group) {
    @Nullable Cell cell = byGroup.remove(group);
    byStage.values().removeIf(other -> other == cell);
  }

  @Override
  public void onJobStart(SparkListenerJobStart job) {
    @Nullable String group = job.properties().getProperty(GROUP);
    @Nullable Cell cell = group == null ? null : byGroup.get(group);
    if (cell != null) {
      for (Object stage : list(job.stageIds())) {
        byStage.put((Integer) stage, cell);
      }
    }
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    @Nullable Cell cell = byStage.get(start.stageId());
    if (cell != null) {
      cell.begun(start.taskInfo().executorId(), start.taskInfo().host());
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    @Nullable Cell cell = byStage.get(end.stageId());
    if (cell != null && end.reason() instanceof TaskFailedReason failed) {
      cell.lost(failed.toErrorString().lines().findFirst().orElse(""));
    }
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    for (Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task : list(update.accumUpdates())) {
      @Nullable Cell cell = byStage.get((Integer) task._2());
      if (cell == null) {
        continue;
      }
      for (AccumulableInfo info : list(task._4())) {
        if (info.update().isDefined() && info.update().get() instanceof Epochs.Last last) {
          cell.epoch(last);
        }
      }
    }
  }

  private static <T> Iterable<T> list(Seq<T> seq) {
    return JavaConverters.seqAsJavaList(seq);
  }

  /** One fit. Whatever a listener throws is kept for the thread that waits for the fit. */
  static final class Cell {
    private final FitTask task;
    private final FitListener listener;
    private final Runnable cancel;
    private boolean begun;
    private boolean ended;
    private int epoch;
    private @Nullable Throwable thrown;

    private Cell(FitTask task, FitListener listener, Runnable cancel) {
      this.task = task;
      this.listener = listener;
      this.cancel = cancel;
    }

    synchronized void begun(String executor, String host) {
      if (ended) {
        return;
      }
      if (begun) {
        LOG.warn("{} is made again by executor {} on {}", task.describe(), executor, host);
        return;
      }
      LOG.info("{} is made by executor {} on {}", task.describe(), executor, host);
      begun = true;
      tell(new FitEvent.Started(task));
    }

    synchronized void lost(String why) {
      if (!ended) {
        LOG.warn("{} was lost: {}", task.describe(), why);
      }
    }

    synchronized void epoch(Epochs.Last last) {
      if (begun && !ended && last.epoch() > epoch) {
        epoch = last.epoch();
        tell(new FitEvent.EpochEnded(task, last.epoch(), last.loss()));
      }
    }

    /** It is done; Spark may tell so late that it had begun that it is told here. */
    synchronized void end() {
      if (!begun) {
        begun = true;
        tell(new FitEvent.Started(task));
      }
      ended = true;
      rethrow();
    }

    /** Throws what a listener threw, if it did. */
    synchronized void rethrow() {
      if (thrown instanceof Error error) {
        throw error;
      }
      if (thrown != null) {
        throw (RuntimeException) thrown;
      }
    }

    private void tell(FitEvent event) {
      try {
        listener.onEvent(event);
      } catch (RuntimeException | Error e) {
        thrown = e;
        cancel.run();
      }
    }
  }
}
