package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stacking4j.testing.TinyData;

final class SharedFeaturesTest {
  private static final LabeledData CLASSES = TinyData.blobs(40, 6, 3, 1);
  private static final LabeledData NUMBERS = TinyData.numbers(30, 4, 2, 1);

  static List<LabeledData> rows() {
    LabeledData view = CLASSES.select(TinyData.permutation(20, 4));
    long[] far = LongStream.range(0, 20).map(i -> i % 2 == 0 ? Long.MIN_VALUE + i : -i).toArray();
    return List.of(
        CLASSES,
        view,
        view.withColumns(5, 0, 2),
        view.withWeights(
            new double[] {1, 2, 3, 4, 5, 1, 2, 3, 4, 5, .1, 2, 3, 4, 5, 1, 2, 3, 4, 5}),
        view.withGroups(far),
        NUMBERS,
        NUMBERS.first(7).withColumns(3));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void read_whatWasWritten_isTheSameToTheBit(LabeledData rows) throws IOException {
    LabeledData read = roundTrip(rows);

    assertThat(read.digest()).isEqualTo(rows.digest());
    assertThat(read.features().data().asFloat()).isEqualTo(rows.features().data().asFloat());
    assertThat(read.outputNames()).isEqualTo(rows.outputNames());
    assertThat(read.task()).isEqualTo(rows.task());
    assertThat(read.rowIds()).isEqualTo(rows.rowIds());
    assertThat(read.weights()).isEqualTo(rows.weights());
    assertThat(read.isWeighted()).isEqualTo(rows.isWeighted());
    assertThat(read.groups()).isEqualTo(rows.groups());
    assertThat(read.isGrouped()).isEqualTo(rows.isGrouped());
  }

  @Test
  void write_rowsInOrder_takesFewBytes() {
    LabeledData many = TinyData.blobs(5000, 1, 2, 1);

    // Of each a position, a label and an id.
    assertThat(SharedFeatures.of(many).write(many)).hasSizeLessThan(4 * 5000);
  }

  @Test
  void read_damagedFeatures_isRefused() throws IOException {
    SharedFeatures features = SharedFeatures.of(CLASSES);
    byte[] whole = bytes(features);
    byte[] changed = whole.clone();
    changed[20] ^= 1;
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    byte[] empty = new byte[8];

    assertThatIOException()
        .isThrownBy(() -> read(changed, features.digest()))
        .withMessageStartingWith("the features are others than expected: SHA-256 ")
        .withMessageEndingWith(" instead of " + features.digest());
    assertThatIOException().isThrownBy(() -> read(cut, features.digest()));
    assertThatIOException()
        .isThrownBy(() -> read(empty, features.digest()))
        .withMessageStartingWith("the features are damaged: ");
    assertThat(features.bytes()).isEqualTo(40 * 6 * 4);
  }

  @Test
  void write_rowsOfOtherFeatures_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharedFeatures.of(CLASSES).write(NUMBERS))
        .withMessage("the rows have other features");
  }

  private static LabeledData roundTrip(LabeledData rows) throws IOException {
    SharedFeatures features = SharedFeatures.of(rows);
    return read(bytes(features), features.digest()).read(features.write(rows));
  }

  private static SharedFeatures read(byte[] bytes, String digest) throws IOException {
    return SharedFeatures.read(new ByteArrayInputStream(bytes), digest);
  }

  private static byte[] bytes(SharedFeatures features) throws IOException {
    var out = new ByteArrayOutputStream();
    features.write(out);
    return out.toByteArray();
  }
}
