package org.stacking4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.nd4j.linalg.api.ndarray.INDArray;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MnistTest {
  private TrainTest mnist = new TrainTest("none", TinyRows.labelled(0), TinyRows.labelled(0));

  @BeforeAll
  void load() {
    mnist = Mnist.load();
  }

  @Test
  void load_sizes() {
    assertThat(mnist.name()).isEqualTo("mnist");
    assertThat(mnist.train()).hasToString("LabeledData[rows=60000, columns=784, classes=10]");
    assertThat(mnist.test()).hasToString("LabeledData[rows=10000, columns=784, classes=10]");
    assertThat(mnist.train().classNames())
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
  }

  @Test
  void load_labels() {
    assertThat(mnist.train().classCounts())
        .containsExactly(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
    assertThat(mnist.test().classCounts())
        .containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
    assertThat(Arrays.copyOf(mnist.train().labels(), 5)).containsExactly(5, 0, 4, 1, 9);
    assertThat(Arrays.copyOf(mnist.test().labels(), 5)).containsExactly(7, 2, 1, 0, 4);
    assertThat(mnist.train().rowId(59_999)).isEqualTo(59_999);
  }

  @Test
  void load_pixels() {
    // Row 5 of the first digit, a five, has its first ink in columns 12 to 23 of 28.
    int[] ink = {3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127};
    float[] first = TinyRows.values(mnist.train().features(0, 1))[0];

    for (int i = 0; i < ink.length; i++) {
      assertThat(first[5 * 28 + 12 + i]).isEqualTo((ink[i] / 255f - 0.5f) / 0.5f);
    }
    assertThat(Arrays.copyOf(first, 5 * 28 + 12)).containsOnly(-1f);
  }

  @Test
  void load_scaling() {
    INDArray last = mnist.train().features(50_000, 60_000);

    assertThat(last.minNumber().floatValue()).isEqualTo(-1f);
    assertThat(last.maxNumber().floatValue()).isEqualTo(1f);
    // The published mean and standard deviation of the training pixels are 0.1307 and 0.3081.
    double sum = 0;
    double squares = 0;
    for (int from = 0; from < 60_000; from += 10_000) {
      INDArray pixels = mnist.train().features(from, from + 10_000);
      for (float value : pixels.data().asFloat()) {
        double pixel = value * 0.5 + 0.5;
        sum += pixel;
        squares += pixel * pixel;
      }
    }
    double mean = sum / (60_000 * 784);
    assertThat(mean).isCloseTo(0.1307, within(0.00005));
    assertThat(Math.sqrt(squares / (60_000 * 784) - mean * mean))
        .isCloseTo(0.3081, within(0.00005));
  }

  @Test
  void load_ofAllClassesInAnyOrder() {
    int[] rows = IntStream.of(59_999, 0, 31_337).toArray();
    INDArray gathered = mnist.train().features(rows);

    for (int i = 0; i < rows.length; i++) {
      assertThat(gathered.getRow(i).toFloatVector())
          .isEqualTo(TinyRows.values(mnist.train().features(rows[i], rows[i] + 1))[0]);
    }
  }

  @Test
  void digest_isThatOfEveryLoad() {
    assertThat(Mnist.load().test().digest()).isEqualTo(mnist.test().digest());
    assertThat(mnist.train().digest()).isNotEqualTo(mnist.test().digest());
  }

  @Test
  void load_ofTheFirstRows_isTheBeginningOfAll() {
    TrainTest some = Mnist.load(700, 20_000);

    assertThat(some.train().rows()).isEqualTo(700);
    assertThat(some.train().features()).isEqualTo(mnist.train().features(0, 700));
    assertThat(some.train().labels()).isEqualTo(Arrays.copyOf(mnist.train().labels(), 700));
    assertThat(some.train().classNames()).isEqualTo(mnist.train().classNames());
    assertThat(some.train().rowIds()).isEqualTo(LongStream.range(0, 700).toArray());
    assertThat(some.test().digest()).isEqualTo(mnist.test().digest()); // there are only 10 000
  }

  @Test
  void load_ofNoRows() {
    assertThatThrownBy(() -> Mnist.load(0, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 training and 5 test rows were asked for: ask for at least one of each");
  }

  @Test
  void load_ofTheFirstRows_damagedBehindThem() {
    String name = "train-images-idx3-ubyte.gz";
    byte[] damaged = bundled(name);
    damaged[damaged.length - 100] ^= 1;

    assertThatThrownBy(
            () ->
                Mnist.load(
                    asked ->
                        new ByteArrayInputStream(asked.equals(name) ? damaged : bundled(asked)),
                    10,
                    10))
        .hasMessageStartingWith("bundled MNIST file train-images-idx3-ubyte.gz is damaged:");
  }

  @Test
  void load_damagedFile() {
    String name = "train-labels-idx1-ubyte.gz";
    byte[] damaged = bundled(name);
    damaged[20_000] ^= 1;

    assertThatThrownBy(
            () ->
                Mnist.load(
                    asked ->
                        new ByteArrayInputStream(asked.equals(name) ? damaged : bundled(asked)),
                    10,
                    10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "bundled MNIST file %s is damaged: its SHA-256 is %s, not the one in SHA256SUMS; fetch"
                    .formatted(name, Sha256.hexOf(damaged))
                + " or build the library again");
  }

  @Test
  void load_swappedFiles() {
    // Both are sound, but each name has its own sum.
    assertThatThrownBy(
            () ->
                Mnist.load(
                    asked -> new ByteArrayInputStream(bundled(asked.replace("train-l", "t10k-l"))),
                    10,
                    10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("bundled MNIST file train-labels-idx1-ubyte.gz is damaged:");
  }

  @Test
  void load_missingFile() {
    assertThatThrownBy(
            () ->
                Mnist.load(
                    asked ->
                        asked.startsWith("t10k-i")
                            ? null
                            : new ByteArrayInputStream(bundled(asked)),
                    10,
                    10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "bundled MNIST file t10k-images-idx3-ubyte.gz is missing: fetch or build the library"
                + " again");
    assertThatThrownBy(() -> Mnist.load(asked -> null, 10, 10))
        .hasMessageStartingWith("bundled MNIST file SHA256SUMS is missing:");
  }

  @Test
  void load_checksumsListEveryFile() {
    assertThat(new String(bundled("SHA256SUMS"), UTF_8).lines())
        .hasSize(4)
        .allMatch(line -> line.matches("[0-9a-f]{64}  \\S+-ubyte\\.gz"));
  }

  private static byte[] bundled(String name) {
    try (InputStream in = Mnist.class.getResourceAsStream("mnist/" + name)) {
      assertThat(in).isNotNull();
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
