package org.stacking4j.cli;

import java.util.Iterator;
import java.util.List;

/** The words that options take, for the shell to complete. */
final class Words {
  private Words() {}

  static final class Strategies implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("all", "in-sample", "out-of-fold", "holdout", "time-ordered").iterator();
    }
  }

  static final class Metas implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("best", "residual", "linear", "greedy", "gate", "free", "average").iterator();
    }
  }

  static final class Predictions implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("fold-mean", "refit", "folds-and-refit").iterator();
    }
  }

  static final class Trainers implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("auto", "fused", "dl4j").iterator();
    }
  }

  static final class Executors implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("local", "spark").iterator();
    }
  }

  static final class Tasks implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("classification", "regression").iterator();
    }
  }

  static final class Missing implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("refuse", "median").iterator();
    }
  }
}
