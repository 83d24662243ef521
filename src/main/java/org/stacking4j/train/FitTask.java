package org.stacking4j.train;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Sha256;
import org.stacking4j.fused.FusedNetwork;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.NetworkCheck;
import org.stacking4j.network.Standardisation;
import org.stacking4j.network.Trainer;

/**
 * One network to fit: everything that decides its parameters, and how long it may take. Immutable.
 *
 * @param name who it is, for events and errors: {@code member 'wide-1'}
 * @param fold the fold left out, 1-based and numbered on through repeats, or 0 where the network
 *     learns from all rows
 * @param folds how many folds each repeat has, 0 where there are none
 * @param repeats how many repeats of the folds there are, 1 where they are not repeated
 * @param configuration the architecture; its own seed does not matter
 * @param settings how it is fitted
 * @param data the rows it learns from, and no others; if they have weights, a step minimises the
 *     mean over its rows of weight × loss, the weights being scaled to a mean of 1 over these rows
 * @param margin logits that are added to the network's own before softmax, or numbers to its own
 *     prediction of the targets, {@code [rows, outputs]}, or null for none; copied: the network
 *     then learns what these leave unexplained, as gradient boosting does with its base margin
 * @param seed of initialisation, shuffling and dropout
 * @param columns which columns of the data the network sees, in the order of its inputs; empty for
 *     all
 * @param snapshots the epochs after which the network is kept too, 1-based, each before the last
 * @param stopping whether it holds back some of its rows and ends when it gets no better there;
 *     null for a fit on all of them that makes all its epochs
 * @param cyclic whether the learning rate falls by the cosine to almost 0 until the first snapshot,
 *     and anew until each further one and until the end (Huang et al. 2017)
 * @param meta whether it is a meta network, which learns from what members say; changes nothing
 * @param heldOut rows of the same features that it answers for once it is fitted, of which it sees
 *     nothing before; null for none
 */
public record FitTask(
    String name,
    int fold,
    int folds,
    int repeats,
    MultiLayerConfiguration configuration,
    FitSettings settings,
    LabeledData data,
    @Nullable INDArray margin,
    long seed,
    List<Integer> columns,
    List<Integer> snapshots,
    @Nullable EarlyStopping stopping,
    boolean cyclic,
    boolean meta,
    @Nullable LabeledData heldOut) {
  // ND4J's random numbers take a seed of 0 for one from the clock.
  private static final long INSTEAD_OF_ZERO = 0x9e3779b97f4a7c15L;

  /**
   * Copies and checks what decides a fit.
   *
   * @param name who it is, for events and errors
   * @param fold 1-based, or 0 for all rows
   * @param folds of each repeat, or 0
   * @param repeats of the folds, 1 or more
   * @param configuration copied, and given the seed
   * @param settings how it is fitted
   * @param data the rows it learns from
   * @param margin {@code [rows, outputs]}, copied, or null
   * @param seed of initialisation, shuffling and dropout
   * @param columns which it sees, 0-based; empty for all
   * @param snapshots epochs after which the network is kept too, 1-based
   * @param stopping how it stops early, or null
   * @param cyclic whether the learning rate goes in cycles
   * @param meta whether it is a meta network
   * @param heldOut rows that it answers for afterwards, or null
   * @throws IllegalArgumentException if the network does not fit the data, the margin's shape is
   *     not {@code [rows, outputs]}, the settings ask for the fused trainer, which cannot train it,
   *     or there are snapshots and early stopping
   */
  public FitTask {
    configuration = configuration.clone();
    // A configuration that was given no seed has one from the clock.
    long own = seed == 0 ? INSTEAD_OF_ZERO : seed;
    configuration.getConfs().forEach(layer -> layer.setSeed(own));
    columns = List.copyOf(columns);
    snapshots = List.copyOf(snapshots);
    NetworkCheck.checkSizes(
        name, configuration, columns, data.columns(), data.task(), data.outputs());
    Optional<String> obstacle = FusedNetwork.obstacle(configuration);
    if (settings.trainer() == Trainer.FUSED && obstacle.isPresent()) {
      throw new IllegalArgumentException(
          name
              + ": trainer fused cannot train it, because "
              + obstacle.get()
              + "; use auto or dl4j");
    }
    if (margin != null && (margin.size(0) != data.rows() || margin.size(1) != data.outputs())) {
      throw new IllegalArgumentException(
          name
              + ": the margin must have shape ["
              + data.rows()
              + ", "
              + data.outputs()
              + "], found "
              + Arrays.toString(margin.shape()));
    }
    if (stopping != null && !snapshots.isEmpty()) {
      throw new IllegalArgumentException(
          name
              + ": snapshots after epochs "
              + snapshots
              + " are of a fit that makes all its epochs; leave them out, or early stopping");
    }
    margin = margin == null ? null : margin.dup();
  }

  /**
   * A fit without snapshots of a network that sees all columns, whose folds are not repeated.
   *
   * @param name who it is, for events and errors
   * @param fold 1-based, or 0 for all rows
   * @param folds how many folds there are, or 0
   * @param configuration copied, and given the seed
   * @param settings how it is fitted
   * @param data the rows it learns from
   * @param margin {@code [rows, outputs]}, copied, or null
   * @param seed of initialisation, shuffling and dropout
   */
  public FitTask(
      String name,
      int fold,
      int folds,
      MultiLayerConfiguration configuration,
      FitSettings settings,
      LabeledData data,
      @Nullable INDArray margin,
      long seed) {
    this(
        name,
        fold,
        folds,
        1,
        configuration,
        settings,
        data,
        margin,
        seed,
        List.of(),
        List.of(),
        null,
        false,
        false,
        null);
  }

  /**
   * {@return the same fit, which answers for these rows once it is done}
   *
   * @param heldOut rows of the same features, of which it learns nothing
   */
  public FitTask answering(LabeledData heldOut) {
    return with(data, margin, stopping, heldOut);
  }

  /**
   * {@return the same fit with early stopping, or without}
   *
   * @param stopping how it stops, or null
   */
  public FitTask withEarlyStopping(@Nullable EarlyStopping stopping) {
    return with(data, margin, stopping, heldOut);
  }

  /**
   * What early stopping holds back is fold 1; it depends on the seed and the rows' ids.
   *
   * @throws IllegalArgumentException if fewer than 2 rows would be on a side, or a class, or all
   *     groups of one, on one side only
   */
  Folds heldBack(EarlyStopping stopping) {
    Folds folds = Folds.holdout(data, stopping.share(), Seeds.of(seed, "early stopping", 0));
    int heldBack = folds.heldOut(1).length;
    if (heldBack < 2 || data.rows() - heldBack < 2) {
      throw new IllegalArgumentException(
          "early stopping with a share of "
              + stopping.share()
              + " holds back "
              + heldBack
              + " of "
              + data.rows()
              + " rows, but both sides need at least 2; use another share, or none");
    }
    return folds;
  }

  /** The same fit on some of its rows, all of which it learns from. */
  FitTask on(int[] rows) {
    @Nullable INDArray own = margin == null ? null : Nd4j.pullRows(margin, 1, rows);
    return with(data.select(rows), own, null, null);
  }

  private FitTask with(
      LabeledData rows,
      @Nullable INDArray itsMargin,
      @Nullable EarlyStopping itsStopping,
      @Nullable LabeledData asked) {
    return new FitTask(
        name,
        fold,
        folds,
        repeats,
        configuration,
        settings,
        rows,
        itsMargin,
        seed,
        columns,
        snapshots,
        itsStopping,
        cyclic,
        meta,
        asked);
  }

  /**
   * The same fit with targets and margin in standard deviations of the targets from their mean:
   * what its network learns is to be stretched back.
   */
  FitTask standardised(Standardisation scale) {
    int outputs = data.outputs();
    float[] values = new float[data.rows() * outputs];
    data.targets(IntStream.range(0, data.rows()).toArray(), values);
    float[] scaled = scale.apply(values);
    float[][] targets = new float[data.rows()][];
    Arrays.setAll(targets, row -> Arrays.copyOfRange(scaled, row * outputs, (row + 1) * outputs));
    INDArray scaledMargin =
        margin == null
            ? null
            : Nd4j.createFromArray(scale.apply(margin.dup('c').data().asFloat()))
                .reshape(data.rows(), outputs);
    return with(data.withTargets(targets), scaledMargin, stopping, null);
  }

  /**
   * {@return the SHA-256 of everything that decides the fitted parameters, in lower-case
   * hexadecimal: equal for equal fits, however many folds there are beside its own}
   */
  public String digest() {
    Sha256 sha =
        new Sha256()
            .put(name)
            .put(fold)
            .put(configuration.toJson())
            .put(
                settings.withTimeout(Duration.ZERO).toString()) // how long it may take decides none
            .put(data.digest())
            .put(seed)
            .put(columns.toString())
            .put(snapshots.toString())
            .put(String.valueOf(stopping))
            .put(String.valueOf(cyclic));
    if (margin != null) {
      float[] values = margin.dup('c').data().asFloat();
      sha.put(values.length).putFloats(values, values.length);
    }
    return sha.hex();
  }

  /** {@return a copy of the configuration} */
  @Override
  public MultiLayerConfiguration configuration() {
    return configuration.clone();
  }

  /** The rows with the columns the network sees. */
  LabeledData inputs() {
    return columns.isEmpty()
        ? data
        : data.withColumns(columns.stream().mapToInt(Integer::intValue).toArray());
  }

  /** The rows' weights, scaled to a mean of 1, or null if the rows have none. */
  float @Nullable [] rowWeights() {
    if (!data.isWeighted()) {
      return null;
    }
    double[] weights = data.relativeWeights();
    float[] scaled = new float[weights.length];
    for (int row = 0; row < scaled.length; row++) {
      scaled[row] = (float) weights[row];
    }
    return scaled;
  }

  /**
   * {@return which fit this is, in words: {@code member 'wide-1', fold 2 of 5}, or {@code member
   * 'wide-1', repeat 2, fold 3 of 5}}
   */
  public String describe() {
    // A meta network is judged on folds of its own, which are not those of the members.
    return meta && fold > 0
        ? name + ", cross validation " + fold + " of " + folds
        : describe(name, fold, folds, repeats);
  }

  /**
   * {@return what is fitted without a fold, or on all rows, in words: as {@link #describe()} has
   * it}
   *
   * @param name what is fitted, in words
   * @param fold 1-based and numbered on through repeats, or 0 for all rows
   * @param folds how many folds each repeat has
   * @param repeats how many repeats there are, 1 where the folds are not repeated
   */
  public static String describe(String name, int fold, int folds, int repeats) {
    if (fold == 0) {
      return name + ", all rows";
    }
    String repeat = repeats > 1 ? ", repeat " + ((fold - 1) / folds + 1) : "";
    return name + repeat + ", fold " + ((fold - 1) % folds + 1) + " of " + folds;
  }

  /**
   * {@return the same fit as a part of something larger, which its name begins with: {@code stack
   * 'inner', fold 1 of 3: member 'wide-1'}}
   *
   * @param whole what it is a part of, in words
   */
  public FitTask within(String whole) {
    return new FitTask(
        whole + ": " + name,
        fold,
        folds,
        repeats,
        configuration,
        settings,
        data,
        margin,
        seed,
        columns,
        snapshots,
        stopping,
        cyclic,
        meta,
        heldOut);
  }
}
