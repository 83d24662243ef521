package org.stacking4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.CsvLines.Role;

/**
 * Labelled rows in a CSV file: a header line that names the columns, then a row a line. One column
 * holds the labels, or one or more hold numbers to predict, one may hold the rows' weights and one
 * their groups; all others are features.
 *
 * <p>A column of features in which no field is a number holds categories and becomes a feature for
 * each, so does one that is named as such; all others hold numbers. {@link LabeledData#schema} says
 * what became of them, and {@link TableRows} reads other rows alike.
 *
 * <p>A group is any text; rows with the same one belong together. It becomes its number if all are
 * whole numbers, else its place among all in the order of the text, from 0.
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
  private @Nullable State first;

  CsvTable(Path file, @Nullable Character delimiter) {
    this.file = file;
    this.delimiter = delimiter;
  }

  /** What is seen of a file from outside when what is in it changes. */
  private record State(long bytes, FileTime modified) {
    static State of(Path file) throws IOException {
      return new State(Files.size(file), Files.getLastModifiedTime(file));
    }
  }

  /**
   * Begins a pass, which is to find the file as the first one did.
   *
   * @throws IOException if it has changed, or can be read only once
   */
  CsvLines open() throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      throw new IOException(
          file
              + ": a pipe or device, which can be read only once, and a table is read twice; put it"
              + " into a file first");
    }
    CsvLines lines = new CsvLines(file, delimiter);
    try {
      checkUnchanged();
      lines.checkSeveralColumns();
    } catch (IOException e) {
      lines.close();
      throw e;
    }
    return lines;
  }

  private void checkUnchanged() throws IOException {
    State now = State.of(file);
    if (first == null) {
      first = now;
    } else if (!first.equals(now)) {
      throw CsvLines.changed(file);
    }
  }

  /**
   * Reads a file whose last column holds the labels; otherwise like {@link #load(Path, String)}.
   *
   * @param file the CSV file
   * @return the rows in the file's order, as said there
   * @throws IOException as said there
   */
  public static LabeledData load(Path file) throws IOException {
    return load(file, CsvColumns.of());
  }

  /**
   * Reads a file, twice: first its labels, then its features straight into their place, so that
   * they never are in memory twice. Columns are separated by comma, semicolon or tab, whichever
   * stands most often in the header line.
   *
   * @param file the CSV file
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
    return load(file, CsvColumns.of(label));
  }

  /**
   * Reads a file with another delimiter; otherwise like {@link #load(Path, String)}.
   *
   * @param file the CSV file
   * @param label the column that holds the labels
   * @param delimiter what separates columns; not a quote and not a line end
   * @return the rows in the file's order, as said there
   * @throws IOException as said there
   */
  public static LabeledData load(Path file, String label, char delimiter) throws IOException {
    return new CsvTable(file, delimiter).read(CsvColumns.of(label));
  }

  /**
   * Reads a file that may have weights and groups; otherwise like {@link #load(Path, String)}.
   *
   * @param file the CSV file
   * @param columns which holds the labels, and which weights and groups
   * @return the rows in the file's order, with the weights and groups of these columns
   * @throws IllegalArgumentException if there is no such column, or one is to hold two things or
   *     there are several for the labels
   * @throws IOException as said there, or if a weight is no finite number above 0, or weight or
   *     group is empty
   */
  public static LabeledData load(Path file, CsvColumns columns) throws IOException {
    return new CsvTable(file, null).read(columns);
  }

  /**
   * Reads a file of a regression, with its delimiter found as {@link #load(Path, String)} does.
   *
   * @param file the CSV file
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
    return loadTargets(file, CsvColumns.of(targets));
  }

  /**
   * Reads a file of a regression that may have weights and groups; otherwise like {@link
   * #loadTargets(Path, String...)}.
   *
   * @param file the CSV file
   * @param columns which hold the numbers to predict, and which weights and groups
   * @return the rows in the file's order, with the weights and groups of these columns
   * @throws IllegalArgumentException as said there, or if a column is to hold two things
   * @throws IOException as said there, or if a weight is no finite number above 0, or weight or
   *     group is empty
   */
  public static LabeledData loadTargets(Path file, CsvColumns columns) throws IOException {
    return new CsvTable(file, null).readTargets(columns);
  }

  /**
   * Reads labelled rows whose features and classes are those of rows that were learned from, to
   * judge by. Columns are found by their names, in any order; others are not looked at.
   *
   * @param file the CSV file
   * @param columns which holds the labels, the one that was learned from if it says none and the
   *     schema knows it, and which weights and groups; the rest of it does not matter
   * @param schema how the columns of features become features
   * @param classNames the classes, of which not all need to occur
   * @return the rows in the file's order, with the ids 0 to rows - 1 and exactly these classes
   * @throws IllegalArgumentException if there is no such column, or one is to hold two things
   * @throws IOException as {@link #load(Path, CsvColumns)} does, and if a column is lacking or a
   *     label is none of the classes
   */
  public static LabeledData load(
      Path file, CsvColumns columns, TableSchema schema, List<String> classNames)
      throws IOException {
    return new CsvTable(file, null).readLike(columns, schema, classNames);
  }

  /**
   * {@return the same for targets}
   *
   * @param file the CSV file
   * @param columns which hold the numbers to predict, in the order in which they were learned, and
   *     which weights and groups
   * @param schema how the columns of features become features
   * @throws IOException as {@link #loadTargets(Path, CsvColumns)} does, and if a column is lacking
   */
  public static LabeledData loadTargets(Path file, CsvColumns columns, TableSchema schema)
      throws IOException {
    return new CsvTable(file, null).readTargetsLike(columns, schema);
  }

  private LabeledData readLike(CsvColumns named, TableSchema schema, List<String> classNames)
      throws IOException {
    IntStream.Builder labels = IntStream.builder();
    int rows = 0;
    List<Role> roles;
    RowExtras extras;
    try (CsvLines lines = open()) {
      List<String> header = lines.header();
      TableRows.checkColumns(file, header, schema);
      boolean knows = named.outputs().isEmpty() && !schema.label().isEmpty();
      if (knows && !header.contains(schema.label())) {
        throw new IllegalArgumentException(
            file
                + ": there is no column '"
                + schema.label()
                + "', which held the labels that were learned; name the one that holds them here;"
                + " the columns are "
                + describe(header));
      }
      roles = labelAndOthers(header, knows ? named.withOutputs(schema.label()) : named);
      lines.setRoles(roles);
      extras = new RowExtras(roles);
      while (lines.nextTexts()) {
        int label = classNames.indexOf(lines.text(0));
        if (label < 0) {
          throw lines.wrongText(
              0,
              "which is none of the classes "
                  + describe(classNames)
                  + (named.outputs().isEmpty() && schema.label().isEmpty()
                      ? "; this is the last column: name the one that holds the labels"
                      : ""));
        }
        labels.add(label);
        rows++;
        extras.add(lines);
      }
    }
    if (rows == 0) {
      throw new IOException(file + ": no rows after the header line; expected one row a line");
    }
    FeatureStore features = features(rows, roles, schema);
    return extras.of(LabeledData.of(features, labels.build().toArray(), classNames));
  }

  private LabeledData readTargetsLike(CsvColumns named, TableSchema schema) throws IOException {
    List<String> names;
    List<Role> roles;
    RowExtras extras;
    int rows;
    try (CsvLines lines = open()) {
      TableRows.checkColumns(file, lines.header(), schema);
      names = outputs(lines.header(), named, "targets");
      for (TableSchema.Column feature : schema.columns()) {
        checkFree(feature.name(), names, "targets", "features that were learned from");
      }
      roles = roles(lines.header(), named, names, "targets");
      lines.setRoles(roles);
      extras = new RowExtras(roles);
      rows = count(lines, extras);
    }
    return extras.of(targets(rows, names, roles, schema));
  }

  private LabeledData readTargets(CsvColumns named) throws IOException {
    List<Role> roles; // of weights and groups: targets are read with the features
    RowExtras extras;
    List<String> names;
    @Nullable ColumnSurvey[] surveys;
    int rows;
    try (CsvLines lines = open()) {
      List<String> header = lines.header();
      names = outputs(header, named, "targets");
      roles = roles(header, named, names, "targets");
      checkNames(header, roles);
      lines.setRoles(roles);
      Set<Integer> others = positions(roles);
      names.forEach(name -> others.add(header.indexOf(name)));
      surveys = surveys(header, named, others);
      lines.setSurveys(surveys);
      extras = new RowExtras(roles);
      rows = count(lines, extras);
    }
    if (Arrays.stream(surveys).noneMatch(Objects::nonNull)) {
      throw new IllegalArgumentException(
          file + ": all columns are targets; leave one or more as features");
    }
    return MissingNumbers.filled(
        extras.of(targets(rows, names, roles, schema(surveys, named, ""))));
  }

  /** How many rows there are; reads their weights and groups. */
  private int count(CsvLines lines, RowExtras extras) throws IOException {
    int rows = 0;
    while (lines.nextTexts()) {
      extras.add(lines);
      rows++;
    }
    if (rows == 0) {
      throw new IOException(file + ": no rows after the header line; expected one row a line");
    }
    return rows;
  }

  /** Targets are read as features behind the others. */
  private LabeledData targets(int rows, List<String> names, List<Role> roles, TableSchema schema)
      throws IOException {
    List<TableSchema.Column> all = new ArrayList<>(schema.columns());
    names.forEach(name -> all.add(TableSchema.Column.of(name)));
    float[] values = new float[Math.multiplyExact(rows, names.size())];
    float[] line = new float[schema.width() + names.size()];
    try (CsvLines lines = open()) {
      lines.setRoles(roles);
      lines.setFeatures(new TableSchema(all));
      FeatureStore store =
          FeatureStore.filled(
              rows,
              schema,
              (from, to, into) -> {
                int width = schema.width();
                for (int row = from; row < to; row++) {
                  lines.nextFeatures(line, 0);
                  System.arraycopy(line, 0, into, (row - from) * width, width);
                  System.arraycopy(line, width, values, row * names.size(), names.size());
                }
              });
      return LabeledData.of(store, values, names);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private LabeledData read(CsvColumns named) throws IOException {
    Map<String, Integer> classes = new HashMap<>(); // in the order they are met
    IntStream.Builder labels = IntStream.builder();
    int rows = 0;
    @Nullable ColumnSurvey[] surveys;
    List<Role> roles;
    String label;
    RowExtras extras;
    try (CsvLines lines = open()) {
      List<String> header = lines.header();
      roles = labelAndOthers(header, named);
      label = header.get(roles.get(0).position());
      checkNames(header, roles);
      lines.setRoles(roles);
      surveys = surveys(header, named, positions(roles));
      if (Arrays.stream(surveys).noneMatch(Objects::nonNull)) {
        throw new IllegalArgumentException(
            file + ": no column is left for features; expected one or more");
      }
      lines.setSurveys(surveys);
      extras = new RowExtras(roles);
      while (lines.nextTexts()) {
        Integer known = classes.putIfAbsent(lines.text(0), classes.size());
        labels.add(known == null ? classes.size() - 1 : known);
        rows++;
        extras.add(lines);
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
                label,
                classes.keySet().iterator().next(),
                rows));
      }
    }
    List<String> names = inOrder(classes.keySet());
    int[] place = new int[names.size()];
    for (int c = 0; c < place.length; c++) {
      place[classes.getOrDefault(names.get(c), -1)] = c;
    }
    int[] ordered = labels.build().map(met -> place[met]).toArray();
    FeatureStore features = features(rows, roles, schema(surveys, named, label));
    return MissingNumbers.filled(extras.of(LabeledData.of(features, ordered, names)));
  }

  private FeatureStore features(int rows, List<Role> roles, TableSchema schema) throws IOException {
    try (CsvLines lines = open()) {
      lines.setRoles(roles);
      lines.setFeatures(schema);
      FeatureStore features =
          FeatureStore.filled(
              rows,
              schema,
              (from, to, target) -> {
                for (int row = from; row < to; row++) {
                  lines.nextFeatures(target, (row - from) * schema.width());
                }
              });
      checkUnchanged();
      return features;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The columns that hold no features, the label's first. */
  private List<Role> labelAndOthers(List<String> header, CsvColumns named) throws IOException {
    List<String> label = outputs(header, named, "labels");
    if (label.size() > 1) {
      throw new IllegalArgumentException(
          file + ": found the columns " + describe(label) + " for the labels; name one");
    }
    List<Role> roles = new ArrayList<>();
    roles.add(new Role("label", header.indexOf(label.get(0))));
    roles.addAll(roles(header, named, label, "labels"));
    return roles;
  }

  /** One for each column of features, null for the others. */
  private @Nullable ColumnSurvey[] surveys(
      List<String> header, CsvColumns named, Set<Integer> others) throws IOException {
    named.categorical().forEach(name -> position(header, name, "categories"));
    for (String name : named.ignored()) {
      if (others.contains(position(header, name, "columns to ignore"))
          || named.categorical().contains(name)) {
        throw new IllegalArgumentException(
            file + ": column '" + name + "' is to be ignored and to be used; say one of both");
      }
    }
    @Nullable ColumnSurvey[] surveys = new @Nullable ColumnSurvey[header.size()];
    for (int column = 0; column < surveys.length; column++) {
      String name = header.get(column);
      if (!others.contains(column) && !named.ignored().contains(name)) {
        checkNamed(name, column);
        surveys[column] = new ColumnSurvey(name, named.categorical().contains(name));
      }
    }
    return surveys;
  }

  private void checkNamed(String name, int column) throws IOException {
    if (name.isEmpty()) {
      throw new IOException(
          file
              + ": header line: column "
              + (column + 1)
              + " has no name; name it, or ignore it if it counts or names rows (ignore: [\"\"] in a"
              + " conf file, --ignore \"\")");
    }
  }

  private static Set<Integer> positions(List<Role> roles) {
    return roles.stream().map(Role::position).collect(Collectors.toSet());
  }

  private TableSchema schema(@Nullable ColumnSurvey[] surveys, CsvColumns named, String label)
      throws IOException {
    List<TableSchema.Column> columns = new ArrayList<>();
    for (@Nullable ColumnSurvey survey : surveys) {
      if (survey != null) {
        try {
          columns.add(survey.column(named.missing()));
        } catch (IllegalArgumentException e) {
          throw new IOException(file + ": " + e.getMessage(), e);
        }
      }
    }
    return new TableSchema(columns, label);
  }

  /** The names of the columns to predict, all of which there are. */
  private List<String> outputs(List<String> header, CsvColumns named, String what)
      throws IOException {
    if (named.outputs().isEmpty()) {
      checkNamed(header.get(header.size() - 1), header.size() - 1);
      return header.subList(header.size() - 1, header.size());
    }
    named.outputs().forEach(name -> position(header, name, what));
    return named.outputs();
  }

  /** The columns of weights and groups, if there are any. */
  private List<Role> roles(
      List<String> header, CsvColumns named, List<String> outputs, String what) {
    List<Role> roles = new ArrayList<>();
    if (!named.weight().isEmpty()) {
      roles.add(new Role(RowExtras.WEIGHT, position(header, named.weight(), "weights")));
      checkFree(named.weight(), outputs, what, "weights");
    }
    if (!named.group().isEmpty()) {
      roles.add(new Role(RowExtras.GROUP, position(header, named.group(), "groups")));
      checkFree(named.group(), outputs, what, "groups");
      checkFree(named.group(), List.of(named.weight()), "weights", "groups");
    }
    return roles;
  }

  private void checkFree(String name, List<String> taken, String by, String what) {
    if (taken.contains(name)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: column '%s' holds the %s and cannot hold the %s too; name another one for either",
              file,
              name,
              by,
              what));
    }
  }

  private int position(List<String> header, String name, String what) {
    int position = header.indexOf(name);
    if (position < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: there is no column '%s' to take the %s from%sthe columns are %s",
              file,
              name,
              what,
              DidYouMean.between(name, header),
              describe(header)));
    }
    return position;
  }

  /** Refuses what looks like a row of numbers in the place of the header. */
  private void checkNames(List<String> header, List<Role> roles) throws IOException {
    // Programs give names that count from 0 or 1 to columns that have none.
    boolean fromZero = true;
    boolean fromOne = true;
    int features = 0;
    for (int i = 0; i < header.size(); i++) {
      int column = i;
      if (roles.stream().noneMatch(role -> role.position() == column)) {
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

  static String describe(List<String> columns) {
    String shown =
        columns.stream()
            .limit(SHOWN_COLUMNS)
            .map(c -> "'" + c + "'")
            .collect(Collectors.joining(", "));
    return columns.size() > SHOWN_COLUMNS ? shown + ", … (" + columns.size() + " in all)" : shown;
  }

  /** Classes in the order of the numbers if all are numbers, else in that of the text. */
  static List<String> inOrder(Set<String> classes) {
    Stream<String> names = classes.stream();
    // Of two spellings of one number the order must not depend on the set either.
    return (classes.stream().allMatch(CsvTable::isNumber)
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
