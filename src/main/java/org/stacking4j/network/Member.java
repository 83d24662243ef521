package org.stacking4j.network;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.RowSample;

/**
 * One base network of an ensemble, still to be fitted: its name, architecture and settings.
 * Immutable; the configuration is copied on the way in and on the way out, because networks that
 * share one race with each other.
 *
 * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit; names the
 *     member's columns, seeds and errors
 * @param configuration a network that ends in a softmax {@code OutputLayer} with cross-entropy
 *     ({@code LossFunction.MCXENT})
 * @param settings how it is fitted
 * @param columns which feature columns it sees, 0-based, in the order of its inputs; empty for all
 * @param rows which of the rows it may see each of its fits learns from, drawn anew for each
 * @param seed from which, with the name and the fold, the seeds of its fits come; null for the
 *     ensemble's
 */
public record Member(
    String name,
    MultiLayerConfiguration configuration,
    FitSettings settings,
    List<Integer> columns,
    RowSample rows,
    @Nullable Long seed) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

  /**
   * @throws IllegalArgumentException if the name is malformed, the configuration cannot be a
   *     member, with the layer and the mend, or a column is negative or there twice
   */
  public Member {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "member name '"
              + name
              + "' is malformed: use letters, digits, '-' and '_', beginning with a letter or"
              + " digit");
    }
    configuration = configuration.clone();
    NetworkCheck.check("member '" + name + "'", configuration);
    columns = NetworkCheck.columns("member '" + name + "'", columns);
  }

  /**
   * A member that sees all columns and rows and is fitted by these settings and the ensemble's
   * seed.
   *
   * @throws IllegalArgumentException as the constructor of all does
   */
  public Member(String name, MultiLayerConfiguration configuration, FitSettings settings) {
    this(name, configuration, settings, List.of(), RowSample.ALL, null);
  }

  /** A member with {@link FitSettings#defaults()}. */
  public static Member of(String name, MultiLayerConfiguration configuration) {
    return new Member(name, configuration, FitSettings.defaults());
  }

  /**
   * This member in front of some of the feature columns; its configuration must have as many
   * inputs.
   *
   * @param columns 0-based, in the order of its inputs
   * @throws IllegalArgumentException if one is negative or there twice
   */
  public Member withColumns(int... columns) {
    List<Integer> own = IntStream.of(columns).boxed().toList();
    return new Member(name, configuration, settings, own, rows, seed);
  }

  /**
   * This member, each fit of which learns from a part of the rows it may see, drawn without
   * replacement.
   *
   * @param fraction above 0 and at most 1
   * @throws IllegalArgumentException if the fraction is out of its range
   */
  public Member withRowSample(double fraction) {
    return withRows(new RowSample(fraction, false));
  }

  /**
   * This member, each fit of which learns from as many draws with replacement as it may see rows
   * (Breiman 1996, bagging): of 63 % of them, by weights.
   */
  public Member withBagging() {
    return withRows(new RowSample(1, true));
  }

  /** This member, each fit of which learns from such a sample of the rows it may see. */
  public Member withRows(RowSample rows) {
    return new Member(name, configuration, settings, columns, rows, seed);
  }

  /** This member with a seed of its own, whatever the ensemble's is. */
  public Member withSeed(long seed) {
    return new Member(name, configuration, settings, columns, rows, seed);
  }

  /** A copy of the configuration. */
  @Override
  public MultiLayerConfiguration configuration() {
    return configuration.clone();
  }
}
