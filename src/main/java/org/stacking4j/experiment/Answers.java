package org.stacking4j.experiment;

import com.fasterxml.jackson.core.io.NumberOutput;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.data.FeatureRows;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Chunks;

/**
 * What an ensemble says of new rows, written to a CSV file. Immutable.
 *
 * @param rows how many
 * @param warning what should be known of them, in words
 */
public record Answers(long rows, Optional<String> warning) {

  /** What is asked of features, {@code [rows, columns]}: values for the lines, as many rows. */
  private interface Question {
    INDArray ask(INDArray features);
  }

  /** What stands in a line before its values, which begin at a place in those of all lines. */
  private interface Lead {
    String of(float[] values, int from);
  }

  /**
   * Writes the answers. The columns are {@code row} (from 0), {@code file} if the rows have names,
   * {@code class}, and {@code probability_NAME} for each class; or in the place of these {@code
   * value_NAME} for each target. A chunk of rows is asked for after the other, so that there may be
   * more than fit into memory.
   *
   * @param ensemble whom to ask
   * @param source the rows
   * @param out the CSV file to write, whole or not at all
   * @return how many rows were answered, and what should be known of them
   * @throws IOException if the rows cannot be read, or the answers cannot be written
   */
  public static Answers write(StackingEnsemble ensemble, FeatureRows source, Path out)
      throws IOException {
    List<String> names = ensemble.outputNames();
    if (ensemble.task() == Task.REGRESSION) {
      List<String> header = names.stream().map(name -> "value_" + name).toList();
      return write(ensemble::values, List.of(), List.of(), header, source, out);
    }
    List<String> header = names.stream().map(name -> "probability_" + name).toList();
    Lead mostProbable =
        (values, from) -> {
          int best = 0;
          for (int c = 1; c < names.size(); c++) {
            best = values[from + c] > values[from + best] ? c : best;
          }
          return names.get(best);
        };
    return write(
        ensemble::probabilities, List.of("class"), List.of(mostProbable), header, source, out);
  }

  /**
   * Writes the meta-features of rows without labels, in the columns of {@link
   * MetaFeatures#writeCsv} but for the label, and with {@code file} behind {@code row} if the rows
   * have names; otherwise like {@link #write}.
   *
   * @param ensemble whom to ask
   * @param source the rows
   * @param out the CSV file to write, whole or not at all
   * @return how many rows were answered, and what should be known of them
   * @throws IOException if the rows cannot be read, or the file cannot be written
   */
  public static Answers writeMetaFeatures(StackingEnsemble ensemble, FeatureRows source, Path out)
      throws IOException {
    List<String> header =
        MetaFeatures.columns(
            ensemble.members().names(),
            ensemble.outputNames(),
            ensemble.task(),
            ensemble.passThrough());
    Lead none = (values, from) -> "0"; // no fold held them out
    return write(ensemble::metaFeatures, List.of("fold"), List.of(none), header, source, out);
  }

  private static Answers write(
      Question question,
      List<String> leadNames,
      List<Lead> leads,
      List<String> valueNames,
      FeatureRows source,
      Path out)
      throws IOException {
    List<String> files = source.names();
    List<String> header = new ArrayList<>(List.of("row"));
    if (!files.isEmpty()) {
      header.add("file");
    }
    header.addAll(leadNames);
    header.addAll(valueNames);
    long[] rows = {0};
    try {
      AtomicFile.write(
          out,
          stream -> {
            Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
            try (CsvWriter csv = CsvWriter.builder().build(writer)) {
              csv.writeRecord(header);
              @Nullable INDArray features = next(source);
              while (features != null) {
                INDArray answers = question.ask(features);
                float[] values = answers.dup('c').data().asFloat();
                String[] line = new String[header.size()];
                for (int from = 0; from < values.length; from += valueNames.size()) {
                  int column = 0;
                  line[column++] = Long.toString(rows[0]);
                  if (!files.isEmpty()) {
                    line[column++] = files.get((int) rows[0]);
                  }
                  for (Lead lead : leads) {
                    line[column++] = lead.of(values, from);
                  }
                  for (int i = from; column < line.length; i++) {
                    line[column++] = NumberOutput.toString(values[i], true);
                  }
                  csv.writeRecord(line);
                  rows[0]++;
                }
                features.close();
                answers.close();
                features = next(source);
              }
            }
          });
      return new Answers(rows[0], source.unknownCategories());
    } catch (Unreadable e) {
      throw e.reason;
    }
  }

  /** So many rows that all processors have work, and that get the bits all at once would get. */
  private static @Nullable INDArray next(FeatureRows source) {
    try {
      return source.next(Chunks.ROWS * Runtime.getRuntime().availableProcessors());
    } catch (IOException e) {
      throw new Unreadable(e);
    }
  }

  /** Says that it is not the writing that failed. */
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient IOException reason;

    Unreadable(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }
}
