package org.stacking4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Missing;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;

/** Fits an ensemble on a CSV file, judges it on a quarter of the rows, and saves it. */
final class FitTable {
  private FitTable() {}

  static Evaluation run(Path csv, String label, Path saved) throws IOException {
    CsvColumns columns = CsvColumns.of(label).withMissing(Missing.MEDIAN);
    TrainTest data = TrainTest.split("mine", CsvTable.load(csv, columns), 0.25, 1);
    LabeledData train = data.train();
    FitSettings settings =
        new FitSettings(30, 16, 2.0, true); // epochs, batch, norm, shuffled biases
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("narrow", Mlp.table(train.columns(), train.classes(), 32), settings))
            .member(new Member("wide", Mlp.table(train.columns(), train.classes(), 64), settings))
            .outOfFold(5)
            .seed(1)
            .build();
    StackingEnsemble ensemble = StackingEnsemble.fit(config, train);
    ensemble.save(saved);
    return ensemble.evaluate(data.test());
  }
}
