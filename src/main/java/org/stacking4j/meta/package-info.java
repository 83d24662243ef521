/**
 * From member networks to the table of logits a meta network learns from.
 *
 * <p>A {@link org.stacking4j.meta.Strategy} says which rows each network may see, {@link
 * org.stacking4j.meta.MemberNetworks} fits them, and {@link org.stacking4j.meta.MetaFeatures} is
 * the table.
 */
@NullMarked
package org.stacking4j.meta;

import org.jspecify.annotations.NullMarked;
