package org.stacking4j.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that run or plan an experiment can be told. */
final class ExperimentOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A conf file; what it does not say is as it is without one.")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "mnist|idx:DIR|images:DIR|csv:FILE",
      description =
          "The bundled MNIST, a folder with four IDX files, gzip or not, a folder with a folder of"
              + " pictures for each class, or a table with a header line, of which a"
              + " quarter is kept to judge by.")
  private @Nullable String data;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "The column of a table that holds the labels (the last one).")
  private @Nullable String label;

  @Option(
      names = "--weight",
      paramLabel = "COLUMN",
      description = "The column of a table that holds the rows' weights (none).")
  private @Nullable String weight;

  @Option(
      names = "--group",
      paramLabel = "COLUMN",
      description = "The column of a table that says which rows must stay together (none).")
  private @Nullable String group;

  @Option(
      names = "--categorical",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Columns of a table that hold categories although they have numbers; those without any do"
              + " anyway (none).")
  private @Nullable List<String> categorical;

  @Option(
      names = "--missing",
      paramLabel = "refuse|median",
      completionCandidates = Words.Missing.class,
      description =
          "What to do where a column of numbers has none, which empty fields, NA, ? and the like"
              + " say (refuse).")
  private @Nullable String missing;

  @Option(
      names = "--ignore",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Columns of a table to leave alone, such as names and numbers of rows; \"\" for those"
              + " without a name (none).")
  private @Nullable List<String> ignore;

  @Option(
      names = "--image-size",
      paramLabel = "WIDTHxHEIGHT",
      description =
          "What the pictures of images:DIR are resized to (auto: their size, if all have the same of"
              + " at most 64 pixels a side, else 32x32).")
  private @Nullable String imageSize;

  @Option(
      names = "--image-colour",
      paramLabel = "auto|grey|colour",
      description = "How the pictures of images:DIR are seen (auto: grey if every one is).")
  private @Nullable String imageColour;

  @Option(
      names = "--task",
      paramLabel = "classification|regression",
      completionCandidates = Words.Tasks.class,
      description = "What is asked: which class, or in a table a number (classification).")
  private @Nullable String task;

  @Option(
      names = "--train",
      paramLabel = "N",
      description = "The first N training rows, 0 for all (all; of mnist 20000).")
  private @Nullable Integer train;

  @Option(
      names = "--test",
      paramLabel = "N",
      description = "The first N test rows, 0 for all (all; of mnist 5000).")
  private @Nullable Integer test;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description =
          "Passes of the base networks over the rows (10; over tables and pictures 30, but for the"
              + " demo).")
  private @Nullable Integer epochs;

  @Option(names = "--folds", paramLabel = "K", description = "Folds of out-of-fold (5).")
  private @Nullable Integer folds;

  @Option(
      names = "--strategy",
      paramLabel = "all|in-sample|out-of-fold|holdout|time-ordered",
      completionCandidates = Words.Strategies.class,
      description =
          "Which stacks to make: all is in-sample and out-of-fold (out-of-fold; all for the demo).")
  private @Nullable String strategy;

  @Option(
      names = "--meta",
      paramLabel = "best|residual|linear|greedy|gate|free|average",
      completionCandidates = Words.Metas.class,
      description =
          "What combines the members of the stack that is saved; average learns nothing (best, but"
              + " the average if none is better than it).")
  private @Nullable String meta;

  @Option(
      names = "--prediction",
      paramLabel = "fold-mean|refit|folds-and-refit",
      completionCandidates = Words.Predictions.class,
      description =
          "Which networks answer for new rows: those that lack a fold, those of all rows, or both"
              + " (folds-and-refit; of holdout fold-mean).")
  private @Nullable String prediction;

  @Option(
      names = "--trainer",
      paramLabel = "auto|fused|dl4j",
      completionCandidates = Words.Trainers.class,
      description = "What computes the steps of a fit (auto: the fused step wherever it can).")
  private @Nullable String trainer;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Where all randomness comes from: same seed, same numbers (1).")
  private @Nullable Long seed;

  @Option(
      names = "--executor",
      paramLabel = "local|spark",
      completionCandidates = Words.Executors.class,
      description =
          "Where the base networks are fitted: in this process, or on Apache Spark, which must be on"
              + " the class path (local).")
  private @Nullable String executor;

  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Spark's master, such as spark://HOST:7077 or local[2] (what spark-submit says).")
  private @Nullable String master;

  /** The conf file to start from, or null for the bundled one. */
  @Nullable Path config() {
    return config;
  }

  /** What the options say, by the keys of the conf file. */
  Map<String, Object> overrides() {
    Map<String, Object> overrides = new LinkedHashMap<>();
    putIfGiven(overrides, "data", data);
    putIfGiven(overrides, "label", label);
    putIfGiven(overrides, "weight", weight);
    putIfGiven(overrides, "group", group);
    putIfGiven(overrides, "categorical", categorical);
    putIfGiven(overrides, "missing", missing);
    putIfGiven(overrides, "ignore", ignore);
    putIfGiven(overrides, "image-size", imageSize);
    putIfGiven(overrides, "image-colour", imageColour);
    putIfGiven(overrides, "task", task);
    putIfGiven(overrides, "train", train);
    putIfGiven(overrides, "test", test);
    putIfGiven(overrides, "fit.epochs", epochs);
    putIfGiven(overrides, "out-of-fold.folds", folds);
    putIfGiven(overrides, "strategy", strategy);
    putIfGiven(overrides, "meta", meta);
    putIfGiven(overrides, "prediction", prediction);
    putIfGiven(overrides, "fit.trainer", trainer);
    putIfGiven(overrides, "seed", seed);
    putIfGiven(overrides, "executor", executor);
    putIfGiven(overrides, "master", master);
    return overrides;
  }

  private static void putIfGiven(
      Map<String, Object> overrides, String key, @Nullable Object value) {
    if (value != null) {
      overrides.put(key, value);
    }
  }
}
