package org.stacking4j.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.meta.MetaFeatures;

/**
 * The demo's table of meta-features, 20 000 rows of 30 logits, to CSV and back.
 *
 * <pre>
 * mvn -q -Pjmh test-compile exec:exec -Drun="org.openjdk.jmh.Main CsvBenchmark"
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CsvBenchmark {
  private MetaFeatures features;
  private Path written;
  private Path file;

  @Setup
  public void prepare() throws IOException {
    LabeledData rows = Mnist.load().train().first(20_000);
    features =
        MetaFeatures.of(
            List.of("mlp-1", "mlp-2", "mlp-3"),
            rows,
            new int[rows.rows()],
            Nd4j.randn(DataType.FLOAT, rows.rows(), 30).muli(5));
    file = Files.createTempFile("meta-features", ".csv");
    written = Files.createTempFile("meta-features", ".csv");
    features.writeCsv(written);
  }

  @TearDown
  public void remove() throws IOException {
    Files.delete(file);
    Files.delete(written);
  }

  @Benchmark
  public void write() throws IOException {
    features.writeCsv(file);
  }

  @Benchmark
  public MetaFeatures read() throws IOException {
    return MetaFeatures.readCsv(written);
  }
}
