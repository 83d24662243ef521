package org.stacking4j.meta;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.data.LabeledData;

/** Meta-features as CSV, both ways, a row at a time. */
final class MetaFeaturesCsv {
  /** Between a member's name, which holds no dot, and a class's. */
  static final String INFIX = ".logit_";

  private static final List<String> KEYS = List.of("row", "label", "fold");
  private static final int CHUNK = 4096;

  private MetaFeaturesCsv() {}

  static void write(MetaFeatures features, Path file) throws IOException {
    List<String> header = new ArrayList<>(KEYS);
    header.addAll(features.columns());
    LabeledData table = features.toLabeledData();
    int[] folds = features.folds();
    AtomicFile.write(
        file,
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          try (CSVPrinter csv = new CSVPrinter(writer, CSVFormat.RFC4180)) {
            csv.printRecord(header);
            Object[] line = new Object[header.size()];
            for (int from = 0; from < table.rows(); from += CHUNK) {
              int to = Math.min(table.rows(), from + CHUNK);
              float[] values = table.features(from, to).data().asFloat();
              int next = 0;
              for (int row = from; row < to; row++) {
                line[0] = table.rowId(row);
                line[1] = table.classNames().get(table.label(row));
                line[2] = folds[row];
                for (int column = KEYS.size(); column < line.length; column++) {
                  // Float.toString gives enough digits to read the same bits back.
                  line[column] = Float.toString(values[next++]);
                }
                csv.printRecord(line);
              }
            }
          }
        });
  }

  static MetaFeatures read(Path file) throws IOException {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CSVParser csv = format.parse(reader)) {
      return new Table(csv.getHeaderNames()).read(csv);
    } catch (UncheckedIOException e) {
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
    private final List<String> header;
    private final List<String> members = new ArrayList<>();
    private final List<String> classNames = new ArrayList<>();
    private final Map<String, Integer> classIndex = new HashMap<>();
    private final int width;
    private long[] rowIds = new long[CHUNK];
    private int[] labels = new int[CHUNK];
    private int[] folds = new int[CHUNK];
    private float[] values;
    private int rows;

    Table(List<String> header) {
      this.header = header;
      this.width = header.size() - KEYS.size();
      if (width < 1 || !header.subList(0, KEYS.size()).equals(KEYS)) {
        throw new IllegalArgumentException(
            "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…,"
                + " found "
                + (header.isEmpty()
                    ? "nothing"
                    : String.join(",", header.subList(0, Math.min(header.size(), 5)))));
      }
      readColumns();
      this.values = new float[CHUNK * width];
    }

    private void readColumns() {
      for (String column : header.subList(KEYS.size(), header.size())) {
        int at = column.indexOf(INFIX);
        if (at < 1) {
          throw new IllegalArgumentException(
              "column '" + column + "' is not named MEMBER" + INFIX + "CLASS");
        }
        String member = column.substring(0, at);
        if (members.isEmpty() || !members.get(members.size() - 1).equals(member)) {
          members.add(member);
        }
        if (members.size() == 1) {
          String name = column.substring(at + INFIX.length());
          classIndex.put(name, classNames.size());
          classNames.add(name);
        }
      }
      List<String> expected = new ArrayList<>();
      for (String member : members) {
        for (String name : classNames) {
          expected.add(member + INFIX + name);
        }
      }
      if (!expected.equals(header.subList(KEYS.size(), header.size()))) {
        throw new IllegalArgumentException(
            "every member must have a column for each class, in one order; expected "
                + String.join(",", expected));
      }
    }

    MetaFeatures read(CSVParser csv) throws IOException {
      for (CSVRecord line : csv) {
        if (line.size() != header.size()) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "line %d has %d fields, expected %d",
                  csv.getCurrentLineNumber(),
                  line.size(),
                  header.size()));
        }
        add(line, csv.getCurrentLineNumber());
      }
      if (rows == 0) {
        throw new IllegalArgumentException("no rows after the header");
      }
      INDArray logits =
          Nd4j.createFromArray(Arrays.copyOf(values, rows * width)).reshape(rows, width);
      return MetaFeatures.of(
          members,
          classNames,
          Arrays.copyOf(rowIds, rows),
          Arrays.copyOf(labels, rows),
          Arrays.copyOf(folds, rows),
          logits);
    }

    private void add(CSVRecord line, long number) {
      if (rows == rowIds.length) {
        int capacity = (int) Math.min(Integer.MAX_VALUE / width, rows + (rows >> 1) + 1L);
        rowIds = Arrays.copyOf(rowIds, capacity);
        labels = Arrays.copyOf(labels, capacity);
        folds = Arrays.copyOf(folds, capacity);
        values = Arrays.copyOf(values, capacity * width);
      }
      int column = 0;
      try {
        rowIds[rows] = Long.parseLong(line.get(column));
        column = 1;
        @Nullable Integer label = classIndex.get(line.get(column));
        if (label == null) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "line %d: unknown class '%s', the columns name %s",
                  number,
                  line.get(column),
                  classNames));
        }
        labels[rows] = label;
        column = 2;
        folds[rows] = Integer.parseInt(line.get(column));
        for (int i = 0; i < width; i++) {
          column = KEYS.size() + i;
          float value = Float.parseFloat(line.get(column));
          if (!Float.isFinite(value)) {
            throw new NumberFormatException("not finite");
          }
          values[rows * width + i] = value;
        }
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "line %d, column '%s': '%s' is not a %s number",
                number,
                header.get(column),
                line.get(column),
                column < KEYS.size() ? "whole" : "finite"),
            e);
      }
      rows++;
    }
  }
}
