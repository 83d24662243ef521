package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;

/** The timeouts are there to end a test that hangs; none of them is waited for. */
final class LocalFitsTest {
  private static final LabeledData DATA = TinyData.blobs(40, 6, 3, 1);
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final FitSettings ENDLESS = SETTINGS.withEpochs(Integer.MAX_VALUE);

  @Test
  void run_withAnyNumberOfThreads_givesTheSameBits() {
    // Dropout and initialisation draw from random numbers that belong to a thread.
    List<FitTask> tasks =
        IntStream.range(0, 4)
            .mapToObj(
                i -> new FitTask("m" + i, 0, 0, Mlp.base(6, 3, 8, 8), SETTINGS, DATA, null, i))
            .toList();

    List<float[]> one = parameters(LocalFits.onThreads(1).run(tasks));

    for (int threads : new int[] {2, 4}) {
      List<float[]> several = parameters(LocalFits.onThreads(threads).run(tasks));
      for (int i = 0; i < tasks.size(); i++) {
        assertThat(several.get(i)).isEqualTo(one.get(i));
      }
    }
    assertThat(one.get(0)).isNotEqualTo(one.get(1));
  }

  @Test
  @Timeout(60)
  void run_fewerFitsThanThreads_helpedOnesGiveTheSameBits() {
    // Wide enough for its products to be cut. Alone from the beginning, or once the others are
    // done.
    LabeledData rows = TinyData.blobs(300, 260, 3, 1);
    var wide = Mlp.base(260, 3, 256);
    FitSettings settings = new FitSettings(4, 128, 2, true);
    FitTask small = task("small", 1, SETTINGS);
    FitTask large = new FitTask("large", 0, 0, wide, settings, rows, null, 5);
    float[] alone = parameters(LocalFits.onThreads(1).run(List.of(large))).get(0);

    for (int threads : new int[] {2, 3, 20}) {
      LocalFits fits = LocalFits.onThreads(threads);
      assertThat(parameters(fits.run(List.of(large))).get(0)).isEqualTo(alone);
      assertThat(parameters(fits.run(List.of(small, large, small))).get(1)).isEqualTo(alone);
      assertThat(parameters(fits.run(List.of(large, large))).get(1)).isEqualTo(alone);
    }
  }

  @Test
  @Timeout(60)
  void run_rowsThatAreMostlyBackground_givesTheSameBits_whateverIsBesideThem() {
    LabeledData rows = mostlyZero(300, 1).first(200);
    LabeledData beside = mostlyZero(300, 2).first(200);
    assertThat(beside.features()).isEqualTo(rows.features());
    FitSettings settings = new FitSettings(4, 128, 2, true);
    List<FitTask> tasks =
        Stream.of(rows, beside, rows)
            .map(data -> new FitTask("m", 0, 0, Mlp.base(260, 3, 256), settings, data, null, 5))
            .toList();
    List<float[]> one = parameters(LocalFits.onThreads(1).run(tasks));

    assertThat(one.get(1)).isEqualTo(one.get(0));
    for (int threads : new int[] {2, 3, 20}) {
      for (float[] several : parameters(LocalFits.onThreads(threads).run(tasks))) {
        assertThat(several).isEqualTo(one.get(0));
      }
    }
  }

  /** The first 200 rows are the same, the others have another background and other values. */
  private static LabeledData mostlyZero(int count, int others) {
    float[][] features = new float[count][260];
    int[] labels = new int[count];
    for (int row = 0; row < count; row++) {
      labels[row] = row % 3;
      Arrays.fill(features[row], row < 200 ? 0 : others);
      for (int i = labels[row]; i < 60; i += 2 + row % 5) {
        features[row][i * 4] = 1 + row / 300f * (row < 200 ? 1 : others);
      }
    }
    return LabeledData.of(Nd4j.createFromArray(features), labels, List.of("a", "b", "c"));
  }

  @Test
  void run_askedForHeldOutRows_answersWithTheBitsOfTheNetwork_andFitsTheSame() {
    // More rows than a network is asked for at a time.
    LabeledData heldOut = TinyData.blobs(2100, 6, 3, 2);
    FitTask plain =
        new FitTask(
            "m",
            1,
            5,
            1,
            Mlp.base(6, 3, 8),
            SETTINGS,
            DATA,
            null,
            1,
            List.of(),
            List.of(1),
            null,
            false,
            false,
            null);

    FitResult asked = LocalFits.onThreads(1).run(List.of(plain.answering(heldOut))).get(0);

    FitResult other = LocalFits.onThreads(1).run(List.of(plain)).get(0);
    assertThat(asked.network().parameters()).isEqualTo(other.network().parameters());
    assertThat(other.heldOut()).isNull();
    for (FitResult fit : List.of(asked, asked.snapshots().get(0), asked.withoutSnapshots())) {
      assertThat(fit.heldOut().areOf(heldOut.digest())).isTrue();
      assertThat(fit.heldOut().areOf(DATA.digest())).isFalse();
      assertThat(fit.heldOut().values(0, 2100 * 3))
          .isEqualTo(fit.network().logits(heldOut.features()).data().asFloat());
    }
    assertThat(asked.heldOut().values(5, 9))
        .isNotEqualTo(asked.snapshots().get(0).heldOut().values(5, 9));
  }

  @Test
  void run_sharedConfiguration_isNoRace() {
    // DL4J keeps dropout masks in the configuration; all these tasks are made from the same one.
    var shared = Mlp.base(6, 3, 8, 8);
    List<FitTask> tasks =
        IntStream.range(0, 4)
            .mapToObj(i -> new FitTask("m", 0, 0, shared, SETTINGS.withEpochs(3), DATA, null, 1))
            .toList();

    List<float[]> results = parameters(LocalFits.onThreads(4).run(tasks));

    assertThat(results).allSatisfy(own -> assertThat(own).isEqualTo(results.get(0)));
  }

  @Test
  void run_returnsResultsInTheTasksOrder() {
    // The first takes longest and ends last; without epochs the seed can be read off.
    List<FitTask> tasks = new ArrayList<>();
    tasks.add(task("slow", 0, SETTINGS.withEpochs(8)));
    for (int i = 1; i < 4; i++) {
      tasks.add(task("quick", i, SETTINGS.withEpochs(0)));
    }

    List<FitResult> results = LocalFits.onThreads(4).run(tasks);

    for (int i = 0; i < 4; i++) {
      assertThat(results.get(i).network().parameters())
          .isEqualTo(
              NetworkFitter.fit(tasks.get(i), FitListener.NONE, Turn.alone(), null)
                  .network()
                  .parameters());
    }
    assertThat(results.get(0).epochLosses()).hasSize(8);
    assertThat(results.get(0).seconds()).isPositive();
  }

  @Test
  void run_beginsTheLongestFirst() {
    List<String> begun = new ArrayList<>();
    List<FitTask> tasks =
        List.of(
            task("quick", 1, SETTINGS.withEpochs(1)),
            task("slow", 2, SETTINGS.withEpochs(5)),
            task("slow too", 3, SETTINGS.withEpochs(5)),
            task("slower", 4, SETTINGS.withEpochs(6)));

    LocalFits.onThreads(1)
        .withListener(
            event -> {
              if (event instanceof FitEvent.Started) {
                begun.add(event.task().name());
              }
            })
        .run(tasks);

    assertThat(begun).containsExactly("slower", "slow", "slow too", "quick");
  }

  @Test
  @Timeout(60)
  void run_threeFitsOnTwoThreads_takeTurns() {
    Set<String> trained = ConcurrentHashMap.newKeySet();
    List<FitTask> tasks =
        List.of(task("a", 1, ENDLESS), task("b", 2, ENDLESS), task("c", 3, ENDLESS));
    FitListener listener =
        event -> {
          if (event instanceof FitEvent.EpochEnded) {
            trained.add(event.task().name());
            if (trained.size() == 3) { // though none can ever finish
              throw new CancellationException("enough");
            }
          }
        };

    assertThatThrownBy(() -> LocalFits.onThreads(2).withListener(listener).run(tasks))
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");
  }

  @Test
  void run_ofNothing() {
    assertThat(LocalFits.onAllProcessors().run(List.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void onThreads_tooFew(int threads) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LocalFits.onThreads(threads))
        .withMessage("threads must be >= 1, found " + threads);
  }

  @Test
  void events_comeInOrderForEachTask() {
    List<FitEvent> events = Collections.synchronizedList(new ArrayList<>());
    List<FitTask> tasks = List.of(task("a", 1, SETTINGS), task("b", 2, SETTINGS));

    List<FitResult> results = LocalFits.onThreads(2).withListener(events::add).run(tasks);

    assertThat(events).hasSize(8);
    for (int i = 0; i < 2; i++) {
      FitTask task = tasks.get(i);
      FitResult result = results.get(i);
      assertThat(events.stream().filter(event -> event.task().equals(task)).toList())
          .containsExactly(
              new FitEvent.Started(task),
              new FitEvent.EpochEnded(task, 1, result.epochLosses().get(0)),
              new FitEvent.EpochEnded(task, 2, result.epochLosses().get(1)),
              new FitEvent.Finished(task, result.seconds()));
    }
  }

  @Test
  @Timeout(60)
  void events_comeOneAtATime() {
    // A progress bar written to by two threads at once would be garbled.
    var inside = new AtomicInteger();
    var first = new AtomicBoolean(true);
    var overlapped = new AtomicBoolean();
    FitListener listener =
        event -> {
          if (inside.incrementAndGet() > 1) {
            overlapped.set(true);
          }
          if (first.getAndSet(false)) {
            while (!overlapped.get() && !anotherWorkerWaits()) {
              Thread.onSpinWait();
            }
          }
          inside.decrementAndGet();
        };

    LocalFits.onThreads(2)
        .withListener(listener)
        .run(List.of(task("a", 1, SETTINGS), task("b", 2, SETTINGS)));

    assertThat(overlapped).isFalse();
  }

  @Test
  @Timeout(60)
  void failure_namesTheTask_andStopsTheOthers() {
    List<FitEvent> events = Collections.synchronizedList(new ArrayList<>());
    FitTask diverging =
        new FitTask(
            "member 'x'",
            2,
            5,
            TinyNetworks.linear(6, 3, new Sgd(Double.NaN), new LossMCXENT()),
            SETTINGS.withBatchSize(40),
            DATA,
            null,
            77);
    FitTask endless = task("member 'y'", 1, ENDLESS);

    assertThatThrownBy(
            () ->
                LocalFits.onThreads(3)
                    .withListener(events::add)
                    .run(List.of(endless, diverging, endless)))
        .isInstanceOf(FitException.class)
        .hasMessage(
            "member 'x', fold 2 of 5 failed (seed 77): training diverged: the parameters are no"
                + " longer finite numbers after epoch 1; lower the learning rate or the gradient"
                + " norm limit")
        .hasCauseInstanceOf(ArithmeticException.class);
    assertThat(events)
        .filteredOn(event -> event.task().equals(diverging))
        .hasSize(2)
        .last()
        .isInstanceOf(FitEvent.Failed.class);
    assertThat(events).noneMatch(event -> event instanceof FitEvent.Finished);
  }

  @Test
  void failure_withoutAMessage_isNamedByItsKind() {
    FitListener failing =
        event -> {
          throw new IllegalStateException();
        };

    assertThatThrownBy(
            () ->
                LocalFits.onThreads(1)
                    .withListener(failing)
                    .run(List.of(task("member 'a'", 1, SETTINGS))))
        .isInstanceOf(FitException.class)
        .hasMessage("member 'a', all rows failed (seed 1): IllegalStateException");
  }

  @Test
  @Timeout(60)
  void listener_thatFails_failsTheRun() {
    var full = new IllegalStateException("the disk is full");
    List<FitEvent> failures = Collections.synchronizedList(new ArrayList<>());
    FitListener failing =
        event -> {
          if (event instanceof FitEvent.EpochEnded) {
            throw full;
          }
          if (event instanceof FitEvent.Failed) {
            failures.add(event);
          }
        };
    FitTask task = task("member 'a'", 1, ENDLESS);

    assertThatThrownBy(() -> LocalFits.onThreads(1).withListener(failing).run(List.of(task)))
        .isInstanceOf(FitException.class)
        .hasMessage("member 'a', all rows failed (seed 1): the disk is full")
        .hasCause(full);
    assertThat(failures).containsExactly(new FitEvent.Failed(task, full));
  }

  @Test
  @Timeout(60)
  void listener_thatFailsToHearOfAFailure_doesNotHideIt() {
    var second = new IllegalStateException("second");
    FitListener failing =
        event -> {
          throw event instanceof FitEvent.Failed ? second : new IllegalStateException("first");
        };

    Throwable thrown =
        catchThrowable(
            () -> LocalFits.onThreads(1).withListener(failing).run(List.of(task("a", 1, ENDLESS))));

    assertThat(thrown).hasMessage("a, all rows failed (seed 1): first");
    assertThat(thrown.getCause()).hasSuppressedException(second);
  }

  @Test
  @Timeout(60)
  void error_isTurnedIntoAFailureThatNamesTheTask() {
    // Out of memory in a worker would otherwise look like a run that never ends.
    FitListener failing =
        event -> {
          if (event instanceof FitEvent.Started) {
            throw new OutOfMemoryError("simulated");
          }
        };

    assertThatThrownBy(
            () ->
                LocalFits.onThreads(1)
                    .withListener(failing)
                    .run(List.of(task("member 'a'", 1, ENDLESS))))
        .isInstanceOf(FitException.class)
        .hasMessage(
            "member 'a', all rows failed (seed 1): it ran out of memory (simulated); run fewer fits"
                + " at a time (threads), take smaller batches or networks, or give Java more by"
                + " -Xmx, which raises the limit outside of its heap too")
        .hasCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  @Timeout(60)
  void listener_thatCancels_cancelsTheRun() {
    var enough = new CancellationException("enough");
    FitListener cancelling =
        event -> {
          if (event instanceof FitEvent.EpochEnded) {
            throw enough;
          }
        };

    assertThatThrownBy(
            () ->
                LocalFits.onThreads(2)
                    .withListener(cancelling)
                    .run(List.of(task("a", 1, ENDLESS), task("b", 2, ENDLESS))))
        .isSameAs(enough);
  }

  @Test
  @Timeout(60)
  void interrupt_ofTheCaller_cancelsTheRun_andLeavesNoThreadBehind() throws Exception {
    var training = new CountDownLatch(3);
    Set<Thread> workers = ConcurrentHashMap.newKeySet();
    var stopped = new AtomicInteger();
    FitListener listener =
        event -> {
          workers.add(Thread.currentThread());
          if (event instanceof FitEvent.Failed) {
            stopped.incrementAndGet();
          }
          if (event instanceof FitEvent.EpochEnded ended && ended.epoch() == 1) {
            training.countDown();
          }
        };
    var thrown = new AtomicReference<Throwable>();
    var stillInterrupted = new AtomicBoolean();
    var stoppedAtReturn = new AtomicInteger();
    Thread caller =
        new Thread(
            () -> {
              thrown.set(
                  catchThrowable(
                      () ->
                          LocalFits.onThreads(2)
                              .withListener(listener)
                              .run(
                                  List.of(
                                      task("a", 1, ENDLESS),
                                      task("b", 2, ENDLESS),
                                      task("c", 3, ENDLESS)))));
              stoppedAtReturn.set(stopped.get());
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    training.await();

    caller.interrupt();
    caller.join();

    assertThat(thrown.get())
        .isInstanceOf(CancellationException.class)
        .hasMessage("the run was cancelled");
    assertThat(stillInterrupted).isTrue(); // so that the caller's own loops end too
    assertThat(stoppedAtReturn).hasValue(3); // nothing trains on when run has returned
    assertThat(workers).hasSize(3);
    for (Thread worker : workers) {
      worker.join(); // the pool has let it go; it ends by itself
    }
  }

  @Test
  @Timeout(60)
  void interrupt_ofTheCaller_endsHelpersToo() throws Exception {
    Thread caller = Thread.currentThread();
    FitListener listener =
        event -> {
          if (event instanceof FitEvent.EpochEnded) {
            caller.interrupt();
          }
        };

    assertThatThrownBy(
            () -> LocalFits.onThreads(3).withListener(listener).run(List.of(task("a", 1, ENDLESS))))
        .isInstanceOf(CancellationException.class);

    assertThat(Thread.interrupted()).isTrue();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("stacking4j-fit-")) {
        thread.join();
      }
    }
  }

  @Test
  @Timeout(60)
  void interrupt_beforeTheRun_cancelsIt() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> LocalFits.onThreads(1).run(List.of(task("a", 1, ENDLESS))))
          .isInstanceOf(CancellationException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static FitTask diverging(String name, int fold, int epochs) {
    var network = TinyNetworks.linear(6, 3, new Sgd(Double.NaN), new LossMCXENT());
    FitSettings settings = SETTINGS.withBatchSize(40).withEpochs(epochs);
    return new FitTask(name, fold, 5, network, settings, DATA, null, fold);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void attempt_othersGoOn_andTheFailureIsThatOfTheFirstThatBegan(int threads) {
    FitTask a = task("a", 1, SETTINGS);
    FitTask b = task("b", 2, SETTINGS.withEpochs(5));
    // The longest begins first, and is the last to fail where all begin together.
    List<FitTask> tasks =
        List.of(a, diverging("x", 1, 2), diverging("x", 2, 50), diverging("x", 3, 2), b);

    for (int repeat = 0; repeat < 20; repeat++) {
      List<FitOutcome> outcomes = LocalFits.onThreads(threads).attempt(tasks);

      assertThat(((FitResult) outcomes.get(0)).network().parameters())
          .isEqualTo(LocalFits.onThreads(1).run(List.of(a)).get(0).network().parameters());
      assertThat(((FitResult) outcomes.get(4)).network().parameters())
          .isEqualTo(LocalFits.onThreads(1).run(List.of(b)).get(0).network().parameters());
      assertThat(outcomes.subList(1, 4))
          .allSatisfy(
              outcome -> assertThat(((FitException) outcome).fit()).isEqualTo("x, fold 2 of 5"));
      assertThat(((FitException) outcomes.get(1)).reason())
          .startsWith("training diverged: the parameters are no longer finite");
    }
  }

  @Test
  void attempt_doesNotBeginWhatIsOfAFailedOne() {
    List<String> begun = new ArrayList<>();
    List<FitTask> tasks =
        List.of(diverging("x", 1, 2), diverging("x", 2, 2), task("a", 1, SETTINGS.withEpochs(1)));

    LocalFits.onThreads(1)
        .withListener(
            event -> {
              if (event instanceof FitEvent.Started) {
                begun.add(event.task().describe());
              }
            })
        .attempt(tasks);

    assertThat(begun).containsExactlyInAnyOrder("x, fold 1 of 5", "a, all rows");
  }

  @Test
  @Timeout(60)
  void attempt_listenerThatFails_stopsAll() {
    // Whatever hears of fits would not hear of the others either.
    FitListener failing =
        event -> {
          if (event instanceof FitEvent.EpochEnded && event.task().name().equals("a")) {
            throw new IllegalStateException("the disk is full");
          }
          if (event instanceof FitEvent.Failed) {
            throw new IllegalStateException("and still");
          }
        };
    LocalFits fits = LocalFits.onThreads(2).withListener(failing);

    assertThatThrownBy(() -> fits.attempt(List.of(task("a", 1, ENDLESS), task("b", 2, ENDLESS))))
        .isInstanceOf(FitException.class)
        .hasMessage("a, all rows failed (seed 1): the disk is full");
  }

  @Test
  void attempt_checkpointThatCannotBeKept_stopsAll(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("taken"), "mine");
    LocalFits fits = LocalFits.onThreads(1).withCheckpoints(Checkpoints.in(file));

    assertThatThrownBy(() -> fits.attempt(List.of(task("a", 1, SETTINGS))))
        .isInstanceOf(FitException.class)
        .hasMessageContaining("cannot keep it in " + file);
  }

  @Test
  void attempt_ofARunnerThatCannot_runsOneNameAfterTheOther() {
    FitTask a = task("a", 1, SETTINGS);
    FitRunner plain = tasks -> LocalFits.onThreads(1).run(tasks);

    List<FitOutcome> outcomes =
        plain.attempt(List.of(diverging("x", 1, 2), a, diverging("x", 2, 2)));

    assertThat(((FitException) outcomes.get(0)).fit()).isEqualTo("x, fold 1 of 5");
    assertThat(outcomes.get(2)).isSameAs(outcomes.get(0));
    assertThat(((FitResult) outcomes.get(1)).network().parameters())
        .isEqualTo(plain.run(List.of(a)).get(0).network().parameters());
  }

  static List<Throwable> shortages() {
    var limit = new OutOfMemoryError("too high: 12G > 11G");
    var unable = new OutOfMemoryError("Cannot allocate new FloatPointer(9)");
    unable.initCause(limit);
    return List.of(
        limit,
        unable,
        new IllegalStateException(unable),
        new IllegalStateException("Allocation failed: [std::bad_alloc]"));
  }

  @ParameterizedTest
  @MethodSource("shortages")
  void memoryThatEnds_whoeverSaysSo_isToldInASentence(Throwable shortage) {
    FitListener failing =
        event -> {
          if (shortage instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) shortage;
        };

    assertThatThrownBy(
            () ->
                LocalFits.onThreads(1)
                    .withListener(failing)
                    .run(List.of(task("member 'a'", 1, ENDLESS))))
        .message()
        .matches(
            "member 'a', all rows failed \\(seed 1\\): it ran out of memory \\((too high: 12G > 11G|"
                + "Allocation failed: \\[std::bad_alloc\\])\\); run fewer fits at a time .*");
  }

  private static boolean anotherWorkerWaits() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("stacking4j-fit-"))
        .filter(thread -> thread != Thread.currentThread())
        .anyMatch(
            thread ->
                thread.getState() == Thread.State.BLOCKED
                    || thread.getState() == Thread.State.WAITING);
  }

  private static FitTask task(String name, long seed, FitSettings settings) {
    return new FitTask(name, 0, 0, Mlp.base(6, 3, 8), settings, DATA, null, seed);
  }

  private static List<float[]> parameters(List<FitResult> results) {
    return results.stream().map(result -> result.network().parameters()).toList();
  }
}
