import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.meta.MetaFeatures;

/**
 * How good the best combiner of the members of quality/synthetic.yaml is on the test rows of each
 * run: half of the logits of each of the first two, plus those of the third.
 *
 * <pre>java -cp target/stacking4j.jar quality/KnownCombiner.java target/quality/synthetic</pre>
 */
class KnownCombiner {
  public static void main(String[] args) throws Exception {
    List<Path> runs;
    try (Stream<Path> folders = Files.list(Path.of(args[0]))) {
      runs = folders.sorted(Comparator.comparing(Path::toString)).toList();
    }
    double accuracy = 0;
    double logLoss = 0;
    for (Path run : runs) {
      LabeledData test = MetaFeatures.readCsv(run.resolve("meta-features-test.csv")).toLabeledData();
      INDArray logits = test.features();
      int classes = test.classes();
      INDArray first = member(logits, 0, classes).add(member(logits, 1, classes)).div(2);
      INDArray best = first.add(member(logits, 2, classes));
      Evaluation evaluation =
          Evaluation.of(
              best.argMax(1).toIntVector(), Transforms.softmax(best, true), test.labels(), null);
      System.out.println(run.getFileName() + ": " + evaluation);
      accuracy += evaluation.accuracy() / runs.size();
      logLoss += evaluation.logLoss() / runs.size();
    }
    System.out.printf(Locale.ROOT, "mean: accuracy %.4f, log loss %.4f%n", accuracy, logLoss);
  }

  private static INDArray member(INDArray logits, int member, int classes) {
    return logits
        .get(NDArrayIndex.all(), NDArrayIndex.interval(member * classes, (member + 1) * classes))
        .dup();
  }
}
