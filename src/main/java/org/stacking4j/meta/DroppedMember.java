package org.stacking4j.meta;

import java.util.List;
import java.util.stream.Collectors;
import org.stacking4j.train.FitException;

/**
 * A member that left its ensemble because a fit failed. Immutable.
 *
 * @param member its name; {@code STACK/NAME} for one of a stack
 * @param fit the fit that failed, in words
 * @param reason why it failed, in words
 */
public record DroppedMember(String member, String fit, String reason) {
  /**
   * {@return a member that a failure took away}
   *
   * @param member its name
   * @param failure of one of its fits
   */
  public static DroppedMember of(String member, FitException failure) {
    return new DroppedMember(member, failure.fit(), failure.reason());
  }

  /**
   * {@return the same member, as one of a stack}
   *
   * @param stack the name of the stack
   */
  public DroppedMember within(String stack) {
    return new DroppedMember(stack + "/" + member, fit, reason);
  }

  /**
   * {@return the failure of an ensemble that has lost all its members}
   *
   * @param dropped all its members, each with its failure
   */
  public static FitException noneLeft(List<DroppedMember> dropped) {
    String each =
        dropped.stream()
            .map(one -> one.fit() + ": " + one.reason())
            .collect(Collectors.joining("; "));
    return new FitException("the ensemble", "no member is left, all dropped out. " + each, null);
  }

  /**
   * In words: {@code 'wide' drops out: member 'wide', fold 2 of 5 failed: training diverged: …}.
   */
  @Override
  public String toString() {
    return "'" + member + "' drops out: " + fit + " failed: " + reason;
  }
}
