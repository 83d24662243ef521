package org.stacking4j.evaluate;

/**
 * A row that exactly one of two competitors has right. Immutable.
 *
 * @param row its position, from 0
 * @param label its right class
 * @param first the class the first competitor says
 * @param firstConfidence with which probability, 0 to 1
 * @param second the class the second competitor says
 * @param secondConfidence with which probability, 0 to 1
 */
public record Flip(
    int row, int label, int first, double firstConfidence, int second, double secondConfidence) {

  /** {@return whether it is the first who has it right} */
  public boolean firstIsRight() {
    return first == label;
  }
}
