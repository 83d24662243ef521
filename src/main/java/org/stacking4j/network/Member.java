package org.stacking4j.network;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.NoOp;
import org.stacking4j.data.RowSample;

/**
 * One base network of an ensemble: its name, architecture and settings, still to be fitted, or a
 * network that comes fitted. Immutable; the configuration is copied on the way in and on the way
 * out, because networks that share one race with each other.
 *
 * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit; names the
 *     member's columns, seeds and errors
 * @param configuration a network that ends in a softmax {@code OutputLayer} with cross-entropy
 *     ({@code LossFunction.MCXENT}) for classes, or in one of identity with squared error ({@code
 *     LossFunction.MSE}) for targets
 * @param settings how it is fitted
 * @param columns which feature columns it sees, 0-based, in the order of its inputs; empty for all
 * @param rows which of the rows it may see each of its fits learns from, drawn anew for each
 * @param snapshots how many networks of each fit are members too, beside the last, see {@link
 *     #withSnapshots}
 * @param cyclic whether the learning rate falls to almost 0 before each of them and the last, see
 *     {@link #withCyclicSnapshots}
 * @param seed from which, with the name and the fold, the seeds of its fits come; null for the
 *     ensemble's
 * @param network for a member that comes fitted, the network that answers everywhere, see {@link
 *     #prefit}; else null
 */
public record Member(
    String name,
    MultiLayerConfiguration configuration,
    FitSettings settings,
    List<Integer> columns,
    RowSample rows,
    int snapshots,
    boolean cyclic,
    @Nullable Long seed,
    @Nullable TrainedNetwork network) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

  /**
   * Copies and checks what makes a member.
   *
   * @param name letters, digits, {@code -} and {@code _}
   * @param configuration copied; ends in softmax with cross-entropy or identity with squared error
   * @param settings how it is fitted
   * @param columns 0-based, each once; empty for all
   * @param rows which part of the rows a fit learns from
   * @param snapshots 0 or more, fewer than the epochs
   * @param cyclic whether the learning rate goes in cycles
   * @param seed of its fits, or null for the ensemble's
   * @param network that answers as it is, or null for one to fit
   * @throws IllegalArgumentException if the name is malformed, the configuration cannot be a
   *     member, with the layer and the mend, a column is negative or there twice, there are not
   *     fewer snapshots than epochs, a learning rate is to go in cycles that an updater does not
   *     have, or a member that comes fitted is to learn from a sample
   */
  public Member {
    checkName(name);
    configuration = configuration.clone();
    NetworkCheck.check("member '" + name + "'", configuration);
    columns = NetworkCheck.columns("member '" + name + "'", columns);
    if (snapshots < 0 || (snapshots > 0 && snapshots >= settings.epochs())) {
      throw new IllegalArgumentException(
          "member '"
              + name
              + "': snapshots must be >= 0 and fewer than its "
              + settings.epochs()
              + " epochs, found "
              + snapshots);
    }
    if (cyclic) {
      checkRates(name, configuration);
    }
    if (network != null && !rows.equals(RowSample.ALL)) {
      throw new IllegalArgumentException(
          "member '" + name + "' comes fitted and learns from no rows; leave the row sample out");
    }
  }

  /**
   * Checks the name of a member.
   *
   * @param name the name to check
   * @throws IllegalArgumentException if it has anything but letters, digits, {@code -} and {@code
   *     _}, or does not begin with a letter or digit
   */
  public static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "member name '"
              + name
              + "' is malformed: use letters, digits, '-' and '_', beginning with a letter or"
              + " digit");
    }
  }

  /**
   * A member that sees all columns and rows and is fitted by these settings and the ensemble's
   * seed.
   *
   * @param name as the constructor of all takes it
   * @param configuration copied
   * @param settings how it is fitted
   * @throws IllegalArgumentException as the constructor of all does
   */
  public Member(String name, MultiLayerConfiguration configuration, FitSettings settings) {
    this(name, configuration, settings, List.of(), RowSample.ALL, 0, false, null, null);
  }

  /**
   * {@return a member with {@link FitSettings#defaults()}}
   *
   * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit
   * @param configuration copied; of a network that can be a member
   */
  public static Member of(String name, MultiLayerConfiguration configuration) {
    return new Member(name, configuration, FitSettings.defaults());
  }

  /**
   * {@return a member that comes fitted} It is never fitted again: it answers as it is for every
   * row, in every fold.
   *
   * <p><b>Leaks if it has seen the training rows.</b> Its answers for them are then over-confident,
   * and the meta learner takes that for evidence; nothing here can notice. Give it only if it was
   * fitted on other rows.
   *
   * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit
   * @param network fitted on rows with the same columns, or those of {@link
   *     TrainedNetwork#columns}; its outputs must be the classes of the training rows in their
   *     order
   */
  public static Member prefit(String name, TrainedNetwork network) {
    return new Member(
        name,
        network.configuration(),
        FitSettings.defaults().withEpochs(0),
        network.columns(),
        RowSample.ALL,
        0,
        false,
        null,
        network);
  }

  /**
   * {@return a member that comes fitted; later changes to the network do not matter}
   *
   * @param name letters, digits, {@code -} and {@code _}, beginning with a letter or digit
   * @param network copied; fitted on rows with the same columns
   * @see #prefit(String, TrainedNetwork)
   */
  public static Member prefit(String name, MultiLayerNetwork network) {
    return prefit(name, TrainedNetwork.of(network));
  }

  /**
   * {@return this member in front of some of the feature columns; its configuration must have as
   * many inputs}
   *
   * @param columns 0-based, in the order of its inputs
   * @throws IllegalArgumentException if one is negative or there twice
   */
  public Member withColumns(int... columns) {
    List<Integer> own = IntStream.of(columns).boxed().toList();
    return new Member(name, configuration, settings, own, rows, snapshots, cyclic, seed, network);
  }

  /**
   * {@return this member, each fit of which learns from a part of the rows it may see, drawn
   * without replacement}
   *
   * @param fraction above 0 and at most 1
   * @throws IllegalArgumentException if the fraction is out of its range
   */
  public Member withRowSample(double fraction) {
    return withRows(new RowSample(fraction, false));
  }

  /**
   * {@return this member, each fit of which learns from as many draws with replacement as it may
   * see rows (Breiman 1996, bagging): of 63 % of them, by weights}
   */
  public Member withBagging() {
    return withRows(new RowSample(1, true));
  }

  /**
   * {@return this member, each fit of which learns from such a sample of the rows it may see}
   *
   * @param rows which part, drawn anew for each fit
   */
  public Member withRows(RowSample rows) {
    return new Member(
        name, configuration, settings, columns, rows, snapshots, cyclic, seed, network);
  }

  /**
   * {@return this member, and beside it the networks its fits pass through, at evenly spaced ends
   * of epochs: with 10 epochs and 4 snapshots, those after 2, 4, 6 and 8} Each is a member of its
   * own in tables, votes and files, named {@code NAME-epoch-2}, and costs no fit. The training is
   * the one it would be without.
   *
   * @param snapshots 0 or more, fewer than epochs
   * @throws IllegalArgumentException if it is out of its range
   */
  public Member withSnapshots(int snapshots) {
    return new Member(
        name, configuration, settings, columns, rows, snapshots, false, seed, network);
  }

  /**
   * {@return this member, whose fits go through so many cycles, each of which leaves a network that
   * is a member (Huang et al. 2017, snapshot ensembles): the last one under the member's name, the
   * others as {@link #withSnapshots} names them} In each cycle the learning rate starts as the
   * configuration's and falls by the cosine to almost 0, step by step; then it is back at the
   * start, which throws the network out of where it has come to rest.
   *
   * @param cycles 1 or more, at most as many as epochs; the epochs are spread evenly
   * @throws IllegalArgumentException if it is out of its range, or an updater has no learning rate
   */
  public Member withCyclicSnapshots(int cycles) {
    if (cycles < 1 || cycles > settings.epochs()) {
      throw new IllegalArgumentException(
          "member '"
              + name
              + "': cycles must be >= 1 and at most its "
              + settings.epochs()
              + " epochs, found "
              + cycles);
    }
    return new Member(
        name, configuration, settings, columns, rows, cycles - 1, true, seed, network);
  }

  private static void checkRates(String name, MultiLayerConfiguration configuration) {
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      if (configuration.getConf(i).getLayer() instanceof BaseLayer layer
          && layer.getIUpdater() != null
          && !layer.getIUpdater().hasLearningRate()
          && !(layer.getIUpdater() instanceof NoOp)) {
        throw new IllegalArgumentException(
            "member '"
                + name
                + "': layer "
                + i
                + " has updater "
                + layer.getIUpdater().getClass().getSimpleName()
                + ", which has no learning rate to go in cycles; use Adam, Nesterovs or Sgd, or"
                + " withSnapshots");
      }
    }
  }

  /** {@return after which epochs its snapshots are taken, 1-based and ascending} */
  public List<Integer> snapshotEpochs() {
    return IntStream.rangeClosed(1, snapshots)
        .mapToObj(i -> (int) ((long) i * settings.epochs() / (snapshots + 1)))
        .toList();
  }

  /** {@return its name, and behind it those of its snapshots: the members that come of it} */
  public List<String> names() {
    return Stream.concat(
            Stream.of(name), snapshotEpochs().stream().map(epoch -> name + "-epoch-" + epoch))
        .toList();
  }

  /**
   * {@return this member with a seed of its own, whatever the ensemble's is}
   *
   * @param seed from which, with the name and the fold, the seeds of its fits come
   */
  public Member withSeed(long seed) {
    return new Member(
        name, configuration, settings, columns, rows, snapshots, cyclic, seed, network);
  }

  /** {@return a copy of the configuration} */
  @Override
  public MultiLayerConfiguration configuration() {
    return configuration.clone();
  }
}
