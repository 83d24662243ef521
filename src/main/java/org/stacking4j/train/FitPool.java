package org.stacking4j.train;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.Memory;
import org.stacking4j.fused.Crew;

/**
 * Runs fits on a bounded pool of threads, each of which waits for one fit at a time; where that is
 * made, is a {@link FitPlace}'s business. What came of them does not depend on the number of
 * threads. Immutable and thread-safe; the threads live only as long as a run.
 *
 * <p>The longest fits are begun first, so that all threads end together.
 *
 * <p>Interrupting the thread that called {@link #run} cancels the run.
 *
 * @param threads fits at a time, 1 or more
 * @param place where each is made
 * @param listener who hears of them
 * @param checkpoints where finished fits are kept and taken up from, or null
 */
public record FitPool(
    int threads, FitPlace place, FitListener listener, @Nullable Checkpoints checkpoints)
    implements FitRunner {
  /**
   * Checks the number of threads.
   *
   * @param threads 1 or more
   * @param place where each fit is made
   * @param listener who hears of them
   * @param checkpoints where finished fits are kept, or null
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public FitPool {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be >= 1, found " + threads);
    }
  }

  @Override
  public List<FitResult> run(List<FitTask> tasks) {
    return outcomes(tasks, true).stream().map(FitResult.class::cast).toList();
  }

  @Override
  public List<FitOutcome> attempt(List<FitTask> tasks) {
    return outcomes(tasks, false);
  }

  private List<FitOutcome> outcomes(List<FitTask> tasks, boolean firstFailureStops) {
    if (tasks.isEmpty()) {
      return List.of();
    }
    AtomicInteger number = new AtomicInteger();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, "stacking4j-fit-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    try {
      return collect(tasks, firstFailureStops, pool);
    } finally {
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  private List<FitOutcome> collect(
      List<FitTask> tasks, boolean firstFailureStops, ExecutorService pool) {
    OneAtATime oneAtATime = new OneAtATime(listener);
    @Nullable Failures failures = firstFailureStops ? null : new Failures();
    // Failures are met as they happen, results are put back into the order of the tasks.
    var ended = new ExecutorCompletionService<FitOutcome>(pool);
    List<Future<FitOutcome>> futures = new ArrayList<>(Collections.nCopies(tasks.size(), null));
    List<Crew> crews = tasks.stream().map(task -> new Crew()).toList();
    List<Integer> order = longestFirst(tasks);
    for (int place = 0; place < order.size(); place++) {
      int i = order.get(place);
      var own = new Turn(tasks.get(i), place, crews.get(i));
      futures.set(i, ended.submit(() -> outcome(own, oneAtATime, failures)));
    }
    // A thread comes to these when no fit is left for it.
    for (int i = 1; i < threads; i++) {
      pool.execute(() -> help(crews));
    }
    try {
      for (int i = 0; i < tasks.size(); i++) {
        ended.take().get();
      }
      List<FitOutcome> outcomes = new ArrayList<>();
      for (int i = 0; i < tasks.size(); i++) {
        FitOutcome own = futures.get(i).get();
        outcomes.add(failures == null ? own : failures.first(tasks.get(i).name()).orElse(own));
      }
      return outcomes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the run was cancelled");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CancellationException cancelled) {
        throw cancelled;
      }
      if (e.getCause() instanceof FitException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** A fit, its place among those that are begun, and who may help with it. */
  private record Turn(FitTask task, int place, Crew crew) {}

  /**
   * By the tasks' names, of the fits that failed the one that was begun first. A fit is left out
   * only for one that was begun before it: which failure that is then does not depend on which of
   * several fits side by side fails first.
   */
  private static final class Failures {
    private final Map<String, Failure> first = new HashMap<>();

    private record Failure(int place, FitException cause) {}

    synchronized void add(Turn turn, FitException cause) {
      first.merge(
          turn.task().name(),
          new Failure(turn.place(), cause),
          (known, other) -> other.place() < known.place() ? other : known);
    }

    synchronized Optional<FitException> before(Turn turn) {
      return Optional.ofNullable(first.get(turn.task().name()))
          .filter(failure -> failure.place() < turn.place())
          .map(Failure::cause);
    }

    synchronized Optional<FitOutcome> first(String name) {
      return Optional.ofNullable(first.get(name)).map(Failure::cause);
    }
  }

  /**
   * What comes of a fit.
   *
   * @param failures of others, for a fit that may fail; null for one that may not
   */
  private FitOutcome outcome(Turn turn, OneAtATime listener, @Nullable Failures failures) {
    try (Crew crew = turn.crew()) {
      Optional<FitException> before = failures == null ? Optional.empty() : failures.before(turn);
      return before.isPresent() ? before.get() : fit(turn.task(), listener, crew);
    } catch (FitException e) {
      if (failures == null || isOfTheRun(e, listener)) {
        throw e;
      }
      failures.add(turn, e);
      return e;
    }
  }

  /** Whether not the fit went wrong but what is around it: then all others would go wrong too. */
  private static boolean isOfTheRun(FitException e, OneAtATime listener) {
    return listener.hasThrown(e.getCause()) || e.getCause() instanceof UncheckedIOException;
  }

  /** A long fit that is begun last would keep one thread at work while the others are idle. */
  private static List<Integer> longestFirst(List<FitTask> tasks) {
    double[] operations = tasks.stream().mapToDouble(t -> Effort.of(t).operations()).toArray();
    return IntStream.range(0, tasks.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -operations[i]))
        .toList();
  }

  private FitResult fit(FitTask task, FitListener listener, Crew crew) {
    try {
      Optional<FitResult> kept =
          checkpoints == null ? Optional.empty() : checkpoints.finished(task);
      if (kept.isPresent()) {
        listener.onEvent(new FitEvent.Restored(task));
        return kept.get();
      }
      FitResult result = place.fit(task, listener, crew, checkpoints);
      if (checkpoints != null) {
        checkpoints.finish(task, result);
      }
      listener.onEvent(new FitEvent.Finished(task, result.seconds()));
      return result;
    } catch (Throwable cause) { // also OutOfMemoryError: whoever waits must learn which fit it was
      report(new FitEvent.Failed(task, cause), listener);
      if (cause instanceof CancellationException cancelled) {
        throw cancelled;
      }
      throw cause instanceof FitException failed
          ? failed
          : new FitException(task, message(cause), cause);
    }
  }

  private static void report(FitEvent.Failed event, FitListener listener) {
    try {
      listener.onEvent(event);
    } catch (Throwable e) {
      if (e != event.cause()) {
        event.cause().addSuppressed(e);
      }
    }
  }

  /** Why a fit failed on this machine, in words. */
  static String message(Throwable cause) {
    Optional<String> shortage = Memory.shortage(cause);
    if (shortage.isPresent()) {
      return "it ran out of memory ("
          + shortage.get()
          + "); run fewer fits at a time (threads), take smaller batches or networks, or give Java"
          + " more by -Xmx, which raises the limit outside of its heap too";
    }
    @Nullable String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /** Waits for the workers, so that nothing trains on after {@code run} has returned. */
  private static void awaitEnd(ExecutorService pool) {
    boolean interrupted = false;
    while (!pool.isTerminated()) {
      try {
        pool.awaitTermination(1, java.util.concurrent.TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Helps one fit after the other, while any runs that has room for a helper. */
  private static void help(List<Crew> crews) {
    Optional<Crew> fewest = fewestHelpers(crews);
    while (fewest.isPresent() && !Thread.currentThread().isInterrupted()) {
      fewest.get().help();
      fewest = fewestHelpers(crews);
    }
  }

  private static Optional<Crew> fewestHelpers(List<Crew> crews) {
    return crews.stream().filter(Crew::hasRoom).min(Comparator.comparingInt(Crew::helpers));
  }

  /** Hands one event after the other on. */
  private static final class OneAtATime implements FitListener {
    private final FitListener listener;
    private final Set<Throwable> thrown = Collections.newSetFromMap(new IdentityHashMap<>());

    OneAtATime(FitListener listener) {
      this.listener = listener;
    }

    @Override
    public synchronized void onEvent(FitEvent event) {
      try {
        listener.onEvent(event);
      } catch (Throwable e) {
        thrown.add(e);
        throw e;
      }
    }

    synchronized boolean hasThrown(@Nullable Throwable cause) {
      return cause != null && thrown.contains(cause);
    }
  }
}
