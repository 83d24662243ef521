package org.stacking4j.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;

/**
 * Competitors that predict targets of the same rows, best R² first. Immutable.
 *
 * @param reference the name of the competitor all others are compared with
 * @param rows the lines, in that order
 */
public record RegressionLeaderboard(String reference, List<Row> rows) {
  /**
   * One competitor.
   *
   * @param name unique on the board
   * @param evaluation how good it is
   * @param seconds wall time of all fits it needs, added up
   * @param difference its R² less the reference's, with its interval; the reference itself has 0
   */
  public record Row(
      String name, RegressionEvaluation evaluation, double seconds, LossDifference difference) {}

  /**
   * Sorts the rows.
   *
   * @param reference the name of the competitor all others are compared with
   * @param rows the lines, in any order
   */
  public RegressionLeaderboard {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparingDouble(row -> -row.evaluation().r2()));
    rows = List.copyOf(sorted);
  }

  /**
   * {@return a builder that compares everyone row by row; rows count by their weights}
   *
   * @param reference the name of the competitor all others are compared with
   * @param data the rows, with their targets
   * @param seed of the comparisons' resamples
   */
  public static Builder builder(String reference, LabeledData data, long seed) {
    return new Builder(reference, data, seed);
  }

  /** Collects competitors. Not thread-safe. */
  public static final class Builder {
    private final String reference;
    private final LabeledData data;
    private final long seed;
    private final SquaredErrors squaredErrors;
    private final Map<String, double[]> errors = new LinkedHashMap<>();
    private final List<Row> entered = new ArrayList<>();

    private Builder(String reference, LabeledData data, long seed) {
      this.reference = reference;
      this.data = data;
      this.seed = seed;
      this.squaredErrors = SquaredErrors.of(data);
    }

    /**
     * Enters a competitor.
     *
     * @param name unique on the board
     * @param predicted {@code [rows, targets]}
     * @param seconds wall time of all fits it needs, added up
     * @return how good it is
     * @throws IllegalArgumentException if the name is taken or the shape is not the targets'
     */
    public RegressionEvaluation enter(String name, INDArray predicted, double seconds) {
      RegressionEvaluation evaluation = RegressionEvaluation.of(predicted, data);
      double[] own = squaredErrors.of(predicted.dup('c').data().asFloat());
      if (errors.put(name, own) != null) {
        throw Leaderboard.twice(name);
      }
      entered.add(new Row(name, evaluation, seconds, new LossDifference(0, 0, 0)));
      return evaluation;
    }

    /**
     * {@return the R² of one competitor less that of another, with its interval}
     *
     * @param first the name of one
     * @param second the name of the other
     * @throws IllegalArgumentException if one of them was not entered
     */
    public LossDifference compare(String first, String second) {
      return LossDifference.of(errors(second), errors(first), data.relativeWeights(), seed);
    }

    private double[] errors(String name) {
      double[] own = errors.get(name);
      if (own == null) {
        throw new IllegalArgumentException("'" + name + "' is not among " + errors.keySet());
      }
      return own;
    }

    /**
     * {@return the leaderboard}
     *
     * @throws IllegalArgumentException if the reference was not entered
     */
    public RegressionLeaderboard build() {
      List<Row> rows =
          entered.stream()
              .map(
                  row ->
                      new Row(
                          row.name(),
                          row.evaluation(),
                          row.seconds(),
                          compare(row.name(), reference)))
              .toList();
      return new RegressionLeaderboard(reference, rows);
    }
  }

  /**
   * {@return what a comparison of a stack with an average of the same members says, in one plain
   * sentence without a full stop} A difference is claimed where its interval leaves out zero.
   *
   * @param average the name of what the stack is compared with
   * @param difference the stack's R² less the average's
   * @param judged the rows both were judged on
   */
  public static String verdict(String average, LossDifference difference, LabeledData judged) {
    return verdict(average, difference, judged, "");
  }

  /**
   * {@return the same sentence, which says how to get the average where it is to be preferred}
   *
   * @param average the name of what the stack is compared with
   * @param difference the stack's R² less the average's
   * @param judged the rows both were judged on
   * @param how how to get that average; empty for nothing
   */
  public static String verdict(
      String average, LossDifference difference, LabeledData judged, String how) {
    boolean weighted = Arrays.stream(judged.relativeWeights()).anyMatch(weight -> weight != 1);
    String rows = judged.rows() + (weighted ? " weighted rows" : " rows");
    String size =
        String.format(
            Locale.ROOT,
            "%.4f of R² (95 %% interval %.4f to %.4f, %s)",
            Math.abs(difference.difference()),
            Math.min(Math.abs(difference.low()), Math.abs(difference.high())),
            Math.max(Math.abs(difference.low()), Math.abs(difference.high())),
            rows);
    if (difference.low() > 0) {
      return "the stack beats the " + average + " by " + size;
    }
    if (difference.high() < 0) {
      return "the stack is worse than the " + average + " by " + size + Verdict.useAverage(how);
    }
    return String.format(
        Locale.ROOT,
        "no evidence that stacking helps here (difference to the %s %s of R², %s)%s",
        average,
        difference,
        rows,
        Verdict.useAverage(how));
  }

  /**
   * Writes {@code name,rmse,mae,r2,seconds,difference,difference_low,difference_high}, whole or not
   * at all.
   *
   * @param file the CSV file; its folder must exist
   * @throws IOException if it cannot be written; the message names it
   */
  public void writeCsv(Path file) throws IOException {
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of(
            "name",
            "rmse",
            "mae",
            "r2",
            "seconds",
            "difference",
            "difference_low",
            "difference_high"));
    for (Row row : rows) {
      lines.add(
          List.of(
              row.name(),
              Double.toString(row.evaluation().rmse()),
              Double.toString(row.evaluation().mae()),
              Double.toString(row.evaluation().r2()),
              Leaderboard.seconds(row.seconds()),
              Double.toString(row.difference().difference()),
              Double.toString(row.difference().low()),
              Double.toString(row.difference().high())));
    }
    Leaderboard.writeCsv(file, lines);
  }

  /** {@return a table in plain text} */
  public String toText() {
    int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    String name = "%-" + Math.max(4, width) + "s";
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            name + "       RMSE        MAE       R²  seconds  R² to %s [95 %%]%n",
            "name",
            reference));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              name + "  %9s  %9s  %7.4f  %7.1f  %s%n",
              row.name(),
              RegressionEvaluation.digits(row.evaluation().rmse()),
              RegressionEvaluation.digits(row.evaluation().mae()),
              row.evaluation().r2(),
              row.seconds(),
              row.name().equals(reference) ? "reference" : row.difference()));
    }
    return text.toString();
  }
}
