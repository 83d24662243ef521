/**
 * Judging predictions: metrics, paired comparison, leaderboard. Knows labels and probabilities
 * only, not where they come from.
 */
@NullMarked
package org.stacking4j.evaluate;

import org.jspecify.annotations.NullMarked;
