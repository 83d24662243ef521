package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stacking4j.testing.TinyPictures;

final class PictureFileTest {
  @TempDir Path folder;

  /** The features of a picture as values of 0 to 255. */
  private static double[] read(Path file, int width, int height, int channels) throws IOException {
    PictureSchema schema = new PictureSchema(width, height, channels);
    float[] target = new float[schema.features()];
    PictureFile.read(List.of(file), schema, target);
    double[] values = new double[target.length];
    Arrays.setAll(values, i -> (target[i] + 1) / 2 * 255.0);
    return values;
  }

  private static void assertValues(double[] found, double... expected) {
    assertThat(found).hasSize(expected.length);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("value %d", i).isCloseTo(expected[i], within(1e-4));
    }
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void read_ofTheRightSize_hasTheBitsOfAnIdxFile() throws IOException {
    int[] pixels = new int[256];
    Arrays.setAll(pixels, i -> i);
    Path file = TinyPictures.grey(file("all.png"), 16, pixels);

    float[] target = new float[256];
    PictureFile.read(List.of(file), new PictureSchema(16, 16, 1), target);

    for (int x = 0; x < 256; x++) {
      assertThat(target[x]).isEqualTo((x / 255f - 0.5f) / 0.5f);
    }
  }

  @Test
  void read_smaller_isTheMeanOfWhatEachPixelCovers() throws IOException {
    Path square = TinyPictures.grey(file("square.png"), 2, 0, 100, 40, 60);
    Path line = TinyPictures.grey(file("line.png"), 3, 30, 90, 240);

    assertValues(read(square, 1, 1, 1), 50);
    assertValues(read(square, 2, 1, 1), 20, 80);
    assertValues(read(square, 1, 2, 1), 50, 50);
    // The first covers the first pixel and half of the second: (30 + 90 / 2) / 1.5.
    assertValues(read(line, 2, 1, 1), 50, 190);
  }

  @Test
  void read_larger_coversPartsOfPixels() throws IOException {
    Path line = TinyPictures.grey(file("line.png"), 2, 30, 90);

    assertValues(read(line, 4, 1, 1), 30, 30, 90, 90);
    assertValues(read(line, 3, 2, 1), 30, 60, 90, 30, 60, 90);
  }

  @Test
  void read_inColour_hasAllOfRedFirst() throws IOException {
    Path file = TinyPictures.colour(file("colour.png"), 2, 0x0a141e, 0x28323c);

    assertValues(read(file, 2, 1, 3), 10, 40, 20, 50, 30, 60);
    assertValues(
        read(file, 2, 1, 1), 0.299 * 10 + 0.587 * 20 + 0.114 * 30, 0.299 * 40 + 29.35 + 6.84);
  }

  @Test
  void read_greyInColour_hasItThreeTimes() throws IOException {
    assertValues(read(TinyPictures.grey(file("grey.png"), 2, 7, 9), 2, 1, 3), 7, 9, 7, 9, 7, 9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif", "jpg"})
  void read_everyKind(String kind) throws IOException {
    int[] pixels = new int[64];
    Arrays.fill(pixels, 0xff0000);
    Path file = TinyPictures.colour(file("red." + kind), 8, pixels);

    assertThat(PictureFile.sides(file)).containsExactly(8, 8);
    double[] values = read(file, 1, 1, 3);

    assertThat(values[0]).isCloseTo(255, within(2.0));
    assertThat(values[1]).isCloseTo(0, within(2.0));
    assertThat(values[2]).isCloseTo(0, within(2.0));
    assertThat(PictureFile.isGrey(file)).isFalse();
  }

  @Test
  void read_transparentPixels_areLaidOverWhite() throws IOException {
    var picture = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    picture.setRGB(0, 0, 0x00123456);
    picture.setRGB(1, 0, 0x80000000);
    picture.setRGB(2, 0, 0xff102030);
    Path file = TinyPictures.write(picture, file("alpha.png"));

    double half = 255 - 128.0;
    assertValues(read(file, 3, 1, 3), 255, half, 16, 255, half, 32, 255, half, 48);
  }

  @Test
  void read_ofSixteenBits_isScaledAndNotMadeLighter() throws IOException {
    var picture = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    picture.getRaster().setSample(0, 0, 0, 128 * 257);
    picture.getRaster().setSample(1, 0, 0, 65_535);

    assertValues(read(TinyPictures.write(picture, file("deep.png")), 2, 1, 1), 128, 255);
  }

  @Test
  void read_ofAPalette() throws IOException {
    var picture = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
    picture.setRGB(1, 0, 0xffffffff);

    assertValues(read(TinyPictures.write(picture, file("bits.png")), 2, 1, 1), 0, 255);
  }

  @Test
  void isGrey_goesByPixels() throws IOException {
    assertThat(PictureFile.isGrey(TinyPictures.grey(file("grey.png"), 2, 7, 9))).isTrue();
    assertThat(PictureFile.isGrey(TinyPictures.colour(file("rgb.png"), 2, 0x070707, 0x090909)))
        .isTrue();
    assertThat(PictureFile.isGrey(TinyPictures.colour(file("one.png"), 2, 0x070707, 0x090908)))
        .isFalse();
  }

  @Test
  void read_ofManyPixels_decodesSomeOfThem() throws IOException {
    var picture = new BufferedImage(5000, 4000, BufferedImage.TYPE_BYTE_BINARY);
    for (int y = 0; y < 2000; y++) {
      for (int x = 0; x < 5000; x++) {
        picture.getRaster().setSample(x, y, 0, 1);
      }
    }

    assertValues(read(TinyPictures.write(picture, file("wide.png")), 1, 2, 1), 255, 0);
  }

  @Test
  void read_promisesOfTooManyPixels_areNotBelieved() throws IOException {
    assertRefused(
        header(10_001, 10_000),
        " has 10001 x 10000 pixels, expected at most 100 million: make it smaller, or take it away");
    assertRefused(
        header(70_000, 1),
        " has 70000 x 1 pixels, expected 1 to 65535 a side: make it smaller, or take it away");
  }

  /** A PNG that begins with such sides, and has no pixels. */
  private static byte[] header(int width, int height) {
    byte[] chunk =
        ByteBuffer.allocate(17)
            .put("IHDR".getBytes(StandardCharsets.US_ASCII))
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 0, 0, 0, 0})
            .array();
    CRC32 sum = new CRC32();
    sum.update(chunk);
    return ByteBuffer.allocate(33)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})
        .putInt(13)
        .put(chunk)
        .putInt((int) sum.getValue())
        .array();
  }

  @Test
  void read_ofWhatIsNoPicture() throws IOException {
    String none = " is no picture in PNG, JPEG, GIF or BMP: convert it, or take it away";
    assertRefused("not a picture".getBytes(StandardCharsets.UTF_8), none);
    assertRefused(new byte[0], none);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp", "jpeg"})
  void read_ofADamagedPicture(String kind) throws IOException {
    int[] pixels = new int[900];
    Arrays.setAll(pixels, i -> i * 7919 & 0xffffff);
    byte[] whole = Files.readAllBytes(TinyPictures.colour(file("whole." + kind), 30, pixels));

    assertRefused(
        Arrays.copyOf(whole, whole.length / 2),
        " begins like a "
            + kind.toUpperCase(Locale.ROOT)
            + " picture, but is damaged or of a kind that Java does not read: save it anew, or take it"
            + " away");
  }

  private void assertRefused(byte[] bytes, String message) throws IOException {
    Path file = Files.write(file("wrong.png"), bytes);

    assertThatIOException().isThrownBy(() -> read(file, 2, 2, 1)).withMessage(file + message);
  }

  @Test
  void read_ofSeveral_tellsTheFirstThatFails() throws IOException {
    Path good = TinyPictures.grey(file("good.png"), 1, 5);
    Path first = Files.writeString(file("first.png"), "x");
    Path second = Files.writeString(file("second.png"), "y");

    assertThatIOException()
        .isThrownBy(
            () ->
                PictureFile.read(
                    List.of(good, first, second, good), new PictureSchema(1, 1, 1), new float[4]))
        .withMessageStartingWith(first.toString());
  }
}
