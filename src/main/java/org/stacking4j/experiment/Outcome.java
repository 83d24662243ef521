package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.Path;

/** What a run found out on the test rows, for either task. */
public sealed interface Outcome permits Findings, RegressionFindings {
  /** {@return everything that was judged, as a table in plain text} */
  String board();

  /** {@return one sentence on the last stack: whether it beats the strongest fair average} */
  String verdict();

  /**
   * Writes the table as CSV, whole or not at all.
   *
   * @param file the CSV file; its folder must exist
   * @throws IOException if it cannot be written; the message names it
   */
  void writeBoard(Path file) throws IOException;
}
