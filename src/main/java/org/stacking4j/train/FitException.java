package org.stacking4j.train;

import org.jspecify.annotations.Nullable;

/** A fit that failed; the message names the member, the fold and the cause. */
public final class FitException extends RuntimeException implements FitOutcome {
  private static final long serialVersionUID = 1L;

  /** Which fit it was, in words. */
  private final String fit;

  /** Why it failed, in words. */
  private final String reason;

  private FitException(String message, String fit, String reason, @Nullable Throwable cause) {
    super(message, cause);
    this.fit = fit;
    this.reason = reason;
  }

  /**
   * A fit that failed for this reason, a clause that says how to mend it too.
   *
   * @param task the fit
   * @param reason why it failed, in words
   * @param cause what was thrown
   */
  public FitException(FitTask task, String reason, Throwable cause) {
    this(
        task.describe() + " failed (seed " + task.seed() + "): " + reason,
        task.describe(),
        reason,
        cause);
  }

  /**
   * Something that is made of several fits failed.
   *
   * @param fit what it is, in words
   * @param reason why it failed, in words
   * @param cause null if there is no other exception behind it
   */
  public FitException(String fit, String reason, @Nullable Throwable cause) {
    this(fit + " failed: " + reason, fit, reason, cause);
  }

  /** {@return which fit it was, in words: {@code member 'wide-1', fold 2 of 5}} */
  public String fit() {
    return fit;
  }

  /** {@return why it failed, in words} */
  public String reason() {
    return reason;
  }
}
