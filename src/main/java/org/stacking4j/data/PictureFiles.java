package org.stacking4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is in a folder of pictures: files and folders in the order of their names, without hidden
 * ones and what systems leave behind. A link may lead to a file in the same folder of pictures
 * only.
 */
final class PictureFiles {
  private static final Pattern LITTER =
      Pattern.compile(
          "\\..*|thumbs\\.db|ehthumbs\\.db|desktop\\.ini|__macosx|@eadir"
              + "|(readme|licen[sc]e)(\\.(txt|md|html|pdf))?",
          Pattern.CASE_INSENSITIVE);

  private final Path root;
  private final Path real;

  /**
   * @throws IOException if it is not a folder
   */
  PictureFiles(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new IOException(root + " is not a folder: name the one with the pictures");
    }
    this.root = root;
    this.real = root.toRealPath();
  }

  Path root() {
    return root;
  }

  /** What is directly in a folder that is this one or in it. */
  List<Path> in(Path folder) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.list(folder)) {
      found =
          all.filter(path -> !LITTER.matcher(lastName(path)).matches())
              .sorted(Comparator.comparing(PictureFiles::lastName))
              .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    List<Path> shown = new ArrayList<>();
    for (Path path : found) {
      if (Files.isSymbolicLink(path)) {
        checkLink(path);
      }
      if (Files.isHidden(path)) {
        continue;
      }
      if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
        throw new IOException(path + " is neither a file nor a folder: take it away");
      }
      shown.add(path);
    }
    return shown;
  }

  private void checkLink(Path link) throws IOException {
    if (!Files.exists(link)) {
      throw new IOException(link + " is a link to nothing: take it away");
    }
    if (Files.isDirectory(link) || !link.toRealPath().startsWith(real)) {
      throw new IOException(
          link
              + " is a link to a folder, or out of "
              + root
              + ": put what it leads to in its place");
    }
  }

  /** All files, in the order of their {@linkplain #name names}. */
  List<Path> all() throws IOException {
    List<Path> files = new ArrayList<>();
    collect(root, files);
    return inOrder(files);
  }

  private void collect(Path folder, List<Path> files) throws IOException {
    for (Path path : in(folder)) {
      if (Files.isDirectory(path)) {
        collect(path, files);
      } else {
        files.add(path);
      }
    }
  }

  /** Files in the order of their names, which is the same on every system. */
  List<Path> inOrder(List<Path> files) {
    return files.stream().sorted(Comparator.comparing(this::name)).toList();
  }

  /** The path within the folder, with slashes. */
  String name(Path file) {
    return root.relativize(file).toString().replace(root.getFileSystem().getSeparator(), "/");
  }

  static String lastName(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
