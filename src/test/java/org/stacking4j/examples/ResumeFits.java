package org.stacking4j.examples;

import java.nio.file.Path;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.LabeledData;
import org.stacking4j.train.Checkpoints;
import org.stacking4j.train.LocalFits;

/** Keeps each finished fit in a folder: the same call after a crash goes on from there. */
final class ResumeFits {
  private ResumeFits() {}

  static StackingEnsemble run(StackingConfig config, LabeledData data, Path folder) {
    LocalFits runner =
        LocalFits.onThreads(2)
            .withCheckpoints(Checkpoints.in(folder))
            .withListener(event -> System.out.println(event.task().describe()));
    return StackingEnsemble.fit(config, data, runner);
  }
}
