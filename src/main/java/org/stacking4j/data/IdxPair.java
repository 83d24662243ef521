package org.stacking4j.data;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** An image file and the label file that belongs to it. */
final class IdxPair {
  private final Idx images;
  private final Idx labels;

  /**
   * Puts two files together.
   *
   * @throws IOException if they do not hold the same number of items
   */
  IdxPair(Idx images, Idx labels) throws IOException {
    if (images.items() != labels.items()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s holds %d images but %s holds %d labels: both must come from the same data set",
              images.source(),
              images.items(),
              labels.source(),
              labels.items()));
    }
    this.images = images;
    this.labels = labels;
  }

  Idx images() {
    return images;
  }

  Idx labels() {
    return labels;
  }

  int largestLabel() {
    return IntStream.range(0, labels.items()).map(labels::label).max().orElseThrow();
  }

  /** One row per image that was read, its pixels row by row, scaled; ids 0 to rows - 1. */
  LabeledData toData(List<String> classNames) {
    FeatureStore pixels = images.pixels();
    int[] labelOfRow = IntStream.range(0, pixels.rows()).map(labels::label).toArray();
    return LabeledData.of(pixels, labelOfRow, classNames);
  }

  /**
   * The same with the labels' numbers looked up among the classes of others.
   *
   * @throws IOException if a label is none of them
   */
  LabeledData toDataOf(List<String> classNames) throws IOException {
    int[] labelOfRow = new int[labels.items()];
    for (int row = 0; row < labelOfRow.length; row++) {
      labelOfRow[row] = classNames.indexOf(Integer.toString(labels.label(row)));
      if (labelOfRow[row] < 0) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s has label %d in row %d, which is none of the classes %s",
                labels.source(),
                labels.label(row),
                row,
                CsvTable.describe(classNames)));
      }
    }
    return LabeledData.of(images.pixels(), labelOfRow, classNames);
  }
}
