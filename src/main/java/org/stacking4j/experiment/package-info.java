/**
 * From a conf file to a leaderboard and its files; {@link org.stacking4j.experiment.Experiment} is
 * the whole path in a page.
 */
@NullMarked
package org.stacking4j.experiment;

import org.jspecify.annotations.NullMarked;
