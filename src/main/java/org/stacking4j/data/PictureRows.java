package org.stacking4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Pictures whose features are made as those of the pictures that were learned from: all files in a
 * folder and the folders in it, in the order of their paths, each resized; or one file. Their
 * {@link #names} are the paths within the folder. The files are as {@link PictureFolder} says. Not
 * thread-safe.
 */
public final class PictureRows implements FeatureRows {
  private final List<Path> files;
  private final List<String> names;
  private final PictureSchema schema;
  private int read;

  private PictureRows(List<Path> files, List<String> names, PictureSchema schema) {
    this.files = files;
    this.names = names;
    this.schema = schema;
  }

  /**
   * Looks for the files; they are read later.
   *
   * @param path the folder, or one file
   * @param schema how pictures become features
   * @return the rows of the pictures, in the order of their paths
   * @throws IOException if there is no such folder, or no picture in it
   */
  public static PictureRows open(Path path, PictureSchema schema) throws IOException {
    if (Files.isRegularFile(path)) {
      return new PictureRows(List.of(path), List.of(PictureFiles.lastName(path)), schema);
    }
    PictureFiles folder = new PictureFiles(path);
    List<Path> files = folder.all();
    if (files.isEmpty()) {
      throw new IOException(path + " has no pictures in it: name a folder that has some");
    }
    return new PictureRows(files, files.stream().map(folder::name).toList(), schema);
  }

  @Override
  public @Nullable INDArray next(int most) throws IOException {
    List<Path> chunk = files.subList(read, read + Math.min(most, files.size() - read));
    if (chunk.isEmpty()) {
      return null;
    }
    float[] values = new float[Math.multiplyExact(chunk.size(), schema.features())];
    PictureFile.read(chunk, schema, values);
    read += chunk.size();
    return Nd4j.createFromArray(values).reshape('c', chunk.size(), schema.features());
  }

  @Override
  public List<String> names() {
    return names;
  }
}
