package org.stacking4j;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.Sha256;

/**
 * The entries of an archive of unknown origin. Sizes are bounded before anything is read, checksums
 * looked at before anything is believed. Used by one thread.
 */
final class ArchiveReader implements AutoCloseable {
  /**
   * Text shrinks to a tenth; a hundredth is a file that was made to be small here and large there.
   */
  private static final long MOST_TIMES = 100;

  private static final long SMALL = 1 << 20;

  private final ZipFile zip;
  private final Set<String> read = new HashSet<>();
  private @Nullable Map<String, String> checksums;

  /**
   * @throws IOException if it is no zip file, or one with two entries of a name
   */
  ArchiveReader(Path file) throws IOException {
    zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
    Set<String> names = new HashSet<>();
    for (ZipEntry entry : zip.stream().toList()) {
      if (!names.add(entry.getName())) {
        zip.close();
        throw new IOException("it has two entries named " + entry.getName());
      }
    }
  }

  boolean has(String name) {
    return zip.getEntry(name) != null;
  }

  /** From now on every entry must have its SHA-256 here, by its name. */
  void expect(Map<String, String> sha256) {
    checksums = Map.copyOf(sha256);
  }

  /**
   * How long an entry is when it is unpacked.
   *
   * @throws IOException if there is none
   */
  long size(String name) throws IOException {
    return entry(name).getSize();
  }

  /**
   * An entry, unpacked.
   *
   * @param limit how many bytes it may have
   * @throws IOException if there is none, or it is longer, damaged, or not what is expected
   */
  byte[] get(String name, int limit) throws IOException {
    ZipEntry entry = entry(name);
    if (entry.getSize() > limit) {
      throw new IOException(name + " is larger than " + limit + " bytes");
    }
    if (entry.getSize() > SMALL && entry.getSize() / MOST_TIMES > entry.getCompressedSize()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %d bytes, in the file %d; nothing that belongs into an archive shrinks so",
              name,
              entry.getSize(),
              entry.getCompressedSize()));
    }
    byte[] content;
    try (InputStream in = zip.getInputStream(entry)) {
      content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new IOException(name + " is larger than " + limit + " bytes");
      }
    }
    CRC32 checksum = new CRC32(); // a ZipFile does not look at it
    checksum.update(content);
    boolean whole = checksum.getValue() == entry.getCrc();
    if (whole && checksums != null) {
      @Nullable String expected = checksums.get(name);
      if (expected == null) {
        throw new IOException("its manifest has no checksum of " + name);
      }
      whole = expected.equals(Sha256.hexOf(content));
    }
    if (!whole) {
      throw new IOException(name + " is damaged, its checksum is wrong");
    }
    read.add(name);
    return content;
  }

  /**
   * @throws IOException if there is an entry that was not read
   */
  void checkAllRead() throws IOException {
    for (ZipEntry entry : zip.stream().toList()) {
      if (!read.contains(entry.getName())) {
        throw new IOException(
            "it has an entry that belongs to nothing in its manifest, " + entry.getName());
      }
    }
  }

  private ZipEntry entry(String name) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("it has no " + name);
    }
    return entry;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
