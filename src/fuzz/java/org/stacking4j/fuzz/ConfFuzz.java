package org.stacking4j.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Map;
import org.stacking4j.experiment.ConfFile;

final class ConfFuzz {
  @FuzzTest(maxDuration = "2m")
  void conf(byte[] bytes) {
    Inputs.read(bytes, file -> ConfFile.readForFit(file, Map.of()));
  }
}
