package org.stacking4j.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MetaFeatures;

/**
 * Asks an ensemble for the rows of Spark data sets, partition by partition; it goes to each
 * executor once. Answers stand behind the columns that rows have already. Immutable and
 * thread-safe.
 *
 * <p>If the ensemble was fitted on a table, rows have that table's columns, by their names, in any
 * order and beside others: numbers, and categories as text or whatever becomes the same text. Where
 * numbers may be missing, they may be null or NaN. Otherwise rows have a column {@code features},
 * an array of numbers, as many as the ensemble has {@linkplain StackingEnsemble#columns columns}.
 *
 * <p>The networks are asked for 2048 rows of a partition at a time. Other partitions may change the
 * last bits of a row's answers, as other company does everywhere.
 */
public final class SparkAnswers {
  private final StackingEnsemble ensemble;
  private final Broadcast<byte[]> archive;

  private SparkAnswers(StackingEnsemble ensemble, Broadcast<byte[]> archive) {
    this.ensemble = ensemble;
    this.archive = archive;
  }

  /**
   * Sends an ensemble to the executors of a session, which must have this library's jars.
   *
   * @param session stays open
   * @param ensemble whose archive is below 2 GB; its networks have Deeplearning4j's own layers
   * @return the ensemble, ready to be asked
   */
  public static SparkAnswers of(SparkSession session, StackingEnsemble ensemble) {
    try {
      Path file = Files.createTempFile("stacking4j-", ".zip");
      try {
        ensemble.save(file);
        byte[] bytes = Files.readAllBytes(file);
        return new SparkAnswers(
            ensemble, JavaSparkContext.fromSparkContext(session.sparkContext()).broadcast(bytes));
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the ensemble cannot be sent: " + e.getMessage(), e);
    }
  }

  /**
   * {@return the rows with what is predicted: a column {@code class}, and a {@code
   * probability_NAME} for each class; or a {@code value_NAME} for each target}
   *
   * @param rows with the ensemble's columns, by their names
   * @throws IllegalArgumentException if the rows lack a column, have one of another type, or one
   *     with the name of an answer
   */
  public Dataset<Row> predictions(Dataset<Row> rows) {
    if (ensemble.task() == Task.REGRESSION) {
      return ask(rows, Asking.What.VALUES, List.of(), prefixed("value_"));
    }
    return ask(rows, Asking.What.PROBABILITIES, List.of("class"), prefixed("probability_"));
  }

  /**
   * {@return the rows with the ensemble's logits: a column {@code logit_NAME} for each class}
   *
   * @param rows with the ensemble's columns, by their names
   * @throws IllegalArgumentException as {@link #predictions} does, or if it predicts targets
   */
  public Dataset<Row> logits(Dataset<Row> rows) {
    if (ensemble.task() == Task.REGRESSION) {
      throw new IllegalArgumentException(
          "the ensemble predicts the targets "
              + ensemble.outputNames()
              + " and has no logits; use predictions");
    }
    return ask(rows, Asking.What.LOGITS, List.of(), prefixed("logit_"));
  }

  /**
   * {@return the rows with their meta-features: for each member its logits, or what it predicts, in
   * columns named as those of {@link MetaFeatures#columns}} Spark needs backticks around such
   * names, which have a dot.
   *
   * @param rows with the ensemble's columns, by their names
   * @throws IllegalArgumentException as {@link #predictions} does
   */
  public Dataset<Row> metaFeatures(Dataset<Row> rows) {
    return ask(
        rows,
        Asking.What.META_FEATURES,
        List.of(),
        MetaFeatures.columns(
            ensemble.members().names(),
            ensemble.outputNames(),
            ensemble.task(),
            ensemble.passThrough()));
  }

  private List<String> prefixed(String prefix) {
    return ensemble.outputNames().stream().map(name -> prefix + name).toList();
  }

  private Dataset<Row> ask(
      Dataset<Row> rows, Asking.What what, List<String> texts, List<String> numbers) {
    RowFeatures features = RowFeatures.of(ensemble, rows.schema());
    List<String> added = new ArrayList<>(texts);
    added.addAll(numbers);
    List<String> there = Arrays.asList(rows.columns());
    for (String name : added) {
      if (there.contains(name)) {
        throw new IllegalArgumentException(
            "the rows have a column '" + name + "' already; rename it, or leave it out");
      }
    }
    StructType schema = rows.schema();
    for (String text : texts) {
      schema = schema.add(text, DataTypes.StringType, false);
    }
    for (String number : numbers) {
      schema = schema.add(number, DataTypes.FloatType, false);
    }
    return rows.mapPartitions(new Asking(archive, features, what), Encoders.row(schema));
  }
}
