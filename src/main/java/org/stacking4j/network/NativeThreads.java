package org.stacking4j.network;

import org.nd4j.linalg.factory.Nd4j;

/**
 * Keeps ND4J's native operations on one thread.
 *
 * <p>Members are fitted side by side, one Java thread each: native threads on top of that slow
 * small networks down several times, and how a matrix product is split over threads changes its
 * last bits. The setting holds for the whole process.
 */
public final class NativeThreads {
  private static volatile boolean set;

  private NativeThreads() {}

  /**
   * Sets OpenMP and BLAS to one thread each; it takes up to some milliseconds, because JavaCPP
   * looks for every BLAS it knows.
   */
  public static void useOne() {
    Nd4j.getEnvironment().setMaxMasterThreads(1);
    Nd4j.factory().blas().setMaxThreads(1);
    set = true;
  }

  /**
   * The same, but only if this process has not done so before, so that a few rows are answered in
   * less time. What somebody else has set since then stays until the next fit.
   */
  public static void useOneAtFirst() {
    if (!set) {
      useOne();
    }
  }
}
