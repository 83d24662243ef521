package org.stacking4j.fused;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Floats outside the Java heap, where matrix products read and write them; zero to begin with.
 *
 * <p>Loops run over arrays and not over this memory, because the compiler makes vector instructions
 * of the one and not of the other; copying between them costs less than that.
 */
final class NativeFloats implements AutoCloseable {
  private final FloatPointer pointer;
  private final FloatBuffer buffer;

  NativeFloats(int length) {
    pointer = new FloatPointer(Math.max(1, length));
    buffer = pointer.asBuffer();
    pointer.zero();
  }

  /** The address of one value; lives as long as this object is open. */
  FloatPointer at(int index) {
    return after(pointer, index);
  }

  /** The address of a value some places further on. */
  static FloatPointer after(FloatPointer address, int places) {
    return new FloatPointer(address).position(address.position() + places);
  }

  /** The same memory. */
  FloatBuffer buffer() {
    return buffer;
  }

  /** Copies values to the beginning of an array. */
  void read(float[] target, int length) {
    buffer.get(0, target, 0, length);
  }

  /** Copies the beginning of an array here. */
  void write(float[] source, int length) {
    buffer.put(0, source, 0, length);
  }

  /** Copies values to the same places of an array. */
  void get(int index, float[] target, int length) {
    buffer.get(index, target, index, length);
  }

  /** Copies values from the same places of an array. */
  void put(int index, float[] source, int length) {
    buffer.put(index, source, index, length);
  }

  /** Copies some values of an array here. */
  void put(int index, float[] source, int from, int length) {
    buffer.put(index, source, from, length);
  }

  /** Copies as many values as an array takes. */
  void get(int index, float[] target) {
    buffer.get(index, target);
  }

  /** Copies a whole array here. */
  void put(int index, float[] source) {
    buffer.put(index, source);
  }

  @Override
  public void close() {
    pointer.close();
  }
}
