package org.stacking4j.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.Missing;

final class TableFuzz {
  private static final CsvColumns COLUMNS = CsvColumns.of().withMissing(Missing.MEDIAN);

  @FuzzTest(maxDuration = "2m")
  void table(byte[] bytes) {
    Inputs.read(bytes, file -> CsvTable.load(file, COLUMNS));
  }
}
