package org.stacking4j.fused;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that trains a network, and threads that have nothing else to do and {@link #help} it.
 *
 * <p>Work is cut into parts at places that depend on its size only, whoever computes them, so the
 * number of helpers changes no bit. Helpers may come at any time. Nothing is allocated per step.
 *
 * <p>{@link #run} is for one thread at a time, everything else for any.
 */
public final class Crew implements AutoCloseable {
  /*
   * Pieces of work last some 100 µs and come as far apart; it takes as long to wake a thread up. So
   * whoever waits keeps trying for longer than that. If nothing comes, it is no training step that
   * goes on, or other programs need the processors.
   */
  private static final long PATIENCE = 300_000; // nanoseconds
  private static final long NAP = 50_000;
  private static final long HELPERS_NAP = 1_000_000;

  static final int MOST = 8; // threads

  private final AtomicInteger helpers = new AtomicInteger();
  private final AtomicInteger unclaimed = new AtomicInteger();
  private final AtomicInteger unfinished = new AtomicInteger();
  private Work work = part -> {}; // may be read once a part is claimed, and until it is finished
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /** Work whose parts may be done in any order and at once. */
  @FunctionalInterface
  interface Work {
    /** Does one part, counted from 0. */
    void part(int part);
  }

  /**
   * Does all parts and returns when they are done.
   *
   * @throws RuntimeException or an error, if a part threw it
   */
  void run(int parts, Work all) {
    if (parts == 1 || helpers.get() == 0) {
      for (int part = 0; part < parts; part++) {
        all.part(part);
      }
      return;
    }
    work = all;
    unfinished.set(parts);
    unclaimed.set(parts);
    int part = claim();
    while (part >= 0) {
      finish(part);
      part = claim();
    }
    long since = System.nanoTime();
    while (unfinished.get() > 0) {
      pause(since, NAP);
    }
    @Nullable Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }

  /** {@return how many threads help at the moment} */
  public int helpers() {
    return helpers.get();
  }

  /** {@return whether it is open and another helper would find something to do} */
  public boolean hasRoom() {
    return !closed && helpers() < MOST - 1;
  }

  /**
   * Helps until the crew is closed or the calling thread is interrupted; what it has begun, it
   * finishes.
   */
  public void help() {
    helpers.incrementAndGet();
    long since = System.nanoTime();
    while (!closed && !Thread.currentThread().isInterrupted()) {
      int part = claim();
      if (part >= 0) {
        finish(part);
        since = System.nanoTime();
      } else {
        pause(since, HELPERS_NAP);
      }
    }
    helpers.decrementAndGet();
  }

  /** Sends the helpers away. */
  @Override
  public void close() {
    closed = true;
  }

  /** A part that nobody else does, or −1 if there is none left. */
  private int claim() {
    int left = unclaimed.get();
    while (left > 0 && !unclaimed.compareAndSet(left, left - 1)) {
      left = unclaimed.get();
    }
    return left - 1;
  }

  private void finish(int part) {
    try {
      work.part(part);
    } catch (RuntimeException | Error e) { // a helper's too must reach whoever waits for it
      failure = e;
    }
    unfinished.decrementAndGet();
  }

  private void pause(long since, long nap) {
    if (System.nanoTime() - since < PATIENCE) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(this, nap);
    }
  }
}
