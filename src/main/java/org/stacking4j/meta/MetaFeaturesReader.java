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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.Task;

/**
 * Reads meta-features as CSV row by row, and holds one row. All its methods throw an {@code
 * IllegalArgumentException} that says which line is wrong, and whatever the parser throws.
 */
final class MetaFeaturesReader {
  private static final Pattern FEATURE = Pattern.compile(MetaFeaturesCsv.FEATURE + "\\d{1,9}");

  private final Iterator<Line> lines;
  private final Line line = new Line();
  private final List<String> members = new ArrayList<>();
  private final List<String> outputNames = new ArrayList<>();
  private final List<Integer> passedThrough = new ArrayList<>();
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
    int targets = 0;
    while (1 + targets < header.size()
        && header.get(1 + targets).startsWith(MetaFeaturesCsv.TARGET)) {
      targets++;
    }
    line.targets = new float[targets];
    line.firstFold = targets > 0 ? 1 + targets : 2;
    line.keys = line.firstFold + 1;
    int repeats = 1;
    while (header.indexOf(MetaFeaturesCsv.REPEAT + (repeats + 1)) == line.keys) {
      line.keys++;
      repeats++;
    }
    line.folds = new int[repeats];
    line.weightColumn = header.indexOf(MetaFeaturesCsv.WEIGHT) == line.keys ? line.keys++ : -1;
    line.groupColumn = header.indexOf(MetaFeaturesCsv.GROUP) == line.keys ? line.keys++ : -1;
    boolean known =
        header.size() > line.keys
            && header.get(0).equals(MetaFeaturesCsv.KEYS.get(0))
            && (targets > 0 || header.get(1).equals(MetaFeaturesCsv.KEYS.get(1)))
            && header.get(line.firstFold).equals(MetaFeaturesCsv.KEYS.get(2));
    if (!known) {
      throw new IllegalArgumentException(
          "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…, or"
              + " row,target_NAME,…,fold,MEMBER.value_NAME,…, found "
              + (header.isEmpty()
                  ? "nothing"
                  : String.join(",", header.subList(0, Math.min(header.size(), 5)))));
    }
    readColumns(header.subList(line.keys, header.size()));
    line.logits = new float[header.size() - line.keys];
    line.inHeader = false;
  }

  private void readColumns(List<String> columns) {
    Task task = isRegression() ? Task.REGRESSION : Task.CLASSIFICATION;
    String infix = MetaFeaturesCsv.infix(task);
    for (String column : columns) {
      int at = column.indexOf(infix);
      if (!members.isEmpty() && FEATURE.matcher(column).matches()) {
        passedThrough.add(Integer.valueOf(column.substring(MetaFeaturesCsv.FEATURE.length())));
        continue;
      }
      if (at < 1) {
        throw new IllegalArgumentException(
            "column '"
                + column
                + "' is not named MEMBER"
                + infix
                + (isRegression() ? "NAME" : "CLASS"));
      }
      String member = column.substring(0, at);
      if (members.isEmpty() || !members.get(members.size() - 1).equals(member)) {
        members.add(member);
      }
      if (members.size() == 1) {
        String name = column.substring(at + infix.length());
        classIndex.put(name, outputNames.size());
        outputNames.add(name);
      }
    }
    if (isRegression()) {
      outputNames.clear();
      line.header.subList(1, line.firstFold).stream()
          .map(name -> name.substring(MetaFeaturesCsv.TARGET.length()))
          .forEach(outputNames::add);
    }
    List<String> expected = MetaFeatures.columns(members, outputNames, task, passedThrough);
    if (!expected.equals(columns)) {
      throw new IllegalArgumentException(
          "every member must have a column for each "
              + (isRegression() ? "target" : "class")
              + ", in one order; expected "
              + String.join(",", expected));
    }
  }

  List<String> members() {
    return members;
  }

  /** The feature columns behind the logits. */
  List<Integer> passedThrough() {
    return passedThrough;
  }

  /** The names of the classes, or of the targets. */
  List<String> outputNames() {
    return outputNames;
  }

  boolean isRegression() {
    return line.targets.length > 0;
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

  /** A copy of the row's targets. */
  float[] targets() {
    return line.targets.clone();
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

  /** The row's logits, and what is passed through; overwritten by the next row. */
  float[] logits() {
    return line.logits;
  }

  /** Takes each field straight from the parser's buffer: numbers never become strings. */
  private final class Line extends CsvCallbackHandler<Line> {
    private final List<String> header = new ArrayList<>();
    private boolean inHeader = true;
    private int keys; // columns before the logits
    private int firstFold; // the column of the first repeat's folds
    private int weightColumn; // -1 for none
    private int groupColumn; // -1 for none
    private long number;
    private int fields;
    private @Nullable String problem;
    private long rowId;
    private int label;
    private float[] targets = {}; // none where there are classes
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
          logits[column - keys] = number(buffer, offset, length);
          return;
        }
        if (isTarget(column)) {
          targets[column - 1] = number(buffer, offset, length);
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
              folds[column - firstFold] = Integer.parseInt(text);
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
                column >= keys || isTarget(column)
                    ? "finite"
                    : column == weightColumn ? "positive" : "whole");
      }
    }

    private boolean isTarget(int column) {
      return column > 0 && column <= targets.length;
    }

    private static float number(char[] buffer, int offset, int length) {
      float value = NumberInput.parseFloat(buffer, offset, length, true);
      if (!Float.isFinite(value)) {
        throw new NumberFormatException("not finite");
      }
      return value;
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
                outputNames);
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
