/**
 * What a network is: presets, members, and the logit view of a fitted network.
 *
 * <p>{@link org.stacking4j.network.Member} describes a network that is still to be fitted; {@link
 * org.stacking4j.network.TrainedNetwork} is a fitted one, frozen.
 */
@NullMarked
package org.stacking4j.network;

import org.jspecify.annotations.NullMarked;
