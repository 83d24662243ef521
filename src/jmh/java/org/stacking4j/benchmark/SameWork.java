package org.stacking4j.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.LocalFits;
import org.stacking4j.train.RememberedFits;

/**
 * What {@code recipe_pytorch.py recipe} and {@code demo} do, and no more: the commands also choose
 * between meta networks, leave out each member in turn, and write files and a report.
 *
 * <pre>
 * mvn -q -Pjmh test-compile exec:exec -Drun="org.stacking4j.benchmark.SameWork recipe"
 * </pre>
 *
 * Arguments, all but the first may be left out: recipe or demo, rows (20000), epochs (10).
 */
final class SameWork {
  private SameWork() {}

  public static void main(String[] args) {
    int rows = args.length > 1 ? Integer.parseInt(args[1]) : 20_000;
    int epochs = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    TrainTest mnist = Mnist.load(rows, 5_000);
    FitSettings settings = FitSettings.defaults().withEpochs(epochs);
    StackingConfig.Builder config = StackingConfig.builder().doNoHarm(false);
    for (int i = 1; i <= 3; i++) {
      config.member(new Member("mlp-" + i, Mlp.base(784, 10, 256, 256), settings));
    }
    boolean demo = args.length > 0 && args[0].equals("demo");
    FitRunner here = LocalFits.onAllProcessors();
    FitRunner fits = demo ? new RememberedFits(here) : here; // what both stacks need, once
    StackingEnsemble stack =
        StackingEnsemble.fit(
            config.inSample().metaLearners(MetaNetwork.free().withSettings(settings)).build(),
            mnist.train(),
            fits);
    INDArray logits = stack.memberLogits(mnist.test().features());
    double inSample = accuracy(stack.combiner().predict(logits), mnist.test());
    double accuracy = inSample;
    if (demo) {
      StackingConfig outOfFold =
          config
              .outOfFold(5)
              .prediction(Prediction.FOLD_MEAN)
              .metaLearners(MetaNetwork.residual().withSettings(settings).withRepeats(1))
              .build();
      accuracy =
          StackingEnsemble.fit(outOfFold, mnist.train(), fits).evaluate(mnist.test()).accuracy();
    }
    System.out.printf(
        Locale.ROOT,
        "{\"who\":\"stacking4j\",\"rows\":%d,\"epochs\":%d,\"in_sample\":%.4f,\"accuracy\":%.4f,"
            + "\"bases\":%s}%n",
        rows,
        epochs,
        inSample,
        accuracy,
        bases(logits, stack.members().names().size(), mnist.test()));
  }

  /** Each base network's accuracy, and that of their average. */
  private static List<String> bases(INDArray logits, int members, LabeledData test) {
    List<int[]> answers = new ArrayList<>();
    for (int m = 0; m < members; m++) {
      answers.add(Combiner.member(m, 10).predict(logits));
    }
    answers.add(Combiner.logitAverage(10).predict(logits));
    return answers.stream()
        .map(own -> String.format(Locale.ROOT, "%.4f", accuracy(own, test)))
        .toList();
  }

  private static double accuracy(int[] predicted, LabeledData test) {
    int right = 0;
    for (int row = 0; row < predicted.length; row++) {
      right += predicted[row] == test.label(row) ? 1 : 0;
    }
    return (double) right / predicted.length;
  }
}
