package org.stacking4j.network;

import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/**
 * One base network of an ensemble, still to be fitted: its name, architecture and settings.
 * Immutable; the configuration is copied on the way in and on the way out, because networks that
 * share one race with each other.
 *
 * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit; names the
 *     member's columns, seeds and errors
 * @param configuration a network that ends in a softmax {@code OutputLayer} with cross-entropy
 *     ({@code LossFunction.MCXENT}) for classes, or in one of identity with squared error ({@code
 *     LossFunction.MSE}) for targets
 * @param settings how it is fitted
 */
public record Member(String name, MultiLayerConfiguration configuration, FitSettings settings) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

  /**
   * @throws IllegalArgumentException if the name is malformed or the configuration cannot be a
   *     member, with the layer and the mend
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
  }

  /** A member with {@link FitSettings#defaults()}. */
  public static Member of(String name, MultiLayerConfiguration configuration) {
    return new Member(name, configuration, FitSettings.defaults());
  }

  /** A copy of the configuration. */
  @Override
  public MultiLayerConfiguration configuration() {
    return configuration.clone();
  }
}
