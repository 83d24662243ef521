package org.stacking4j.experiment;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.stacking4j.StackingConfig;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.TrainTest;
import org.stacking4j.fused.FusedNetwork;
import org.stacking4j.network.Member;
import org.stacking4j.network.NativeThreads;
import org.stacking4j.train.Effort;

/**
 * What a run will take, said before it begins. Meta networks are not counted: next to their members
 * they are small. Immutable.
 *
 * @param fits of members
 * @param bytes of memory: the rows, what the running fits hold, and the fitted networks
 * @param seconds of wall time, about
 */
public record Plan(int fits, long bytes, double seconds) {

  static Plan of(Map<String, StackingConfig> stacks, TrainTest data, int threads) {
    LabeledData train = data.train();
    int fits = 0;
    double operations = 0;
    long largest = 0;
    long networks = 0;
    boolean bases = true; // fitted on all rows, once for all stacks
    for (StackingConfig stack : stacks.values()) {
      Folds folds = stack.strategy().folds(train, stack.seed());
      long rowsOfAllFits = bases ? train.rows() : 0;
      for (int fold = 1; fold <= folds.count(); fold++) {
        rowsOfAllFits += folds.training(fold).length;
      }
      for (Member member : stack.members()) {
        Effort whole = Effort.of(member.configuration(), member.settings(), train.rows());
        if (member.network() != null) {
          networks += whole.parameters() * Float.BYTES;
          continue;
        }
        fits += folds.count() + (bases ? 1 : 0);
        operations += whole.operations() * member.rows().distinct() * rowsOfAllFits / train.rows();
        largest = Math.max(largest, whole.bytes());
        networks +=
            (folds.count() + 1L) * (1 + member.snapshots()) * whole.parameters() * Float.BYTES;
      }
      bases = false;
    }
    NativeThreads.useOne();
    double seconds =
        operations / FusedNetwork.operationsPerSecond() / Math.min(threads, Math.max(1, fits));
    long rows = bytes(train) + bytes(data.test());
    return new Plan(fits, rows + Math.min(threads, fits) * largest + networks, seconds);
  }

  private static long bytes(LabeledData rows) {
    return (long) rows.rows() * rows.columns() * Float.BYTES;
  }

  /** In words: {@code 18 fits, about 40 s and 120 MB of memory beside the Java machine's own}. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%d fits of base networks: about %s, %s for rows and networks",
        fits,
        time(seconds),
        memory(bytes));
  }

  private static String time(double seconds) {
    List<String> units = List.of("s", "min", "h");
    int unit = 0;
    double value = Math.max(1, seconds);
    while (value >= 90 && unit < 2) {
      value /= 60;
      unit++;
    }
    return String.format(Locale.ROOT, "%.0f %s", value, units.get(unit));
  }

  private static String memory(long bytes) {
    return bytes < 10_000_000_000L
        ? String.format(Locale.ROOT, "%d MB", Math.max(1, bytes / 1_000_000))
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
