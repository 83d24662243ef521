package org.stacking4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MetaFeatures;

/**
 * Writes what the members say of labelled rows as CSV, to learn from elsewhere, and reads it back.
 */
final class ExportMetaFeatures {
  private ExportMetaFeatures() {}

  static MetaFeatures run(Path saved, Path csv, String label, Path out) throws IOException {
    StackingEnsemble ensemble = StackingEnsemble.load(saved);
    LabeledData rows =
        CsvTable.load(
            csv, CsvColumns.of(label), ensemble.schema().orElseThrow(), ensemble.classNames());
    ensemble.metaFeatures(rows).writeCsv(out);
    return MetaFeatures.readCsv(out);
  }
}
