package org.stacking4j.network;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;

/**
 * The mean and the standard deviation of each column of some rows, features or targets: a network
 * learns numbers around 0 of about the size 1, whatever unit they have. Fitted on the rows that one
 * fit sees and no others, and folded into the fitted network ({@link
 * TrainedNetwork#withOutputScale}, {@link TrainedNetwork#withInputScale}), which then takes and
 * gives numbers in their own unit. Immutable.
 */
public final class Standardisation {
  private static final double MOST_DEVIATIONS = 5;

  private final double[] means;
  private final double[] deviations;

  private Standardisation(double[] means, double[] deviations) {
    this.means = means;
    this.deviations = deviations;
  }

  private Standardisation(float[] values, int columns) {
    int rows = values.length / columns;
    means = new double[columns];
    deviations = new double[columns];
    for (int i = 0; i < values.length; i++) {
      means[i % columns] += (double) values[i] / rows;
    }
    for (int i = 0; i < values.length; i++) {
      double off = values[i] - means[i % columns];
      deviations[i % columns] += off * off / rows;
    }
    for (int column = 0; column < columns; column++) {
      double deviation = Math.sqrt(deviations[column]);
      // What is left of a constant column is rounding, which must not be blown up.
      boolean varies = deviation > 1e-6 * Math.abs(means[column]);
      deviations[column] = varies ? deviation : 1;
    }
  }

  /**
   * {@return the standardisation of the targets of some rows}
   *
   * @param data rows that have targets
   */
  public static Standardisation ofTargets(LabeledData data) {
    float[] values = new float[Math.multiplyExact(data.rows(), data.outputs())];
    data.targets(IntStream.range(0, data.rows()).toArray(), values);
    return new Standardisation(values, data.outputs());
  }

  /**
   * {@return the standardisation of the features of some rows}
   *
   * @param data the rows
   */
  public static Standardisation ofFeatures(LabeledData data) {
    INDArray features = data.features();
    float[] values = features.data().asFloat();
    features.close();
    return new Standardisation(values, data.columns());
  }

  /**
   * {@return this one for columns of which those from {@code first} on may be of any kind,
   * heavy-tailed or hardly ever set: their unit is the standard deviation, or a fifth of the
   * distance of the farthest row from the mean if that is more, so that none of these rows is more
   * than 5 units away; and a column that is constant counts for nothing, whatever it is in other
   * rows}
   *
   * @param data the rows it was made from
   * @param first the first such column, 0-based
   */
  public Standardisation wary(LabeledData data, int first) {
    double[] least = new double[means.length];
    double[] most = new double[means.length];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    Arrays.fill(most, Double.NEGATIVE_INFINITY);
    for (int from = 0; from < data.rows(); from += Chunks.ROWS) {
      INDArray chunk = data.features(from, Math.min(data.rows(), from + Chunks.ROWS));
      float[] values = chunk.data().asFloat();
      chunk.close();
      for (int i = 0; i < values.length; i++) {
        int column = i % means.length;
        least[column] = Math.min(least[column], values[i]);
        most[column] = Math.max(most[column], values[i]);
      }
    }
    double[] units = deviations.clone();
    for (int column = first; column < units.length; column++) {
      double farthest = Math.max(most[column] - means[column], means[column] - least[column]);
      units[column] =
          most[column] == least[column]
              ? Double.POSITIVE_INFINITY
              : Math.max(units[column], farthest / MOST_DEVIATIONS);
    }
    return new Standardisation(means.clone(), units);
  }

  /**
   * {@return this one, but for columns before {@code first}, 0-based, which stay as they are}
   *
   * @param first the first column that is standardised; 0 for all
   */
  public Standardisation from(int first) {
    double[] offsets = means.clone();
    double[] units = deviations.clone();
    Arrays.fill(offsets, 0, first, 0);
    Arrays.fill(units, 0, first, 1);
    return new Standardisation(offsets, units);
  }

  /**
   * {@return the mean of a column, 0-based}
   *
   * @param column from 0
   */
  public double mean(int column) {
    return means[column];
  }

  /**
   * {@return the standard deviation of a column, 0-based, above 0; 1 if the column is constant}
   *
   * @param column from 0
   */
  public double deviation(int column) {
    return deviations[column];
  }

  /**
   * {@return the values in standard deviations from their column's mean}
   *
   * @param values {@code [rows, columns]}, row by row; not changed
   */
  public float[] apply(float[] values) {
    float[] standardised = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int column = i % means.length;
      standardised[i] = (float) ((values[i] - means[column]) / deviations[column]);
    }
    return standardised;
  }

  /** In words, for messages: means and deviations. */
  @Override
  public String toString() {
    return "means " + Arrays.toString(means) + ", deviations " + Arrays.toString(deviations);
  }
}
