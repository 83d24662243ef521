package org.stacking4j.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.train.Checkpoints;
import org.stacking4j.train.FitException;
import org.stacking4j.train.FitListener;
import org.stacking4j.train.FitPlace;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.ShippedFit;
import org.stacking4j.train.Turn;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.concurrent.Await;
import scala.concurrent.Future;
import scala.concurrent.duration.Duration;
import scala.runtime.BoxedUnit;

/** The executors of a session, for one run of fits. */
final class SparkPlace implements FitPlace, AutoCloseable {
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final Seq<Object> ONLY_PARTITION =
      JavaConverters.asScalaBuffer(List.<Object>of(0)).toList();

  private final JavaSparkContext context;
  private final ShippedRows shipping;
  private final CellWatch watch = new CellWatch();

  /** While fits are asked for, only for the one whose turn it is. */
  private final IdentityHashMap<LabeledData, RowsThere> shipped = new IdentityHashMap<>();

  private final String run = "stacking4j-" + RUNS.incrementAndGet() + "-";
  private final AtomicInteger cells = new AtomicInteger();

  /** Spark makes first what it is asked for first, and fits come here by their length. */
  private final ReentrantLock asking = new ReentrantLock(true);

  SparkPlace(SparkSession session, ShippedRows shipping) {
    context = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.shipping = shipping;
    context.sc().addSparkListener(watch);
  }

  /** Takes the rows of the folds away from the executors; the features stay. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted(); // of which Spark would make an error, or nothing
    try {
      context.sc().removeSparkListener(watch);
      shipped.values().forEach(rows -> rows.rows().destroy());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public FitResult fit(
      FitTask task, FitListener listener, Turn turn, @Nullable Checkpoints checkpoints) {
    turn.crew().close(); // threads of this process are no help there
    String group = run + cells.incrementAndGet();
    Epochs epochs = new Epochs();
    context.sc().register(epochs, "epochs of " + task.describe());
    CellWatch.Cell cell = watch.open(group, task, listener, () -> context.cancelJobGroup(group));
    FitCell.Answer answer;
    try {
      answer = Await.result(ask(task, group, epochs), Duration.Inf());
    } catch (Exception e) { // Spark also throws checked ones that it does not declare
      cell.rethrow();
      if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
        Thread.currentThread().interrupt();
        context.cancelJobGroup(group);
        throw new CancellationException("cancelled while Spark made it");
      }
      throw failure(task, e);
    } finally {
      watch.close(group);
    }
    cell.end();
    if (answer.fit().length == 0) {
      throw new FitException(task, answer.reason(), new IllegalStateException(answer.cause()));
    }
    try {
      return ShippedFit.result(task, answer.fit());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "what came back from Spark cannot be used: " + e.getMessage(), e);
    }
  }

  private Future<FitCell.Answer> ask(FitTask task, String group, Epochs epochs)
      throws InterruptedException {
    AtomicReference<FitCell.Answer> answer = new AtomicReference<>();
    @Nullable LabeledData heldOut = task.heldOut();
    asking.lockInterruptibly();
    try {
      context.setJobGroup(group, task.describe(), true);
      // JavaRDD.map would give executors a lambda, whose class Spark reads for each fit anew.
      return context
          .sc()
          .submitJob(
              context.parallelize(List.of(ShippedFit.toBytes(task)), 1).rdd(),
              new FitCell(rows(task.data()), heldOut == null ? null : rows(heldOut), epochs),
              ONLY_PARTITION,
              (partition, own) -> {
                answer.set(own);
                return BoxedUnit.UNIT;
              },
              answer::get);
    } finally {
      asking.unlock();
    }
  }

  private RowsThere rows(LabeledData data) {
    return shipped.computeIfAbsent(data, shipping::ship);
  }

  /** What Spark, and not the fit, had to say, without its stack traces. */
  private FitException failure(FitTask task, Throwable e) {
    String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    if (context.sc().isStopped()) {
      return ofTheRun(task, "Spark has stopped (" + said + ")", e);
    }
    if (said.contains("ClassNotFoundException: org.stacking4j")
        || said.contains("NoClassDefFoundError: org/stacking4j")) {
      return ofTheRun(
          task,
          "Spark's executors do not have Stacking4j; give them its jars by --jars, see"
              + " docs/scaling.md",
          e);
    }
    return new FitException(task, "Spark gave it up: " + said, e);
  }

  /** A failure that others would have too, so that no member may drop out for it. */
  private static FitException ofTheRun(FitTask task, String reason, Throwable e) {
    return new FitException(task, reason, new UncheckedIOException(new IOException(reason, e)));
  }
}
