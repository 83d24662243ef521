package org.stacking4j.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.Memory;
import org.stacking4j.train.FitEvent;
import org.stacking4j.train.FitException;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.ShippedFit;
import scala.Function1;
import scala.collection.Iterator;

/**
 * What an executor does: one fit, on the thread of its slot.
 *
 * @param rows what it learns from
 * @param heldOut what it answers for, or null
 * @param epochs where it tells how far it is
 */
record FitCell(RowsThere rows, @Nullable RowsThere heldOut, Epochs epochs)
    implements Function1<Iterator<byte[]>, FitCell.Answer>, Serializable {
  /** What came of a fit that was made, or failed: then making it again would not help. */
  static final class Answer implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte[] fit;
    private final String reason;
    private final String cause;

    private Answer(byte[] fit, String reason, String cause) {
      this.fit = fit;
      this.reason = reason;
      this.cause = cause;
    }

    /** As {@link ShippedFit#fit} gave it; empty if it failed. */
    byte[] fit() {
      return fit;
    }

    /** Why it failed. */
    String reason() {
      return reason;
    }

    /** What was thrown, in words. */
    String cause() {
      return cause;
    }
  }

  @Override
  public Answer apply(Iterator<byte[]> shipped) {
    try {
      return fit(shipped.next());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer fit(byte[] shipped) throws IOException {
    FitTask task =
        ShippedFit.fromBytes(shipped, rows.get(), heldOut == null ? null : heldOut.get());
    try {
      return new Answer(ShippedFit.fit(task, this::hear), "", "");
    } catch (FitException e) {
      String reason =
          Memory.shortage(e)
              .map(
                  shortage ->
                      "its executor ran out of memory ("
                          + shortage
                          + "); give executors more (spark.executor.memory, in which Java's heap is,"
                          + " and spark.executor.memoryOverhead) or fewer cores, or take smaller"
                          + " batches or networks")
              .orElse(e.reason());
      return new Answer(new byte[0], reason, String.valueOf(e.getCause()));
    }
  }

  private void hear(FitEvent event) {
    if (event instanceof FitEvent.EpochEnded ended) {
      epochs.add(new Epochs.Last(ended.epoch(), ended.loss()));
    }
  }
}
