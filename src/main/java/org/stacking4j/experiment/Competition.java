package org.stacking4j.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.Contribution;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Comparison;
import org.stacking4j.evaluate.Diversity;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.evaluate.Reliability;
import org.stacking4j.evaluate.Verdict;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitRunner;

/**
 * Rivals that tell classes apart; the strongest average is the one with the higher accuracy, or
 * with the lower log loss of equals. Votes are on the leaderboard only: the more rivals there are
 * to choose from, the more the best owes to luck.
 */
final class Competition extends Rivals<Evaluation, Findings> {
  private final long seed;
  private final int classes;
  private final Leaderboard.Builder board;
  private List<Contribution> contributions = List.of();

  /**
   * @param test the rows to judge by
   * @param seed of the comparisons' resamples
   */
  Competition(LabeledData test, long seed) {
    super(test, CombinerChoice.AVERAGE);
    this.seed = seed;
    this.classes = test.classes();
    this.board = Leaderboard.builder(CombinerChoice.AVERAGE, test.labels(), test.relativeWeights());
  }

  @Override
  Evaluation enter(String name, Combiner combiner, INDArray memberLogits, double seconds) {
    return board.enter(
        name, combiner.predict(memberLogits), combiner.probabilities(memberLogits), seconds);
  }

  @Override
  void enterVotes(INDArray memberLogits, double seconds) {
    enter("soft vote", Combiner.softVote(classes), memberLogits, seconds);
    enter("majority vote", Combiner.majorityVote(classes), memberLogits, seconds);
  }

  @Override
  Optional<String> differences() {
    return Optional.of(diversity().toString());
  }

  private Diversity diversity() {
    return board.diversity(members());
  }

  /** Leaves out each member in turn, too. */
  @Override
  List<String> enterAlternatives(
      StackingConfig config, StackingEnsemble stack, MetaFeatures answers, FitRunner runner) {
    super.enterAlternatives(config, stack, answers, runner);
    contributions = Contribution.of(config, stack, answers, runner);
    return contributions.stream().map(Contribution::toString).toList();
  }

  @Override
  Findings findings() {
    Leaderboard leaderboard = board.build();
    Map<String, Comparison> comparisons =
        comparisons(average -> board.compare(lastStack(), average, seed));
    List<String> names = leaderboard.rows().stream().map(Leaderboard.Row::name).toList();
    String strongest = strongest(names);
    Map<String, Reliability> reliability = new LinkedHashMap<>();
    names.forEach(name -> reliability.put(name, board.reliability(name)));
    return new Findings(
        leaderboard,
        diversity(),
        board.confusion(lastStack(), classes),
        comparisons,
        reliability,
        strongest,
        board.flips(lastStack(), strongest),
        contributions,
        verdict(
            strongest,
            comparisons.get(strongest),
            (comparison, how) -> Verdict.of(strongest, comparison, how)));
  }
}
