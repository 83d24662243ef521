package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowSampleTest {
  private static final RowSample BAGGING = new RowSample(1, true);
  private static final LabeledData DATA = TinyRows.random(1);

  @Test
  void all_isTheDataItself() {
    assertThat(RowSample.ALL.draw(DATA, 1)).isSameAs(DATA);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.25, 0.5, 0.9, 1})
  void withoutReplacement_hasThatPart_inTheOrderOfTheData(double fraction) {
    LabeledData two = TinyRows.labelled(IntStream.range(0, 40).map(i -> i % 2).toArray());

    LabeledData sample = new RowSample(fraction, false).draw(two, 3);

    assertThat(sample.rows()).isEqualTo((int) (40 * fraction));
    assertThat(sample.rowIds()).isSorted();
    assertThat(sample.isWeighted()).isFalse();
    for (int row = 0; row < sample.rows(); row++) {
      assertThat(sample.label(row)).isEqualTo((int) (sample.rowId(row) % 2));
    }
  }

  @Test
  void withReplacement_weighsEachRowByHowOftenItWasDrawn() {
    int rows = 20_000;
    LabeledData many = TinyRows.labelled(IntStream.range(0, rows).map(i -> i % 2).toArray());

    LabeledData sample = BAGGING.draw(many, 5);

    assertThat(Arrays.stream(sample.weights()).sum()).isEqualTo(rows);
    Map<Double, Integer> drawn = new HashMap<>();
    Arrays.stream(sample.weights()).forEach(times -> drawn.merge(times, 1, Integer::sum));
    // Poisson with mean 1: e^-1 / k! of the rows are drawn k times, give or take 4 deviations.
    double expected = rows * Math.exp(-1);
    assertThat((double) rows - sample.rows()).isCloseTo(expected, within(4 * Math.sqrt(expected)));
    assertThat((double) drawn.getOrDefault(1.0, 0))
        .isCloseTo(expected, within(4 * Math.sqrt(expected)));
    assertThat((double) drawn.getOrDefault(2.0, 0))
        .isCloseTo(expected / 2, within(4 * Math.sqrt(expected)));
    assertThat((double) drawn.getOrDefault(3.0, 0))
        .isCloseTo(expected / 6, within(4 * Math.sqrt(expected)));
    assertThat((double) sample.rows() / rows).isCloseTo(BAGGING.distinct(), within(0.01));
  }

  @Test
  void withReplacement_ofAFraction_drawsAsManyRows() {
    LabeledData sample = new RowSample(0.5, true).draw(DATA, 5);

    assertThat(Arrays.stream(sample.weights()).sum())
        .isEqualTo((double) Math.round(0.5 * DATA.rows()));
    assertThat(new RowSample(0.5, true).distinct()).isCloseTo(1 - Math.exp(-0.5), within(1e-12));
    assertThat(new RowSample(0.5, false).distinct()).isEqualTo(0.5);
  }

  @Test
  void weightsAndGroups_goAlongWithTheRows() {
    double[] weights = IntStream.range(0, DATA.rows()).mapToDouble(row -> 1 + row).toArray();
    long[] groups = IntStream.range(0, DATA.rows()).mapToLong(row -> 100 - row).toArray();
    LabeledData own = DATA.withWeights(weights).withGroups(groups);

    LabeledData part = new RowSample(0.3, false).draw(own, 2);
    LabeledData bag = BAGGING.draw(own, 2);
    LabeledData times = BAGGING.draw(DATA, 2);

    assertThat(part.rows()).isLessThan(DATA.rows());
    for (LabeledData sample : new LabeledData[] {part, bag}) {
      for (int row = 0; row < sample.rows(); row++) {
        int from = positionOf(sample.rowId(row));
        assertThat(sample.label(row)).isEqualTo(DATA.label(from));
        assertThat(sample.group(row)).isEqualTo(groups[from]);
        double often = sample == bag ? times.weight(row) : 1;
        assertThat(sample.weight(row)).isEqualTo(often * weights[from]);
      }
    }
    assertThat(Arrays.stream(times.weights()).max().orElseThrow()).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyClassThatHasRows_keepsOne(long seed) {
    // One row of class 1 and none of class 3 among a hundred: mostly it would be missed.
    int[] labels = new int[100];
    labels[37] = 1;
    labels[40] = 2;
    labels[41] = 2;
    LabeledData rare =
        LabeledData.of(
            TinyRows.features(IntStream.range(0, 100).asLongStream().toArray()),
            labels,
            TinyRows.names(4));

    for (RowSample sample :
        new RowSample[] {new RowSample(0.02, false), new RowSample(0.02, true), BAGGING}) {
      int[] counts = sample.draw(rare, seed).classCounts();
      assertThat(counts[0]).isPositive();
      assertThat(counts[1]).isEqualTo(1);
      assertThat(counts[2]).isBetween(1, 2);
      assertThat(counts[3]).isZero();
    }
  }

  @Test
  void draw_dependsOnIdsAndSeed_notOnPositions() {
    LabeledData other = DATA.select(TinyRows.permutation(DATA.rows(), 9));
    for (RowSample sample : new RowSample[] {new RowSample(0.4, false), BAGGING}) {
      assertThat(timesById(sample.draw(other, 7))).isEqualTo(timesById(sample.draw(DATA, 7)));
      assertThat(timesById(sample.draw(DATA, 8))).isNotEqualTo(timesById(sample.draw(DATA, 7)));
    }
  }

  private static Map<Long, Double> timesById(LabeledData sample) {
    Map<Long, Double> times = new HashMap<>();
    for (int row = 0; row < sample.rows(); row++) {
      times.put(sample.rowId(row), sample.weight(row));
    }
    return times;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
  void fraction_outOfRange(double fraction) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowSample(fraction, false))
        .withMessage("a row sample's fraction must be > 0 and <= 1, found " + fraction);
  }

  private static int positionOf(long id) {
    return Arrays.stream(DATA.rowIds()).boxed().toList().indexOf(id);
  }
}
