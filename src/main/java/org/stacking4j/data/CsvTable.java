package org.stacking4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Labelled rows in a CSV file: a header line that names the columns, then a row a line. One column
 * holds the labels, or one or more hold numbers to predict; all others are features and hold
 * numbers.
 *
 * <p>UTF-8 with or without a byte order mark, RFC 4180 with any line ends; fields may stand in
 * double quotes, spaces around a field and empty lines do not count. Numbers have a decimal point.
 */
public final class CsvTable {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,9})?");
  private static final int SHOWN_COLUMNS = 20;

  private final Path file;
  private final @Nullable Character delimiter;

  private CsvTable(Path file, @Nullable Character delimiter) {
    this.file = file;
    this.delimiter = delimiter;
  }

  /**
   * Reads a file whose last column holds the labels; otherwise like {@link #load(Path, String)}.
   */
  public static LabeledData load(Path file) throws IOException {
    return new CsvTable(file, null).read(null);
  }

  /**
   * Reads a file, twice: first its labels, then its features straight into their place, so that
   * they never are in memory twice. Columns are separated by comma, semicolon or tab, whichever
   * stands most often in the header line.
   *
   * @param label the column that holds the labels
   * @return the rows in the file's order, with the ids 0 to rows - 1; columns in the file's order;
   *     classes are the labels found, in the order of the numbers if all are numbers, else in that
   *     of the text
   * @throws IllegalArgumentException if there is no such column
   * @throws IOException if the file cannot be read, a line has more or fewer fields than the
   *     header, a feature is not a finite number, a label is empty, there are no rows or fewer than
   *     two classes, or two columns have one name; the message names file, line and column
   */
  public static LabeledData load(Path file, String label) throws IOException {
    return new CsvTable(file, null).read(label);
  }

  /**
   * Reads a file with another delimiter; otherwise like {@link #load(Path, String)}.
   *
   * @param delimiter what separates columns; not a quote and not a line end
   */
  public static LabeledData load(Path file, String label, char delimiter) throws IOException {
    return new CsvTable(file, delimiter).read(label);
  }

  /**
   * Reads a file of a regression, with its delimiter found as {@link #load(Path, String)} does.
   *
   * @param targets the columns that hold the numbers to predict; none for the last one
   * @return the rows in the file's order, with the ids 0 to rows - 1; targets in the given order,
   *     the other columns in the file's order
   * @throws IllegalArgumentException if there is no such column, one is named twice, or no feature
   *     is left
   * @throws IOException if the file cannot be read, a line has more or fewer fields than the
   *     header, a field is not a finite number, there are no rows, or two columns have one name;
   *     the message names file, line and column
   */
  public static LabeledData loadTargets(Path file, String... targets) throws IOException {
    return new CsvTable(file, null).readTargets(List.of(targets));
  }

  private LabeledData readTargets(List<String> targets) throws IOException {
    List<String> header;
    List<String> names;
    int rows = 0;
    try (CsvLines lines = new CsvLines(file, delimiter)) {
      header = lines.header();
      checkNames(header, -1);
      names =
          targets.isEmpty()
              ? header.subList(header.size() - 1, header.size())
              : targets.stream().map(String::strip).toList();
      for (String name : names) {
        if (!header.contains(name)) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "%s: there is no column '%s' to take the targets from; the columns are %s",
                  file,
                  name,
                  describe(header)));
        }
      }
      while (lines.nextLabel(header.indexOf(names.get(0)))) {
        rows++;
      }
    }
    if (rows == 0) {
      throw new IOException(file + ": no rows after the header line; expected one row a line");
    }
    int columns = header.size() - (int) names.stream().distinct().count();
    if (columns == 0) {
      throw new IllegalArgumentException(
          file + ": all columns are targets; leave one or more as features");
    }
    int[] placeOfTarget = new int[header.size()]; // -1 for features
    Arrays.setAll(placeOfTarget, column -> names.indexOf(header.get(column)));
    float[] values = new float[Math.multiplyExact(rows, names.size())];
    float[] line = new float[header.size()];
    try (CsvLines lines = new CsvLines(file, delimiter)) {
      FeatureStore store =
          FeatureStore.filled(
              rows,
              columns,
              (from, to, into) -> {
                int next = 0;
                for (int row = from; row < to; row++) {
                  lines.nextFeatures(-1, line, 0);
                  for (int column = 0; column < line.length; column++) {
                    if (placeOfTarget[column] < 0) {
                      into[next++] = line[column];
                    } else {
                      values[row * names.size() + placeOfTarget[column]] = line[column];
                    }
                  }
                }
              });
      return LabeledData.of(store, values, names);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private LabeledData read(@Nullable String label) throws IOException {
    Map<String, Integer> classes = new HashMap<>(); // in the order they are met
    int[] labels = new int[1024];
    int rows = 0;
    int columns;
    int labelColumn;
    try (CsvLines lines = new CsvLines(file, delimiter)) {
      List<String> header = lines.header();
      labelColumn = label == null ? header.size() - 1 : header.indexOf(label.strip());
      if (labelColumn < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: there is no column '%s' to take the labels from; the columns are %s",
                file,
                label,
                describe(header)));
      }
      checkNames(header, labelColumn);
      columns = header.size() - 1;
      while (lines.nextLabel(labelColumn)) {
        if (rows == labels.length) {
          labels = Arrays.copyOf(labels, (int) Math.min(Integer.MAX_VALUE - 8, rows * 2L));
        }
        Integer known = classes.putIfAbsent(lines.label(), classes.size());
        labels[rows++] = known == null ? classes.size() - 1 : known;
      }
      if (rows == 0) {
        throw new IOException(
            file + ": no rows after the header line; expected one row a line, of every class");
      }
      if (classes.size() < 2) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: column '%s' has the label '%s' in all %d rows; a classifier needs at least 2"
                    + " classes, so take the labels from another column or add rows",
                file,
                header.get(labelColumn),
                classes.keySet().iterator().next(),
                rows));
      }
    }
    List<String> names = inOrder(classes);
    int[] place = new int[names.size()];
    for (int c = 0; c < place.length; c++) {
      place[classes.getOrDefault(names.get(c), -1)] = c;
    }
    int[] ordered = Arrays.stream(labels, 0, rows).map(met -> place[met]).toArray();
    return LabeledData.of(features(rows, columns, labelColumn), ordered, names);
  }

  private FeatureStore features(int rows, int columns, int labelColumn) throws IOException {
    try (CsvLines lines = new CsvLines(file, delimiter)) {
      return FeatureStore.filled(
          rows,
          columns,
          (from, to, target) -> {
            for (int row = from; row < to; row++) {
              lines.nextFeatures(labelColumn, target, (row - from) * columns);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Refuses what looks like a row of numbers in the place of the header. */
  private void checkNames(List<String> header, int labelColumn) throws IOException {
    // Programs give names that count from 0 or 1 to columns that have none.
    boolean fromZero = true;
    boolean fromOne = true;
    int features = 0;
    for (int i = 0; i < header.size(); i++) {
      if (i != labelColumn) {
        String name = header.get(i);
        if (!isNumber(name)) {
          return;
        }
        fromZero &= name.equals(Integer.toString(features));
        features++;
        fromOne &= name.equals(Integer.toString(features));
      }
    }
    if (!fromZero && !fromOne) {
      throw new IOException(
          file
              + ": header line: found the numbers "
              + describe(header)
              + "; the first line must name the columns");
    }
  }

  private static String describe(List<String> columns) {
    String shown =
        columns.stream()
            .limit(SHOWN_COLUMNS)
            .map(c -> "'" + c + "'")
            .collect(Collectors.joining(", "));
    return columns.size() > SHOWN_COLUMNS ? shown + ", … (" + columns.size() + " in all)" : shown;
  }

  private static List<String> inOrder(Map<String, Integer> classes) {
    Stream<String> names = classes.keySet().stream();
    // Of two spellings of one number the order must not depend on the map either.
    return (classes.keySet().stream().allMatch(CsvTable::isNumber)
            ? names.sorted(
                Comparator.comparing((String name) -> new BigDecimal(name))
                    .thenComparing(Comparator.naturalOrder()))
            : names.sorted())
        .toList();
  }

  private static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }
}
