package org.stacking4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxTest {
  /** 16 bytes of header, 6 of values. */
  private static final byte[] IMAGES = IdxBytes.images(3, 1, 2, 0, 1, 127, 128, 254, 255);

  private static Idx images(byte[] file) throws IOException {
    return Idx.read(new ByteArrayInputStream(file), Idx.Kind.IMAGES, "pictures");
  }

  private static Idx labels(byte[] file) throws IOException {
    return Idx.read(new ByteArrayInputStream(file), Idx.Kind.LABELS, "answers");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void read_images(boolean packed) throws IOException {
    Idx idx = images(packed ? IdxBytes.gzip(IMAGES) : IMAGES);

    assertThat(idx.items()).isEqualTo(3);
    assertThat(idx.itemShape()).isEqualTo("1 x 2");
    assertThat(idx.source()).isEqualTo("pictures");
    assertThat(pixels(idx))
        .isDeepEqualTo(scaled(new byte[] {0, 1, 127, (byte) 128, (byte) 254, (byte) 255}, 2));
  }

  @Test
  void read_labels() throws IOException {
    Idx idx = labels(IdxBytes.labels(9, 0, 255));

    assertThat(idx.items()).isEqualTo(3);
    assertThat(IntStream.range(0, 3).map(idx::label)).containsExactly(9, 0, 255);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void read_largerThanAnyBuffer(boolean packed) throws IOException {
    byte[] values = new byte[1500 * 40 * 25]; // more than the sample and several blocks
    new SplittableRandom(3).nextBytes(values);
    byte[] file = IdxBytes.file(new int[] {0x803, 1500, 40, 25}, values);

    Idx idx = images(packed ? IdxBytes.gzip(file) : file);

    assertThat(pixels(idx)).isDeepEqualTo(scaled(values, 1000));
  }

  @Test
  void read_manyLabels() throws IOException {
    byte[] values = new byte[200_000];
    new SplittableRandom(4).nextBytes(values);

    Idx idx = labels(IdxBytes.file(new int[] {0x801, values.length}, values));

    for (int i = 0; i < values.length; i++) {
      assertThat((byte) idx.label(i)).isEqualTo(values[i]);
    }
  }

  @Test
  void read_ofImages_keepsThemAsFeaturesOnly() throws IOException {
    // 30 MB of pixels, which become 120 MB of features outside the heap, must not be on it too.
    byte[] header = IdxBytes.file(new int[] {0x803, 30_000, 25, 40}, new byte[0]);
    InputStream file =
        new SequenceInputStream(new ByteArrayInputStream(header), new Zeros(30_000_000));
    long before = allocatedBytes();

    Idx idx = Idx.read(file, Idx.Kind.IMAGES, "pictures");

    assertThat(allocatedBytes() - before).isLessThan(8_000_000);
    assertThat(TinyRows.values(idx.pixels().gather(new int[] {0, 29_999})))
        .isDeepEqualTo(scaled(new byte[2000], 1000));
  }

  @Test
  void read_gzipInSeveralMembers() throws IOException {
    byte[] first = IdxBytes.gzip(Arrays.copyOf(IMAGES, 10));
    byte[] second = IdxBytes.gzip(Arrays.copyOfRange(IMAGES, 10, IMAGES.length));
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);

    assertThat(pixels(images(both))[2][1]).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readImages_readsNoMoreThanTheFirst(boolean packed) throws IOException {
    byte[] values = new byte[5_000_000];
    new SplittableRandom(1).nextBytes(values);
    byte[] file = IdxBytes.file(new int[] {0x803, 5000, 10, 100}, values);
    byte[] given = packed ? IdxBytes.gzip(file) : file;
    ByteArrayInputStream in = new ByteArrayInputStream(given);

    Idx idx = Idx.readImages(in, 2, "pictures");

    assertThat(TinyRows.values(idx.pixels().gather(new int[] {0, 1})))
        .isDeepEqualTo(scaled(Arrays.copyOf(values, 2000), 1000));
    assertThat(idx.pixels().rows()).isEqualTo(2);
    assertThat(idx.items()).isEqualTo(5000); // as many labels there must be
    assertThat(given.length - in.available()).isLessThan(1 << 18);
  }

  @Test
  void readImages_ofAsManyAsThereAre_readsToTheEnd() throws IOException {
    byte[] longer = Arrays.copyOf(IMAGES, IMAGES.length + 1);
    ByteArrayInputStream in = new ByteArrayInputStream(longer);

    assertThatThrownBy(() -> Idx.readImages(in, 3, "pictures"))
        .hasMessage(
            "pictures goes on after the 22 bytes that its header promises: fetch the file again");
    assertThat(Idx.readImages(new ByteArrayInputStream(IMAGES), 4, "pictures").pixels().rows())
        .isEqualTo(3);
  }

  @Test
  void readImages_cutOffWithinTheFirst() {
    ByteArrayInputStream in = new ByteArrayInputStream(Arrays.copyOf(IMAGES, 17));

    assertThatThrownBy(() -> Idx.readImages(in, 1, "pictures"))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("pictures is cut off: expected 22 bytes, found 17: fetch the file again");
  }

  @Test
  void read_empty() {
    assertFails(new byte[0], "pictures is empty: fetch the file again");
  }

  static Stream<Arguments> cuts() {
    return IntStream.range(1, IMAGES.length)
        .mapToObj(found -> Arguments.of(found, found < 4 ? 4 : found < 16 ? 16 : IMAGES.length));
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void read_cutOff(int found, int expected) {
    assertFails(
        Arrays.copyOf(IMAGES, found),
        "pictures is cut off: expected %d bytes, found %d: fetch the file again"
            .formatted(expected, found));
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void read_packedAfterItWasCutOff(int found, int expected) {
    assertFails(
        IdxBytes.gzip(Arrays.copyOf(IMAGES, found)),
        "pictures is cut off: expected %d bytes after unpacking, found %d: fetch the file again"
            .formatted(expected, found));
  }

  @Test
  void read_cutOffInsideTheGzipData() {
    byte[] packed = IdxBytes.gzip(IMAGES);
    for (int length = 2; length < packed.length; length++) {
      byte[] cut = Arrays.copyOf(packed, length);
      assertThatThrownBy(() -> images(cut))
          .isExactlyInstanceOf(IOException.class)
          .hasMessageMatching(
              "pictures is cut off: expected \\d+ bytes after unpacking, found \\d+"
                  + "( but the gzip data does not end)?: fetch the file again");
    }
  }

  @Test
  void read_cutOffInTheGzipTrailer() {
    byte[] packed = IdxBytes.gzip(IMAGES);
    assertFails(
        Arrays.copyOf(packed, packed.length - 1),
        "pictures is cut off: expected 22 bytes after unpacking, found 22 but the gzip data does"
            + " not end: fetch the file again");
  }

  @Test
  void read_damagedGzipData() {
    byte[] packed = IdxBytes.gzip(IMAGES);
    packed[packed.length - 5] ^= 1; // the checksum of the values
    assertFails(
        packed,
        "pictures is damaged inside its gzip data (Corrupt GZIP trailer) after 22 unpacked bytes:"
            + " fetch the file again");
    byte[] noBlock = IdxBytes.gzip(IMAGES);
    noBlock[10] = 0x07; // the type of the first block
    assertFails(
        noBlock,
        "pictures is damaged inside its gzip data (invalid block type) after 0 unpacked bytes:"
            + " fetch the file again");
  }

  @Test
  void read_goesOn() {
    byte[] longer = Arrays.copyOf(IMAGES, IMAGES.length + 1);
    String sentence =
        "pictures goes on after the 22 bytes that its header promises: fetch the file again";
    assertFails(longer, sentence);
    assertFails(IdxBytes.gzip(longer), sentence);
  }

  @Test
  void read_foreign() {
    assertFails(
        "<!DOCTYPE html>".getBytes(UTF_8),
        "pictures is not an IDX image file: it starts with 0x3c21444f, expected 0x00000803");
    assertFails(
        IdxBytes.file(new int[] {0xd03, 1, 1, 1}, new byte[4]),
        "pictures is not an IDX image file: it starts with 0x00000d03, expected 0x00000803");
    assertFails(
        IdxBytes.labels(1, 2),
        "pictures is not an IDX image file: it starts with 0x00000801, expected 0x00000803; it"
            + " holds labels, check the file names");
    assertThatThrownBy(() -> labels(IMAGES))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage(
            "answers is not an IDX label file: it starts with 0x00000803, expected 0x00000801; it"
                + " holds images, check the file names");
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        Arguments.of(new int[] {0, 28, 28}, "0 x 28 x 28"),
        Arguments.of(new int[] {1, 0, 28}, "1 x 0 x 28"),
        Arguments.of(new int[] {60000, 28, 0}, "60000 x 28 x 0"),
        Arguments.of(new int[] {-1, 1, 1}, "4294967295 x 1 x 1"),
        Arguments.of(new int[] {-1, -1, -1}, "4294967295 x 4294967295 x 4294967295"),
        // 2^32 values: the product is 0 when it is taken as an int.
        Arguments.of(new int[] {65536, 256, 256}, "65536 x 256 x 256"),
        Arguments.of(new int[] {1 << 30, 1, 2}, "1073741824 x 1 x 2"));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void read_sizes(int[] sizes, String shown) {
    int[] header = {0x803, sizes[0], sizes[1], sizes[2]};
    assertFails(
        IdxBytes.file(header, new byte[10]),
        "pictures promises %s values in its header, expected 1 to 1073741824: fetch the file again"
            .formatted(shown));
  }

  @Test
  void read_headerPromisesMoreThanIsThere() {
    // A gigabyte is promised, 10 bytes are there: the memory for the promise must not be taken.
    byte[] file = IdxBytes.file(new int[] {0x803, 1 << 20, 32, 32}, new byte[10]);
    long before = allocatedBytes();

    assertFails(
        file, "pictures is cut off: expected 1073741840 bytes, found 26: fetch the file again");

    assertThat(allocatedBytes() - before).isLessThan(10_000_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void read_stopsSoonAfterThePromise(boolean packed) {
    // What follows may be endless, so it must not be read to its end.
    byte[] values = new byte[5_000_000];
    new SplittableRandom(1).nextBytes(values);
    byte[] file = IdxBytes.file(new int[] {0x801, 2}, values);
    byte[] given = packed ? IdxBytes.gzip(file) : file;
    ByteArrayInputStream in = new ByteArrayInputStream(given);

    assertThatThrownBy(() -> Idx.read(in, Idx.Kind.LABELS, "answers"))
        .hasMessage(
            "answers goes on after the 10 bytes that its header promises: fetch the file again");
    assertThat(given.length - in.available()).isBetween(11, 1 << 17);
  }

  private static float[][] pixels(Idx idx) {
    return TinyRows.values(idx.pixels().gather(IntStream.range(0, idx.items()).toArray()));
  }

  private static float[][] scaled(byte[] pixels, int columns) {
    float[][] rows = new float[pixels.length / columns][columns];
    for (int i = 0; i < pixels.length; i++) {
      rows[i / columns][i % columns] = ((pixels[i] & 0xff) / 255f - 0.5f) / 0.5f;
    }
    return rows;
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static void assertFails(byte[] file, String sentence) {
    assertThatThrownBy(() -> images(file))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage(sentence);
  }

  /** A file that is nowhere. */
  private static final class Zeros extends InputStream {
    private int left;

    Zeros(int bytes) {
      left = bytes;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = Math.min(left, length);
      Arrays.fill(target, from, from + count, (byte) 0);
      left -= count;
      return count;
    }
  }
}
