package org.stacking4j.meta;

import com.fasterxml.jackson.core.io.NumberOutput;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;

/** Meta-features as CSV, both ways, a row at a time. */
final class MetaFeaturesCsv {
  /** Between a member's name, which holds no dot, and a class's. */
  static final String INFIX = ".logit_";

  static String infix(Task task) {
    return task == Task.CLASSIFICATION ? INFIX : ".value_";
  }

  /** The columns every file begins with. */
  static final List<String> KEYS = List.of("row", "label", "fold");

  /** In a regression the columns in the place of the label, each followed by a target's name. */
  static final String TARGET = "target_";

  /** The columns after them, followed by the repeat, if the folds were repeated. */
  static final String REPEAT = "fold_";

  /** The columns after these, if the rows have weights or groups. */
  static final String WEIGHT = "weight";

  static final String GROUP = "group";

  /** The columns behind the logits, each followed by the feature's position. */
  static final String FEATURE = "feature_";

  private static final int CHUNK = 4096;

  private MetaFeaturesCsv() {}

  static void write(MetaFeatures features, Path file) throws IOException {
    LabeledData table = features.toLabeledData();
    boolean regression = table.task() == Task.REGRESSION;
    List<String> header = new ArrayList<>();
    header.add(KEYS.get(0));
    if (regression) {
      table.outputNames().forEach(name -> header.add(TARGET + name));
    } else {
      header.add(KEYS.get(1));
    }
    header.add(KEYS.get(2));
    int[][] folds = new int[features.repeats()][];
    for (int repeat = 1; repeat <= folds.length; repeat++) {
      folds[repeat - 1] = features.folds(repeat);
      if (repeat > 1) {
        header.add(REPEAT + repeat);
      }
    }
    if (table.isWeighted()) {
      header.add(WEIGHT);
    }
    if (table.isGrouped()) {
      header.add(GROUP);
    }
    header.addAll(features.columns());
    // Most of the time goes into digits, so some chunks at once become text, and then go out in
    // turn.
    int together = CHUNK * Runtime.getRuntime().availableProcessors();
    AtomicFile.write(
        file,
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          CsvWriter.builder().build(writer).writeRecord(header).flush();
          for (int start = 0; start < table.rows(); start += together) {
            List<String> texts =
                IntStream.iterate(start, from -> from + CHUNK)
                    .limit((Math.min(together, table.rows() - start) + CHUNK - 1L) / CHUNK)
                    .parallel()
                    .mapToObj(from -> text(table, folds, header.size(), from))
                    .toList();
            for (String text : texts) {
              writer.write(text);
            }
          }
          writer.flush();
        });
  }

  /** The lines of one chunk of rows. */
  private static String text(LabeledData table, int[][] folds, int columns, int from) {
    boolean regression = table.task() == Task.REGRESSION;
    int to = Math.min(table.rows(), from + CHUNK);
    INDArray chunk = table.features(from, to);
    float[] values = chunk.data().asFloat();
    chunk.close();
    StringWriter text = new StringWriter((to - from) * columns * 12);
    CsvWriter csv = CsvWriter.builder().build(text);
    String[] line = new String[columns];
    float[] targets = new float[table.outputs()];
    int next = 0;
    for (int row = from; row < to; row++) {
      line[0] = Long.toString(table.rowId(row));
      int column = 1;
      if (regression) {
        table.targets(new int[] {row}, targets);
        for (float target : targets) {
          line[column++] = NumberOutput.toString(target, true);
        }
      } else {
        line[column++] = table.classNames().get(table.label(row));
      }
      for (int[] ofRepeat : folds) {
        line[column++] = Integer.toString(ofRepeat[row]);
      }
      if (table.isWeighted()) {
        line[column++] = NumberOutput.toString(table.weight(row), true);
      }
      if (table.isGrouped()) {
        line[column++] = Long.toString(table.group(row));
      }
      for (; column < line.length; column++) {
        // The shortest digits that read back as the same bits.
        line[column] = NumberOutput.toString(values[next++], true);
      }
      csv.writeRecord(line);
    }
    try {
      csv.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  static MetaFeatures read(Path file) throws IOException {
    try (var text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return new Table(new MetaFeaturesReader(text)).read();
    } catch (UncheckedIOException | CsvParseException e) {
      // Both only say where; their causes say what.
      throw failure(file, e.getCause() == null ? e : e.getCause());
    } catch (IOException | IllegalArgumentException e) {
      throw failure(file, e);
    }
  }

  private static IOException failure(Path file, Throwable cause) {
    @Nullable String reason = cause.getMessage();
    if (cause instanceof NoSuchFileException) {
      reason = "there is no such file";
    } else if (cause instanceof CharacterCodingException) {
      reason = "not UTF-8 text";
    }
    return new IOException(file + ": " + reason, cause);
  }

  /** A file on its way to becoming meta-features: columns of numbers that grow by rows. */
  private static final class Table {
    private final MetaFeaturesReader reader;
    private final int width;
    private final List<float[]> logits = new ArrayList<>(); // CHUNK rows each
    private long[] rowIds = new long[CHUNK];
    private int[] labels; // of classes
    private float[][] targets; // of a regression
    private final int[][] folds;
    private double[] weights;
    private long[] groups;
    private int rows;

    Table(MetaFeaturesReader reader) {
      this.reader = reader;
      this.width = reader.logits().length;
      this.labels = new int[reader.isRegression() ? 0 : CHUNK];
      this.targets = new float[reader.isRegression() ? CHUNK : 0][];
      this.folds = new int[reader.folds().length][CHUNK];
      this.weights = new double[reader.isWeighted() ? CHUNK : 0];
      this.groups = new long[reader.isGrouped() ? CHUNK : 0];
    }

    MetaFeatures read() {
      while (reader.next()) {
        add();
      }
      if (rows == 0) {
        throw new IllegalArgumentException("no rows after the header");
      }
      long[] ids = Arrays.copyOf(rowIds, rows);
      LabeledData table =
          reader.isRegression()
              ? LabeledData.of(
                  width, this::copy, Arrays.copyOf(targets, rows), reader.outputNames(), ids)
              : LabeledData.of(
                  width, this::copy, Arrays.copyOf(labels, rows), reader.outputNames(), ids);
      if (reader.isWeighted()) {
        table = table.withWeights(Arrays.copyOf(weights, rows));
      }
      if (reader.isGrouped()) {
        table = table.withGroups(Arrays.copyOf(groups, rows));
      }
      Arrays.setAll(folds, repeat -> Arrays.copyOf(folds[repeat], rows));
      return MetaFeatures.of(reader.members(), table, folds, reader.passedThrough());
    }

    private void copy(int from, int to, float[] target) {
      for (int row = from; row < to; row++) {
        float[] block = logits.get(row / CHUNK);
        int at = row % CHUNK * width;
        System.arraycopy(block, at, target, (row - from) * width, width);
      }
    }

    private void add() {
      if (rows == rowIds.length) {
        int capacity = (int) Math.min(Integer.MAX_VALUE - 8, rows + (rows >> 1) + 1L);
        rowIds = Arrays.copyOf(rowIds, capacity);
        labels = Arrays.copyOf(labels, reader.isRegression() ? 0 : capacity);
        targets = Arrays.copyOf(targets, reader.isRegression() ? capacity : 0);
        Arrays.setAll(folds, repeat -> Arrays.copyOf(folds[repeat], capacity));
        weights = Arrays.copyOf(weights, reader.isWeighted() ? capacity : 0);
        groups = Arrays.copyOf(groups, reader.isGrouped() ? capacity : 0);
      }
      if (rows % CHUNK == 0) {
        logits.add(new float[CHUNK * width]);
      }
      rowIds[rows] = reader.rowId();
      if (reader.isRegression()) {
        targets[rows] = reader.targets();
      } else {
        labels[rows] = reader.label();
      }
      for (int repeat = 0; repeat < folds.length; repeat++) {
        folds[repeat][rows] = reader.folds()[repeat];
      }
      if (reader.isWeighted()) {
        weights[rows] = reader.weight();
      }
      if (reader.isGrouped()) {
        groups[rows] = reader.group();
      }
      System.arraycopy(reader.logits(), 0, logits.get(rows / CHUNK), rows % CHUNK * width, width);
      rows++;
    }
  }
}
