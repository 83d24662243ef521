package org.stacking4j.train;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.stacking4j.fused.Crew;

/**
 * Who of the fits of a run goes on, if more are under way than may train at once: those that have
 * the most left to do. Three fits of a length on two threads then end together after one and a half
 * times their length, and no thread has been idle (McNaughton 1959, "Scheduling with deadlines and
 * loss functions").
 *
 * <p>A turn is far longer than a step. Whose turn it is changes no bit, because each fit goes on by
 * itself, on a thread of its own. Thread-safe.
 */
final class Turns {
  private static final long LENGTH = 100_000_000;

  private final int atOnce;
  private final long length;
  private final Set<Turn> waiting = new HashSet<>();
  private final Set<Turn> training = new HashSet<>();
  private int notEnded;
  private int helping;

  /**
   * @param atOnce how many may train at once
   * @param fits how many there are in all
   */
  Turns(int atOnce, int fits) {
    this(atOnce, fits, LENGTH);
  }

  /**
   * @param length of a turn at least, in nanoseconds
   */
  Turns(int atOnce, int fits, long length) {
    this.atOnce = atOnce;
    this.length = length;
    this.notEnded = fits;
  }

  /**
   * One fit's part in this.
   *
   * @param work how much there is to do, in any unit
   */
  Turn of(double work) {
    return new Turn(this, work, new Crew());
  }

  /** Waits until a fit may go on. */
  synchronized void begin(Turn turn) {
    waiting.add(turn);
    try {
      while (training.size() == atOnce || !hasMostLeft(turn)) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("cancelled while it waited for its turn");
    } finally {
      waiting.remove(turn);
      notifyAll();
    }
    training.add(turn);
  }

  /** Lets another one go on that has more left to do. */
  synchronized void change(Turn turn) {
    if (waiting.stream().anyMatch(other -> other.left() > turn.left())) {
      training.remove(turn);
      notifyAll();
      begin(turn);
    }
  }

  /** Ends a fit's part. */
  synchronized void end(Turn turn) {
    training.remove(turn);
    notEnded--;
    notifyAll();
  }

  /**
   * Waits until there is a thread without a fit to train; false if no fit is left to help with, or
   * the calling thread is interrupted.
   */
  synchronized boolean mayHelp() {
    try {
      while (notEnded > 0 && notEnded + helping >= atOnce) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    helping++;
    return notEnded > 0;
  }

  private boolean hasMostLeft(Turn turn) {
    return waiting.stream().noneMatch(other -> other.left() > turn.left());
  }

  /** How long a turn is at least, in nanoseconds. */
  long length() {
    return length;
  }
}
