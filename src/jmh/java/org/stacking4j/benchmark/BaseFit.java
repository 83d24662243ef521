package org.stacking4j.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.LocalFits;

/**
 * Fits the recipe's base network on MNIST and prints a line of JSON for each fit.
 *
 * <pre>
 * mvn -q -Pjmh test-compile exec:exec -Drun="org.stacking4j.benchmark.BaseFit fused"
 * </pre>
 *
 * Arguments, all but the first may be left out: fused or dl4j, repeats (1), rows (20000), epochs
 * (10), threads (1). With more threads each repeat runs as many fits side by side.
 */
final class BaseFit {
  private BaseFit() {}

  public static void main(String[] args) {
    Trainer trainer = Trainer.valueOf(args[0].toUpperCase(Locale.ROOT));
    int repeats = number(args, 1, 1);
    int rows = number(args, 2, 20_000);
    int epochs = number(args, 3, 10);
    int threads = number(args, 4, 1);

    TrainTest mnist = Mnist.load();
    LabeledData train = mnist.train().first(rows);
    LabeledData test = mnist.test().first(5_000);
    FitSettings settings = FitSettings.defaults().withEpochs(epochs).withTrainer(trainer);
    List<Member> members =
        IntStream.rangeClosed(1, threads)
            .mapToObj(i -> new Member("mlp-" + i, Mlp.base(784, 10, 256, 256), settings))
            .toList();
    for (int repeat = 1; repeat <= repeats; repeat++) {
      MemberNetworks fitted =
          MemberNetworks.fitOnAllRows(members, train, repeat, LocalFits.onThreads(threads));
      for (FitResult fit : fitted.refits()) {
        FitLine.print(
            fit.trainer().toString(),
            repeat,
            rows,
            epochs,
            threads,
            fit.seconds(),
            accuracy(fit, test));
      }
    }
  }

  private static double accuracy(FitResult fit, LabeledData test) {
    int[] predicted = fit.network().logits(test.features()).argMax(1).toIntVector();
    int[] labels = test.labels();
    return IntStream.range(0, labels.length).filter(i -> predicted[i] == labels[i]).count()
        / (double) labels.length;
  }

  private static int number(String[] args, int i, int otherwise) {
    return i < args.length ? Integer.parseInt(args[i]) : otherwise;
  }
}
