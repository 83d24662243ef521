package org.stacking4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CancellationException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stacking4j.data.LabeledData;
import org.stacking4j.testing.TinyData;

/** {@link EarlyStart}; its name keeps it out of the tests without Spark. */
@Tag("spark")
@Timeout(120)
final class SparkEarlyStartTest {
  private static final LabeledData DATA = TinyData.blobs(30, 5, 3, 4);

  private SparkSession session;

  @BeforeEach
  void open() {
    session =
        SparkSession.builder()
            .master("local[2]")
            .appName("test")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
  }

  @AfterEach
  void close() {
    session.stop();
  }

  @Test
  void begin_runsOnEachSlot() throws Exception {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    JavaFutureAction<Void> begun = EarlyStart.begin(context, 2);

    begun.get(); // throws what a task threw

    EarlyStart.await(begun);
    assertThat(begun.isDone()).isTrue();
    assertThat(context.statusTracker().getJobInfo(begun.jobIds().get(0)).stageIds()).hasSize(1);
  }

  @Test
  void bring_rows_areThoseThatFitsFind() throws Exception {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    ShippedRows shipped = new ShippedRows(session);
    RowsThere rows = shipped.ship(DATA);

    EarlyStart.bring(context, 2, rows).get(); // throws what a task threw

    LabeledData there = rows.get();
    RowsThere some = shipped.ship(DATA.select(new int[] {4, 2, 9}));
    assertThat(there.digest()).isEqualTo(DATA.digest());
    assertThat(rows.get()).isSameAs(there);
    assertThat(some.features()).isSameAs(rows.features());
  }

  @Test
  void bring_rowsThatCameAsOthers_failsWithoutStoppingTheRun() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    RowsThere rows = new ShippedRows(session).ship(DATA);
    JavaFutureAction<Void> brought =
        EarlyStart.bring(
            context, 2, new RowsThere(rows.featuresDigest(), rows.features(), "x", rows.rows()));

    EarlyStart.await(brought);

    assertThatThrownBy(brought::get)
        .hasStackTraceContaining("the rows that came are others than those that were sent");
  }

  @Test
  void fit_comesToAnEnd() {
    assertThat(EarlyStart.fit()).hasSizeGreaterThan(64 * 64 * Float.BYTES);
  }

  @Test
  void await_ofASessionThatStops_returns() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    JavaFutureAction<Void> begun = EarlyStart.begin(context, 200);
    session.stop();

    EarlyStart.await(begun);
  }

  @Test
  void await_ofExecutorsThatAreBusy_doesNotWaitForLong() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    JavaFutureAction<Void> busy =
        context.parallelize(List.of(1, 2), 2).foreachAsync(i -> Thread.sleep(60_000));
    JavaFutureAction<Void> begun = EarlyStart.begin(context, 2);

    EarlyStart.await(begun, 50);

    assertThat(begun.isDone()).isFalse();
    busy.cancel(true);
    begun.cancel(true);
  }

  @Test
  void await_interrupted_isCancelled() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    JavaFutureAction<Void> begun = EarlyStart.begin(context, 2);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> EarlyStart.await(begun)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
