package org.stacking4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.FeatureRows;
import org.stacking4j.data.TableRows;

/** Answers for the rows of a table without labels, some at a time: it may be larger than memory. */
final class PredictRows {
  private PredictRows() {}

  static List<String> run(Path saved, Path csv) throws IOException {
    StackingEnsemble ensemble = StackingEnsemble.load(saved);
    List<String> answers = new ArrayList<>();
    try (FeatureRows rows = TableRows.open(csv, ensemble.schema().orElseThrow())) {
      for (INDArray features = rows.next(1000); features != null; features = rows.next(1000)) {
        for (int predicted : ensemble.predict(features)) {
          answers.add(ensemble.classNames().get(predicted));
        }
        features.close();
      }
    }
    return answers;
  }
}
