/**
 * Everything that turns the logits of the members into one answer: averages, votes and meta
 * networks, behind {@link org.stacking4j.combine.Combiner}.
 */
@NullMarked
package org.stacking4j.combine;

import org.jspecify.annotations.NullMarked;
