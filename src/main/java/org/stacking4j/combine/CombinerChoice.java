package org.stacking4j.combine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.PairedDifference;
import org.stacking4j.evaluate.SquaredErrors;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.Seeds;

/**
 * Which combiner an ensemble uses, and why. Immutable.
 *
 * <p>Every learner is cross-validated on the meta-features: it learns from four fifths of the rows
 * and answers for the rest, five times. The logit average needs no learning and answers for the
 * same rows. The learner with the least log loss is chosen (the discrete Super Learner of van der
 * Laan, Polley, Hubbard 2007) and fitted on all rows. With <b>do no harm</b>, only learners count
 * whose log loss was lower than the average's and whose accuracy was not certainly lower. If there
 * is none, the average it is.
 *
 * <p>The comparison is unfair to learners that correct the average: they learn from fewer rows than
 * they will, and answer for single networks' logits, which are noisier than the mean of several. So
 * their log loss is taken as lower by an {@linkplain MetaLearner#allowance allowance}.
 *
 * <p>In a regression all that goes by the squared error, in units of the targets' variance; there
 * is no temperature and no accuracy.
 *
 * <p>Log losses are compared at each one's best temperature, which also goes into the combiner; so
 * a learner does not win by mending only how sure the average is.
 *
 * <p>The rows are split anew and not by the members' folds. All fold networks answer for a new row,
 * and the learner has learned from each of them, though not from that row. Split by the members'
 * folds, it would have to answer for networks that it has never heard.
 *
 * @param combiner what answers
 * @param label what it is, in words
 * @param evidence of the average, first, and of each learner; empty where a single learner was to
 *     be used whatever comes
 */
public record CombinerChoice(Combiner combiner, String label, List<Evidence> evidence) {
  /** The name of the rival that learns nothing. */
  public static final String AVERAGE = "logit average";

  /** Its name in a regression. */
  public static final String REGRESSION_AVERAGE = "average";

  private static final int FOLDS = 5;

  /**
   * How good a combiner was on rows it had not learned from. Rows count by their weights; in errors
   * and intervals a row of weight 2 is one observation, not two.
   *
   * @param label what it is, in words
   * @param accuracy 0 to 1; NaN in a regression
   * @param logLoss at its best temperature, in nats; in a regression the mean squared error, in
   *     units of the targets' variance, which is 1 − R²
   * @param accuracyGain its accuracy less the average's; 0 in a regression
   * @param lossGain the average's log loss, or squared error, less its own
   * @param lossGainError standard error of {@code lossGain}
   * @param allowance what is added to {@code lossGain} before it is compared, in nats
   */
  public record Evidence(
      String label,
      double accuracy,
      double logLoss,
      PairedDifference accuracyGain,
      double lossGain,
      double lossGainError,
      double allowance) {
    /** {@return whether it counts as better than the average} */
    public boolean convinces() {
      return gain() > 0 && accuracyGain.high() >= 0;
    }

    /** By how much it counts as better than the average, in nats. */
    double gain() {
      return lossGain + allowance;
    }

    /** {@return whether squared errors were compared} */
    public boolean ofRegression() {
      return Double.isNaN(accuracy);
    }

    /**
     * In words: {@code log loss 0.0851 (0.0098 ± 0.0020 below the average), accuracy 0.9743}, or
     * {@code squared error 0.4851 (0.0098 ± 0.0020 below the average) of the variance}; where only
     * its allowance makes it count, that is said.
     */
    @Override
    public String toString() {
      String comparison =
          label.equals(AVERAGE) || label.equals(REGRESSION_AVERAGE)
              ? ""
              : String.format(
                  Locale.ROOT,
                  " (%.4f ± %.4f %s the average%s)",
                  Math.abs(lossGain),
                  1.96 * lossGainError,
                  lossGain < 0 ? "above" : "below",
                  lossGain <= 0 && gain() > 0
                      ? String.format(
                          Locale.ROOT,
                          ", where up to %.4f counts as better because it learned from fewer rows here",
                          allowance)
                      : "");
      return ofRegression()
          ? String.format(Locale.ROOT, "squared error %.4f%s of the variance", logLoss, comparison)
          : String.format(
              Locale.ROOT, "log loss %.4f%s, accuracy %.4f", logLoss, comparison, accuracy);
    }
  }

  /**
   * Copies the evidence.
   *
   * @param combiner what answers
   * @param label what it is, in words
   * @param evidence of the average, first, and of each learner, or none
   */
  public CombinerChoice {
    evidence = List.copyOf(evidence);
  }

  /**
   * {@return the choice of the average, for which nothing is fitted and no evidence is asked}
   *
   * @param task what the members were fitted for
   * @param outputs how many classes they tell apart, or targets they predict
   */
  public static CombinerChoice average(Task task, int outputs) {
    return new CombinerChoice(
        Combiner.logitAverage(outputs),
        task == Task.REGRESSION ? REGRESSION_AVERAGE : AVERAGE,
        List.of());
  }

  /**
   * Chooses and fits. {@link Averaging} alone is never compared with anything.
   *
   * @param learners one or more
   * @param doNoHarm whether the average is used unless a learner was better; does nothing where the
   *     members saw the rows they answer for, because nothing can be found out there
   * @param features out-of-fold or held-out meta-features, or in-sample ones for a single learner
   * @param seed of the ensemble
   * @param runner where networks are fitted
   * @return the choice, its combiner fitted on all rows
   * @throws IllegalArgumentException if there is no learner, or several and in-sample features
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  public static CombinerChoice of(
      List<MetaLearner> learners,
      boolean doNoHarm,
      MetaFeatures features,
      long seed,
      FitRunner runner) {
    if (learners.isEmpty()) {
      throw new IllegalArgumentException("there is no meta learner to choose, give one or more");
    }
    if (learners.size() == 1 && learners.get(0) instanceof Averaging) {
      return average(features.task(), features.outputNames().size());
    }
    boolean inSample = Arrays.stream(features.folds()).allMatch(fold -> fold == 0);
    if (learners.size() > 1 && inSample) {
      throw new IllegalArgumentException(
          "in-sample meta-features cannot tell which of "
              + learners.size()
              + " meta learners is best; give one");
    }
    if (inSample || (learners.size() == 1 && !doNoHarm)) {
      MetaLearner only = learners.get(0);
      return new CombinerChoice(only.fit(features, seed, runner), only.label(), List.of());
    }
    return new Trial(features, folds(features, seed)).choose(learners, doNoHarm, seed, runner);
  }

  private static Folds folds(MetaFeatures features, long seed) {
    LabeledData table = features.toLabeledData();
    int rarest =
        table.task() == Task.REGRESSION
            ? table.rows()
            : Arrays.stream(table.classCounts()).filter(rows -> rows > 0).min().orElse(0);
    return rarest < 2
        ? Folds.none(table.rows())
        : Folds.stratified(table, Math.min(FOLDS, rarest), Seeds.of(seed, "meta learners", 0));
  }

  /** The cross validation. */
  private static final class Trial {
    private final MetaFeatures features;
    private final int outputs;
    private final int rows;
    private final int[] labels; // none in a regression
    private final @Nullable SquaredErrors errors; // in a regression
    private final double[] weights; // relative ones
    private final Folds folds;
    private final INDArray inputs; // logits, and behind them what is passed through
    private final Answers average;

    Trial(MetaFeatures features, Folds folds) {
      this.features = features;
      boolean regression = features.task() == Task.REGRESSION;
      this.outputs = features.outputNames().size();
      this.rows = features.rows();
      this.labels = regression ? new int[0] : features.labels();
      this.errors = regression ? SquaredErrors.of(features.toLabeledData()) : null;
      this.weights = features.toLabeledData().relativeWeights();
      this.folds = folds;
      this.inputs = features.inputs();
      INDArray memberLogits =
          features.passedThrough().isEmpty() ? inputs : columns(inputs, features.logitColumns());
      this.average =
          new Answers(
              regression ? REGRESSION_AVERAGE : AVERAGE,
              floats(Combiner.logitAverage(outputs).logits(memberLogits)));
    }

    /** What a combiner answered for rows it had not learned from. */
    private final class Answers {
      private final String label;
      private final int[] predicted;

      /** The best one, so that being less sure is no gain by itself. */
      private final double temperature;

      /** Of each row, at that temperature. */
      private final double[] losses;

      Answers(String label, float[] logits) {
        this.label = label;
        if (errors != null) {
          predicted = labels;
          temperature = 1;
          losses = errors.of(logits);
          return;
        }
        predicted =
            Nd4j.createFromArray(logits).reshape('c', rows, outputs).argMax(1).toIntVector();
        temperature = Tempered.temperature(logits, labels, weights);
        losses = Tempered.losses(logits, labels, 1 / temperature);
      }
    }

    CombinerChoice choose(
        List<MetaLearner> learners, boolean doNoHarm, long seed, FitRunner runner) {
      List<Answers> answers = new ArrayList<>();
      answers.add(average);
      if (folds.count() > 1) {
        answers.addAll(crossValidated(learners, seed, runner));
      }
      List<Evidence> evidence = new ArrayList<>();
      int best = doNoHarm ? 0 : Math.min(1, answers.size() - 1);
      for (int i = 0; i < answers.size(); i++) {
        Evidence found = evidence(answers.get(i), i == 0 ? null : learners.get(i - 1));
        evidence.add(found);
        boolean counts = i > 0 && (!doNoHarm || found.convinces());
        if (counts && found.gain() > evidence.get(best).gain()) {
          best = i;
        }
      }
      Combiner chosen =
          best == 0
              ? Combiner.logitAverage(outputs)
              : learners.get(best - 1).fit(features, seed, runner);
      Combiner tempered =
          errors == null ? new Tempered(chosen, answers.get(best).temperature) : chosen;
      inputs.close();
      return new CombinerChoice(tempered, evidence.get(best).label(), evidence);
    }

    /** Each learner's answers for all rows. */
    private List<Answers> crossValidated(List<MetaLearner> learners, long seed, FitRunner runner) {
      List<FitTask> tasks = new ArrayList<>();
      List<Integer> counts = new ArrayList<>();
      List<MetaFeatures> training = new ArrayList<>(); // by fold
      for (int fold = 1; fold <= folds.count(); fold++) {
        training.add(features.select(folds.training(fold)));
      }
      for (MetaLearner learner : learners) {
        for (int fold = 1; fold <= folds.count(); fold++) {
          List<FitTask> own = learner.tasks(training.get(fold - 1), fold, folds.count(), seed);
          counts.add(own.size());
          tasks.addAll(own);
        }
      }
      List<FitResult> fits = runner.run(tasks);
      List<Answers> answers = new ArrayList<>();
      int next = 0;
      for (int i = 0; i < learners.size(); i++) {
        float[] all = new float[rows * outputs];
        for (int fold = 1; fold <= folds.count(); fold++) {
          int count = counts.get(i * folds.count() + fold - 1);
          Combiner learned =
              learners.get(i).learn(training.get(fold - 1), fits.subList(next, next + count));
          next += count;
          put(learned, folds.heldOut(fold), all);
        }
        answers.add(new Answers(learners.get(i).label(), all));
      }
      return answers;
    }

    private void put(Combiner combiner, int[] heldOut, float[] all) {
      INDArray rows = Nd4j.pullRows(inputs, 1, heldOut);
      boolean whole = combiner.features() > 0 || features.passedThrough().isEmpty();
      float[] logits =
          floats(combiner.logits(whole ? rows : columns(rows, features.logitColumns())));
      for (int i = 0; i < heldOut.length; i++) {
        System.arraycopy(logits, i * outputs, all, heldOut[i] * outputs, outputs);
      }
    }

    /** The first columns, a view. */
    private static INDArray columns(INDArray inputs, int count) {
      return inputs.get(NDArrayIndex.all(), NDArrayIndex.interval(0, count));
    }

    private Evidence evidence(Answers own, @Nullable MetaLearner learner) {
      // How far it is underrated was measured on classes alone.
      double allowance = learner == null || errors != null ? 0 : learner.allowance();
      double total = 0;
      double sum = 0;
      double totalSquares = 0; // of weights
      double sumBySquares = 0;
      double squares = 0;
      for (int row = 0; row < rows; row++) {
        double gain = average.losses[row] - own.losses[row];
        double weight = weights[row];
        total += weight;
        sum += weight * gain;
        totalSquares += weight * weight;
        sumBySquares += weight * weight * gain;
        squares += weight * weight * gain * gain;
      }
      double mean = sum / total;
      // Of Σ w (gain - mean) / Σ w the variance is Σ w² (gain - mean)² / (Σ w)².
      double centre = sumBySquares / totalSquares;
      double variance =
          Math.max(0, squares / totalSquares - centre * centre) + (centre - mean) * (centre - mean);
      double effectiveRows = total * total / totalSquares;
      return new Evidence(
          own.label,
          errors == null ? Evaluation.accuracy(own.predicted, labels, weights) : Double.NaN,
          mean(own.losses),
          errors == null
              ? PairedDifference.of(own.predicted, average.predicted, labels, weights)
              : new PairedDifference(0, 0, 0),
          mean,
          Math.sqrt(variance / Math.max(1, effectiveRows - 1)),
          allowance * mean(average.losses));
    }

    private double mean(double[] losses) {
      return IntStream.range(0, rows).mapToDouble(row -> weights[row] * losses[row]).sum()
          / Arrays.stream(weights).sum();
    }

    private static float[] floats(INDArray logits) {
      return logits.dup('c').data().asFloat();
    }
  }
}
