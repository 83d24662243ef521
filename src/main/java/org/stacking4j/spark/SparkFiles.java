package org.stacking4j.spark;

import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.stacking4j.StackingEnsemble;

/**
 * Answers for Parquet files, which Spark reads and writes: files, folders of them, or whatever else
 * it has a path for.
 */
public final class SparkFiles {
  private SparkFiles() {}

  /** What is asked. */
  public enum Question {
    /** {@link SparkAnswers#predictions}. */
    PREDICTIONS,
    /** {@link SparkAnswers#metaFeatures}. */
    META_FEATURES
  }

  /**
   * Reads rows and writes them with their answers behind them.
   *
   * @param ensemble whom to ask
   * @param question what is asked
   * @param rows where the Parquet files are
   * @param answers the folder they go to, which must not be there: of CSV files with a header if
   *     its name ends in {@code .csv}, which have no arrays and so not the column {@code features},
   *     else of Parquet files
   * @param master as for {@link SparkRun#open}
   * @throws IllegalArgumentException if Spark is missing, or the rows are not as the ensemble needs
   *     them
   * @throws IOException if they cannot be read, or the answers not be written
   */
  public static void ask(
      StackingEnsemble ensemble, Question question, String rows, String answers, String master)
      throws IOException {
    try (SparkRun run = SparkRun.open(master)) {
      ask(run.session(), ensemble, question, rows, answers);
    }
  }

  private static void ask(
      SparkSession session,
      StackingEnsemble ensemble,
      Question question,
      String rows,
      String answers)
      throws IOException {
    try {
      SparkAnswers asked = SparkAnswers.of(session, ensemble);
      Dataset<Row> read = session.read().parquet(rows);
      Dataset<Row> answered =
          question == Question.PREDICTIONS ? asked.predictions(read) : asked.metaFeatures(read);
      if (answers.endsWith(".csv")) {
        answered.drop(RowFeatures.FEATURES).write().option("header", true).csv(answers);
      } else {
        answered.write().parquet(answers);
      }
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (Exception e) { // Spark also throws checked ones that it does not declare
      throw new IOException("cannot answer for " + rows + ": " + reason(e), e);
    }
  }

  /** What the innermost cause says, in its first line: around it is only where it happened. */
  private static String reason(Throwable e) {
    Throwable innermost = e;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    return String.valueOf(innermost.getMessage()).lines().findFirst().orElse("");
  }
}
