package org.stacking4j.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.stacking4j.meta.MetaFeatures;

final class MetaFeaturesFuzz {
  @FuzzTest(maxDuration = "2m")
  void metaFeatures(byte[] bytes) {
    Inputs.read(bytes, MetaFeatures::readCsv);
  }
}
