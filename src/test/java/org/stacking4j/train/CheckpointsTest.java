package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;

final class CheckpointsTest {
  private static final int EPOCHS = 6;
  private static final LabeledData DATA = TinyData.blobs(70, 5, 3, 1);
  private static final FitSettings SETTINGS = new FitSettings(EPOCHS, 16, 2, true);

  @TempDir private Path folder;

  /** Batch normalisation, dropout, Adam: all that a fit keeps from step to step. */
  private static FitTask task(Trainer trainer) {
    return task(trainer, null, List.of(), null, false);
  }

  private static FitTask task(FitSettings settings) {
    return task(settings, null, List.of(), null, false);
  }

  private static FitTask task(
      Trainer trainer,
      @Nullable INDArray margin,
      List<Integer> snapshots,
      @Nullable EarlyStopping stopping,
      boolean cyclic) {
    return task(SETTINGS.withTrainer(trainer), margin, snapshots, stopping, cyclic);
  }

  private static FitTask task(
      FitSettings settings,
      @Nullable INDArray margin,
      List<Integer> snapshots,
      @Nullable EarlyStopping stopping,
      boolean cyclic) {
    return new FitTask(
        "member 'a'",
        2,
        3,
        1,
        Mlp.base(4, 3, 8, 8),
        settings,
        DATA.balanced(),
        margin,
        7,
        List.of(4, 0, 1, 2),
        snapshots,
        stopping,
        cyclic,
        false,
        null);
  }

  private static FitTask numbers(Trainer trainer) {
    LabeledData data = TinyData.numbers(70, 4, 2, 1);
    return new FitTask(
        "member 'a'",
        0,
        0,
        Mlp.table(data.task(), 4, 2, 8),
        SETTINGS.withTrainer(trainer),
        data,
        null,
        7);
  }

  static Stream<Arguments> fits() {
    INDArray margin = Nd4j.linspace(-1, 1, 210).castTo(DataType.FLOAT).reshape(70, 3);
    return Stream.of(Trainer.FUSED, Trainer.DL4J)
        .flatMap(
            trainer ->
                Stream.of(
                    Arguments.of(trainer + ", plain", task(trainer)),
                    Arguments.of(
                        trainer + ", margin and snapshots",
                        task(trainer, margin, List.of(2, 4), null, false)),
                    Arguments.of(
                        trainer + ", cycles", task(trainer, null, List.of(2, 4), null, true)),
                    Arguments.of(
                        trainer + ", early stopping",
                        task(trainer, null, List.of(), new EarlyStopping(0.3, 6), false)),
                    Arguments.of(
                        trainer + ", early stopping that stops",
                        task(trainer, null, List.of(), new EarlyStopping(0.3, 1), false)),
                    Arguments.of(trainer + ", targets", numbers(trainer))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fits")
  void run_afterAFinishedOne_takesItUp(String what, FitTask task) {
    FitResult whole = run(List.of(task), Checkpoints.in(folder), FitListener.NONE).get(0);
    List<FitEvent> events = new ArrayList<>();

    FitResult again = run(List.of(task), Checkpoints.in(folder), events::add).get(0);

    assertThat(events).containsExactly(new FitEvent.Restored(task));
    assertSameBits(again, whole);
    assertThat(again.seconds()).isEqualTo(whole.seconds());
    assertThat(again.network().columns()).isEqualTo(task.columns());
    assertThat(files(folder)).allMatch(file -> file.endsWith(".fit")).hasSize(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fits")
  void run_afterOneThatDiedInAnyEpoch_goesOnAndGivesTheSameBits(String what, FitTask task)
      throws IOException {
    FitResult whole = NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null);
    int epochs = whole.epochLosses().size();
    for (int died = 2; died <= epochs; died++) {
      Path own = Files.createDirectory(folder.resolve("epoch-" + died));
      Checkpoints checkpoints = Checkpoints.in(own).every(Duration.ZERO);
      int last = died;
      assertThatExceptionOfType(CancellationException.class)
          .isThrownBy(() -> run(List.of(task), checkpoints, dyingIn(last)));
      List<FitEvent> events = new ArrayList<>();

      FitResult again = run(List.of(task), checkpoints, events::add).get(0);

      assertSameBits(again, whole);
      assertThat(
              events.stream()
                  .filter(FitEvent.EpochEnded.class::isInstance)
                  .mapToInt(event -> ((FitEvent.EpochEnded) event).epoch()))
          .as("epochs after the one that died, " + died)
          .first()
          .isEqualTo(died);
      assertThat(files(own)).allMatch(file -> file.endsWith(".fit")).hasSize(1);
    }
  }

  @Test
  void timeout_countsTheTimeOfAnEarlierRun() {
    FitSettings own = SETTINGS.withTrainer(Trainer.FUSED);
    FitTask task = task(own);
    Checkpoints checkpoints = Checkpoints.in(folder).every(Duration.ZERO);
    FitListener slowAndDying =
        event -> {
          if (event instanceof FitEvent.EpochEnded ended && ended.epoch() == 1) {
            sleep(1100);
          }
          dyingIn(3).onEvent(event);
        };
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> run(List.of(task), checkpoints, slowAndDying));
    FitTask limited = task(own.withTimeout(Duration.ofSeconds(1)));

    assertThatExceptionOfType(FitException.class)
        .isThrownBy(() -> run(List.of(limited), checkpoints, FitListener.NONE))
        .withMessage(
            "member 'a', fold 2 of 3 failed (seed 7): it took longer than 1 s, in epoch 3; allow"
                + " more by timeout, or fewer epochs");
    // With more time it goes on from there.
    FitResult whole =
        run(List.of(task(own.withTimeout(Duration.ofHours(1)))), checkpoints, FitListener.NONE)
            .get(0);
    assertSameBits(whole, NetworkFitter.fit(task, FitListener.NONE, Turn.alone(), null));
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void run_keepsNothingOfAShortFitBeforeItsEnd() {
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () -> run(List.of(task(Trainer.FUSED)), Checkpoints.in(folder), dyingIn(EPOCHS)));

    assertThat(files(folder)).isEmpty();
  }

  @Test
  void run_takesUpSomeAndFitsTheOthers() {
    FitTask first = task(Trainer.FUSED);
    FitTask second = first.within("stack 'inner'");
    run(List.of(first), Checkpoints.in(folder), FitListener.NONE);
    List<FitEvent> events = new ArrayList<>();

    List<FitResult> both = run(List.of(second, first), Checkpoints.in(folder), events::add);

    assertThat(events).filteredOn(event -> event.task().equals(first)).hasSize(1);
    assertThat(events).filteredOn(FitEvent.EpochEnded.class::isInstance).hasSize(EPOCHS);
    List<FitResult> plain = LocalFits.onThreads(1).run(List.of(second, first));
    assertSameBits(both.get(0), plain.get(0));
    assertSameBits(both.get(1), plain.get(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "half", "bit", "longer", "other fit"})
  void run_whereTheFileIsNotWhole_fitsAnew(String how) throws IOException {
    FitTask task = task(Trainer.FUSED);
    FitResult whole = run(List.of(task), Checkpoints.in(folder), FitListener.NONE).get(0);
    Path file = folder.resolve(files(folder).get(0));
    byte[] bytes = Files.readAllBytes(file);
    switch (how) {
      case "empty" -> bytes = new byte[0];
      case "half" -> bytes = Arrays.copyOf(bytes, bytes.length / 2);
      case "bit" -> bytes[bytes.length / 2] ^= 4;
      case "longer" -> bytes = Arrays.copyOf(bytes, bytes.length + 1);
      default -> {
        FitTask other = task(Trainer.DL4J);
        Path elsewhere = folder.resolve("elsewhere");
        run(List.of(other), Checkpoints.in(elsewhere), FitListener.NONE);
        try (Stream<Path> its = Files.list(elsewhere)) {
          bytes = Files.readAllBytes(its.findFirst().orElseThrow());
        }
      }
    }
    Files.write(file, bytes);
    List<FitEvent> events = new ArrayList<>();

    FitResult again = run(List.of(task), Checkpoints.in(folder), events::add).get(0);

    assertThat(events).noneMatch(FitEvent.Restored.class::isInstance).hasSize(EPOCHS + 2);
    assertSameBits(again, whole);
    List<FitEvent> third = new ArrayList<>();
    run(List.of(task), Checkpoints.in(folder), third::add);
    assertThat(third).as("mended").containsExactly(new FitEvent.Restored(task));
  }

  @Test
  void anew_takesUpNothing_butKeeps() throws IOException {
    FitTask task = task(Trainer.FUSED);
    run(List.of(task), Checkpoints.in(folder), FitListener.NONE);
    List<FitEvent> events = new ArrayList<>();

    run(List.of(task), Checkpoints.in(folder).anew(), events::add);

    assertThat(events).noneMatch(FitEvent.Restored.class::isInstance);
    assertThat(Checkpoints.in(folder).count()).isEqualTo(1);
  }

  @Test
  void count_whereThereIsNoFolder() throws IOException {
    assertThat(Checkpoints.in(folder.resolve("none")).count()).isZero();
  }

  @Test
  void run_whereNothingCanBeKept_saysWhichFitAndFile() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatExceptionOfType(FitException.class)
        .isThrownBy(() -> run(List.of(task(Trainer.FUSED)), Checkpoints.in(file), FitListener.NONE))
        .withMessageContaining("member 'a', fold 2 of 3 failed (seed 7): cannot keep it in ")
        .withMessageContaining(file.toString())
        .withCauseInstanceOf(UncheckedIOException.class);
  }

  private static List<FitResult> run(
      List<FitTask> tasks, Checkpoints checkpoints, FitListener listener) {
    return LocalFits.onThreads(1).withListener(listener).withCheckpoints(checkpoints).run(tasks);
  }

  private static FitListener dyingIn(int epoch) {
    return event -> {
      if (event instanceof FitEvent.EpochEnded ended && ended.epoch() == epoch) {
        throw new CancellationException("died");
      }
    };
  }

  private static void assertSameBits(FitResult own, FitResult other) {
    assertThat(own.network().parameters()).isEqualTo(other.network().parameters());
    assertThat(own.epochLosses()).isEqualTo(other.epochLosses());
    assertThat(own.trainer()).isEqualTo(other.trainer());
    assertThat(own.snapshots()).hasSameSizeAs(other.snapshots());
    for (int i = 0; i < own.snapshots().size(); i++) {
      assertSameBits(own.snapshots().get(i), other.snapshots().get(i));
    }
  }

  private static List<String> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
