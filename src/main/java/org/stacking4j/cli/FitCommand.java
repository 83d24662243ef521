package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.ExperimentConfig;
import picocli.CommandLine.Command;

/** One ensemble for data of one's own. */
@Command(
    name = "fit",
    description = {
      "Fits one ensemble, judges it on rows that it has not seen, and saves it for predict.",
      "Without a conf file it has three networks of a size that suits the data, stacked out-of-fold."
    },
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  fit --data csv:my.csv --label kind --out my   a table with a column of labels",
      "  fit --data csv:my.csv --label price --task regression --out my",
      "                                                a number instead of classes",
      "  fit --data images:photos --out photos         a folder of pictures for each class",
      "  fit --data idx:fashion --out fashion          four IDX files",
      "  fit --config my.yaml                          all that a conf file can say",
      "",
      "Then: predict --model my/ensemble.zip --data csv:new.csv --out answers.csv",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class FitCommand extends ExperimentCommand {
  FitCommand(Output output) {
    super(output);
  }

  @Override
  ExperimentConfig read(@Nullable Path file, Map<String, Object> overrides) throws IOException {
    if (file == null && !overrides.containsKey("data")) {
      throw new IllegalArgumentException(
          "fit needs data: give --data csv:FILE, images:DIR, idx:DIR or mnist, or a conf file by --config");
    }
    return ConfFile.readForFit(file, overrides);
  }
}
