package org.stacking4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.meta.StackMember;
import org.stacking4j.train.FitException;
import org.stacking4j.train.FitOutcome;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.RememberedFits;

/**
 * A member that is an ensemble of its own, fitted. For each fold of the outer ensemble a whole fit
 * is done on the rows outside of it, with inner folds of its own.
 *
 * <p>One split into folds for both levels would leak. The level-2 network that answers for a row is
 * fitted on level-1 features of other rows, and those come from level-1 networks that saw the row,
 * and so know its label.
 *
 * @param name of the member
 * @param ensembles of the outer folds, the one of fold f at f − 1
 * @param refit the one of all rows, or null for none
 */
record InnerStack(String name, List<StackingEnsemble> ensembles, @Nullable StackingEnsemble refit)
    implements StackMember {
  private static final Logger LOG = LoggerFactory.getLogger(InnerStack.class);

  InnerStack {
    ensembles = List.copyOf(ensembles);
  }

  /**
   * Fits one without each fold, and on all rows if asked for. A member that drops out of one of the
   * ensembles leaves all of them, so that what answers is the same for each fold.
   *
   * @param stack what to fit
   * @param data the training rows of the outer ensemble
   * @param folds of the outer ensemble
   * @param refit whether to fit one on all rows too
   * @param seed of the outer ensemble
   * @param runner where the fits run
   * @param dropped where its members go that drop out
   */
  static InnerStack fit(
      StackingConfig.Stack stack,
      LabeledData data,
      Folds folds,
      boolean refit,
      long seed,
      FitRunner runner,
      List<DroppedMember> dropped) {
    boolean repeats = stack.config().onFailure() == OnFailure.DROP_OUT;
    FitRunner once = repeats ? new RememberedFits(runner) : runner;
    StackingConfig.Stack rest = stack;
    while (true) {
      List<StackingEnsemble> fitted = new ArrayList<>();
      List<DroppedMember> now = new ArrayList<>();
      for (int fold = refit ? 0 : 1; fold <= folds.count() && now.isEmpty(); fold++) {
        StackingEnsemble ensemble = fit(rest, data, folds, fold, seed, once);
        fitted.add(ensemble);
        now.addAll(ensemble.dropped());
      }
      if (now.isEmpty()) {
        return new InnerStack(
            stack.name(),
            fitted.subList(refit ? 1 : 0, fitted.size()),
            refit ? fitted.get(0) : null);
      }
      now.forEach(member -> dropped.add(member.within(stack.name())));
      // What was fitted of the others is remembered.
      StackingConfig.Builder others = rest.config().toBuilder();
      now.forEach(member -> others.without(member.member()));
      rest = new StackingConfig.Stack(stack.name(), others.build());
    }
  }

  private static StackingEnsemble fit(
      StackingConfig.Stack stack,
      LabeledData data,
      Folds folds,
      int fold,
      long seed,
      FitRunner runner) {
    String whole = stack.describe(fold, folds);
    LOG.info("{}: an ensemble of its own", whole);
    LabeledData training = fold == 0 ? data : data.select(folds.training(fold));
    try {
      return StackingEnsemble.fit(stack.config(seed, fold), training, new Within(whole, runner));
    } catch (FitException e) {
      // Fits have been named by all that they are a part of; what is made of them has not.
      throw e.fit().contains(whole) ? e : new FitException(whole + ": " + e.fit(), e.reason(), e);
    }
  }

  /** Names fits by what they are a part of. */
  private record Within(String whole, FitRunner runner) implements FitRunner {
    @Override
    public List<FitResult> run(List<FitTask> tasks) {
      return runner.run(named(tasks));
    }

    @Override
    public List<FitOutcome> attempt(List<FitTask> tasks) {
      return runner.attempt(named(tasks));
    }

    private List<FitTask> named(List<FitTask> tasks) {
      return tasks.stream().map(task -> task.within(whole)).toList();
    }
  }

  /** All its ensembles. */
  List<StackingEnsemble> all() {
    return refit == null ? ensembles : Stream.concat(Stream.of(refit), ensembles.stream()).toList();
  }

  @Override
  public int folds() {
    return ensembles.size();
  }

  @Override
  public boolean hasRefit() {
    return refit != null;
  }

  @Override
  public int outputs() {
    return all().get(0).outputNames().size();
  }

  /** The ensemble of a fold, 1-based, or the one of all rows for 0. */
  StackingEnsemble ensemble(int fold) {
    return fold > 0 ? ensembles.get(fold - 1) : Objects.requireNonNull(refit);
  }

  @Override
  public INDArray logits(int fold, INDArray features) {
    return ensemble(fold).combined(features);
  }

  @Override
  public double seconds() {
    return all().stream().mapToDouble(StackingEnsemble::seconds).sum();
  }
}
