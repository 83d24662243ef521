package org.stacking4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.ExperimentConfig;
import picocli.CommandLine.Command;

/** Three networks on MNIST, stacked in two ways and judged. */
@Command(
    name = "demo",
    description =
        "Fits the base networks, stacks them, and prints one leaderboard on rows none of them saw.",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  demo                                   the recipe on 20000 rows of MNIST",
      "  demo --train 2000 --epochs 3           a quick look",
      "  demo --data idx:fashion --out fashion  four IDX files of your own",
      "  demo --data images:photos              a folder of pictures for each class",
      "  demo --data csv:my.csv --label kind    a table of your own",
      "  demo --data csv:my.csv --label price --task regression",
      "                                         numbers to predict instead of classes",
      "",
      "Exit codes: 0 done, 1 failed, 2 asked for something impossible."
    })
final class DemoCommand extends ExperimentCommand {
  DemoCommand(Output output) {
    super(output);
  }

  @Override
  ExperimentConfig read(@Nullable Path file, Map<String, Object> overrides) throws IOException {
    return ConfFile.read(file, overrides);
  }
}
