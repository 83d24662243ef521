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
import org.stacking4j.data.TableRows;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import org.stacking4j.network.Chunks;

/**
 * An ensemble's answers for the rows of a table, written to a CSV file. Immutable.
 *
 * @param rows how many
 * @param warning what should be known of them, in words
 */
public record Answers(long rows, Optional<String> warning) {

  /**
   * Asks for a chunk of rows after the other, so that the table may be larger than memory. The
   * columns are {@code row} (from 0), {@code class}, and {@code probability_NAME} for each class;
   * or {@code row} and each target's {@code value_NAME}.
   *
   * @param ensemble whom to ask
   * @param schema how the table's columns become features
   * @param table the CSV file to read
   * @param out the CSV file to write, whole or not at all
   * @throws IOException if the table cannot be read, or the answers cannot be written
   */
  public static Answers write(StackingEnsemble ensemble, TableSchema schema, Path table, Path out)
      throws IOException {
    boolean regression = ensemble.task() == Task.REGRESSION;
    List<String> names = ensemble.outputNames();
    List<String> header = new ArrayList<>(regression ? List.of("row") : List.of("row", "class"));
    names.forEach(name -> header.add((regression ? "value_" : "probability_") + name));
    long[] rows = {0};
    try (TableRows source = TableRows.open(table, schema)) {
      AtomicFile.write(
          out,
          stream -> {
            Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
            try (CsvWriter csv = CsvWriter.builder().build(writer)) {
              csv.writeRecord(header);
              @Nullable INDArray features = next(source);
              while (features != null) {
                INDArray answers =
                    regression ? ensemble.values(features) : ensemble.probabilities(features);
                int[] classes = regression ? new int[0] : answers.argMax(1).toIntVector();
                float[] values = answers.dup('c').data().asFloat();
                String[] line = new String[header.size()];
                for (int row = 0; row < answers.size(0); row++) {
                  int column = 0;
                  line[column++] = Long.toString(rows[0]++);
                  if (!regression) {
                    line[column++] = names.get(classes[row]);
                  }
                  for (int i = 0; i < names.size(); i++) {
                    line[column++] = NumberOutput.toString(values[row * names.size() + i], true);
                  }
                  csv.writeRecord(line);
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

  /** So many rows that they get the bits that all at once would get. */
  private static @Nullable INDArray next(TableRows source) {
    try {
      return source.next(Chunks.ROWS);
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
