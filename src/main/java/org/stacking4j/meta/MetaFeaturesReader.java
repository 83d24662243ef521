package org.stacking4j.meta;

import com.fasterxml.jackson.core.io.NumberInput;
import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.RecordType;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.Task;

/**
 * Reads meta-features as CSV row by row, and holds one row. All its methods throw an {@code
 * IllegalArgumentException} that says which line is wrong, and whatever the parser throws.
 */
final class MetaFeaturesReader {
  private final Iterator<Line> lines;
  private final Line line = new Line();
  private final List<String> members = new ArrayList<>();
  private final List<String> classNames = new ArrayList<>();
  private final Map<String, Integer> classIndex = new HashMap<>();

  /** Reads the header; leaves it to the caller to close the text. */
  MetaFeaturesReader(Reader text) {
    lines =
        CsvReader.builder()
            .skipEmptyLines(false)
            .allowUnclosedQuote(false)
            // The fields are counted here, so that the error is one sentence.
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .build(line, text)
            .iterator();
    if (lines.hasNext()) {
      lines.next();
    }
    List<String> header = line.header;
    int fixed = MetaFeaturesCsv.KEYS.size();
    line.keys = fixed;
    int repeats = 1;
    while (header.indexOf(MetaFeaturesCsv.REPEAT + (repeats + 1)) == line.keys) {
      line.keys++;
      repeats++;
    }
    line.folds = new int[repeats];
    line.weightColumn = header.indexOf(MetaFeaturesCsv.WEIGHT) == line.keys ? line.keys++ : -1;
    line.groupColumn = header.indexOf(MetaFeaturesCsv.GROUP) == line.keys ? line.keys++ : -1;
    if (header.size() <= line.keys || !header.subList(0, fixed).equals(MetaFeaturesCsv.KEYS)) {
      throw new IllegalArgumentException(
          "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…,"
              + " found "
              + (header.isEmpty()
                  ? "nothing"
                  : String.join(",", header.subList(0, Math.min(header.size(), 5)))));
    }
    readColumns(header.subList(line.keys, header.size()));
    line.logits = new float[header.size() - line.keys];
    line.inHeader = false;
  }

  private void readColumns(List<String> columns) {
    for (String column : columns) {
      int at = column.indexOf(MetaFeaturesCsv.INFIX);
      if (at < 1) {
        throw new IllegalArgumentException(
            "column '" + column + "' is not named MEMBER" + MetaFeaturesCsv.INFIX + "CLASS");
      }
      String member = column.substring(0, at);
      if (members.isEmpty() || !members.get(members.size() - 1).equals(member)) {
        members.add(member);
      }
      if (members.size() == 1) {
        String name = column.substring(at + MetaFeaturesCsv.INFIX.length());
        classIndex.put(name, classNames.size());
        classNames.add(name);
      }
    }
    List<String> expected = MetaFeatures.columns(members, classNames, Task.CLASSIFICATION);
    if (!expected.equals(columns)) {
      throw new IllegalArgumentException(
          "every member must have a column for each class, in one order; expected "
              + String.join(",", expected));
    }
  }

  List<String> members() {
    return members;
  }

  List<String> classNames() {
    return classNames;
  }

  /** Goes on to the next row; false after the last. */
  boolean next() {
    if (!lines.hasNext()) {
      return false;
    }
    lines.next();
    if (line.fields != line.header.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "line %d has %d fields, expected %d",
              line.number,
              line.fields,
              line.header.size()));
    }
    if (line.problem != null) {
      throw new IllegalArgumentException(line.problem);
    }
    return true;
  }

  long rowId() {
    return line.rowId;
  }

  int label() {
    return line.label;
  }

  /** The row's fold in each repeat; overwritten by the next row. */
  int[] folds() {
    return line.folds;
  }

  boolean isWeighted() {
    return line.weightColumn >= 0;
  }

  double weight() {
    return line.weight;
  }

  boolean isGrouped() {
    return line.groupColumn >= 0;
  }

  long group() {
    return line.group;
  }

  /** The row's logits; overwritten by the next row. */
  float[] logits() {
    return line.logits;
  }

  /** Takes each field straight from the parser's buffer: numbers never become strings. */
  private final class Line extends CsvCallbackHandler<Line> {
    private final List<String> header = new ArrayList<>();
    private boolean inHeader = true;
    private int keys; // columns before the logits
    private int weightColumn; // -1 for none
    private int groupColumn; // -1 for none
    private long number;
    private int fields;
    private @Nullable String problem;
    private long rowId;
    private int label;
    private int[] folds = {};
    private double weight;
    private long group;
    private float[] logits = {};

    @Override
    protected RecordType getRecordType() {
      return RecordType.DATA;
    }

    @Override
    protected int getFieldCount() {
      return fields;
    }

    @Override
    protected void beginRecord(long startingLineNumber) {
      number = startingLineNumber;
      fields = 0;
      problem = null;
    }

    @Override
    protected void addField(char[] buffer, int offset, int length, boolean quoted) {
      int column = fields++;
      if (inHeader) {
        header.add(new String(buffer, offset, length));
      } else if (problem == null && column < header.size()) {
        set(column, buffer, offset, length);
      }
    }

    private void set(int column, char[] buffer, int offset, int length) {
      try {
        if (column >= keys) {
          float value = NumberInput.parseFloat(buffer, offset, length, true);
          if (!Float.isFinite(value)) {
            throw new NumberFormatException("not finite");
          }
          logits[column - keys] = value;
          return;
        }
        String text = new String(buffer, offset, length);
        switch (column) {
          case 0 -> rowId = Long.parseLong(text);
          case 1 -> setLabel(text);
          default -> {
            if (column == weightColumn) {
              setWeight(text);
            } else if (column == groupColumn) {
              group = Long.parseLong(text);
            } else {
              folds[column - 2] = Integer.parseInt(text);
            }
          }
        }
      } catch (NumberFormatException e) {
        problem =
            String.format(
                Locale.ROOT,
                "line %d, column '%s': '%s' is not a %s number",
                number,
                header.get(column),
                new String(buffer, offset, length),
                column >= keys ? "finite" : column == weightColumn ? "positive" : "whole");
      }
    }

    private void setWeight(String text) {
      weight = NumberInput.parseDouble(text, true);
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new NumberFormatException("not positive");
      }
    }

    private void setLabel(String name) {
      @Nullable Integer known = classIndex.get(name);
      if (known == null) {
        problem =
            String.format(
                Locale.ROOT,
                "line %d: unknown class '%s', the columns name %s",
                number,
                name,
                classNames);
      } else {
        label = known;
      }
    }

    @Override
    protected void setComment(char[] buffer, int offset, int length) {
      throw new IllegalStateException("the parser was not told of comments");
    }

    /** An empty line is one empty field. */
    @Override
    protected void setEmpty() {
      addField(new char[0], 0, 0, false);
    }

    @Override
    protected Line buildRecord() {
      return this;
    }
  }
}
