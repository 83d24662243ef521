package org.stacking4j.data;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class Sha256Test {
  @Test
  void hexOf_publishedExample() {
    // FIPS 180-2, appendix B.1.
    assertThat(Sha256.hexOf("abc".getBytes(US_ASCII)))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void numbers_acrossBlocks() {
    // 100 000 bytes and more: the inner block is filled and emptied several times.
    int[] ints = TinyRows.permutation(20_000, 1);
    float[] floats = new float[40_001];
    long[] longs = new long[9_000];
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + 80_000 + 4 + 4 * 40_000 + 4 + 72_000 + 8 + 4 + 2)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(ints.length);
    for (int value : ints) {
      bytes.putInt(value);
    }
    bytes.putInt(5);
    for (int i = 0; i < floats.length; i++) {
      floats[i] = i / 7f;
      if (i < 40_000) {
        bytes.putFloat(floats[i]);
      }
    }
    bytes.putInt(longs.length);
    for (int i = 0; i < longs.length; i++) {
      longs[i] = i * 0x123456789abcdefL;
      bytes.putLong(longs[i]);
    }
    bytes.putLong(-3).putInt(2).put((byte) 'h').put((byte) 'i');
    assertThat(bytes.remaining()).isZero();

    Sha256 sha =
        new Sha256().put(ints).put(5).putFloats(floats, 40_000).put(longs).put(-3L).put("hi");

    assertThat(sha.hex()).isEqualTo(Sha256.hexOf(bytes.array()));
  }
}
