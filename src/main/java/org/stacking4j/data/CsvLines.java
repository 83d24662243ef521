package org.stacking4j.data;

import com.fasterxml.jackson.core.io.NumberInput;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.RecordType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the lines of a CSV file of labelled rows: over what is read as text, or over the
 * features. Not thread-safe.
 */
final class CsvLines implements AutoCloseable {
  private static final int LONGEST_HEADER = 1 << 24; // characters
  private static final String TOO_LONG = "The maximum buffer size"; // FastCSV, of a field
  private static final String MEND = "; put a number there, or leave the row out";

  private final Path file;
  private final BufferedReader text;
  private final CloseableIterator<Line> lines;
  private final Line line = new Line();
  private List<Role> roles = List.of();

  /**
   * Opens a file and reads its header.
   *
   * @param delimiter null for the one of comma, semicolon and tab that the header has most of
   */
  CsvLines(Path file, @Nullable Character delimiter) throws IOException {
    this.file = file;
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": this is a folder; name the CSV file in it");
    }
    try {
      text = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    }
    try {
      skipByteOrderMark();
      lines =
          CsvReader.builder()
              .fieldSeparator(delimiter == null ? detectDelimiter() : delimiter)
              .allowUnclosedQuote(false)
              // Fields are counted here, so that the error is one sentence.
              .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
              .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
              .build(line, text)
              .iterator();
      if (!advance()) {
        throw new IOException(file + ": empty; expected a header line that names the columns");
      }
      checkHeader();
      line.inHeader = false;
    } catch (CharacterCodingException e) {
      text.close();
      throw notText(e);
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  /**
   * A column that holds no features.
   *
   * @param what it holds, in words: {@code label}
   * @param position 0-based
   */
  record Role(String what, int position) {}

  /** Where a column's features go: {@code at} places after the row's first. */
  private record Place(TableSchema.Column column, int at, Map<String, Integer> categories) {
    static Place of(TableSchema.Column column, int at) {
      Map<String, Integer> categories = new HashMap<>();
      column.categories().forEach(category -> categories.put(category, at + categories.size()));
      return new Place(column, at, categories);
    }
  }

  /** The names of all columns, the label's too, without spaces around them. */
  List<String> header() {
    return line.header;
  }

  /** Names the columns that hold no features, each once; none until then. */
  void setRoles(List<Role> columns) {
    roles = List.copyOf(columns);
    line.texts = new String[columns.size()];
    line.placeOfText = new int[line.header.size()];
    Arrays.fill(line.placeOfText, -1);
    for (int i = 0; i < columns.size(); i++) {
      line.placeOfText[columns.get(i).position()] = i;
    }
  }

  /** Has each pass over texts look at these columns' fields too; null for a column left alone. */
  void setSurveys(@Nullable ColumnSurvey[] ofColumns) {
    line.surveys = ofColumns.clone();
  }

  /** Says which columns hold features, by their names, all of which there are. */
  void setFeatures(TableSchema schema) {
    line.places = new @Nullable Place[line.header.size()];
    int at = 0;
    for (TableSchema.Column column : schema.columns()) {
      line.places[line.header.indexOf(column.name())] = Place.of(column, at);
      at += column.width();
    }
  }

  /**
   * Goes on to the next row, of which only the columns that hold no features are read; false after
   * the last.
   *
   * @throws IOException if it has another number of fields than the header or one of these is empty
   */
  boolean nextTexts() throws IOException {
    line.features = null;
    if (!advance()) {
      return false;
    }
    if (line.fields != line.header.size()) {
      throw wrongCount();
    }
    for (int i = 0; i < roles.size(); i++) {
      if (text(i).isEmpty()) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: column '%s' has no %s in line %d; every row needs one: fill it in, or leave"
                    + " the row out",
                file,
                line.header.get(roles.get(i).position()),
                roles.get(i).what(),
                line.number));
      }
    }
    return true;
  }

  /** Says what is wrong with what this row has in one of these columns. */
  IOException wrongText(int place, String wrong) {
    return new IOException(
        String.format(
            Locale.ROOT,
            "%s: column '%s' has '%s' in line %d, %s",
            file,
            line.header.get(roles.get(place).position()),
            text(place),
            line.number,
            wrong));
  }

  /** What this row has in one of these columns, by its place among them. */
  String text(int place) {
    return line.texts[place];
  }

  /**
   * The same as a weight.
   *
   * @throws IOException if it is none
   */
  double weight(int place) throws IOException {
    String text = text(place);
    char[] characters = text.toCharArray();
    double weight = isDecimal(characters, 0, characters.length) ? parse(text) : Double.NaN;
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw wrongText(
          place,
          "but a weight must be a finite number above 0: leave out the rows that are to count for"
              + " nothing");
    }
    return weight;
  }

  private static double parse(String decimal) {
    try {
      return Double.parseDouble(decimal);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /**
   * Goes on to the next row and writes its features into an array.
   *
   * @throws UncheckedIOException if a feature is not a finite number, or there is no further row,
   *     which there was in an earlier pass
   */
  void nextFeatures(float[] target, int at) {
    try {
      if (!maybeFeatures(target, at)) {
        throw changed(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same, but false after the last row. */
  boolean maybeFeatures(float[] target, int at) throws IOException {
    line.features = target;
    line.first = at;
    if (!advance()) {
      return false;
    }
    if (line.fields != line.header.size()) {
      throw wrongCount();
    }
    if (line.problem != null) {
      throw new IOException(file + ": " + line.problem);
    }
    return true;
  }

  static IOException changed(Path file) {
    return new IOException(file + ": the file changed while it was read; read it again");
  }

  private IOException wrongCount() {
    return new IOException(
        String.format(
            Locale.ROOT,
            "%s: line %d has %s, expected %d as in the header",
            file,
            line.number,
            line.fields == 1 ? "1 field" : line.fields + " fields",
            line.header.size()));
  }

  /** How many fields so far had a category that the schema does not know, and the first of them. */
  Optional<String> unknownCategories() {
    return line.unknown == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s: %d %s unknown categories, the first is %s; they count as none of the known ones",
                file,
                line.unknown,
                line.unknown == 1 ? "field has" : "fields have",
                line.firstUnknown));
  }

  private boolean advance() throws IOException {
    try {
      if (!lines.hasNext()) {
        return false;
      }
      lines.next();
      return true;
    } catch (UncheckedIOException | CsvParseException e) {
      // Both only say where; their causes say what.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof CharacterCodingException) {
        throw notText(e);
      }
      if (String.valueOf(cause.getMessage()).startsWith(TOO_LONG)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: in line %d a field goes on for more than 16 million characters; look for"
                    + " a quote that is not closed, or take a file of lines",
                file,
                line.number),
            e);
      }
      throw new IOException(file + ": " + cause.getMessage(), e);
    }
  }

  private IOException notText(Exception cause) {
    return new IOException(file + ": not UTF-8 text; save it as such", cause);
  }

  private void skipByteOrderMark() throws IOException {
    text.mark(1);
    if (text.read() != '\ufeff') {
      text.reset();
    }
  }

  private char detectDelimiter() throws IOException {
    int commas = 0;
    int semicolons = 0;
    int tabs = 0;
    boolean quoted = false;
    boolean begun = false;
    text.mark(LONGEST_HEADER);
    for (int i = 1; i < LONGEST_HEADER; i++) {
      int c = text.read();
      boolean lineEnd = c == '\n' || c == '\r';
      if (c < 0 || (lineEnd && !quoted && begun)) {
        break;
      }
      begun |= !lineEnd;
      quoted ^= c == '"';
      if (!quoted) {
        commas += c == ',' ? 1 : 0;
        semicolons += c == ';' ? 1 : 0;
        tabs += c == '\t' ? 1 : 0;
      }
    }
    text.reset();
    return commas >= semicolons && commas >= tabs ? ',' : semicolons >= tabs ? ';' : '\t';
  }

  private void checkHeader() throws IOException {
    List<String> header = line.header;
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < header.size(); i++) {
      if (header.get(i).isEmpty()) {
        continue; // looked at where columns are not found by their names
      }
      @Nullable Integer earlier = seen.putIfAbsent(header.get(i), i);
      if (earlier != null) {
        throw badHeader(
            "columns %d and %d are both named '%s'; the first line must name the columns, and their"
                + " names must differ",
            earlier + 1, i + 1, header.get(i));
      }
    }
  }

  /** Refuses a table that has no room for features beside labels. */
  void checkSeveralColumns() throws IOException {
    if (header().size() < 2) {
      throw badHeader(
          "found the one column '%s'; expected features and a label, separated by comma, semicolon"
              + " or tab",
          header().get(0));
    }
  }

  private IOException badHeader(String message, Object... parts) {
    return new IOException(file + ": header line: " + String.format(Locale.ROOT, message, parts));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  /** Keeps out what Java takes for a number and a table does not: NaN, 0x1p3, 1f. */
  static boolean isDecimal(char[] buffer, int offset, int length) {
    boolean digits = false;
    for (int i = offset; i < offset + length; i++) {
      char c = buffer[i];
      if (c >= '0' && c <= '9') {
        digits = true;
      } else if (c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return false;
      }
    }
    return digits;
  }

  /** Takes each field straight from the parser's buffer: numbers never become strings. */
  private static final class Line extends CsvCallbackHandler<Line> {
    private final List<String> header = new ArrayList<>();
    private boolean inHeader = true;
    private int[] placeOfText = {}; // by column, -1 for features
    private String[] texts = {};
    private long number;
    private boolean empty;
    private int fields;
    private @Nullable String problem;
    private @Nullable ColumnSurvey[] surveys = {};
    private @Nullable Place[] places = {};
    private float @Nullable [] features;
    private int first;
    private long unknown;
    private String firstUnknown = "";

    @Override
    protected RecordType getRecordType() {
      return empty ? RecordType.EMPTY : RecordType.DATA;
    }

    @Override
    protected int getFieldCount() {
      return fields;
    }

    @Override
    protected void beginRecord(long startingLineNumber) {
      number = startingLineNumber;
      empty = false;
      fields = 0;
      problem = null;
    }

    @Override
    protected void addField(char[] buffer, int offset, int length, boolean quoted) {
      int column = fields++;
      if (inHeader) {
        header.add(new String(buffer, offset, length).strip());
      } else if (column < placeOfText.length && placeOfText[column] >= 0) {
        if (features == null) {
          texts[placeOfText[column]] = new String(buffer, offset, length).strip();
        }
      } else if (problem == null && column < header.size()) {
        int from = offset;
        int to = offset + length;
        while (from < to && Character.isWhitespace(buffer[from])) {
          from++;
        }
        while (from < to && Character.isWhitespace(buffer[to - 1])) {
          to--;
        }
        if (features != null) {
          @Nullable Place place = column < places.length ? places[column] : null;
          if (place != null) {
            put(place, features, buffer, from, to - from);
          }
        } else if (column < surveys.length) {
          @Nullable ColumnSurvey survey = surveys[column];
          if (survey != null) {
            survey.add(buffer, from, to - from, number);
          }
        }
      }
    }

    private void put(Place place, float[] features, char[] buffer, int offset, int length) {
      TableSchema.Column column = place.column();
      int at = first + place.at();
      if (column.hasCategories()) {
        Arrays.fill(features, at, at + column.width(), 0);
        String category = new String(buffer, offset, length);
        @Nullable Integer known = place.categories().get(category);
        if (known != null) {
          features[first + known] = 1;
        } else if (unknown++ == 0) {
          firstUnknown =
              String.format(
                  Locale.ROOT, "'%s' of column '%s' in line %d", category, column.name(), number);
        }
        return;
      }
      boolean missing = column.mayMiss() && Missing.isSaidBy(buffer, offset, length);
      features[at] =
          missing ? (float) column.fill() : number(column.name(), buffer, offset, length);
      if (column.mayMiss()) {
        features[at + 1] = missing ? 1 : 0;
      }
    }

    private float number(String column, char[] buffer, int offset, int length) {
      float value = Float.NaN;
      if (isDecimal(buffer, offset, length)) {
        try {
          value = NumberInput.parseFloat(buffer, offset, length, true);
        } catch (NumberFormatException e) {
          // Said below, as for anything else that is no number.
        }
      }
      if (!Float.isFinite(value)) {
        String text = new String(buffer, offset, length);
        problem =
            String.format(
                Locale.ROOT,
                "column '%s' has %s in line %d%s%s",
                column,
                text.isEmpty() ? "nothing" : "'" + text + "'",
                number,
                text.isEmpty()
                    ? ""
                    : Float.isInfinite(value) || isInfinity(text)
                        ? ", which is infinite as float32"
                        : ", which is not a number",
                MEND);
      }
      return value;
    }

    private static boolean isInfinity(String text) {
      return text.toLowerCase(Locale.ROOT).matches("[+-]?inf(inity)?");
    }

    @Override
    protected void setComment(char[] buffer, int offset, int length) {
      throw new IllegalStateException("the parser was not told of comments");
    }

    @Override
    protected void setEmpty() {
      empty = true; // and then skipped
    }

    @Override
    protected Line buildRecord() {
      return this;
    }
  }
}
