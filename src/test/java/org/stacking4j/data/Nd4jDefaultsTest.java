package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Results are C-ordered float32 although the program has other defaults. */
@Isolated
class Nd4jDefaultsTest {
  private final DataType type = Nd4j.dataType();
  private final char order = Nd4j.order();

  @BeforeEach
  void change() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    Nd4j.factory().setOrder('f');
    assertThat(Nd4j.create(2, 3).ordering()).isEqualTo('f');
    assertThat(Nd4j.create(2, 3).dataType()).isEqualTo(DataType.DOUBLE);
  }

  @AfterEach
  void restore() {
    Nd4j.setDefaultDataTypes(type, type);
    Nd4j.factory().setOrder(order);
  }

  @Test
  void results_ignoreTheDefaults() {
    INDArray features = Nd4j.create(new double[][] {{0, 1, 2}, {10, 11, 12}, {20, 21, 22}});
    LabeledData data = LabeledData.of(features, new int[] {0, 1, 0}, List.of("a", "b"));

    LabeledDataTest.assertDetachedFloat(data.features());
    LabeledDataTest.assertDetachedFloat(data.features(0, 2));
    LabeledDataTest.assertDetachedFloat(data.features(new int[] {2, 0}));
    LabeledDataTest.assertDetachedFloat(data.oneHot(new int[] {2, 1}));
    assertThat(TinyRows.values(data.features())).isDeepEqualTo(TinyRows.expected(0, 1, 2));
    assertThat(TinyRows.values(data.features(new int[] {2, 0})))
        .isDeepEqualTo(TinyRows.expected(2, 0));
    assertThat(TinyRows.values(data.oneHot(new int[] {2, 1})))
        .isDeepEqualTo(new float[][] {{1, 0}, {0, 1}});
  }
}
