package org.stacking4j.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How the columns of a table become features, so that other rows become features alike. Immutable.
 *
 * @param columns of the table that hold features, in the order of the features
 * @param label the column that held the labels; empty where there were targets, whose columns are
 *     called as they are, and where it is not known
 */
public record TableSchema(List<Column> columns, String label) implements FeatureSchema {
  /**
   * Copies and checks the columns.
   *
   * @param columns one or more, with names of their own
   * @param label the column that held the labels, or empty
   * @throws IllegalArgumentException if there are no columns, or two have one name, the label's
   *     among them
   */
  public TableSchema {
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("a table needs at least one column of features");
    }
    Set<String> names = new HashSet<>();
    names.add(label);
    for (Column column : columns) {
      if (!names.add(column.name())) {
        throw new IllegalArgumentException("two columns are named '" + column.name() + "'");
      }
    }
  }

  /**
   * The same without a word about labels.
   *
   * @param columns one or more, with names of their own
   */
  public TableSchema(List<Column> columns) {
    this(columns, "");
  }

  /**
   * A column of a table. Numbers are one feature, and a second one where some may be missing: 1 if
   * the number is missing, 0 if it is there. Categories are one feature each: 1 for the row's own,
   * 0 for the others.
   *
   * @param name in the header line
   * @param categories all different; empty for a column of numbers
   * @param mayMiss whether numbers may be missing
   * @param fill what stands for a number that is missing
   */
  public record Column(String name, List<String> categories, boolean mayMiss, double fill) {
    /**
     * Copies and checks the categories.
     *
     * @param name in the header line; not blank
     * @param categories all different; empty for a column of numbers
     * @param mayMiss whether numbers may be missing; false for categories
     * @param fill finite; stands for a number that is missing
     * @throws IllegalArgumentException if the name is blank, a category is there twice, {@code
     *     fill} is not finite, or categories may be missing: a field that says nothing is a
     *     category
     */
    public Column {
      categories = List.copyOf(categories);
      if (name.isBlank()) {
        throw new IllegalArgumentException("a column of a table must have a name");
      }
      if (new HashSet<>(categories).size() < categories.size()) {
        throw new IllegalArgumentException("column '" + name + "' has a category twice");
      }
      if (!Double.isFinite(fill) || (mayMiss && !categories.isEmpty())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "column '%s' cannot put %s for what is missing",
                name,
                categories.isEmpty() ? fill : "a number"));
      }
    }

    /** A column of numbers of which none may be missing. */
    static Column of(String name) {
      return new Column(name, List.of(), false, 0);
    }

    /** {@return whether it has categories instead of numbers} */
    public boolean hasCategories() {
      return !categories.isEmpty();
    }

    /** How many features it becomes. */
    int width() {
      return hasCategories() ? categories.size() : mayMiss ? 2 : 1;
    }
  }

  /** {@return how many features a row has} */
  public int width() {
    return columns.stream().mapToInt(Column::width).sum();
  }

  /**
   * {@return a name for each feature: {@code age}, {@code age?} (1 if missing), {@code colour=red}}
   */
  public List<String> featureNames() {
    List<String> names = new ArrayList<>();
    for (Column column : columns) {
      if (column.hasCategories()) {
        column.categories().forEach(category -> names.add(column.name() + "=" + category));
      } else {
        names.add(column.name());
        if (column.mayMiss()) {
          names.add(column.name() + "?");
        }
      }
    }
    return Collections.unmodifiableList(names);
  }
}
