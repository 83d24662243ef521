package org.stacking4j.train;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Seeds of single fits, drawn from what is fitted and never from its position or the clock. */
public final class Seeds {
  private Seeds() {}

  /**
   * {@return the seed of one fit: the first 64 bits of SHA-256 over the ensemble's seed, the name
   * and the fold} Adding, dropping or reordering members leaves the seeds of the others as they
   * are.
   *
   * @param ensembleSeed any number
   * @param name the member's name
   * @param fold 1-based, numbered on through repeats, or 0 for all rows
   */
  public static long of(long ensembleSeed, String name, int fold) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer key = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + text.length);
    key.putLong(ensembleSeed).putInt(fold).put(text);
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key.array())).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
