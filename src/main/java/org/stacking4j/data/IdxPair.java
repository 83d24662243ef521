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
    return IntStream.range(0, labels.items()).map(labels::value).max().orElseThrow();
  }

  /** One row per image, its pixels row by row, scaled; ids 0 to rows - 1. */
  LabeledData toData(List<String> classNames) {
    float[] scaled = scaledPixels();
    int columns = images.valuesPerItem();
    FeatureStore store =
        FeatureStore.filled(
            images.items(),
            columns,
            (from, to, target) -> {
              int first = from * columns;
              for (int i = 0; i < (to - from) * columns; i++) {
                target[i] = scaled[images.value(first + i)];
              }
            });
    int[] labelOfRow = IntStream.range(0, labels.items()).map(labels::value).toArray();
    return LabeledData.of(store, labelOfRow, classNames);
  }

  /*
   * A pixel x in 0..255 becomes (x / 255 - 0.5) / 0.5, in [-1, 1]. Each operation is rounded to
   * float32 in this order, which gives the same bits as ToTensor and Normalize(0.5, 0.5) of
   * torchvision.
   */
  private static float[] scaledPixels() {
    float[] scaled = new float[256];
    for (int x = 0; x < scaled.length; x++) {
      scaled[x] = (x / 255f - 0.5f) / 0.5f;
    }
    return scaled;
  }
}
