package org.stacking4j.train;

/** What came of a fit that was allowed to fail: what was fitted, or why nothing was. */
public sealed interface FitOutcome permits FitResult, FitException {}
