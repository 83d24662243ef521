package org.stacking4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.Task;
import org.stacking4j.data.TrainTest;
import org.stacking4j.evaluate.RegressionEvaluation;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;

/** Predicts a number: a regression on a column of a CSV file. */
final class FitNumbers {
  private FitNumbers() {}

  static RegressionEvaluation run(Path csv, String target) throws IOException {
    TrainTest data = TrainTest.split("mine", CsvTable.loadTargets(csv, target), 0.25, 1);
    int columns = data.train().columns();
    FitSettings settings = new FitSettings(40, 16, 2.0, true);
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("one", Mlp.table(Task.REGRESSION, columns, 1, 32), settings))
            .member(new Member("two", Mlp.table(Task.REGRESSION, columns, 1, 64), settings))
            .build();
    return StackingEnsemble.fit(config, data.train()).evaluateRegression(data.test());
  }
}
