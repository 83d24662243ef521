package org.stacking4j.experiment;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Four IDX files of 4×4 pictures in three classes that a small network tells apart. */
public final class TinyIdxFolder {
  /** Training rows. */
  public static final int TRAIN = 90;

  /** Test rows. */
  public static final int TEST = 45;

  private static final int CLASSES = 3;
  private static final int SIDE = 4;

  private TinyIdxFolder() {}

  /** Writes the files into a folder and returns it. */
  public static Path write(Path folder) throws IOException {
    write(folder, "train", TRAIN, 1);
    write(folder, "t10k", TEST, 2);
    return folder;
  }

  private static void write(Path folder, String name, int rows, long seed) throws IOException {
    var random = new SplittableRandom(seed);
    var pixels = new ByteArrayOutputStream();
    var labels = new ByteArrayOutputStream();
    var images = new DataOutputStream(pixels);
    images.writeInt(0x803);
    images.writeInt(rows);
    images.writeInt(SIDE);
    images.writeInt(SIDE);
    var names = new DataOutputStream(labels);
    names.writeInt(0x801);
    names.writeInt(rows);
    for (int row = 0; row < rows; row++) {
      int label = row % CLASSES;
      names.writeByte(label);
      for (int i = 0; i < SIDE * SIDE; i++) {
        int bright = i % CLASSES == label ? 90 : 0;
        images.writeByte(bright + random.nextInt(160));
      }
    }
    Files.write(folder.resolve(name + "-images-idx3-ubyte"), pixels.toByteArray());
    Files.write(folder.resolve(name + "-labels-idx1-ubyte"), labels.toByteArray());
  }
}
