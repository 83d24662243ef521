package org.stacking4j.train;

/** A fit that failed; the message names the member, the fold and the cause. */
public final class FitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FitException(String message, Throwable cause) {
    super(message, cause);
  }
}
