/**
 * Fitting networks: one at a time in {@code NetworkFitter}, many side by side through a {@link
 * org.stacking4j.train.FitRunner}.
 *
 * <p>Start at {@link org.stacking4j.train.LocalFits}, the pool of threads on this machine.
 */
@NullMarked
package org.stacking4j.train;

import org.jspecify.annotations.NullMarked;
