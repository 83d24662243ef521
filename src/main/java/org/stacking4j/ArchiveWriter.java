package org.stacking4j;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.stacking4j.data.Sha256;

/** Writes the entries of an archive; the same entries in the same order give the same bytes. */
final class ArchiveWriter implements AutoCloseable {
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final ZipOutputStream zip;
  private final SortedMap<String, String> checksums = new TreeMap<>();

  ArchiveWriter(OutputStream out) {
    zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
  }

  /** Text, which shrinks. */
  void put(String name, byte[] content) throws IOException {
    put(new ZipEntry(name), content);
  }

  /** Numbers, which hardly do, and take long to try. */
  void putUnpacked(String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setCrc(checksum.getValue());
    put(entry, content);
  }

  private void put(ZipEntry entry, byte[] content) throws IOException {
    entry.setTimeLocal(NO_TIME); // the archive's bytes must not depend on the clock
    zip.putNextEntry(entry);
    OutputStream out = zip;
    out.write(content);
    zip.closeEntry();
    checksums.put(entry.getName(), Sha256.hexOf(content));
  }

  /** The SHA-256 of every entry so far, by its name. */
  SortedMap<String, String> checksums() {
    return checksums;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
