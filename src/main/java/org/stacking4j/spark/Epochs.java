package org.stacking4j.spark;

import java.io.Serializable;
import org.apache.spark.util.AccumulatorV2;

/** How far a fit is; its executor tells the driver every few seconds. */
final class Epochs extends AccumulatorV2<Epochs.Last, Epochs.Last> {
  private static final long serialVersionUID = 1;

  /**
   * The last epoch that has ended.
   *
   * @param epoch 1-based, 0 for none
   * @param loss mean training loss of the epoch
   */
  record Last(int epoch, double loss) implements Serializable {
    static final Last NONE = new Last(0, 0);
  }

  private volatile Last last = Last.NONE; // the heartbeat reads it from a thread of its own

  @Override
  public boolean isZero() {
    return last.epoch() == 0;
  }

  @Override
  public AccumulatorV2<Last, Last> copy() {
    Epochs copy = new Epochs();
    copy.last = last;
    return copy;
  }

  @Override
  public void reset() {
    last = Last.NONE;
  }

  @Override
  public void add(Last other) {
    last = other;
  }

  @Override
  public void merge(AccumulatorV2<Last, Last> other) {
    if (other.value().epoch() > last.epoch()) {
      last = other.value();
    }
  }

  @Override
  public Last value() {
    return last;
  }
}
