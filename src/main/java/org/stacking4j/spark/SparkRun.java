package org.stacking4j.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.stacking4j.data.LabeledData;
import scala.Option;

/**
 * A Spark session for as long as a run needs it: one that is there already, which stays open, or
 * one that is opened and closed. Can be loaded without Spark, to say that it is missing.
 */
public final class SparkRun implements AutoCloseable {
  /** What to add where Spark is missing. */
  static final String ARTIFACT = "org.apache.spark:spark-sql_2.12:3.5.9";

  private final SparkSession session;
  private final boolean own;
  private final ShippedRows rows;
  private final List<JavaFutureAction<Void>> early = new ArrayList<>();

  private SparkRun(SparkSession session, boolean own) {
    this.session = session;
    this.own = own;
    rows = new ShippedRows(session);
  }

  /**
   * Opens a session, or takes the one that is open in this process.
   *
   * @param master Spark's master, such as {@code spark://host:7077} or {@code local[4]}; empty for
   *     the one that spark-submit, or the open session, has
   * @return a run on that session, which {@link #close} stops if it was opened here
   * @throws IllegalArgumentException if Spark is not on the class path, Java was not started as
   *     Spark needs it, or nobody says what the master is
   * @throws IOException if there is no such master
   */
  public static SparkRun open(String master) throws IOException {
    check(SparkRun.class.getClassLoader());
    SparkConf given = new SparkConf();
    Option<SparkSession> there = SparkSession.getDefaultSession();
    if (there.isDefined() && !there.get().sparkContext().isStopped()) {
      return new SparkRun(there.get(), false);
    }
    if (!given.contains("spark.master") && master.isEmpty()) {
      throw new IllegalArgumentException(
          "executor: spark needs a master, such as spark://HOST:7077 or local[2]; give master, or"
              + " start by spark-submit --master (docs/scaling.md)");
    }
    SparkSession.Builder builder = SparkSession.builder();
    if (!given.contains("spark.app.name")) {
      builder.appName("stacking4j");
    }
    if (!master.isEmpty()) {
      builder.master(master);
    }
    if (!given.contains("spark.ui.showConsoleProgress")) {
      builder.config("spark.ui.showConsoleProgress", false); // there is a bar already
    }
    try {
      SparkSession session = builder.getOrCreate();
      session.sparkContext().setLogLevel("WARN");
      return new SparkRun(session, true);
    } catch (RuntimeException | Error e) {
      throw unreachable(master, e);
    } catch (Exception e) { // checked ones that Scala does not declare
      throw unreachable(master, e);
    }
  }

  /**
   * @throws IllegalArgumentException if Spark cannot be used
   */
  static void check(ClassLoader loader) {
    try {
      Class.forName("org.apache.spark.sql.SparkSession", false, loader);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "executor: spark needs Apache Spark, which is not on the class path; add "
              + ARTIFACT
              + ", or start by spark-submit (docs/scaling.md)",
          e);
    }
    if (!Object.class.getModule().isOpen("sun.nio.ch", SparkRun.class.getModule())) {
      throw new IllegalArgumentException(
          "executor: spark needs Java started with --add-opens=java.base/sun.nio.ch=ALL-UNNAMED and"
              + " others; start by spark-submit, which does that, or see docs/scaling.md");
    }
  }

  private static IOException unreachable(String master, Throwable e) {
    String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new IOException(
        "Spark cannot be started at master '"
            + master
            + "': "
            + said
            + "; is it a master, such as spark://HOST:7077, and does it run?",
        e);
  }

  /** {@return a runner of fits on its executors} */
  public SparkFits fits() {
    return SparkFits.on(session, rows);
  }

  /** The session. */
  SparkSession session() {
    return session;
  }

  /** Lets executors get ready for fits, unless they are in this process. */
  public void startExecutors() {
    if (!session.sparkContext().isLocal()) {
      early.add(EarlyStart.begin(context(), slots()));
    }
  }

  /**
   * Gives executors that were started the features that fits will ask for, and waits until they
   * have them, but not for executors that come late.
   *
   * @param data what fits learn from, or what that is a part of
   */
  public void awaitExecutors(LabeledData data) {
    if (!early.isEmpty()) {
      early.add(EarlyStart.bring(context(), slots(), rows.ship(data)));
      EarlyStart.await(early.get(early.size() - 1));
    }
  }

  private JavaSparkContext context() {
    return new JavaSparkContext(session.sparkContext());
  }

  /** {@return how many fits it makes at a time, as far as executors are there yet} */
  public int slots() {
    return session.sparkContext().defaultParallelism();
  }

  /** {@return where it runs: the master's URL} */
  public String master() {
    return session.sparkContext().master();
  }

  @Override
  public void close() {
    early.forEach(begun -> begun.cancel(true));
    if (own) {
      session.stop();
    }
  }
}
