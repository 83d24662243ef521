package org.stacking4j.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a run cleanly when the process is asked to end, as by Ctrl-C: its thread is interrupted, and
 * gets a moment to leave no half-written file.
 */
final class Interruption {
  /** Something that takes long. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  private static final int SECONDS = 2;
  private static volatile boolean asked;

  private Interruption() {}

  /** Whether the process is about to end, so that nobody needs to hear of what fails now. */
  static boolean asked() {
    return asked;
  }

  /**
   * Runs something on this thread.
   *
   * @param goodbye what is said when the process was asked to end meanwhile
   */
  static <T> T watch(Work<T> work, Runnable goodbye) throws IOException {
    Thread worker = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              asked = true;
              worker.interrupt();
              try {
                // One that takes longer is cut off, which costs no more than a kill does.
                boolean unused = ended.await(SECONDS, TimeUnit.SECONDS);
                goodbye.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stacking4j-interruption");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.run();
    } finally {
      ended.countDown();
      forget(hook);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it runs just now
    }
  }
}
