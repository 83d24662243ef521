package org.stacking4j.network;

import java.lang.ref.Reference;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.Task;
import org.stacking4j.fused.FusedLogits;
import org.stacking4j.fused.FusedNetwork;

/**
 * A fitted network, frozen: it answers with logits, the pre-softmax activations of its output
 * layer, or in a regression with the predicted targets. Immutable and safe to use from several
 * threads.
 */
public final class TrainedNetwork {
  private final MultiLayerConfiguration configuration;
  private final INDArray parameters;
  private final List<Integer> columns; // empty for all
  private final int classes;

  // A MultiLayerNetwork keeps its last activations, so it serves one thread at a time; those not
  // in use wait here. They share the parameters.
  private final ConcurrentLinkedQueue<MultiLayerNetwork> idle = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<FusedLogits> idleFused = new ConcurrentLinkedQueue<>();
  private final boolean fused;

  private TrainedNetwork(
      MultiLayerConfiguration configuration, INDArray parameters, List<Integer> columns) {
    this.configuration = configuration;
    this.parameters = parameters;
    this.columns = columns;
    this.classes = (int) outputLayer(configuration).getNOut();
    this.fused = FusedNetwork.obstacle(configuration).isEmpty();
  }

  /**
   * Freezes a network; later changes to it do not matter.
   *
   * @param network initialised or fitted; its parameters are copied
   * @return the network as it is now, which sees all columns
   * @throws IllegalArgumentException if it is none that {@link NetworkCheck} lets pass
   */
  public static TrainedNetwork of(MultiLayerNetwork network) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations().clone();
    NetworkCheck.check("network", configuration);
    return new TrainedNetwork(configuration, network.params().dup('c'), List.of());
  }

  /**
   * {@return a network of given parameters}
   *
   * @param configuration copied
   * @param parameters all parameters in DL4J's flat order; copied
   * @throws IllegalArgumentException if their number is not the configuration's, or it is none that
   *     {@link NetworkCheck} lets pass
   */
  public static TrainedNetwork of(MultiLayerConfiguration configuration, float[] parameters) {
    MultiLayerConfiguration copy = configuration.clone();
    NetworkCheck.check("network", copy);
    long expected = parameterCount(copy);
    if (parameters.length != expected) {
      throw new IllegalArgumentException(
          "the configuration has " + expected + " parameters, found " + parameters.length);
    }
    INDArray row = Nd4j.createFromArray(parameters).reshape(1, parameters.length);
    return new TrainedNetwork(copy, row, List.of());
  }

  /**
   * {@return how many parameters a network of this configuration has}
   *
   * @param configuration whose layers have their sizes
   */
  public static long parameterCount(MultiLayerConfiguration configuration) {
    long count = 0;
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      count +=
          configuration.getConf(i).getLayer().initializer().numParams(configuration.getConf(i));
    }
    return count;
  }

  /**
   * {@return this network in front of rows of which it sees some columns}
   *
   * @param columns positions in the rows, 0-based, in the order of its inputs, each at most once;
   *     empty for all
   * @throws IllegalArgumentException if a position is negative or there twice
   */
  public TrainedNetwork withColumns(List<Integer> columns) {
    return new TrainedNetwork(configuration, parameters, NetworkCheck.columns("network", columns));
  }

  /**
   * Evidence for each class, or the predicted targets, in inference mode: no dropout, running
   * statistics in batch normalisation. Rows are worked off in {@link Chunks}, so memory beyond the
   * result stays bounded; a row's last bits depend on the rows it is asked for with.
   *
   * @param features {@code [rows, columns]}; if it sees some columns only, they are picked here
   * @return {@code [rows, outputs]}, float32
   * @throws IllegalArgumentException if the features lack a column it sees
   */
  public INDArray logits(INDArray features) {
    for (int column : columns) {
      if (column >= features.size(1)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the network sees column %d but the features have columns 0 to %d",
                column,
                features.size(1) - 1));
      }
    }
    NativeThreads.useOneAtFirst();
    return fused ? fusedLogits(features) : dl4jLogits(features);
  }

  private INDArray fusedLogits(INDArray features) {
    return Chunks.collect(
        features.size(0),
        classes,
        (from, to) -> {
          @Nullable FusedLogits waiting = idleFused.poll();
          FusedLogits own = waiting == null ? new FusedLogits(toMultiLayerNetwork()) : waiting;
          INDArray chunk = seen(features, from, to);
          float[] logits = own.logits(chunk);
          closeCopy(chunk);
          idleFused.add(own);
          return Nd4j.createFromArray(logits).reshape(to - from, classes);
        });
  }

  /** DL4J's own, for networks the fused stages do not know. */
  private INDArray dl4jLogits(INDArray features) {
    return Chunks.collect(
        features.size(0),
        classes,
        (from, to) -> {
          MultiLayerNetwork view = borrow();
          INDArray chunk = seen(features, from, to);
          INDArray logits = view.output(chunk.castTo(DataType.FLOAT), false);
          closeCopy(chunk);
          view.clear();
          idle.add(view);
          return logits;
        });
  }

  /** What it sees of some rows: a view of all columns, or a copy of its own. */
  private INDArray seen(INDArray features, int from, int to) {
    INDArray rows = Chunks.rows(features, from, to);
    if (columns.isEmpty()) {
      return rows;
    }
    int[] own = columns.stream().mapToInt(Integer::intValue).toArray();
    boolean plain = rows.dataType() == DataType.FLOAT && rows.stride(1) == 1;
    INDArray values =
        plain ? rows : Nd4j.createUninitialized(DataType.FLOAT, rows.shape(), 'c').assign(rows);
    INDArray seen =
        Nd4j.createUninitialized(DataType.FLOAT, new long[] {to - from, own.length}, 'c');
    float[] row = new float[Math.toIntExact(rows.size(1))];
    float[] picked = new float[own.length];
    // Through pointers: ND4J would take longer to pick columns than the network to answer.
    FloatPointer source = new FloatPointer(values.data().pointer());
    FloatPointer target = new FloatPointer(seen.data().pointer());
    long start = values.offset();
    long stride = values.stride(0);
    try {
      for (int i = 0; i < to - from; i++) {
        source.position(start + i * stride).get(row);
        for (int c = 0; c < own.length; c++) {
          picked[c] = row[own[c]];
        }
        target.position((long) i * own.length).put(picked);
      }
    } finally {
      // The pointers alone do not keep the memory from being freed.
      Reference.reachabilityFence(values);
      Reference.reachabilityFence(seen);
    }
    if (!plain) {
      values.close();
    }
    return seen;
  }

  private void closeCopy(INDArray seen) {
    if (!columns.isEmpty()) {
      seen.close();
    }
  }

  /**
   * Asks it for one row of zeros: a configuration of unknown origin may be one that no network can
   * be made of.
   *
   * @param columns of the row
   * @throws IllegalArgumentException if it cannot answer
   */
  public void tryOut(int columns) {
    try (INDArray zeros = Nd4j.create(DataType.FLOAT, new long[] {1, columns}, 'c');
        INDArray logits = logits(zeros)) {
      if (logits.size(1) != classes) {
        throw new IllegalArgumentException(
            "it answers with " + logits.size(1) + " numbers instead of " + classes);
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "no network of this configuration can answer (" + e.getMessage() + ")", e);
    }
  }

  /** {@return which columns of the rows it sees, in the order of its inputs; empty for all} */
  public List<Integer> columns() {
    return columns;
  }

  /** {@return how many classes it tells apart, or how many targets it predicts} */
  public int classes() {
    return classes;
  }

  /**
   * {@return this network with a scale folded into its output layer: where it answered with a
   * standardised target, the new one answers with the target}
   *
   * @param scale of the targets, {@code [outputs]}
   * @param offset whether the means are added too, or the answers are only stretched
   * @throws IllegalArgumentException if it is no network for targets
   */
  public TrainedNetwork withOutputScale(Standardisation scale, boolean offset) {
    if (NetworkCheck.check("network", configuration) != Task.REGRESSION) {
      throw new IllegalArgumentException("a network for classes has no scale of targets");
    }
    float[] values = parameters();
    int inputs = (int) outputLayer(configuration).getNIn();
    int start = values.length - classes * (inputs + 1);
    for (int output = 0; output < classes; output++) {
      double deviation = scale.deviation(output);
      int bias = start + classes * inputs + output;
      for (int i = 0; i < inputs; i++) {
        int weight = start + output * inputs + i; // column by column
        values[weight] = (float) (values[weight] * deviation);
      }
      values[bias] = (float) (values[bias] * deviation + (offset ? scale.mean(output) : 0));
    }
    return of(configuration, values);
  }

  /**
   * {@return this network with the standardising of its input folded into its first layer: it takes
   * columns as they are where it took standardised ones}
   *
   * @param scale of the columns, {@code [columns]}
   * @throws IllegalArgumentException if {@link #takesInputScale} is false
   */
  public TrainedNetwork withInputScale(Standardisation scale) {
    if (!takesInputScale(configuration)) {
      throw new IllegalArgumentException(
          "only a dense first layer with a bias can standardise its input");
    }
    FeedForwardLayer first = (FeedForwardLayer) configuration.getConf(0).getLayer();
    int inputs = (int) first.getNIn();
    int units = (int) first.getNOut();
    float[] values = parameters();
    for (int unit = 0; unit < units; unit++) {
      double bias = values[inputs * units + unit];
      for (int i = 0; i < inputs; i++) {
        int weight = unit * inputs + i; // column by column
        double own = values[weight] / scale.deviation(i);
        bias -= own * scale.mean(i);
        values[weight] = (float) own;
      }
      values[inputs * units + unit] = (float) bias;
    }
    return of(configuration, values);
  }

  /**
   * {@return whether a network begins with a layer that can take over the standardising of its
   * input}
   *
   * @param configuration of the network
   */
  public static boolean takesInputScale(MultiLayerConfiguration configuration) {
    Layer first = configuration.getConf(0).getLayer();
    return configuration.getInputPreProcess(0) == null
        && ((first.getClass() == DenseLayer.class
                && ((DenseLayer) first).hasBias()
                && !((DenseLayer) first).hasLayerNorm())
            || (first.getClass() == OutputLayer.class && ((OutputLayer) first).hasBias()));
  }

  /** {@return a copy of the configuration} */
  public MultiLayerConfiguration configuration() {
    return configuration.clone();
  }

  /** {@return a copy of all parameters, in DL4J's flat order} */
  public float[] parameters() {
    return parameters.toFloatVector();
  }

  /**
   * {@return an ordinary DL4J network with a copy of the parameters, to use or to train further}
   */
  public MultiLayerNetwork toMultiLayerNetwork() {
    var network = new MultiLayerNetwork(configuration.clone());
    network.init(parameters.dup(), false);
    return network;
  }

  private MultiLayerNetwork borrow() {
    @Nullable MultiLayerNetwork waiting = idle.poll();
    if (waiting != null) {
      return waiting;
    }
    MultiLayerConfiguration view = configuration.clone();
    outputLayer(view).setActivationFn(new ActivationIdentity());
    var network = new MultiLayerNetwork(view);
    network.init(parameters, false);
    return network;
  }

  private static OutputLayer outputLayer(MultiLayerConfiguration configuration) {
    int last = configuration.getConfs().size() - 1;
    return (OutputLayer) configuration.getConf(last).getLayer();
  }
}
