package org.stacking4j.data;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a column of a CSV file holds, found out from all its fields: numbers or categories. */
final class ColumnSurvey {
  /** More different texts than this are no categories, unless somebody says so. */
  private static final int MOST_CATEGORIES = 100;

  /** So few are some, however few rows there are; more must occur twice in the mean. */
  private static final int FEW_CATEGORIES = 10;

  private static final int MOST_NAMED_CATEGORIES = 10_000;

  private final String name;
  private final boolean named;
  private final Set<String> texts = new HashSet<>();
  private long rows;
  private long numbers;
  private String firstText = "";
  private long lineOfText;
  private String firstMissing = "";
  private long lineOfMissing;

  /**
   * @param named whether somebody says that it holds categories
   */
  ColumnSurvey(String name, boolean named) {
    this.name = name;
    this.named = named;
  }

  /** Looks at one field, without spaces around it. */
  void add(char[] buffer, int offset, int length, long line) {
    rows++;
    if (!named && CsvLines.isDecimal(buffer, offset, length)) {
      numbers++;
      return;
    }
    if (!named && Missing.isSaidBy(buffer, offset, length)) {
      if (lineOfMissing == 0) {
        firstMissing = new String(buffer, offset, length);
        lineOfMissing = line;
      }
      if (texts.isEmpty() && numbers > 0) {
        return; // it will not be a column of categories
      }
    }
    String text = new String(buffer, offset, length);
    if (lineOfText == 0 && (named || !Missing.isSaidBy(buffer, offset, length))) {
      firstText = text;
      lineOfText = line;
    }
    if (texts.size() <= MOST_NAMED_CATEGORIES) {
      texts.add(text);
    }
  }

  /**
   * How it becomes features.
   *
   * @throws IllegalArgumentException if it is neither numbers nor categories, or numbers are
   *     missing and must not
   */
  TableSchema.Column column(Missing missing) {
    if (named || (numbers == 0 && lineOfText > 0)) {
      long most =
          named
              ? MOST_NAMED_CATEGORIES
              : Math.min(MOST_CATEGORIES, Math.max(FEW_CATEGORIES, rows / 2));
      if (texts.size() > most) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "column '%s' has %s%d different texts in %d rows, such as '%s' in line %d: too many to"
                    + " be categories; ignore the column (--ignore)%s",
                name,
                texts.size() > MOST_NAMED_CATEGORIES ? "more than " : "",
                Math.min(texts.size(), MOST_NAMED_CATEGORIES),
                rows,
                firstText,
                lineOfText,
                named ? "" : ", or name it in categorical if they are"));
      }
      return new TableSchema.Column(name, texts.stream().sorted().toList(), false, 0);
    }
    if (lineOfText > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "column '%s' has '%s' in line %d, which is not a number, and numbers in %d of %d rows; put"
                  + " a number there, leave the row out, ignore the column (--ignore), or name it in"
                  + " categorical if it holds categories",
              name,
              firstText,
              lineOfText,
              numbers,
              rows));
    }
    if (numbers == 0) {
      throw new IllegalArgumentException(
          "column '" + name + "' says nothing in any row; ignore it (--ignore)");
    }
    if (lineOfMissing > 0 && missing == Missing.REFUSE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "column '%s' has %s in line %d, and numbers in %d of %d rows; put a number there, leave"
                  + " the row out, ignore the column (--ignore), or have the median put there (missing: median in a conf file, --missing median)",
              name,
              firstMissing.isEmpty() ? "nothing" : "'" + firstMissing + "'",
              lineOfMissing,
              numbers,
              rows));
    }
    return new TableSchema.Column(name, List.of(), lineOfMissing > 0, 0);
  }
}
