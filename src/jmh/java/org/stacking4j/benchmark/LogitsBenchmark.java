package org.stacking4j.benchmark;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.train.LocalFits;

/**
 * Logits of the recipe's base network: one row as a service would ask, and 10 000 at once.
 *
 * <pre>
 * mvn -q -Pjmh test-compile exec:exec -Drun="org.openjdk.jmh.Main LogitsBenchmark"
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LogitsBenchmark {
  @Param({"1", "10000"})
  int rows;

  private TrainedNetwork network;
  private INDArray features;

  @Setup
  public void prepare() {
    TrainTest mnist = Mnist.load();
    var member =
        new Member("mlp", Mlp.base(784, 10, 256, 256), FitSettings.defaults().withEpochs(0));
    network =
        MemberNetworks.fitOnAllRows(
                List.of(member), mnist.train().first(128), 1, LocalFits.onThreads(1))
            .refits()
            .get(0)
            .network();
    features = mnist.test().first(rows).features();
  }

  @Benchmark
  public INDArray logits() {
    return network.logits(features);
  }
}
