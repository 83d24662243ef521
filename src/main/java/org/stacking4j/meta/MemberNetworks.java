package org.stacking4j.meta;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.Chunks;
import org.stacking4j.network.Member;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.train.FitException;
import org.stacking4j.train.FitOutcome;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.HeldOutLogits;
import org.stacking4j.train.Seeds;

/**
 * The fitted networks of all members: those of each fold, those of all rows, or both. Behind the
 * members that are networks there may be some that are {@linkplain StackMember stacks}. Frozen and
 * safe to use from several threads.
 */
public final class MemberNetworks {
  private static final Logger LOG = LoggerFactory.getLogger(MemberNetworks.class);

  /** What a network of all rows counts beside fold networks; docs/stacking.md has numbers. */
  private static final int REFIT_WEIGHT = 2;

  private final List<String> names;
  private final List<List<FitResult>> folds;
  private final List<FitResult> refits;
  private final List<StackMember> stacks;
  private final List<DroppedMember> dropped;

  private MemberNetworks(
      List<String> names,
      List<List<FitResult>> folds,
      List<FitResult> refits,
      List<StackMember> stacks,
      List<DroppedMember> dropped) {
    this.names = List.copyOf(names);
    this.folds = folds.stream().map(List::copyOf).toList();
    this.refits = List.copyOf(refits);
    this.stacks = List.copyOf(stacks);
    this.dropped = List.copyOf(dropped);
  }

  /**
   * {@return no members yet: there must be some {@linkplain #withStacks stacks} before it is asked}
   */
  public static MemberNetworks none() {
    return new MemberNetworks(List.of(), List.of(), List.of(), List.of(), List.of());
  }

  /**
   * {@return networks that were fitted before, as members}
   *
   * @param names of the members
   * @param folds for each member its fold networks, all of the same number, possibly none
   * @param refits for each member its network of all rows, or empty for none
   * @throws IllegalArgumentException if the lists' lengths do not fit together
   */
  public static MemberNetworks of(
      List<String> names, List<List<FitResult>> folds, List<FitResult> refits) {
    boolean even = folds.stream().mapToInt(List::size).distinct().count() == 1;
    boolean some = !refits.isEmpty() || (even && !folds.get(0).isEmpty());
    if (names.isEmpty()
        || folds.size() != names.size()
        || !even
        || !some
        || (!refits.isEmpty() && refits.size() != names.size())) {
      throw new IllegalArgumentException(
          "member networks do not fit together: members "
              + names
              + ", fold networks "
              + folds.stream().map(List::size).toList()
              + ", refits "
              + refits.size());
    }
    return new MemberNetworks(names, folds, refits, List.of(), List.of());
  }

  /**
   * {@return the same networks, and behind them members that are stacks}
   *
   * @param added fitted without the same folds, and on all rows if the networks were
   * @throws IllegalArgumentException if two members have the same name, or stacks have other folds
   *     than the networks, or none, or other outputs
   */
  public MemberNetworks withStacks(List<? extends StackMember> added) {
    if (added.isEmpty()) {
      return this;
    }
    List<String> all = new ArrayList<>(names);
    added.forEach(stack -> all.add(stack.name()));
    List<StackMember> allStacks = new ArrayList<>(stacks);
    allStacks.addAll(added);
    int foldCount = folds.isEmpty() ? allStacks.get(0).folds() : folds.get(0).size();
    boolean refit = folds.isEmpty() ? allStacks.get(0).hasRefit() : !refits.isEmpty();
    int outputs = folds.isEmpty() ? allStacks.get(0).outputs() : classes();
    for (StackMember stack : allStacks) {
      if (stack.folds() != foldCount
          || stack.hasRefit() != refit
          || stack.outputs() != outputs
          || (foldCount == 0 && !refit)) {
        throw new IllegalArgumentException(
            "member '"
                + stack.name()
                + "' has ensembles of "
                + inWords(stack.folds(), stack.hasRefit(), stack.outputs())
                + ", the members need some of "
                + inWords(foldCount, refit, outputs));
      }
    }
    if (all.stream().distinct().count() < all.size()) {
      throw new IllegalArgumentException("member names must differ, found " + all);
    }
    return new MemberNetworks(all, folds, refits, allStacks, dropped);
  }

  /**
   * {@return the same networks, beside others that are no longer there}
   *
   * @param more the members that are no longer there
   */
  public MemberNetworks withDropped(List<DroppedMember> more) {
    List<DroppedMember> all = Stream.concat(dropped.stream(), more.stream()).toList();
    return new MemberNetworks(names, folds, refits, stacks, all);
  }

  private static String inWords(int folds, boolean refit, int outputs) {
    return folds + " folds" + (refit ? " and all rows" : "") + " with " + outputs + " outputs";
  }

  /**
   * Fits every member on all rows, and nothing else.
   *
   * @param members with names of their own
   * @param data the training rows
   * @param seed of the ensemble
   * @param runner where the fits run
   * @return the members' networks, none of them of a fold
   * @see #fit(List, LabeledData, Folds, boolean, long, OnFailure, FitRunner)
   */
  public static MemberNetworks fitOnAllRows(
      List<Member> members, LabeledData data, long seed, FitRunner runner) {
    return fit(members, data, Folds.none(data.rows()), true, seed, runner);
  }

  /**
   * Fits every member, and fails if one fails.
   *
   * @param members with names of their own
   * @param data the training rows
   * @param folds which rows to leave out of which fit; may have no folds
   * @param refit whether to fit each member on all rows too
   * @param seed of the ensemble
   * @param runner where the fits run
   * @return the members' networks
   * @see #fit(List, LabeledData, Folds, boolean, long, OnFailure, FitRunner)
   */
  public static MemberNetworks fit(
      List<Member> members,
      LabeledData data,
      Folds folds,
      boolean refit,
      long seed,
      FitRunner runner) {
    return fit(members, data, folds, refit, seed, OnFailure.STOP, runner);
  }

  /**
   * Fits every member without each fold, and on all rows if asked for; a member that learns from a
   * sample has one drawn for each fit, of the rows that fit may see, and one that comes fitted is
   * taken as it is for each of them. Snapshots are members behind the one they come from.
   *
   * @param members with names of their own; {@link #none} if there are none
   * @param data the training rows
   * @param folds which rows to leave out of which fit; may have no folds
   * @param refit whether to fit each member on all rows too
   * @param seed of the ensemble; the seeds of the fits come from it, or from the member's own, the
   *     member's name and the fold
   * @param onFailure whether a member of which a fit fails is left out of what comes back; if all
   *     are, it is like {@link #none}
   * @param runner where they run
   * @return the networks of the members that are left, snapshots among them
   * @throws org.stacking4j.train.FitException if a fit failed, unless members may drop out
   */
  public static MemberNetworks fit(
      List<Member> members,
      LabeledData data,
      Folds folds,
      boolean refit,
      long seed,
      OnFailure onFailure,
      FitRunner runner) {
    if (members.isEmpty()) {
      return none();
    }
    List<LabeledData> training = new ArrayList<>(); // by fold, 0 for all rows; shared by members
    training.add(data);
    List<@Nullable LabeledData> heldOut = new ArrayList<>(); // likewise
    heldOut.add(null);
    for (int fold = 1; fold <= folds.count(); fold++) {
      training.add(data.select(folds.training(fold)));
      heldOut.add(data.select(folds.heldOut(fold)));
    }
    List<FitTask> tasks = new ArrayList<>();
    for (Member member : members) {
      if (member.network() != null) {
        continue;
      }
      long ofMember = member.seed() == null ? seed : member.seed();
      for (int fold = refit ? 0 : 1; fold <= folds.count(); fold++) {
        long own = Seeds.of(ofMember, member.name(), fold);
        tasks.add(
            new FitTask(
                "member '" + member.name() + "'",
                fold,
                folds.count() / folds.repeats(),
                folds.repeats(),
                member.configuration(),
                member.settings(),
                member.rows().draw(training.get(fold), Seeds.of(own, "rows", 0)),
                null,
                own,
                member.columns(),
                member.snapshotEpochs(),
                null,
                member.cyclic(),
                false,
                heldOut.get(fold)));
      }
    }
    List<? extends FitOutcome> outcomes =
        onFailure == OnFailure.STOP ? runner.run(tasks) : runner.attempt(tasks);
    int each = folds.count() + (refit ? 1 : 0);
    int next = 0;
    List<String> names = new ArrayList<>();
    List<List<FitResult>> byFold = new ArrayList<>();
    List<FitResult> ofAllRows = new ArrayList<>();
    List<DroppedMember> dropped = new ArrayList<>();
    for (Member member : members) {
      List<? extends FitOutcome> own;
      if (member.network() == null) {
        own = outcomes.subList(next, next + each);
        next += each;
      } else {
        TrainedNetwork network = member.network().withColumns(member.columns());
        own = Collections.nCopies(each, FitResult.prefit(network));
      }
      List<FitResult> fits = new ArrayList<>();
      @Nullable FitException failure = null;
      for (FitOutcome outcome : own) {
        if (outcome instanceof FitResult fit) {
          fits.add(fit);
        } else if (failure == null) {
          failure = (FitException) outcome;
        }
      }
      if (failure != null) {
        DroppedMember gone = DroppedMember.of(member.name(), failure);
        LOG.warn("{}", gone);
        dropped.add(gone);
        continue;
      }
      names.addAll(member.names());
      for (int i = 0; i <= member.snapshots(); i++) {
        int snapshot = i - 1;
        List<FitResult> networks =
            fits.stream()
                .map(fit -> snapshot < 0 ? fit.withoutSnapshots() : fit.snapshots().get(snapshot))
                .toList();
        if (refit) {
          ofAllRows.add(networks.get(0));
        }
        byFold.add(networks.subList(refit ? 1 : 0, each));
      }
    }
    return (names.isEmpty() ? none() : of(names, byFold, ofAllRows)).withDropped(dropped);
  }

  /** {@return the members' names, in order, those of stacks last} */
  public List<String> names() {
    return names;
  }

  /**
   * {@return the fold networks of a member, by its position; fold f is at f − 1, all repeats in a
   * row} Empty for one that is a stack.
   *
   * @param member its position, from 0
   */
  public List<FitResult> folds(int member) {
    return isStack(member) ? List.of() : folds.get(member);
  }

  /**
   * {@return the networks of all rows, by member; empty where there are none} Stacks are not in it.
   */
  public List<FitResult> refits() {
    return refits;
  }

  /**
   * {@return the members that left because a fit failed; empty where they were read from a file}
   */
  public List<DroppedMember> dropped() {
    return dropped;
  }

  /** {@return how many members are networks: the first ones; the others are stacks} */
  public int networkCount() {
    return folds.size();
  }

  /**
   * {@return whether a member, by its position, is a stack and no network}
   *
   * @param member its position, from 0
   */
  public boolean isStack(int member) {
    return Objects.checkIndex(member, names.size()) >= folds.size();
  }

  /**
   * {@return how many folds there are, all repeats together; 0 where all networks are of all rows}
   */
  public int foldCount() {
    return folds.isEmpty() ? stacks.get(0).folds() : folds.get(0).size();
  }

  /** {@return whether there are networks of all rows} */
  public boolean hasRefit() {
    return folds.isEmpty() ? stacks.get(0).hasRefit() : !refits.isEmpty();
  }

  /**
   * {@return whether there are all networks that a prediction asks}
   *
   * @param prediction which networks are to answer
   */
  public boolean answer(Prediction prediction) {
    return !(prediction.asksRefit() && !hasRefit())
        && !(prediction.asksFolds() && foldCount() == 0);
  }

  /** {@return how many classes the members tell apart, or how many targets they predict} */
  public int classes() {
    return folds.isEmpty()
        ? stacks.get(0).outputs()
        : (refits.isEmpty() ? folds.get(0) : refits).get(0).network().classes();
  }

  /** {@return wall seconds of all its fits, added up} */
  public double seconds() {
    return Stream.concat(folds.stream().flatMap(List::stream), refits.stream())
            .mapToDouble(FitResult::seconds)
            .sum()
        + stacks.stream().mapToDouble(StackMember::seconds).sum();
  }

  /**
   * Logits of new rows.
   *
   * @param features {@code [rows, columns]}
   * @param prediction which networks answer
   * @return {@code [rows, members × classes]}, members in order
   * @throws IllegalStateException if there are no such networks
   */
  public INDArray logits(INDArray features, Prediction prediction) {
    return logits(features, prediction, member -> true);
  }

  /**
   * Logits of new rows by some of the members.
   *
   * @param features {@code [rows, columns]}
   * @param prediction which networks answer
   * @param needed the positions of the members that are asked, from 0
   * @return {@code [rows, members × classes]}, members in order, 0 for those that are not asked
   * @throws IllegalStateException if there are no such networks
   */
  public INDArray logits(INDArray features, Prediction prediction, IntPredicate needed) {
    return Chunks.collect(
        features.size(0),
        width(),
        (from, to) -> {
          INDArray rows = Chunks.rows(features, from, to);
          INDArray chunk = rows.castTo(DataType.FLOAT); // once for all networks; often the rows
          INDArray logits = logitsOfChunk(chunk, prediction, needed);
          if (chunk != rows) {
            chunk.close();
          }
          return logits;
        });
  }

  /**
   * Logits of the rows of a data set, with the bits that its features as a whole would give. Some
   * rows at a time are copied, for all networks together.
   *
   * @param data its labels do not matter
   * @param prediction which networks answer
   * @return {@code [rows, members × classes]}, members in order
   * @throws IllegalStateException if there are no such networks
   */
  public INDArray logits(LabeledData data, Prediction prediction) {
    return Chunks.collect(
        data.rows(),
        width(),
        (from, to) -> {
          INDArray chunk = data.features(from, to);
          INDArray logits = logitsOfChunk(chunk, prediction, member -> true);
          chunk.close();
          return logits;
        });
  }

  private INDArray logitsOfChunk(INDArray features, Prediction prediction, IntPredicate needed) {
    int classes = classes();
    INDArray all = Nd4j.create(DataType.FLOAT, new long[] {features.size(0), width()}, 'c');
    for (int m = 0; m < names.size(); m++) {
      if (!needed.test(m)) {
        continue;
      }
      List<UnaryOperator<INDArray>> networks = answering(m, prediction);
      INDArray sum = networks.get(0).apply(features);
      int weights = networks.size();
      if (prediction == Prediction.FOLDS_AND_REFIT) {
        sum.muli(REFIT_WEIGHT);
        weights += REFIT_WEIGHT - 1;
      }
      for (UnaryOperator<INDArray> other : networks.subList(1, networks.size())) {
        INDArray addend = other.apply(features);
        sum.addi(addend);
        addend.close();
      }
      all.get(NDArrayIndex.all(), NDArrayIndex.interval((long) m * classes, (m + 1L) * classes))
          .assign(sum.divi(weights));
      sum.close();
    }
    return all;
  }

  /**
   * {@return meta-features of labelled rows that no network has seen; their fold is 0}
   *
   * @param data the rows
   * @param prediction which networks answer
   */
  public MetaFeatures metaFeatures(LabeledData data, Prediction prediction) {
    INDArray logits = logits(data, prediction);
    MetaFeatures features = MetaFeatures.of(names, data, new int[data.rows()], logits);
    logits.close();
    return features;
  }

  /**
   * {@return meta-features to fit a meta network on} With folds, each row's logits come from the
   * networks of the fold it was held out in, or are the mean over the repeats of these, and rows
   * that were never held out are left out; without, from the networks of all rows.
   *
   * @param data the rows the networks were fitted on
   * @param heldOut the folds they were fitted with
   */
  public MetaFeatures trainingMetaFeatures(LabeledData data, Folds heldOut) {
    if (heldOut.count() == 0) {
      return metaFeatures(data, Prediction.REFIT);
    }
    int[] rows = IntStream.range(0, data.rows()).filter(row -> heldOut.foldOf(row) > 0).toArray();
    int[] positionOf = new int[data.rows()];
    for (int i = 0; i < rows.length; i++) {
      positionOf[rows[i]] = i;
    }
    int width = width();
    int repeats = heldOut.repeats();
    float[][] sums = new float[rows.length][width];
    for (int fold = 1; fold <= heldOut.count(); fold++) {
      boolean first = fold <= heldOut.count() / repeats;
      int[] own = heldOut.heldOut(fold);
      List<Optional<HeldOutLogits>> known = heldOutLogits(fold, data.select(own).digest());
      boolean all = known.stream().allMatch(Optional::isPresent);
      for (int from = 0; from < own.length; from += Chunks.ROWS) {
        int[] chunk = Arrays.copyOfRange(own, from, Math.min(own.length, from + Chunks.ROWS));
        @Nullable INDArray features = all ? null : data.features(chunk); // once for all members
        int classes = width / names.size();
        for (int m = 0; m < names.size(); m++) {
          float[] values;
          if (known.get(m).isPresent() || features == null) {
            int end = (from + chunk.length) * classes;
            values = known.get(m).orElseThrow().values(from * classes, end);
          } else {
            INDArray logits = ofFold(m, fold, features);
            values = logits.data().asFloat();
            logits.close();
          }
          for (int i = 0; i < chunk.length; i++) {
            float[] row = sums[positionOf[chunk[i]]];
            for (int c = 0; c < classes; c++) {
              float value = values[i * classes + c];
              row[m * classes + c] = first ? value : row[m * classes + c] + value;
            }
          }
        }
        if (features != null) {
          features.close();
        }
      }
    }
    int[][] foldsOfRows = new int[repeats][];
    for (int repeat = 1; repeat <= repeats; repeat++) {
      int[] ofAll = heldOut.foldOfRows(repeat);
      foldsOfRows[repeat - 1] = IntStream.of(rows).map(row -> ofAll[row]).toArray();
    }
    return MetaFeatures.of(
        names,
        data.select(rows),
        foldsOfRows,
        (from, to, target) -> {
          for (int i = from; i < to; i++) {
            for (int j = 0; j < width; j++) {
              target[(i - from) * width + j] = sums[i][j] / repeats;
            }
          }
        });
  }

  /** For each member what its network has said of the rows already, where it was fitted. */
  private List<Optional<HeldOutLogits>> heldOutLogits(int fold, String digest) {
    return IntStream.range(0, names.size())
        .mapToObj(
            m ->
                isStack(m)
                    ? Optional.<HeldOutLogits>empty()
                    : Optional.ofNullable(folds.get(m).get(fold - 1).heldOut())
                        .filter(logits -> logits.areOf(digest)))
        .toList();
  }

  private int width() {
    return names.size() * classes();
  }

  private INDArray ofFold(int member, int fold, INDArray features) {
    return isStack(member)
        ? stacks.get(member - folds.size()).logits(fold, features)
        : folds.get(member).get(fold - 1).network().logits(features);
  }

  /** Those that answer, the one of all rows first. */
  private List<UnaryOperator<INDArray>> answering(int member, Prediction prediction) {
    if (!answer(prediction)) {
      throw new IllegalStateException(
          "member '" + names.get(member) + "' has no networks for prediction by " + prediction);
    }
    int first = prediction.asksRefit() ? 0 : 1;
    int last = prediction.asksFolds() ? foldCount() : 0;
    if (isStack(member)) {
      StackMember stack = stacks.get(member - folds.size());
      return IntStream.rangeClosed(first, last)
          .<UnaryOperator<INDArray>>mapToObj(fold -> rows -> stack.logits(fold, rows))
          .toList();
    }
    // One that came fitted is there for every fold, and asked once.
    return IntStream.rangeClosed(first, last)
        .mapToObj(fold -> fold == 0 ? refits.get(member) : folds.get(member).get(fold - 1))
        .map(FitResult::network)
        .distinct()
        .<UnaryOperator<INDArray>>map(network -> network::logits)
        .toList();
  }
}
