package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stacking4j.RegressionContribution;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.evaluate.RegressionLeaderboard;

/**
 * What a run on targets found out on the test rows. Immutable.
 *
 * @param leaderboard everything that was judged
 * @param comparisons the last stack's R² less that of the averages that its verdict considers, by
 *     their names on the leaderboard
 * @param contributions of the last stack's members, each found by leaving it out
 * @param answers what the last stack says of test rows, evenly spread over all of them
 * @param verdict one sentence on the last stack: whether it beats the strongest of these averages
 */
public record RegressionFindings(
    RegressionLeaderboard leaderboard,
    Map<String, LossDifference> comparisons,
    List<RegressionContribution> contributions,
    List<Answer> answers,
    String verdict)
    implements Outcome {

  /**
   * A target of a row.
   *
   * @param target its name
   * @param right its value
   * @param predicted what the stack says
   */
  public record Answer(String target, float right, float predicted) {}

  /**
   * Copies, in their order.
   *
   * @param leaderboard everything that was judged
   * @param comparisons of the last stack with the averages, by their names
   * @param contributions of the last stack's members
   * @param answers what the last stack says of some of the test rows
   * @param verdict one sentence on the last stack
   */
  public RegressionFindings {
    contributions = List.copyOf(contributions);
    answers = List.copyOf(answers);
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
