package org.stacking4j.benchmark;

import java.util.Locale;

/** One line of JSON for one fit, the same from every library. */
final class FitLine {
  private FitLine() {}

  /**
   * @param who which library fitted
   * @param fit 1 for the first fit of its process, which also warms the JVM up, then 2, 3, …
   * @param threads fits side by side
   * @param seconds of the fit alone
   * @param accuracy on the first 5000 test rows
   */
  static void print(
      String who, int fit, int rows, int epochs, int threads, double seconds, double accuracy) {
    System.out.printf(
        Locale.ROOT,
        "{\"who\":\"%s\",\"fit\":%d,\"rows\":%d,\"epochs\":%d,\"threads\":%d,"
            + "\"seconds\":%.3f,\"accuracy\":%.4f}%n",
        who,
        fit,
        rows,
        epochs,
        threads,
        seconds,
        accuracy);
  }
}
