package org.stacking4j.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Writes files whole or not at all. */
public final class AtomicFile {
  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes everything to {@code out}, which is buffered; need not flush or close it. An {@link
     * UncheckedIOException} counts as its cause.
     *
     * @param out where to
     * @throws IOException if that fails
     */
    void writeTo(OutputStream out) throws IOException;
  }

  // Files.createTempFile would do, but gives files that only their owner may read.
  private static final Pattern PART = Pattern.compile("\\..+\\.(\\d{1,18})-\\d+\\.part");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private AtomicFile() {}

  /**
   * Writes a file: first under another name beside the target, then, once it is on the disk,
   * renamed. Whatever goes wrong, a file that was there before stays as it was, and no part of the
   * new one is left behind.
   *
   * @param file the file; its folder must exist
   * @param content writes what goes into it
   * @throws IOException if the file cannot be written; the message names it
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || target.getFileName() == null || Files.isDirectory(target)) {
      throw new IOException("cannot write " + file + ": it is a folder, name a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException("cannot write " + file + ": the folder " + folder + " does not exist");
    }
    Path part = null;
    try {
      Path fresh = folder.resolve(partName(target.getFileName()));
      try (FileChannel channel =
          FileChannel.open(fresh, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        part = fresh;
        OutputStream out = new FlushedOnClose(Channels.newOutputStream(channel));
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      part = null;
    } catch (UncheckedIOException e) {
      throw failure(file, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw failure(file, e);
    } finally {
      if (part != null) {
        Files.deleteIfExists(part);
      }
    }
  }

  /**
   * Deletes what writes into a folder left behind whose process is gone.
   *
   * @param folder the folder; those within it are not looked into
   * @throws IOException if the folder cannot be read, or such a file cannot be deleted
   */
  public static void sweep(Path folder) throws IOException {
    List<Path> left;
    try (Stream<Path> files = Files.list(folder)) {
      left = files.filter(file -> isLeft(String.valueOf(file.getFileName()))).toList();
    }
    for (Path part : left) {
      Files.deleteIfExists(part);
    }
  }

  private static boolean isLeft(String name) {
    Matcher part = PART.matcher(name);
    return part.matches() && ProcessHandle.of(Long.parseLong(part.group(1))).isEmpty();
  }

  /** A name that no other write of this machine uses now. */
  private static String partName(Path name) {
    return "."
        + name
        + "."
        + ProcessHandle.current().pid()
        + "-"
        + COUNT.incrementAndGet()
        + ".part";
  }

  /** Printers close what they print to; the channel must stay open until it is on the disk. */
  private static final class FlushedOnClose extends BufferedOutputStream {
    FlushedOnClose(OutputStream out) {
      super(out, 1 << 16);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  private static IOException failure(Path file, IOException e) {
    return new IOException("cannot write " + file + ": " + reason(e), e);
  }

  /**
   * {@return why something could not be written, in words}
   *
   * @param e what was thrown when it was tried
   */
  public static String reason(IOException e) {
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    // Its message names the file under the name that it has for the time being.
    if (e instanceof FileSystemException of && of.getReason() != null) {
      return of.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
