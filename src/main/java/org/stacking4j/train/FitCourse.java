package org.stacking4j.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;

/** How far one fit has come: its epochs, and what is kept of them. Used by one thread. */
final class FitCourse {
  private final FitTask task;
  private final Trainer trainer;
  private final TrainingSteps steps;
  private final @Nullable HeldBack heldBack;
  private final Turn turn;
  private final List<Double> losses = new ArrayList<>();
  private final List<FitResult> snapshots = new ArrayList<>();
  private long start; // moved back by the time of an earlier run
  private long since;
  private long kept;
  private boolean over;

  /**
   * @param heldBack what early stopping looks at, or null
   * @param turn whose clock counts
   * @param start when the fit began by that
   */
  FitCourse(
      FitTask task,
      Trainer trainer,
      TrainingSteps steps,
      @Nullable HeldBack heldBack,
      Turn turn,
      long start) {
    this.task = task;
    this.trainer = trainer;
    this.steps = steps;
    this.heldBack = heldBack;
    this.turn = turn;
    this.start = start;
    since = start;
    kept = start;
  }

  /** How many epochs are over. */
  int epochs() {
    return losses.size();
  }

  /** Whether it stops early. */
  boolean isOver() {
    return over;
  }

  /** Whether its time is up; that of an earlier run that it goes on from counts. */
  boolean takesTooLong() {
    Duration timeout = task.settings().timeout();
    return !timeout.isZero() && Duration.ofNanos(turn.nanoTime() - start).compareTo(timeout) > 0;
  }

  /**
   * Counts an epoch.
   *
   * @param parameters at its end
   * @param network what a fitted network of given parameters is
   */
  void endEpoch(double loss, float[] parameters, Function<float[], TrainedNetwork> network) {
    losses.add(loss);
    if (task.snapshots().contains(epochs())) {
      long now = turn.nanoTime();
      snapshots.add(new FitResult(network.apply(parameters), losses, (now - since) / 1e9, trainer));
      since = now;
    }
    over = heldBack != null && heldBack.endEpoch(parameters);
  }

  /** What came of it. */
  FitResult result(Function<float[], TrainedNetwork> network) {
    float[] last = steps.parameters();
    float[] best = heldBack == null ? last : heldBack.best(last);
    List<Double> until = heldBack == null ? losses : heldBack.until(losses);
    double seconds = (turn.nanoTime() - start) / 1e9;
    return new FitResult(network.apply(best), until, seconds, trainer, snapshots);
  }

  /** Goes on from where an earlier run of the same fit was kept, if it was. */
  void takeUp(Checkpoints checkpoints) {
    checkpoints.begun(
        task,
        in -> {
          restore(in);
          return this;
        });
  }

  /** Keeps how far it has come, if that is worth it. */
  void keep(Checkpoints checkpoints) {
    long now = turn.nanoTime();
    if (now - kept >= checkpoints.interval().toNanos()) {
      checkpoints.keep(task, this::save);
      kept = now;
    }
  }

  private void save(DataOutput out) throws IOException {
    long now = turn.nanoTime();
    out.writeUTF(trainer.name());
    out.writeLong(now - start);
    out.writeLong(now - since);
    Checkpoints.writeDoubles(losses, out);
    Checkpoints.writeSnapshots(snapshots, out);
    if (heldBack != null) {
      heldBack.save(out);
    }
    steps.save(out);
  }

  private void restore(DataInput in) throws IOException {
    Trainer saved = Trainer.valueOf(in.readUTF());
    if (saved != trainer) {
      throw new IOException("its steps were computed by trainer " + saved);
    }
    long now = turn.nanoTime();
    long total = in.readLong();
    long sinceSnapshot = in.readLong();
    List<Double> ofEpochs = Checkpoints.readDoubles(in);
    List<FitResult> taken = Checkpoints.readSnapshots(task, trainer, in);
    try {
      if (heldBack != null) {
        heldBack.restore(in);
      }
      steps.restore(in);
    } catch (IOException e) { // half restored, it must not go on
      throw new UncheckedIOException("its checkpoint is of another version; delete it", e);
    }
    start = now - total;
    since = now - sinceSnapshot;
    losses.addAll(ofEpochs);
    snapshots.addAll(taken);
  }
}
