package org.stacking4j.experiment;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.stacking4j.StackingConfig;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Memory;
import org.stacking4j.data.TrainTest;
import org.stacking4j.fused.FusedNetwork;
import org.stacking4j.network.Member;
import org.stacking4j.network.NativeThreads;
import org.stacking4j.train.Effort;
import org.stacking4j.train.LocalFits;

/**
 * What a run will take, said before it begins. Meta networks are not counted: next to their members
 * they are small. Immutable.
 *
 * @param fits of members that are networks
 * @param inStacks how many of them are in members that are stacks
 * @param operations of all these fits together, as {@link Effort} counts them
 * @param bytes of memory: the rows, what the running fits hold, and the fitted networks
 * @param seconds of wall time, about
 * @param running of the bytes those that the running fits hold; most of them are in Java's heap
 * @param memory what there is
 * @param averages whether the members of what is saved are averaged, and nothing learns from them
 */
public record Plan(
    int fits,
    int inStacks,
    double operations,
    long bytes,
    double seconds,
    long running,
    Memory memory,
    boolean averages) {

  /**
   * @throws IllegalArgumentException if the rows alone are more than there is memory
   */
  static Plan of(Map<String, StackingConfig> stacks, TrainTest data, int threads, Memory memory) {
    LabeledData train = data.train();
    Sum sum = new Sum();
    int inStacks = 0;
    boolean first = true; // what is fitted on all rows is fitted once for all stacks
    for (StackingConfig stack : stacks.values()) {
      Folds folds = stack.folds(train);
      sum.addNetworks(stack, train, folds, first);
      int ofNetworks = sum.fits;
      sum.addStacks(stack, train, folds, first && stack.prediction().asksRefit());
      inStacks += sum.fits - ofNetworks;
      first = false;
      sum.averages = stack.averages();
    }
    return sum.plan(inStacks, data, threads, memory);
  }

  /** What an audit takes: each stack is fitted by itself, and again on permuted labels. */
  static Plan ofAudit(
      Map<String, StackingConfig> stacks, TrainTest data, int threads, Memory memory) {
    LabeledData train = data.train();
    Sum sum = new Sum();
    int inStacks = 0;
    for (StackingConfig stack : stacks.values()) {
      Folds folds = stack.folds(train);
      boolean refit = stack.prediction().asksRefit();
      int times = stack.averages() && folds.count() == 0 ? 1 : 2;
      for (int time = 1; time <= times; time++) {
        sum.addNetworks(stack, train, folds, refit);
        int ofNetworks = sum.fits;
        sum.addStacks(stack, train, folds, refit);
        inStacks += sum.fits - ofNetworks;
      }
      sum.averages = stack.averages();
    }
    return sum.plan(inStacks, data, threads, memory);
  }

  /** What all fits take together. */
  private static final class Sum {
    private int fits;
    private double operations;
    private long largest;
    private long networks;
    private boolean averages; // of the last stack

    Plan plan(int inStacks, TrainTest data, int threads, Memory memory) {
      long rows = Plan.bytes(data.train()) + Plan.bytes(data.test());
      memory.check("the training and test rows", rows);
      NativeThreads.useOne();
      double seconds =
          operations / FusedNetwork.operationsPerSecond() / Math.min(threads, Math.max(1, fits));
      long running = Math.min(LocalFits.underWay(threads), fits) * largest;
      return new Plan(
          fits,
          inStacks,
          operations,
          rows + running + networks,
          seconds,
          running,
          memory,
          averages);
    }

    void addNetworks(StackingConfig stack, LabeledData train, Folds folds, boolean onAllRows) {
      long rowsOfAllFits = onAllRows ? train.rows() : 0;
      for (int fold = 1; fold <= folds.count(); fold++) {
        rowsOfAllFits += folds.training(fold).length;
      }
      for (Member member : stack.members()) {
        Effort whole = Effort.of(member.configuration(), member.settings(), train.rows());
        if (member.network() != null) {
          networks += whole.parameters() * Float.BYTES;
          continue;
        }
        fits += folds.count() + (onAllRows ? 1 : 0);
        operations += whole.operations() * member.rows().distinct() * rowsOfAllFits / train.rows();
        largest = Math.max(largest, whole.bytes());
        networks +=
            (folds.count() + 1L) * (1 + member.snapshots()) * whole.parameters() * Float.BYTES;
      }
    }

    void addStacks(StackingConfig outer, LabeledData train, Folds folds, boolean onAllRows) {
      for (StackingConfig.Stack stack : outer.stacks()) {
        for (int fold = onAllRows ? 0 : 1; fold <= folds.count(); fold++) {
          LabeledData rows = fold == 0 ? train : train.select(folds.training(fold));
          StackingConfig inner = stack.config(outer.seed(), fold);
          Folds innerFolds = inner.folds(rows);
          boolean refit = inner.prediction().asksRefit();
          addNetworks(inner, rows, innerFolds, refit);
          addStacks(inner, rows, innerFolds, refit);
        }
      }
    }
  }

  /** The same plan where the fits are made by other processes, which have memory of their own. */
  Plan elsewhere() {
    return new Plan(fits, inStacks, operations, bytes - running, seconds, 0, memory, averages);
  }

  private static long bytes(LabeledData rows) {
    return (long) rows.rows() * rows.columns() * Float.BYTES;
  }

  /**
   * {@return it in words: {@code 18 fits of base networks: about 40 s, 120 MB for rows and
   * networks}, and where there are members that are stacks, how many of the fits are theirs}
   */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%d fits of base networks%s%s: about %s, %s for rows and networks",
        fits,
        inStacks == 0
            ? ""
            : String.format(
                Locale.ROOT, " (%d of them in stacks, which every fold has anew)", inStacks),
        averages ? ", whose average answers" : "",
        time(seconds),
        Memory.inWords(bytes));
  }

  /** {@return what will not do, and how to mend it; empty if there is memory enough} */
  public Optional<String> warning() {
    if (bytes > memory.process()) {
      return Optional.of(
          "warning: the run needs about "
              + Memory.inWords(bytes)
              + " of memory, but "
              + memory.limit()
              + ": use fewer threads, smaller networks or batches, or fewer rows"
              + memory.mend(bytes));
    }
    if (running > memory.heap()) {
      return Optional.of(
          "warning: the fits that run side by side hold about "
              + Memory.inWords(running)
              + ", most of it in Java's heap, which has "
              + Memory.inWords(memory.heap())
              + ": use fewer threads, smaller networks or batches, or give it more by -Xmx");
    }
    return Optional.empty();
  }

  /**
   * {@return about so many seconds, in words: {@code 40 s}, {@code 3 min}}
   *
   * @param seconds 0 or more; less than one counts as one
   */
  public static String time(double seconds) {
    List<String> units = List.of("s", "min", "h");
    int unit = 0;
    double value = Math.max(1, seconds);
    while (value >= 90 && unit < 2) {
      value /= 60;
      unit++;
    }
    return String.format(Locale.ROOT, "%.0f %s", value, units.get(unit));
  }
}
