package org.stacking4j.evaluate;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.AtomicFile;

/**
 * Competitors on the same rows, best accuracy first, ties by log loss. Immutable.
 *
 * @param reference the name of the competitor all others are compared with
 * @param rows the lines, in that order
 */
public record Leaderboard(String reference, List<Row> rows) {
  /**
   * One competitor.
   *
   * @param name unique on the board
   * @param evaluation how good it is
   * @param seconds wall time of all fits it needs, added up
   * @param difference its accuracy less the reference's, with its interval; the reference itself
   *     has 0
   */
  public record Row(
      String name, Evaluation evaluation, double seconds, PairedDifference difference) {}

  private static final PairedDifference NO_DIFFERENCE = new PairedDifference(0, 0, 0);

  /**
   * Sorts the rows.
   *
   * @param reference the name of the competitor all others are compared with
   * @param rows the lines, in any order
   * @throws IllegalArgumentException if a name stands twice
   */
  public Leaderboard {
    Set<String> names = new HashSet<>();
    for (Row row : rows) {
      if (!names.add(row.name())) {
        throw twice(row.name());
      }
    }
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(
        Comparator.comparingDouble((Row row) -> -row.evaluation().accuracy())
            .thenComparingDouble(row -> row.evaluation().logLoss()));
    rows = List.copyOf(sorted);
  }

  /**
   * {@return a builder that compares everyone row by row}
   *
   * @param reference the name of the competitor all others are compared with
   * @param labels the right class of each row, {@code [rows]}
   */
  public static Builder builder(String reference, int[] labels) {
    return builder(reference, labels, null);
  }

  /**
   * {@return a builder for rows that count differently: by their weights in the evaluations and in
   * all differences, each as one row in what {@link Builder#confusion} and {@link
   * Builder#diversity} count}
   *
   * @param reference the name of the competitor all others are compared with
   * @param labels the right class of each row, {@code [rows]}
   * @param weights how much each row counts, 0 or more, {@code [rows]}; null for all rows alike
   * @throws IllegalArgumentException if there is not one weight per row, one is negative or not
   *     finite, or all are 0
   */
  public static Builder builder(String reference, int[] labels, double @Nullable [] weights) {
    return new Builder(reference, labels, weights);
  }

  /** Collects competitors. Not thread-safe. */
  public static final class Builder {
    private final String reference;
    private final int[] labels;
    private final double @Nullable [] weights;
    private final Map<String, int[]> predictions = new LinkedHashMap<>();
    private final Map<String, double[]> confidences = new HashMap<>();
    private final Map<String, double[]> losses = new HashMap<>();
    private final List<Row> entered = new ArrayList<>();

    private Builder(String reference, int[] labels, double @Nullable [] weights) {
      this.reference = reference;
      this.labels = labels.clone();
      this.weights = weights == null || Weights.allEqual(weights) ? null : weights.clone();
      if (weights != null) {
        Weights.total(weights, labels.length);
      }
    }

    /**
     * Enters a competitor.
     *
     * @param name unique on the board
     * @param predicted a class of each row, {@code [rows]}
     * @param probabilities {@code [rows, classes]}
     * @param seconds wall time of all fits it needs, added up
     * @return how good it is
     * @throws IllegalArgumentException if the name is taken or the numbers of rows differ
     */
    public Evaluation enter(String name, int[] predicted, INDArray probabilities, double seconds) {
      Evaluation evaluation = Evaluation.of(predicted, probabilities, labels, weights);
      if (predictions.put(name, predicted.clone()) != null) {
        throw twice(name);
      }
      double[] confidence = new double[labels.length];
      for (int row = 0; row < confidence.length; row++) {
        confidence[row] = probabilities.getFloat(row, predicted[row]);
      }
      confidences.put(name, confidence);
      losses.put(name, Evaluation.logLosses(predicted, probabilities, labels));
      entered.add(new Row(name, evaluation, seconds, NO_DIFFERENCE));
      return evaluation;
    }

    /**
     * Compares two competitors, by accuracy and by log loss.
     *
     * @param first the name of one
     * @param second the name of the other
     * @param seed of the resamples that give the log loss its interval
     * @return the first, compared with the second
     * @throws IllegalArgumentException if one of them was not entered
     */
    public Comparison compare(String first, String second, long seed) {
      return Comparison.of(
          predictions(first),
          losses(first),
          predictions(second),
          losses(second),
          labels,
          weights,
          seed);
    }

    /**
     * {@return which classes a competitor takes for which}
     *
     * @param name who was entered
     * @param classes how many classes there are
     * @throws IllegalArgumentException if it was not entered
     */
    public Confusion confusion(String name, int classes) {
      return Confusion.of(predictions(name), labels, classes);
    }

    /**
     * {@return how differently some competitors err}
     *
     * @param names one or more who were entered
     * @throws IllegalArgumentException if one of them was not
     */
    public Diversity diversity(List<String> names) {
      return Diversity.of(names.stream().map(this::predictions).toArray(int[][]::new), labels);
    }

    /**
     * {@return how sure a competitor is, and how often right then}
     *
     * @param name who was entered
     * @throws IllegalArgumentException if it was not entered
     */
    public Reliability reliability(String name) {
      return Reliability.of(predictions(name), confidences(name), labels, weights);
    }

    /**
     * {@return the rows that exactly one of two competitors has right, in order}
     *
     * @param first the name of one
     * @param second the name of the other
     * @throws IllegalArgumentException if one of them was not entered
     */
    public List<Flip> flips(String first, String second) {
      int[] one = predictions(first);
      int[] other = predictions(second);
      List<Flip> flips = new ArrayList<>();
      for (int row = 0; row < labels.length; row++) {
        if ((one[row] == labels[row]) != (other[row] == labels[row])) {
          flips.add(
              new Flip(
                  row,
                  labels[row],
                  one[row],
                  confidences(first)[row],
                  other[row],
                  confidences(second)[row]));
        }
      }
      return flips;
    }

    private int[] predictions(String name) {
      int @Nullable [] own = predictions.get(name);
      if (own == null) {
        throw new IllegalArgumentException("'" + name + "' is not among " + predictions.keySet());
      }
      return own;
    }

    private double[] confidences(String name) {
      return Objects.requireNonNull(confidences.get(name));
    }

    private double[] losses(String name) {
      return Objects.requireNonNull(losses.get(name));
    }

    /**
     * {@return the leaderboard}
     *
     * @throws IllegalStateException if the reference was not entered
     */
    public Leaderboard build() {
      int @Nullable [] compared = predictions.get(reference);
      if (compared == null) {
        throw new IllegalStateException(
            "the reference '" + reference + "' is not among " + predictions.keySet());
      }
      List<Row> rows = new ArrayList<>();
      for (Row row : entered) {
        int[] own = Objects.requireNonNull(predictions.get(row.name()));
        PairedDifference difference =
            row.name().equals(reference)
                ? NO_DIFFERENCE
                : weights == null
                    ? PairedDifference.of(own, compared, labels)
                    : PairedDifference.of(own, compared, labels, weights);
        rows.add(new Row(row.name(), row.evaluation(), row.seconds(), difference));
      }
      return new Leaderboard(reference, rows);
    }
  }

  static IllegalArgumentException twice(String name) {
    return new IllegalArgumentException("'" + name + "' stands twice on the leaderboard");
  }

  /**
   * {@return the row of that name}
   *
   * @param name of a competitor
   * @throws IllegalArgumentException if there is none
   */
  public Row row(String name) {
    return rows.stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no '" + name + "' on the leaderboard " + names()));
  }

  /**
   * Writes {@code name,accuracy,log_loss,brier,ece,seconds,difference,difference_low,
   * difference_high}, whole or not at all.
   *
   * @param file the CSV file; its folder must exist
   * @throws IOException if it cannot be written; the message names it
   */
  public void writeCsv(Path file) throws IOException {
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of(
            "name",
            "accuracy",
            "log_loss",
            "brier",
            "ece",
            "seconds",
            "difference",
            "difference_low",
            "difference_high"));
    for (Row row : rows) {
      lines.add(
          List.of(
              row.name(),
              Double.toString(row.evaluation().accuracy()),
              Double.toString(row.evaluation().logLoss()),
              Double.toString(row.evaluation().brier()),
              Double.toString(row.evaluation().ece()),
              seconds(row.seconds()),
              Double.toString(row.difference().difference()),
              Double.toString(row.difference().low()),
              Double.toString(row.difference().high())));
    }
    writeCsv(file, lines);
  }

  /** Seconds as a leaderboard's file has them. */
  static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }

  /** Writes lines of CSV, whole or not at all. */
  static void writeCsv(Path file, List<List<String>> lines) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          try (CsvWriter csv = CsvWriter.builder().build(writer)) {
            lines.forEach(csv::writeRecord);
          }
        });
  }

  /** {@return a table in plain text} */
  public String toText() {
    int width = names().stream().mapToInt(String::length).max().orElse(0);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-"
                + Math.max(4, width)
                + "s  accuracy  log loss   Brier     ECE  seconds  pp to %s [95 %%]%n",
            "name",
            reference));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-" + Math.max(4, width) + "s  %8.4f  %8.4f  %6.4f  %6.4f  %7.1f  %s%n",
              row.name(),
              row.evaluation().accuracy(),
              row.evaluation().logLoss(),
              row.evaluation().brier(),
              row.evaluation().ece(),
              row.seconds(),
              row.name().equals(reference) ? "reference" : row.difference()));
    }
    return text.toString();
  }

  private List<String> names() {
    return rows.stream().map(Row::name).toList();
  }
}
