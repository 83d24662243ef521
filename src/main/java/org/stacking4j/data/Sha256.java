package org.stacking4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A running SHA-256 over numbers and text, the same on every platform: numbers are written
 * little-endian, arrays and text with their length in front. Not thread-safe.
 */
public final class Sha256 {
  private static final int BLOCK_BYTES = 1 << 16;

  private final MessageDigest digest;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Nothing put in yet. */
  public Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must offer SHA-256", e);
    }
  }

  /**
   * {@return the hash of these bytes alone, in lower-case hexadecimal}
   *
   * @param bytes what to hash, without a length in front
   */
  public static String hexOf(byte[] bytes) {
    Sha256 sha = new Sha256();
    sha.digest.update(bytes);
    return sha.hex();
  }

  /**
   * Adds a number.
   *
   * @param value four bytes
   * @return this
   */
  public Sha256 put(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  /**
   * Adds a number.
   *
   * @param value eight bytes
   * @return this
   */
  public Sha256 put(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  /**
   * Adds numbers and how many they are.
   *
   * @param values may be empty
   * @return this
   */
  public Sha256 put(int[] values) {
    put(values.length);
    for (int value : values) {
      put(value);
    }
    return this;
  }

  /**
   * Adds numbers and how many they are.
   *
   * @param values may be empty
   * @return this
   */
  public Sha256 put(long[] values) {
    put(values.length);
    for (long value : values) {
      put(value);
    }
    return this;
  }

  /**
   * Adds a text and its length.
   *
   * @param text put as UTF-8
   * @return this
   */
  public Sha256 put(String text) {
    return put(text.getBytes(UTF_8));
  }

  /**
   * Adds bytes and how many they are.
   *
   * @param bytes may be empty
   * @return this
   */
  public Sha256 put(byte[] bytes) {
    put(bytes.length);
    flush();
    digest.update(bytes);
    return this;
  }

  /**
   * Adds the first {@code count} values, bit for bit, without a length in front.
   *
   * @param values has {@code count} values or more
   * @param count how many of them, from the first
   * @return this
   */
  public Sha256 putFloats(float[] values, int count) {
    flush();
    int perBlock = BLOCK_BYTES / Float.BYTES;
    for (int from = 0; from < count; from += perBlock) {
      int length = Math.min(perBlock, count - from);
      block.asFloatBuffer().put(values, from, length);
      digest.update(block.array(), 0, length * Float.BYTES);
    }
    return this;
  }

  /** {@return the hash of all that was put in, 32 bytes} Ends it. */
  public byte[] bytes() {
    flush();
    return digest.digest();
  }

  /** {@return the hash of all that was put in, 64 lower-case hexadecimal digits} Ends it. */
  public String hex() {
    return HexFormat.of().formatHex(bytes());
  }

  private ByteBuffer room(int bytes) {
    if (block.remaining() < bytes) {
      flush();
    }
    return block;
  }

  private void flush() {
    digest.update(block.array(), 0, block.position());
    block.clear();
  }
}
