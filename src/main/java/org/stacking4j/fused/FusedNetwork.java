package org.stacking4j.fused;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;

/**
 * A {@code MultiLayerNetwork} while it is trained by the fused step: what its {@code fit} does, in
 * a fifth of the time or less. The network it was made from stays as it was until {@link #store}.
 *
 * <p>Use: {@link #step} for each batch; {@link #store} at the end. Holds native memory until
 * closed. Not thread-safe: one thread at a time.
 */
public final class FusedNetwork implements AutoCloseable {
  /*
   * Dropout's random numbers are our own, so with dropout a fit is another draw of the same
   * distribution and not DL4J's to the bit; without, all differences are rounding.
   */
  private final MultiLayerNetwork network;
  private final @Nullable LabeledData data; // null where the caller puts batches in
  private final @Nullable SparseFeatures sparse; // null where all features are multiplied
  private final Parameters parameters;
  private final Updates updates;
  private final List<Stage> stages;
  private final Loss loss;
  private final int outputs;
  private final int maxRows;
  private final double gradientNormLimit;

  private final NativeFloats input;
  private final float[] firstInput;
  private int iteration;
  private int epoch;

  /**
   * Reads a network.
   *
   * @param network initialised, with a configuration that has no {@link #obstacle}; parameters,
   *     updater state and counters are taken from it
   * @param data the rows it will be trained on, and no others: how they are computed with, and so
   *     the last bits, depends on them
   * @param maxRows the largest batch, 1 or more
   * @param gradientNormLimit the largest 2-norm of the mean gradient, infinity for none
   * @param seed of dropout
   * @param crew whose helpers, if it has any, make steps shorter and no bit different; stays open
   * @throws IllegalArgumentException if there is an obstacle
   */
  public FusedNetwork(
      MultiLayerNetwork network,
      LabeledData data,
      int maxRows,
      double gradientNormLimit,
      long seed,
      Crew crew) {
    this(network, data, sparse(network, data, maxRows), maxRows, gradientNormLimit, seed, crew);
  }

  /** One that one thread trains, on batches that the caller puts into {@link #input}. */
  FusedNetwork(MultiLayerNetwork network, int maxRows, double gradientNormLimit, long seed) {
    this(network, maxRows, gradientNormLimit, seed, new Crew());
  }

  /** One whose batches the caller puts into {@link #input}. */
  FusedNetwork(
      MultiLayerNetwork network, int maxRows, double gradientNormLimit, long seed, Crew crew) {
    this(network, null, null, maxRows, gradientNormLimit, seed, crew);
  }

  private FusedNetwork(
      MultiLayerNetwork network,
      @Nullable LabeledData data,
      @Nullable SparseFeatures sparse,
      int maxRows,
      double gradientNormLimit,
      long seed,
      Crew crew) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    Optional<String> obstacle = obstacle(configuration);
    if (obstacle.isPresent()) {
      throw new IllegalArgumentException(
          "the fused step cannot train this network, because " + obstacle.get());
    }
    this.network = network;
    this.maxRows = maxRows;
    this.gradientNormLimit = gradientNormLimit;
    this.iteration = network.getIterationCount();
    this.epoch = network.getEpochCount();
    this.data = data;
    this.sparse = sparse;
    int columns = Stages.columns(configuration);
    @Nullable InputWeights inputWeights =
        sparse == null
            ? null
            : new InputWeights(
                sparse.order(), columns - sparse.dense(), Stages.unitsOfSparseInput(configuration));
    parameters = new Parameters(network.params().toFloatVector(), inputWeights, crew);
    updates = new Updates(parameters, (BaseMultiLayerUpdater<?>) network.getUpdater());
    stages = Stages.training(network, parameters, sparse, maxRows, seed);
    outputs = Stages.outputs(configuration);
    OutputLayer last =
        (OutputLayer) configuration.getConf(configuration.getConfs().size() - 1).getLayer();
    loss = Objects.requireNonNull(Loss.of(last.getActivationFn(), last.getLossFn()));
    // The first stage reads its input where products need it, unless it is no product.
    boolean direct = sparse != null || stages.get(0) instanceof DenseStage;
    input = new NativeFloats(direct ? 0 : maxRows * columns);
    firstInput = new float[direct ? 0 : maxRows * columns];
  }

  /**
   * {@return why a configuration needs DL4J's own {@code fit}, in words that follow "because";
   * empty if the fused step can train it}
   *
   * @param configuration of the network
   */
  public static Optional<String> obstacle(MultiLayerConfiguration configuration) {
    return Support.obstacle(configuration);
  }

  /**
   * {@return how many bytes a network may hold of the features it is trained on, beside them}
   *
   * @param configuration of the network
   * @param rows how many it is trained on
   */
  public static long mostBytesOfFeatures(MultiLayerConfiguration configuration, int rows) {
    int units = Stages.unitsOfSparseInput(configuration);
    int columns = units == 0 ? 0 : Stages.columns(configuration);
    return Background.mayHelp(columns, units) ? SparseFeatures.mostBytes((long) rows * columns) : 0;
  }

  /**
   * {@return how many additions and multiplications a second one thread makes in matrix products of
   * a training step's usual size, measured now, in about a tenth of a second}
   */
  public static double operationsPerSecond() {
    return Blas.operationsPerSecond();
  }

  private static @Nullable SparseFeatures sparse(
      MultiLayerNetwork network, LabeledData data, int maxRows) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    if (obstacle(configuration).isPresent()) {
      return null; // as is said later
    }
    int units = Stages.unitsOfSparseInput(configuration);
    return units == 0 ? null : SparseFeatures.of(data, units, maxRows);
  }

  /**
   * Where a batch's features go, {@code [rows, columns]} row by row, from place 0 on; always the
   * same memory, outside the heap.
   */
  FloatBuffer input() {
    return stages.get(0) instanceof DenseStage dense ? dense.input() : input.buffer();
  }

  /** {@return how many outputs it has, and so how many targets each row needs} */
  public int outputs() {
    return outputs;
  }

  /**
   * Trains on a batch.
   *
   * @param rows positions among the data, 1 to {@code maxRows} of them
   * @param targets {@code [rows, outputs]}, row by row
   * @param margin what is added to the output layer's pre-activations before its activation, {@code
   *     [rows, outputs]}, or null for nothing
   * @param rowWeights {@code [rows]}, what each row's loss and gradient is multiplied by, or null
   *     for 1
   * @return the mean loss before the step, with penalties
   */
  public double step(
      int[] rows, float[] targets, float @Nullable [] margin, float @Nullable [] rowWeights) {
    if (sparse != null) {
      sparse.select(rows);
    } else {
      Objects.requireNonNull(data).features(rows, input());
    }
    return step(rows.length, targets, margin, rowWeights);
  }

  /** Trains on the batch in {@link #input}. */
  double step(int rows, float[] targets, float @Nullable [] margin, float @Nullable [] rowWeights) {
    float[] values = firstInput;
    if (values.length > 0) {
      input.read(values, rows * (values.length / maxRows));
    }
    for (Stage stage : stages) {
      values = stage.forward(values, rows, iteration);
    }
    if (margin != null) {
      for (int i = 0; i < rows * outputs; i++) {
        values[i] += margin[i];
      }
    }
    double mean =
        loss.gradient(values, targets, rowWeights, rows, outputs) / rows
            + updates.penalty(iteration, epoch);
    for (int i = stages.size() - 1; i >= 0; i--) {
      values = stages.get(i).backward(values, rows);
    }
    updates.apply(scale(rows), iteration, epoch);
    iteration++;
    return mean;
  }

  List<Stage> stages() {
    return stages;
  }

  Updates updates() {
    return updates;
  }

  /** From the summed gradient to the mean one, no longer than allowed. */
  private float scale(int rows) {
    double scale = 1.0 / rows;
    if (gradientNormLimit < Double.POSITIVE_INFINITY) {
      double norm = parameters.gradientNorm() / rows;
      if (norm > gradientNormLimit) {
        scale *= gradientNormLimit / (norm + 1e-6); // as PyTorch's clip_grad_norm_
      }
    }
    return (float) scale;
  }

  /** Counts an epoch, which schedules may depend on. */
  public void endEpoch() {
    epoch++;
  }

  /** {@return a copy of all parameters as they are, in DL4J's flat order} */
  public float[] parameters() {
    stages.forEach(Stage::store);
    return parameters.inDl4jsOrder(parameters.values);
  }

  /**
   * Writes parameters, updater state and counters into the network this was made from, which can
   * then be saved, asked and trained further as if its own {@code fit} had trained it.
   */
  public void store() {
    network.setParameters(Nd4j.createFromArray(parameters()).reshape(1, parameters.values.length));
    BaseMultiLayerUpdater<?> updater = (BaseMultiLayerUpdater<?>) network.getUpdater();
    @Nullable INDArray state = updater.getStateViewArray();
    if (state != null) {
      float[] own = updates.state(Math.toIntExact(state.length()));
      state.assign(Nd4j.createFromArray(own).reshape(state.shape()));
    }
    network.setIterationCount(iteration);
    network.setEpochCount(epoch);
  }

  /**
   * Writes all that later steps depend on, to the last bit; {@link #store} rounds some of it to
   * what DL4J keeps.
   *
   * @param out stays open
   * @throws IOException if {@code out} fails
   */
  public void save(DataOutput out) throws IOException {
    out.writeInt(iteration);
    out.writeInt(epoch);
    parameters.save(parameters.values, out);
    updates.save(out);
    for (Stage stage : stages) {
      stage.save(out);
    }
  }

  /**
   * Goes on from where one of the same configuration was {@linkplain #save saved}.
   *
   * @param in at the place where {@link #save} began to write; stays open
   * @throws IOException if {@code in} fails, or is of another network
   */
  public void restore(DataInput in) throws IOException {
    iteration = in.readInt();
    epoch = in.readInt();
    parameters.restore(parameters.values, in);
    updates.restore(in);
    for (Stage stage : stages) {
      stage.restore(in);
    }
  }

  @Override
  public void close() {
    input.close();
    stages.forEach(Stage::close);
    parameters.close();
    if (sparse != null) {
      sparse.close();
    }
  }
}
