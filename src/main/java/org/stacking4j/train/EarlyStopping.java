package org.stacking4j.train;

import java.util.Locale;

/**
 * How long a fit goes on: it holds back a share of its rows, watches the loss there after each
 * epoch, and keeps the network of the best one. The loss is log loss, or the squared error of
 * targets, rows by their weights, without dropout. Immutable.
 *
 * @param share of the rows that no step sees, above 0 and below 1; of each class that share, and
 *     groups whole
 * @param patience after how many epochs in a row without a lower loss the fit ends, 1 or more
 */
public record EarlyStopping(double share, int patience) {
  /**
   * Checks the numbers.
   *
   * @param share above 0 and below 1
   * @param patience 1 or more
   * @throws IllegalArgumentException if a number is out of its range
   */
  public EarlyStopping {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "early stopping must hold back a share of the rows > 0 and < 1, found %s",
              share));
    }
    if (patience < 1) {
      throw new IllegalArgumentException(
          "the patience of early stopping must be >= 1 epoch, found " + patience);
    }
  }
}
