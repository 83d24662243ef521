package org.stacking4j.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The values of one IDX file, the format MNIST is published in, plain or compressed with gzip. They
 * are kept in one form only: labels as bytes, images as the features they become.
 *
 * <pre>
 * file   := magic size{dimensions} value*
 * magic  := 0x00 0x00 type dimensions     type 0x08: unsigned bytes
 * size   := 4 bytes, big-endian           the number of values is the product of all sizes
 * </pre>
 */
final class Idx {
  /** The two kinds of file in a data set. */
  enum Kind {
    IMAGES(0x00000803, 3, "image"),
    LABELS(0x00000801, 1, "label");

    private final int magic;
    private final int dimensions;
    private final String noun;

    Kind(int magic, int dimensions, String noun) {
      this.magic = magic;
      this.dimensions = dimensions;
      this.noun = noun;
    }
  }

  /** More values than this (4 GiB once they are float32) are taken for a damaged header. */
  private static final int MAX_VALUES = 1 << 30;

  private static final int BUFFER_BYTES = 1 << 16;

  /** So many values must be there before memory is taken for all that the header promises. */
  private static final int SAMPLE_BYTES = 1 << 20;

  private static final float[] SCALED = scaledPixels();

  private final String source;
  private final int[] sizes;
  private final byte[] labels;
  private final @Nullable FeatureStore pixels;

  private Idx(String source, int[] sizes, byte[] labels, @Nullable FeatureStore pixels) {
    this.source = source;
    this.sizes = sizes;
    this.labels = labels;
    this.pixels = pixels;
  }

  /**
   * Reads a file to its end.
   *
   * @param in the bytes of the file; gzip is recognised by its first two bytes; closed unless the
   *     file cannot be unpacked
   * @param kind what the file must hold
   * @param source what errors call the file
   * @throws IOException if the file is of another kind, damaged, cut off or too long
   */
  static Idx read(InputStream in, Kind kind, String source) throws IOException {
    return new Reader(in, kind, source).read(Integer.MAX_VALUE);
  }

  /**
   * Reads the first images of a file, and what follows them only if {@code most} is not less than
   * there are.
   *
   * @throws IOException as {@link #read} does, for what was read
   */
  static Idx readImages(InputStream in, int most, String source) throws IOException {
    return new Reader(in, Kind.IMAGES, source).read(most);
  }

  /** What errors call the file. */
  String source() {
    return source;
  }

  /** How many images or labels there are in the file. */
  int items() {
    return sizes[0];
  }

  /** One label, 0 to 255. */
  int label(int index) {
    return labels[index] & 0xff;
  }

  /** The images that were read, one row each, their pixels row by row, scaled. */
  FeatureStore pixels() {
    return Objects.requireNonNull(pixels, "labels are no pixels");
  }

  /** {@code 28 x 28}, without the number of items. */
  String itemShape() {
    return joined(Arrays.copyOfRange(sizes, 1, sizes.length));
  }

  /** What its images are like; the header has the height first. */
  PictureSchema schema() {
    return new PictureSchema(sizes[2], sizes[1], 1);
  }

  private static String joined(int[] sizes) {
    return Arrays.stream(sizes)
        .mapToObj(Integer::toUnsignedString)
        .collect(Collectors.joining(" x "));
  }

  /*
   * A pixel x in 0..255 becomes (x / 255 - 0.5) / 0.5, in [-1, 1]. Each operation is rounded to
   * float32 in this order, which gives the same bits as ToTensor and Normalize(0.5, 0.5) of
   * torchvision.
   */
  static float scaled(float x) {
    return (x / 255f - 0.5f) / 0.5f;
  }

  private static float[] scaledPixels() {
    float[] scaled = new float[256];
    for (int x = 0; x < scaled.length; x++) {
      scaled[x] = scaled(x);
    }
    return scaled;
  }

  /** Reads one file; keeps count of the bytes so that errors can tell. */
  private static final class Reader {
    private final InputStream file;
    private final Kind kind;
    private final String source;
    private boolean compressed;
    private int expected;
    private int found;

    Reader(InputStream file, Kind kind, String source) {
      this.file = new BufferedInputStream(file, BUFFER_BYTES);
      this.kind = kind;
      this.source = source;
    }

    Idx read(int most) throws IOException {
      try (InputStream in = unpacked()) {
        checkMagic(in);
        int[] sizes = sizes(in);
        int count = count(sizes);
        Idx idx =
            kind == Kind.LABELS
                ? new Idx(source, sizes, bytes(in, count), null)
                : new Idx(source, sizes, new byte[0], pixels(in, most, sizes, count));
        if (most >= sizes[0] && in.read() >= 0) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "%s goes on after the %d bytes that its header promises: fetch the file again",
                  source,
                  expected));
        }
        return idx;
      } catch (ZipException e) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s is damaged inside its gzip data (%s) after %d unpacked bytes: fetch the file again",
                source,
                e.getMessage(),
                found),
            e);
      } catch (EOFException e) {
        throw cutOff(e);
      }
    }

    private InputStream unpacked() throws IOException {
      file.mark(2);
      int first = file.read();
      int second = file.read();
      file.reset();
      if (first < 0) {
        throw new IOException(
            String.format(Locale.ROOT, "%s is empty: fetch the file again", source));
      }
      compressed = first == 0x1f && second == 0x8b;
      return compressed ? new GZIPInputStream(file, BUFFER_BYTES) : file;
    }

    private void checkMagic(InputStream in) throws IOException {
      int magic = ByteBuffer.wrap(bytes(in, Integer.BYTES)).getInt();
      if (magic != kind.magic) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s is not an IDX %s file: it starts with 0x%08x, expected 0x%08x%s",
                source,
                kind.noun,
                magic,
                kind.magic,
                otherKind(magic)));
      }
    }

    private static String otherKind(int magic) {
      return Arrays.stream(Kind.values())
          .filter(other -> other.magic == magic)
          .map(
              other ->
                  String.format(Locale.ROOT, "; it holds %ss, check the file names", other.noun))
          .collect(Collectors.joining());
    }

    private int[] sizes(InputStream in) throws IOException {
      int[] sizes = new int[kind.dimensions];
      ByteBuffer.wrap(bytes(in, Integer.BYTES * sizes.length)).asIntBuffer().get(sizes);
      return sizes;
    }

    private int count(int[] sizes) throws IOException {
      long count = 1;
      for (int size : sizes) {
        long unsigned = Integer.toUnsignedLong(size);
        if (unsigned == 0 || unsigned > MAX_VALUES / count) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "%s promises %s values in its header, expected 1 to %d: fetch the file again",
                  source,
                  joined(sizes),
                  MAX_VALUES));
        }
        count *= unsigned;
      }
      return (int) count;
    }

    /** Scales the pixels as they come, so that the file is never in memory as a whole. */
    private FeatureStore pixels(InputStream in, int most, int[] sizes, int count)
        throws IOException {
      int images = sizes[0];
      expected += count;
      int rows = Math.min(most, images);
      int columns = count / images;
      byte[] sample = grown(in, Math.min(rows * columns, SAMPLE_BYTES));
      found -= sample.length; // it is read once more
      InputStream all = new SequenceInputStream(new ByteArrayInputStream(sample), in);
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        return FeatureStore.filled(
            rows,
            new PictureSchema(sizes[2], sizes[1], 1),
            (from, to, target) -> {
              try {
                scale(all, buffer, target, (to - from) * columns);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }

    private void scale(InputStream in, byte[] buffer, float[] target, int count)
        throws IOException {
      for (int at = 0; at < count; at += buffer.length) {
        int length = Math.min(buffer.length, count - at);
        fill(in, buffer, 0, length);
        for (int i = 0; i < length; i++) {
          target[at + i] = SCALED[buffer[i] & 0xff];
        }
      }
    }

    private byte[] bytes(InputStream in, int count) throws IOException {
      expected += count;
      return grown(in, count);
    }

    /** The next bytes; memory grows with what is really there, not with what is promised. */
    private byte[] grown(InputStream in, int count) throws IOException {
      byte[] bytes = new byte[0];
      while (bytes.length < count) {
        int filled = bytes.length;
        int length = (int) Math.min(count, Math.max(BUFFER_BYTES, 2L * filled));
        bytes = Arrays.copyOf(bytes, length);
        fill(in, bytes, filled, length);
      }
      return bytes;
    }

    private void fill(InputStream in, byte[] bytes, int from, int to) throws IOException {
      for (int filled = from; filled < to; ) {
        int read = in.read(bytes, filled, to - filled);
        if (read < 0) {
          throw cutOff(null);
        }
        filled += read;
        found += read;
      }
    }

    private IOException cutOff(@Nullable Throwable cause) {
      return new IOException(
          String.format(
              Locale.ROOT,
              "%s is cut off: expected %d bytes%s, found %d%s: fetch the file again",
              source,
              expected,
              compressed ? " after unpacking" : "",
              found,
              found == expected ? " but the gzip data does not end" : ""),
          cause);
    }
  }
}
