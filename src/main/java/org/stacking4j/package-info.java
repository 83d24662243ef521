/**
 * Stacking ensembles of neural networks.
 *
 * <p>{@link org.stacking4j.StackingConfig} describes an ensemble, {@link
 * org.stacking4j.StackingEnsemble} is a fitted one; start there. The packages are the stations of
 * the data's way: {@code data}, {@code network}, {@code train}, {@code meta}, {@code evaluate},
 * {@code combine}.
 */
@NullMarked
package org.stacking4j;

import org.jspecify.annotations.NullMarked;
