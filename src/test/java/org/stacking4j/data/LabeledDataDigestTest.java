package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LabeledDataDigestTest {
  private static final List<String> NAMES = List.of("no", "über");
  private static final int[] LABELS = {1, 0};
  private static final long[] IDS = {7, -9};

  private static INDArray features() {
    return Nd4j.createFromArray(new float[][] {{1.5f, -2, 0}, {3.25f, 1e-3f, -0f}});
  }

  private static final LabeledData DATA = LabeledData.of(features(), LABELS, NAMES, IDS);

  @Test
  void digest_isTheSameEverywhere() {
    // Worked out apart from this code: SHA-256 over little-endian numbers, lengths in front, of
    // SHA-256(rows, columns, floats), store rows, labels, ids and the class names in UTF-8.
    assertThat(DATA.digest())
        .isEqualTo("6eb59759e65f10d88489f1587ace5b27ef593d3131742327d7d4a639dde453b8")
        .isEqualTo(DATA.digest());
  }

  @Test
  void digest_sameContentMadeTheSameWay() {
    LabeledData again = LabeledData.of(features().dup('f'), LABELS, NAMES, IDS);

    assertThat(again.digest()).isEqualTo(DATA.digest());
    assertThat(again.select(new int[] {1}).digest()).isEqualTo(DATA.select(new int[] {1}).digest());
  }

  @Test
  void digest_tellsEveryPart() {
    INDArray other = features();
    other.putScalar(1, 1, Math.nextUp(1e-3f));
    INDArray reshaped = features().reshape('c', 3, 2).dup();

    assertThat(
            List.of(
                DATA.digest(),
                LabeledData.of(other, LABELS, NAMES, IDS).digest(),
                LabeledData.of(features(), new int[] {0, 1}, NAMES, IDS).digest(),
                LabeledData.of(features(), LABELS, List.of("no", "uber"), IDS).digest(),
                LabeledData.of(features(), LABELS, List.of("n", "oüber"), IDS).digest(),
                LabeledData.of(features(), LABELS, List.of("no", "über", "c"), IDS).digest(),
                LabeledData.of(features(), LABELS, NAMES, new long[] {7, 9}).digest(),
                LabeledData.of(features(), LABELS, NAMES).digest(),
                LabeledData.of(reshaped, new int[] {1, 0, 0}, NAMES).digest(),
                DATA.first(1).digest(),
                DATA.select(new int[] {1}).digest(),
                DATA.select(new int[] {1, 0}).digest()))
        .doesNotHaveDuplicates()
        .allMatch(digest -> digest.matches("[0-9a-f]{64}"));
  }

  @Test
  void digest_dependsOnPositionsNotOnTheWayThere() {
    LabeledData rows = TinyRows.labelled(0, 1, 0, 1, 1);

    assertThat(rows.select(new int[] {4, 2, 0}).select(new int[] {2, 1}).digest())
        .isEqualTo(rows.select(new int[] {0, 2}).digest());
    assertThat(rows.first(5).digest()).isEqualTo(rows.digest());
  }

  @Test
  void digest_readsEveryBlock() {
    int[] labels = new int[3000];
    INDArray first = Nd4j.zeros(3000, 100).addi(1);
    INDArray second = first.dup();
    second.putScalar(2999, 99, 2);

    assertThat(LabeledData.of(first, labels, NAMES).digest())
        .isNotEqualTo(LabeledData.of(second, labels, NAMES).digest());
  }
}
