package org.stacking4j.data;

import java.util.List;
import java.util.Locale;

/**
 * A data set: rows to learn from and rows to judge by. Immutable and thread-safe.
 *
 * <p>Row ids are unique within {@code train} and within {@code test}, not across them.
 *
 * @param name what reports call the data, for example {@code mnist}; not blank
 * @param train the rows to learn from
 * @param test the rows to judge by: same number of columns, same classes or targets
 */
public record TrainTest(String name, LabeledData train, LabeledData test) {

  /**
   * Checks that the parts fit each other.
   *
   * @param name not blank
   * @param train the rows to learn from
   * @param test the rows to judge by
   * @throws IllegalArgumentException if the name is blank, or the parts differ in their number of
   *     columns, their task, or the names of their classes or targets
   */
  public TrainTest {
    if (name.isBlank()) {
      throw new IllegalArgumentException("the data set's name is blank: give it one");
    }
    if (train.columns() != test.columns()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "data set '%s' has %d columns in train but %d in test: both need the same columns",
              name,
              train.columns(),
              test.columns()));
    }
    if (train.task() != test.task()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "data set '%s' is for %s in train but for %s in test: both need the same task",
              name,
              train.task(),
              test.task()));
    }
    List<String> trainNames = train.outputNames();
    List<String> testNames = test.outputNames();
    if (!trainNames.equals(testNames)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "data set '%s' has the %s %s in train but %s in test: both need the same names in the"
                  + " same order",
              name,
              train.task() == Task.CLASSIFICATION ? "classes" : "targets",
              trainNames,
              testNames));
    }
  }

  /**
   * Splits rows in two: a part of each class to judge by (rows with targets count as one class),
   * the rest to learn from. Which rows go where depends on the seed and on their ids, not on their
   * positions. Groups stay whole, as in {@link Folds#holdout}. Both parts are views, in the order
   * of the rows; but where numbers of a table are missing, both are copies, with the medians of the
   * rows to learn from.
   *
   * @param name what reports call the data; not blank
   * @param data the rows
   * @param testFraction the part of each class to judge by, greater than 0 and less than 1; rounded
   *     to whole rows, at least 1 on each side
   * @param seed chooses which rows
   * @return the two parts, under this name
   * @throws IllegalArgumentException if the name is blank, the fraction is out of range, or a class
   *     has fewer than 2 rows
   */
  public static TrainTest split(String name, LabeledData data, double testFraction, long seed) {
    Folds split = Folds.holdout(data, testFraction, seed);
    LabeledData train = data.select(split.training(1));
    LabeledData test = data.select(split.heldOut(1));
    return new TrainTest(
        name, MissingNumbers.filled(train, train), MissingNumbers.filled(test, train));
  }
}
