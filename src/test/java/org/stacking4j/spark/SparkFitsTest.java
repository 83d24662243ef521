package org.stacking4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.SpyRunner;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.Checkpoints;
import org.stacking4j.train.EarlyStopping;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitException;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/** On executors in this process; src/spark/cluster.sh tries the same on others. */
@Tag("spark")
final class SparkFitsTest {
  private static final LabeledData DATA = TinyData.blobs(90, 6, 3, 1);
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);

  private static SparkSession session;

  @BeforeAll
  static void open() {
    session =
        SparkSession.builder()
            .master("local[2]")
            .appName("SparkFitsTest")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executor.heartbeatInterval", "1s") // which tells of epochs
            .getOrCreate();
  }

  @AfterAll
  static void close() {
    session.stop();
  }

  @Test
  void run_anyKindOfFit_givesTheBitsOfLocalFits() {
    LabeledData rows = DATA.select(TinyData.permutation(60, 3)).withWeights(weights(60));
    List<FitTask> tasks =
        List.of(
            task("plain", DATA, SETTINGS, List.of(), List.of(), null),
            task("dl4j", DATA, SETTINGS.withTrainer(Trainer.DL4J), List.of(), List.of(), null),
            task("view with weights", rows, SETTINGS, List.of(), List.of(), null),
            task("columns", rows, SETTINGS, List.of(4, 0, 2), List.of(), null),
            task("view of columns", rows.withColumns(5, 1), SETTINGS, List.of(), List.of(), null),
            task("groups", rows.withGroups(rows.rowIds()), SETTINGS, List.of(), List.of(), null),
            task("snapshots", DATA, SETTINGS.withEpochs(4), List.of(), List.of(1, 3), null),
            task("answers", rows, SETTINGS, List.of(1, 3), List.of(1), null).answering(DATA),
            task("stopping", DATA, SETTINGS, List.of(), List.of(), new EarlyStopping(0.3, 1)),
            new FitTask(
                "numbers",
                0,
                0,
                Mlp.table(Task.REGRESSION, 4, 2, 8),
                SETTINGS,
                TinyData.numbers(50, 4, 2, 1),
                null,
                5));

    List<FitResult> here = LocalFits.onThreads(1).run(tasks);
    List<FitResult> there = SparkFits.on(session).run(tasks);

    for (int i = 0; i < tasks.size(); i++) {
      assertSame(tasks.get(i).name(), there.get(i), here.get(i));
    }
    assertThat(there.get(0).network().parameters())
        .isNotEqualTo(there.get(2).network().parameters());
  }

  @Test
  void fit_ensembleOfEnsembles_hasTheSameBits_andMetaNetworksStayHere() {
    StackingConfig inner =
        StackingConfig.builder().member("c", Mlp.base(6, 3, 8)).outOfFold(2).build();
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("a", Mlp.base(6, 3, 8, 8), SETTINGS).withBagging())
            .member(new Member("b", Mlp.base(6, 3, 4), SETTINGS))
            .stack("inner", inner)
            .outOfFold(3, 2)
            .seed(7)
            .build();
    SpyRunner spy = new SpyRunner(SparkFits.on(session).withThreadsHere(2));

    INDArray there = StackingEnsemble.fit(config, DATA, spy).logits(DATA.features());

    INDArray here =
        StackingEnsemble.fit(config, DATA, LocalFits.onThreads(2)).logits(DATA.features());
    assertThat(there.data().asFloat()).isEqualTo(here.data().asFloat());
    assertThat(spy.seen()).hasSizeGreaterThan(30);
  }

  @Test
  void run_toldAsLocalFitsTells_begunThenEpochsThenDone() {
    List<FitEvent> events = Collections.synchronizedList(new ArrayList<>());
    List<FitTask> tasks =
        List.of(
            task("a", DATA, SETTINGS, List.of(), List.of(), null),
            task("b", DATA, SETTINGS, List.of(), List.of(), null));

    SparkFits.on(session).withListener(events::add).run(tasks);

    for (FitTask task : tasks) {
      List<FitEvent> own =
          events.stream().filter(e -> e.task().name().equals(task.name())).toList();
      assertThat(own.get(0)).isInstanceOf(FitEvent.Started.class);
      assertThat(own.get(own.size() - 1)).isInstanceOf(FitEvent.Finished.class);
      assertThat(own.subList(1, own.size() - 1)).allMatch(e -> e instanceof FitEvent.EpochEnded);
    }
  }

  @Test
  @Timeout(60)
  void run_longFit_tellsItsEpochsWhileItRuns_andStopsWhenTheListenerCancels() throws Exception {
    FitTask endless = task("endless", DATA, endless(), List.of(), List.of(), null);
    CountDownLatch heard = new CountDownLatch(2);
    SparkFits fits =
        SparkFits.on(session)
            .withListener(
                event -> {
                  if (event instanceof FitEvent.EpochEnded ended) {
                    assertThat(ended.epoch()).isPositive();
                    assertThat(ended.loss()).isFinite();
                    heard.countDown();
                    if (heard.getCount() == 0) {
                      throw new CancellationException("enough");
                    }
                  }
                });

    assertThatThrownBy(() -> fits.run(List.of(endless)))
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");

    assertThat(heard.getCount()).isZero();
    assertIdle();
  }

  @Test
  @Timeout(60)
  void run_interrupted_isCancelled_andFreesTheSlots() throws Exception {
    FitTask endless = task("endless", DATA, endless(), List.of(), List.of(), null);
    Thread caller = Thread.currentThread();
    SparkFits fits =
        SparkFits.on(session)
            .withListener(
                event -> {
                  if (event instanceof FitEvent.Started) {
                    caller.interrupt();
                  }
                });

    assertThatThrownBy(() -> fits.run(List.of(endless))).isInstanceOf(CancellationException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertIdle();
  }

  /** An endless fit that was left running would keep one of the two slots for ever. */
  private static void assertIdle() {
    List<FitTask> tasks =
        List.of(
            task("x", DATA, SETTINGS, List.of(), List.of(), null),
            task("y", DATA, SETTINGS, List.of(), List.of(), null));
    assertThat(SparkFits.on(session).run(tasks)).hasSize(2);
  }

  @Test
  void run_fitsOfSeveralLengths_asksSparkForTheLongestFirst() {
    List<FitTask> tasks =
        Arrays.stream(TinyData.permutation(30, 5))
            .map(i -> i + 1)
            .mapToObj(
                epochs ->
                    task(
                        "epochs " + epochs,
                        DATA,
                        SETTINGS.withEpochs(epochs),
                        List.of(),
                        List.of(),
                        null))
            .toList();
    List<Integer> asked = Collections.synchronizedList(new ArrayList<>()); // for so many epochs
    SparkListener jobs =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            String fit = job.properties().getProperty("spark.job.description");
            asked.add(Integer.valueOf(fit.replaceAll("^epochs (\\d+),.*", "$1")));
          }
        };
    session.sparkContext().addSparkListener(jobs);
    try {
      SparkFits.on(session).run(tasks);
    } finally {
      session.sparkContext().removeSparkListener(jobs);
    }

    assertThat(asked).hasSize(30);
    // Threads that begin together may pass each other, so neighbours may have changed places.
    assertThat(asked.subList(0, 10).stream().mapToInt(epochs -> epochs).average())
        .as("mean epochs of the first ten of %s", asked)
        .hasValueCloseTo(25.5, within(2.5));
  }

  @Test
  void run_fitThatDiverges_saysWhichAndWhy_withoutSpark() {
    FitTask diverging = diverging("member 'wild'", 2);

    assertThatThrownBy(
            () ->
                SparkFits.on(session)
                    .run(List.of(task("a", DATA, SETTINGS, List.of(), List.of(), null), diverging)))
        .isInstanceOf(FitException.class)
        .hasMessage(localMessage(diverging))
        .hasMessageStartingWith("member 'wild', fold 2 of 5 failed (seed 2): training diverged")
        .hasMessageNotContaining("Spark");
  }

  @Test
  void attempt_fitThatDiverges_leavesTheOthers() {
    List<FitTask> tasks =
        List.of(
            diverging("wild", 1),
            task("tame", DATA, SETTINGS, List.of(), List.of(), null),
            diverging("wild", 2));

    var outcomes = SparkFits.on(session).attempt(tasks);

    assertThat(outcomes.get(0)).isInstanceOf(FitException.class).isSameAs(outcomes.get(2));
    assertThat(outcomes.get(1)).isInstanceOf(FitResult.class);
  }

  @Test
  void fit_memberThatDiverges_dropsOutAsItDoesHere() {
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("a", Mlp.base(6, 3, 8), SETTINGS))
            .member(new Member("wild", wild(), SETTINGS.withEpochs(40)))
            .outOfFold(3)
            .onFailure(OnFailure.DROP_OUT)
            .build();

    var there = StackingEnsemble.fit(config, DATA, SparkFits.on(session));

    var here = StackingEnsemble.fit(config, DATA, LocalFits.onThreads(1));
    assertThat(there.dropped()).hasSize(1).isEqualTo(here.dropped());
    assertThat(there.logits(DATA.features()).data().asFloat())
        .isEqualTo(here.logits(DATA.features()).data().asFloat());
  }

  @Test
  void run_withCheckpoints_takesUpWhatEitherRunnerHasKept(@TempDir Path folder) {
    FitTask first = task("first", DATA, SETTINGS, List.of(), List.of(), null);
    FitTask second = task("second", DATA, SETTINGS, List.of(), List.of(), null);
    Checkpoints checkpoints = Checkpoints.in(folder);
    SparkFits.on(session).withCheckpoints(checkpoints).run(List.of(first));
    LocalFits.onThreads(1).withCheckpoints(checkpoints).run(List.of(second));

    for (FitRunner again :
        List.of(
            LocalFits.onThreads(1).withCheckpoints(checkpoints).withListener(this::isRestored),
            SparkFits.on(session).withCheckpoints(checkpoints).withListener(this::isRestored))) {
      assertSame(
          "again",
          again.run(List.of(first)).get(0),
          LocalFits.onThreads(1).run(List.of(first)).get(0));
      assertThat(again.run(List.of(second))).hasSize(1);
    }
  }

  private void isRestored(FitEvent event) {
    assertThat(event).isInstanceOf(FitEvent.Restored.class);
  }

  private static void assertSame(String what, FitResult one, FitResult other) {
    assertThat(one.network().parameters()).as(what).isEqualTo(other.network().parameters());
    assertThat(one.network().configuration().toJson())
        .as(what)
        .isEqualTo(other.network().configuration().toJson());
    assertThat(one.network().columns()).as(what).isEqualTo(other.network().columns());
    assertThat(one.epochLosses()).as(what).isEqualTo(other.epochLosses());
    assertThat(one.trainer()).as(what).isEqualTo(other.trainer());
    assertThat(one.heldOut() == null).as(what).isEqualTo(other.heldOut() == null);
    if (one.heldOut() != null) {
      assertThat(one.heldOut().areOf(DATA.digest())).as(what).isTrue();
      int values = DATA.rows() * DATA.classes();
      assertThat(one.heldOut().values(0, values))
          .as(what)
          .isEqualTo(other.heldOut().values(0, values));
    }
    assertThat(one.snapshots()).as(what).hasSameSizeAs(other.snapshots());
    for (int i = 0; i < one.snapshots().size(); i++) {
      assertSame(what, one.snapshots().get(i), other.snapshots().get(i));
    }
  }

  private static String localMessage(FitTask task) {
    try {
      LocalFits.onThreads(1).run(List.of(task));
      throw new AssertionError("it did not fail");
    } catch (FitException e) {
      return e.getMessage();
    }
  }

  private static FitTask task(
      String name,
      LabeledData data,
      FitSettings settings,
      List<Integer> columns,
      List<Integer> snapshots,
      EarlyStopping stopping) {
    int inputs = columns.isEmpty() ? data.columns() : columns.size();
    return new FitTask(
        name,
        1,
        5,
        2,
        Mlp.base(inputs, 3, 8, 8),
        settings,
        data,
        null,
        11,
        columns,
        snapshots,
        stopping,
        !snapshots.isEmpty(),
        false,
        null);
  }

  private static FitTask diverging(String name, int fold) {
    return new FitTask(name, fold, 5, wild(), SETTINGS.withEpochs(40), DATA, null, fold);
  }

  private static org.deeplearning4j.nn.conf.MultiLayerConfiguration wild() {
    return TinyNetworks.linear(6, 3, new Sgd(1e38), new LossMCXENT());
  }

  private static FitSettings endless() {
    return SETTINGS.withEpochs(Integer.MAX_VALUE);
  }

  private static double[] weights(int rows) {
    double[] weights = new double[rows];
    for (int row = 0; row < rows; row++) {
      weights[row] = 1 + row % 3;
    }
    return weights;
  }
}
