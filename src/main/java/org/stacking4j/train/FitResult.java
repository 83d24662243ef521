package org.stacking4j.train;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;

/**
 * What came of a {@link FitTask}, or a network that came fitted. Immutable.
 *
 * @param network the fitted network
 * @param epochLosses mean training loss of each epoch, dropout and row weights included, in epoch
 *     order; for targets the squared error in units of their variance. With early stopping those
 *     until the epoch whose network was kept.
 * @param seconds wall time of the fit while it trained, not while it waited for its turn
 * @param trainer what computed its steps: {@code FUSED} or {@code DL4J}, or {@code NONE} if it came
 *     fitted
 * @param snapshots the network after each epoch the task names, in order, with the losses until
 *     then and the seconds since the snapshot before
 * @param heldOut what it said of the rows that were held out, if it was asked for them; null if not
 */
public record FitResult(
    TrainedNetwork network,
    List<Double> epochLosses,
    double seconds,
    Trainer trainer,
    List<FitResult> snapshots,
    @Nullable HeldOutLogits heldOut)
    implements FitOutcome {
  /**
   * Copies the lists.
   *
   * @param network the fitted network
   * @param epochLosses mean training loss of each epoch, in epoch order
   * @param seconds wall time of the fit while it trained, not while it waited for its turn
   * @param trainer what computed its steps
   * @param snapshots networks from the midst of training, in order
   * @param heldOut what it said of rows that were held out, or null
   */
  public FitResult {
    epochLosses = List.copyOf(epochLosses);
    snapshots = List.copyOf(snapshots);
  }

  /**
   * A fit that was asked for no rows.
   *
   * @param network the fitted network
   * @param epochLosses mean training loss of each epoch, in epoch order
   * @param seconds wall time of the fit while it trained, not while it waited for its turn
   * @param trainer what computed its steps
   * @param snapshots networks from the midst of training, in order
   */
  public FitResult(
      TrainedNetwork network,
      List<Double> epochLosses,
      double seconds,
      Trainer trainer,
      List<FitResult> snapshots) {
    this(network, epochLosses, seconds, trainer, snapshots, null);
  }

  /**
   * A fit without snapshots.
   *
   * @param network the fitted network
   * @param epochLosses mean training loss of each epoch, in epoch order
   * @param seconds wall time of the fit while it trained, not while it waited for its turn
   * @param trainer what computed its steps
   */
  public FitResult(
      TrainedNetwork network, List<Double> epochLosses, double seconds, Trainer trainer) {
    this(network, epochLosses, seconds, trainer, List.of());
  }

  /** {@return the last network alone, with the seconds since the last snapshot} */
  public FitResult withoutSnapshots() {
    if (snapshots.isEmpty()) {
      return this;
    }
    double before = snapshots.stream().mapToDouble(FitResult::seconds).sum();
    return new FitResult(network, epochLosses, seconds - before, trainer, List.of(), heldOut);
  }

  /** The same fit, asked for these rows, as its snapshots are; itself if there are none. */
  FitResult answering(@Nullable LabeledData rows) {
    return rows == null
        ? this
        : new FitResult(
            network,
            epochLosses,
            seconds,
            trainer,
            snapshots.stream().map(snapshot -> snapshot.answering(rows)).toList(),
            HeldOutLogits.of(network, rows));
  }

  /**
   * {@return what stands for a network that came fitted: no losses, no time}
   *
   * @param network the network as it came
   */
  public static FitResult prefit(TrainedNetwork network) {
    return new FitResult(network, List.of(), 0, Trainer.NONE);
  }
}
