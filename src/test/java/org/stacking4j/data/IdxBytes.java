package org.stacking4j.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Makes the bytes of IDX files. */
final class IdxBytes {
  private IdxBytes() {}

  /** Any header, big-endian, followed by values. */
  static byte[] file(int[] header, byte[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * header.length + values.length);
    for (int word : header) {
      bytes.putInt(word);
    }
    return bytes.put(values).array();
  }

  static byte[] images(int count, int height, int width, int... pixels) {
    return file(new int[] {0x803, count, height, width}, bytes(pixels));
  }

  static byte[] labels(int... labels) {
    return file(new int[] {0x801, labels.length}, bytes(labels));
  }

  static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  /** Four standard files: 3 training and 2 test images of 1 x 2 pixels, classes 0 to 2. */
  static void writeFolder(Path folder) throws IOException {
    Files.write(
        folder.resolve("train-images-idx3-ubyte"), images(3, 1, 2, 0, 255, 51, 102, 153, 204));
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels(2, 0, 1));
    Files.write(folder.resolve("t10k-images-idx3-ubyte"), images(2, 1, 2, 255, 0, 0, 0));
    Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(1, 2));
  }

  private static byte[] bytes(int[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
