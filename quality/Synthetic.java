import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * A table of which the best possible answer is known, and the best way to combine its members:
 *
 * <pre>java quality/Synthetic.java target/quality/data/synthetic.csv</pre>
 *
 * Every column is Gaussian around a mean of the row's class, independent of all others, with
 * variance 1. So the posterior's logits are a sum over columns: what the first half says and what
 * the second half says add up.
 */
class Synthetic {
  private static final int ROWS = 20_000;
  private static final int CLASSES = 5;
  private static final int COLUMNS = 16;
  private static final double SPREAD = 0.6; // of the classes' means

  public static void main(String[] args) throws IOException {
    Random random = new Random(1);
    double[][] means = new double[CLASSES][COLUMNS];
    for (double[] ofClass : means) {
      Arrays.setAll(ofClass, column -> SPREAD * random.nextGaussian());
    }
    Path file = Path.of(args[0]);
    Files.createDirectories(file.toAbsolutePath().getParent());
    int right = 0;
    double loss = 0;
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
      for (int column = 0; column < COLUMNS; column++) {
        out.print("x" + column + ",");
      }
      out.println("class");
      for (int row = 0; row < ROWS; row++) {
        int label = row % CLASSES;
        double[] x = new double[COLUMNS];
        for (int column = 0; column < COLUMNS; column++) {
          x[column] = means[label][column] + random.nextGaussian();
          out.print(String.format(Locale.ROOT, "%.5f,", x[column]));
        }
        out.println("c" + label);
        double[] posterior = posterior(x, means);
        double most = Arrays.stream(posterior).max().orElseThrow();
        right += posterior[label] == most ? 1 : 0;
        loss -= Math.log(posterior[label]);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "The best that can be: accuracy %.4f, log loss %.4f (all %d rows).%n",
        (double) right / ROWS,
        loss / ROWS,
        ROWS);
  }

  private static double[] posterior(double[] x, double[][] means) {
    double[] logits = new double[CLASSES];
    for (int c = 0; c < CLASSES; c++) {
      for (int column = 0; column < COLUMNS; column++) {
        double distance = x[column] - means[c][column];
        logits[c] -= distance * distance / 2;
      }
    }
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - most)).sum();
    return Arrays.stream(logits).map(logit -> Math.exp(logit - most) / sum).toArray();
  }
}
