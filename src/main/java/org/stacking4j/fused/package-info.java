/**
 * The fast training step: one network's forward pass, backward pass and update in a few loops over
 * plain arrays and one matrix product per weight matrix and direction.
 *
 * <p>{@link org.stacking4j.fused.FusedNetwork} reads a Deeplearning4j network, trains it, and
 * writes it back; {@code Support} says which networks it can read. Everything it computes is tested
 * equal to Deeplearning4j's own {@code fit}.
 */
@NullMarked
package org.stacking4j.fused;

import org.jspecify.annotations.NullMarked;
