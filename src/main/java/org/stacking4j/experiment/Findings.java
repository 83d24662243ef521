package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stacking4j.Contribution;
import org.stacking4j.evaluate.Comparison;
import org.stacking4j.evaluate.Confusion;
import org.stacking4j.evaluate.Diversity;
import org.stacking4j.evaluate.Flip;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.evaluate.Reliability;

/**
 * What a run found out on the test rows. Immutable.
 *
 * @param leaderboard everything that was judged
 * @param diversity how differently the base networks err
 * @param confusion which classes the last stack takes for which
 * @param comparisons of the last stack, each time the first, with the averages that its verdict
 *     considers, by their names on the leaderboard
 * @param reliability how sure each on the leaderboard is, and how often right then, by its name
 * @param strongest the name of the strongest of these averages
 * @param flips the rows that exactly one of the last stack, each time the first, and the strongest
 *     of these averages has right, in the order of the test rows
 * @param contributions of the last stack's members, each found by leaving it out
 * @param verdict one sentence on the last stack: whether it beats the strongest of these averages
 */
public record Findings(
    Leaderboard leaderboard,
    Diversity diversity,
    Confusion confusion,
    Map<String, Comparison> comparisons,
    Map<String, Reliability> reliability,
    String strongest,
    List<Flip> flips,
    List<Contribution> contributions,
    String verdict)
    implements Outcome {

  /**
   * Copies, in their order.
   *
   * @param leaderboard everything that was judged
   * @param diversity how differently the base networks err
   * @param confusion which classes the last stack takes for which
   * @param comparisons of the last stack with the averages, by their names
   * @param reliability of each on the leaderboard, by its name
   * @param strongest the name of the strongest of these averages
   * @param flips rows that only the last stack or only that average has right
   * @param contributions of the last stack's members
   * @param verdict one sentence on the last stack
   */
  public Findings {
    contributions = List.copyOf(contributions);
    flips = List.copyOf(flips);
    reliability = Collections.unmodifiableMap(new LinkedHashMap<>(reliability));
    comparisons = Collections.unmodifiableMap(new LinkedHashMap<>(comparisons));
  }

  @Override
  public String board() {
    return leaderboard.toText();
  }

  @Override
  public void writeBoard(Path file) throws IOException {
    leaderboard.writeCsv(file);
  }
}
