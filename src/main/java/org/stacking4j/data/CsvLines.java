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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One pass over the lines of a CSV file of labelled rows. Not thread-safe. */
final class CsvLines implements AutoCloseable {
  private static final int LONGEST_HEADER = 1 << 24; // characters
  private static final String MEND =
      "; categories and missing values cannot be read: replace them by numbers, or leave the column"
          + " or the row out";

  private final Path file;
  private final BufferedReader text;
  private final CloseableIterator<Line> lines;
  private final Line line = new Line();

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

  /** The names of all columns, the label's too, without spaces around them. */
  List<String> header() {
    return line.header;
  }

  /**
   * Goes on to the next row, of which only the label is read; false after the last.
   *
   * @throws IOException if it has another number of fields than the header or an empty label
   */
  boolean nextLabel(int labelColumn) throws IOException {
    line.labelColumn = labelColumn;
    if (!advance()) {
      return false;
    }
    if (line.fields != line.header.size()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: line %d has %s, expected %d as in the header",
              file,
              line.number,
              line.fields == 1 ? "1 field" : line.fields + " fields",
              line.header.size()));
    }
    if (line.label.isEmpty()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: column '%s' has no label in line %d; every row needs one: fill it in, or leave the"
                  + " row out",
              file,
              line.header.get(labelColumn),
              line.number));
    }
    return true;
  }

  /** The label of this row. */
  String label() {
    return line.label;
  }

  /**
   * Goes on to the next row and writes its features into an array.
   *
   * @param labelColumn is left out
   * @throws UncheckedIOException if a feature is not a finite number, or there is no further row,
   *     which there was in an earlier pass
   */
  void nextFeatures(int labelColumn, float[] target, int at) {
    line.labelColumn = labelColumn;
    line.features = target;
    line.next = at;
    try {
      if (!advance() || line.fields != line.header.size()) {
        throw new IOException(file + ": the file changed while it was read; read it again");
      }
      if (line.problem != null) {
        throw new IOException(file + ": " + line.problem);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
        throw badHeader("column %d has no name; name it, or leave it out if it counts rows", i + 1);
      }
      @Nullable Integer earlier = seen.putIfAbsent(header.get(i), i);
      if (earlier != null) {
        throw badHeader(
            "columns %d and %d are both named '%s'; the first line must name the columns, and their"
                + " names must differ",
            earlier + 1, i + 1, header.get(i));
      }
    }
    if (header.size() < 2) {
      throw badHeader(
          "found the one column '%s'; expected features and a label, separated by comma, semicolon"
              + " or tab",
          header.get(0));
    }
  }

  private IOException badHeader(String message, Object... parts) {
    return new IOException(file + ": header line: " + String.format(Locale.ROOT, message, parts));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  /** Takes each field straight from the parser's buffer: numbers never become strings. */
  private static final class Line extends CsvCallbackHandler<Line> {
    private final List<String> header = new ArrayList<>();
    private boolean inHeader = true;
    private int labelColumn;
    private long number;
    private boolean empty;
    private int fields;
    private @Nullable String problem;
    private String label = "";
    private float @Nullable [] features;
    private int next;

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
      } else if (column == labelColumn) {
        label = features == null ? new String(buffer, offset, length).strip() : "";
      } else if (features != null && problem == null && column < header.size()) {
        int from = offset;
        int to = offset + length;
        while (from < to && Character.isWhitespace(buffer[from])) {
          from++;
        }
        while (from < to && Character.isWhitespace(buffer[to - 1])) {
          to--;
        }
        features[next++] = number(column, buffer, from, to - from);
      }
    }

    private float number(int column, char[] buffer, int offset, int length) {
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
                header.get(column),
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

    /** Keeps out what Java takes for a number and a table does not: NaN, 0x1p3, 1f. */
    private static boolean isDecimal(char[] buffer, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        char c = buffer[i];
        if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
          return false;
        }
      }
      return length > 0;
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
