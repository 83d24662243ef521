package org.stacking4j.train;

import java.util.concurrent.CancellationException;
import org.stacking4j.fused.Crew;

/**
 * What a fit has of the threads of this process: whether it may go on, and who helps it. One
 * thread's, but for {@link #crew}.
 */
public final class Turn implements AutoCloseable {
  private final Turns turns;
  private final double work;
  private final Crew crew;
  private volatile double left;
  private long since;
  private long waited;

  Turn(Turns turns, double work, Crew crew) {
    this.turns = turns;
    this.work = work;
    this.crew = crew;
    this.left = work;
  }

  /** That of a fit with nobody beside it. */
  static Turn alone() {
    Turn turn = new Turns(1, 1).of(1);
    turn.begin();
    return turn;
  }

  /**
   * {@return threads that have nothing else to do and would help; to be closed by a place that
   * cannot use them}
   */
  public Crew crew() {
    return crew;
  }

  /** How much is left to do. */
  double left() {
    return left;
  }

  /**
   * Waits until the fit may begin.
   *
   * @throws CancellationException if the thread is interrupted
   */
  void begin() {
    turns.begin(this);
    since = System.nanoTime();
  }

  /**
   * Is called between steps, and returns when the fit may go on: mostly at once, sometimes after
   * others had their turn.
   *
   * @param done how much of the fit is, from 0 to 1
   * @throws CancellationException if the thread is interrupted
   */
  void goOn(double done) {
    long now = System.nanoTime();
    if (now - since >= turns.length()) {
      left = work * (1 - done);
      turns.change(this);
      since = System.nanoTime();
      waited += since - now;
    }
  }

  /** As {@link System#nanoTime}, but that it stands still while the fit waits for its turn. */
  long nanoTime() {
    return System.nanoTime() - waited;
  }

  @Override
  public void close() {
    crew.close();
    turns.end(this);
  }
}
