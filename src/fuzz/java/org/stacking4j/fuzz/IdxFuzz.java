package org.stacking4j.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.experiment.TinyIdxFolder;

/** The first byte says which of the files it is, and whether it claims to be packed. */
final class IdxFuzz {
  private static final String[] NAMES = {
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"
  };

  @FuzzTest(maxDuration = "2m")
  void idx(byte[] bytes) {
    Inputs.read(
        bytes,
        file -> {
          Path folder = Files.createTempDirectory("stacking4j-idx");
          try {
            TinyIdxFolder.write(folder);
            int which = bytes.length == 0 ? 0 : bytes[0] & 0xff;
            Path target = folder.resolve(NAMES[which % NAMES.length]);
            byte[] rest =
                bytes.length == 0 ? bytes : java.util.Arrays.copyOfRange(bytes, 1, bytes.length);
            if (which % 2 == 0) {
              Files.write(target, rest);
            } else {
              Files.delete(target);
              Files.write(Path.of(target + ".gz"), rest);
            }
            IdxFolder.load(folder);
          } finally {
            delete(folder);
          }
        });
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
