package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class LabeledDataColumnsTest {
  private final LabeledData data =
      TinyRows.withIds(new long[] {40, 41, 42, 43}, 0, 1, 2, 1)
          .withWeights(new double[] {1, 2, 3, 4})
          .withGroups(new long[] {5, 5, 6, 6});

  @Test
  void withColumns_hasThemInTheOrderWanted() {
    LabeledData view = data.withColumns(2, 0);

    assertThat(view.columns()).isEqualTo(2);
    assertThat(TinyRows.values(view.features()))
        .isDeepEqualTo(new float[][] {{402, 400}, {412, 410}, {422, 420}, {432, 430}});
    assertThat(TinyRows.values(view.features(1, 3)))
        .isDeepEqualTo(new float[][] {{412, 410}, {422, 420}});
    assertThat(TinyRows.values(view.features(new int[] {3, 0, 3})))
        .isDeepEqualTo(new float[][] {{432, 430}, {402, 400}, {432, 430}});
    assertThat(view.labels()).isEqualTo(data.labels());
    assertThat(view.rowIds()).isEqualTo(data.rowIds());
    assertThat(view.weights()).isEqualTo(data.weights());
    assertThat(view.groups()).isEqualTo(data.groups());
    assertThat(data.columns()).isEqualTo(3);
  }

  @Test
  void withColumns_fillsABuffer() {
    FloatBuffer target =
        ByteBuffer.allocateDirect(5 * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    target.put(4, -1);

    data.withColumns(0, 2).features(new int[] {1, 3}, target);

    float[] found = new float[5];
    target.get(0, found);
    assertThat(found).containsExactly(410, 412, 430, 432, -1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void withColumns_equalsACopy(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int columns = random.nextInt(1, 40);
    int[] chosen = Arrays.copyOf(TinyRows.permutation(columns, seed), 1 + random.nextInt(columns));
    INDArray features = Nd4j.createFromArray(floats(random, 30, columns));
    LabeledData all = LabeledData.of(features, new int[30], TinyRows.names(2));
    int[] rows = Arrays.copyOf(TinyRows.permutation(30, seed), 1 + random.nextInt(30));

    INDArray found = all.select(rows).withColumns(chosen).features();

    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < chosen.length; column++) {
        assertThat(found.getFloat(row, column))
            .isEqualTo(features.getFloat(rows[row], chosen[column]));
      }
    }
    assertThat(all.withColumns(chosen).select(rows).features()).isEqualTo(found);
  }

  private static float[][] floats(SplittableRandom random, int rows, int columns) {
    float[][] values = new float[rows][columns];
    for (float[] row : values) {
      for (int column = 0; column < columns; column++) {
        row[column] = (float) random.nextDouble();
      }
    }
    return values;
  }

  @Test
  void withColumns_ofAViewOfColumns() {
    LabeledData view = data.withColumns(2, 0).withColumns(1);

    assertThat(TinyRows.values(view.features()))
        .isDeepEqualTo(new float[][] {{400}, {410}, {420}, {430}});
  }

  @Test
  void withColumns_sharesTheMatrix() {
    assertThat(matrixOf(data.withColumns(1).first(2))).isSameAs(matrixOf(data));
  }

  private static Object matrixOf(LabeledData rows) {
    return assertThat(rows).extracting("store").extracting("matrix").actual();
  }

  @Test
  void digest_dependsOnTheColumnsAndTheirOrder() {
    assertThat(
            new String[] {
              data.digest(),
              data.withColumns(0).digest(),
              data.withColumns(1).digest(),
              data.withColumns(0, 1).digest(),
              data.withColumns(1, 0).digest(),
              data.withColumns(0, 1, 2).digest()
            })
        .doesNotHaveDuplicates();
    assertThat(data.withColumns(1, 0).digest()).isEqualTo(data.withColumns(1, 0).digest());
  }

  @Test
  void withColumns_ofNone_orTwice_orOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withColumns())
        .withMessage("no columns were selected: give at least one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withColumns(1, 0, 1))
        .withMessage("column 1 is selected more than once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withColumns(3))
        .withMessage("column 3 is out of range: there are 3 columns, so columns are 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.withColumns(-1))
        .withMessage("column -1 is out of range: there are 3 columns, so columns are 0 to 2");
  }
}
