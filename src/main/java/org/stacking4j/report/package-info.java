/**
 * A run's files as one page to read; {@link org.stacking4j.report.Report} is its entry. Knows
 * {@code results.json} only, not what wrote it.
 */
@NullMarked
package org.stacking4j.report;

import org.jspecify.annotations.NullMarked;
