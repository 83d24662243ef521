package org.stacking4j.spark;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.Sha256;
import org.stacking4j.network.Chunks;

/**
 * Asks an ensemble for the rows of a partition, some at a time.
 *
 * @param archive the ensemble, as it is saved
 * @param features how rows become its features
 * @param what is asked
 */
record Asking(Broadcast<byte[]> archive, RowFeatures features, What what)
    implements MapPartitionsFunction<Row, Row> {

  /** What is asked of an ensemble. */
  enum What {
    PROBABILITIES,
    LOGITS,
    VALUES,
    META_FEATURES;

    private INDArray of(StackingEnsemble ensemble, INDArray features) {
      return switch (this) {
        case PROBABILITIES -> ensemble.probabilities(features);
        case LOGITS -> ensemble.logits(features);
        case VALUES -> ensemble.values(features);
        case META_FEATURES -> ensemble.metaFeatures(features);
      };
    }
  }

  private static final Map<String, SoftReference<StackingEnsemble>> KNOWN = new HashMap<>();

  @Override
  public Iterator<Row> call(Iterator<Row> rows) throws IOException {
    return rows.hasNext() ? new Answered(rows, ensemble()) : rows;
  }

  /** The ensemble in this process, which all tasks share. */
  private StackingEnsemble ensemble() throws IOException {
    synchronized (KNOWN) {
      byte[] bytes = archive.value();
      String digest = Sha256.hexOf(bytes);
      @Nullable SoftReference<StackingEnsemble> reference = KNOWN.get(digest);
      @Nullable StackingEnsemble known = reference == null ? null : reference.get();
      if (known == null) {
        Path file = Files.createTempFile("stacking4j-", ".zip");
        try {
          Files.write(file, bytes);
          known = StackingEnsemble.load(file);
        } finally {
          Files.deleteIfExists(file);
        }
        KNOWN.put(digest, new SoftReference<>(known));
      }
      return known;
    }
  }

  /** The rows with their answers; reads on when the last ones have been taken. */
  private final class Answered implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final StackingEnsemble ensemble;
    private Iterator<Row> chunk = List.<Row>of().iterator();

    Answered(Iterator<Row> rows, StackingEnsemble ensemble) {
      this.rows = rows;
      this.ensemble = ensemble;
    }

    @Override
    public boolean hasNext() {
      return chunk.hasNext() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (!chunk.hasNext()) {
        chunk = answered().iterator();
      }
      return chunk.next();
    }

    private List<Row> answered() {
      List<Row> asked = new ArrayList<>();
      int width = features.width();
      float[] values = new float[Chunks.ROWS * width];
      while (asked.size() < Chunks.ROWS && rows.hasNext()) {
        Row row = rows.next();
        features.write(row, values, asked.size() * width);
        asked.add(row);
      }
      float[] used = Arrays.copyOf(values, asked.size() * width);
      INDArray matrix = Nd4j.createFromArray(used).reshape('c', asked.size(), width);
      INDArray answers = what.of(ensemble, matrix);
      float[] numbers = answers.dup('c').data().asFloat();
      matrix.close();
      int each = numbers.length / asked.size();
      List<Row> all = new ArrayList<>();
      for (int i = 0; i < asked.size(); i++) {
        all.add(with(asked.get(i), numbers, i * each, each));
      }
      return all;
    }

    private Row with(Row row, float[] numbers, int from, int count) {
      List<Object> all = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        all.add(row.get(i));
      }
      if (what == What.PROBABILITIES) {
        int best = 0;
        for (int c = 1; c < count; c++) {
          best = numbers[from + c] > numbers[from + best] ? c : best;
        }
        all.add(ensemble.classNames().get(best));
      }
      for (int i = 0; i < count; i++) {
        all.add(numbers[from + i]);
      }
      return RowFactory.create(all.toArray());
    }
  }
}
