package org.stacking4j.benchmark;

import java.util.List;
import java.util.concurrent.TimeUnit;
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
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.LocalFits;

/**
 * One epoch of 50 steps: the recipe's base network on 6400 rows, one thread.
 *
 * <pre>
 * mvn -q -Pjmh test-compile exec:exec -Drun="org.openjdk.jmh.Main FitBenchmark"
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FitBenchmark {
  @Param({"FUSED", "DL4J"})
  Trainer trainer;

  private LabeledData rows;
  private Member member;

  @Setup
  public void prepare() {
    rows = Mnist.load().train().first(6_400);
    FitSettings settings = FitSettings.defaults().withEpochs(1).withTrainer(trainer);
    member = new Member("mlp", Mlp.base(784, 10, 256, 256), settings);
  }

  @Benchmark
  public MemberNetworks epoch() {
    return MemberNetworks.fitOnAllRows(List.of(member), rows, 1, LocalFits.onThreads(1));
  }
}
