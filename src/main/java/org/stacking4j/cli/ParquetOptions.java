package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.spark.SparkFiles;
import picocli.CommandLine.Option;

/** How rows in Parquet files are answered for: by Spark. */
final class ParquetOptions {
  private static final String PARQUET = "parquet:";

  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "With --data parquet:PATH, which Apache Spark reads: its master, such as spark://HOST:7077"
              + " or local[2] (what spark-submit says). --out is then a new folder of Parquet files,"
              + " or of CSV files if it ends in .csv.")
  private String master = "";

  /**
   * Lets Spark answer, if the data is its business.
   *
   * @return whether it was
   */
  boolean answers(
      SparkFiles.Question question, StackingEnsemble ensemble, String data, Path out, Output output)
      throws IOException {
    if (!data.toLowerCase(Locale.ROOT).startsWith(PARQUET)) {
      if (!master.isEmpty()) {
        throw new IllegalArgumentException(
            "--master is Spark's, which data '"
                + data
                + "' does not need; use parquet:PATH, or leave it out");
      }
      return false;
    }
    SparkFiles.ask(ensemble, question, data.substring(PARQUET.length()), out.toString(), master);
    if (output.isJson()) {
      output.print(Output.object().put("file", out.toString()));
    } else {
      output.say("All rows answered in " + out);
    }
    return true;
  }
}
