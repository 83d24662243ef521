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
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
 * <p>The longest fits are begun first, and the last ones may take turns, so that all threads end
 * together.
 *
 * <p>Interrupting the thread that called {@link #run} cancels the run.
 *
 * @param threads fits at a time, 1 or more
 * @param underWay how many of the last fits may be begun, {@code threads} or more; of those, no
 *     more than {@code threads} train at a time
 * @param place where each is made
 * @param listener who hears of them
 * @param checkpoints where finished fits are kept and taken up from, or null
 */
public record FitPool(
    int threads,
    int underWay,
    FitPlace place,
    FitListener listener,
    @Nullable Checkpoints checkpoints)
    implements FitRunner {
  /**
   * Checks the number of threads.
   *
   * @param threads 1 or more
   * @param underWay {@code threads} or more
   * @param place where each fit is made
   * @param listener who hears of them
   * @param checkpoints where finished fits are kept, or null
   * @throws IllegalArgumentException if {@code threads} is less than 1, or {@code underWay} less
   *     than that
   */
  public FitPool {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be >= 1, found " + threads);
    }
    if (underWay < threads) {
      throw new IllegalArgumentException(
          "underWay must be >= threads, " + threads + ", found " + underWay);
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
    var pool =
        new ThreadPoolExecutor(
            threads,
            underWay,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
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
      List<FitTask> tasks, boolean firstFailureStops, ThreadPoolExecutor pool) {
    OneAtATime oneAtATime = new OneAtATime(listener);
    @Nullable Failures failures = firstFailureStops ? null : new Failures();
    // Failures are met as they happen, results are put back into the order of the tasks.
    var ended = new ExecutorCompletionService<FitOutcome>(pool);
    List<Future<FitOutcome>> futures = new ArrayList<>(Collections.nCopies(tasks.size(), null));
    Turns turns = new Turns(threads, tasks.size());
    List<Crew> crews = new ArrayList<>();
    double[] work = tasks.stream().mapToDouble(task -> Effort.of(task).operations()).toArray();
    List<Integer> order = longestFirst(work);
    for (int place = 0; place < order.size(); place++) {
      int i = order.get(place);
      var own = new Begun(tasks.get(i), place, turns.of(work[i]));
      crews.add(own.turn().crew());
      futures.set(i, ended.submit(() -> outcome(own, oneAtATime, failures)));
    }
    // A thread comes to these when no fit is left for it.
    for (int i = 1; i < threads; i++) {
      pool.execute(() -> help(turns, crews));
    }
    try {
      for (int left = tasks.size(); left > 0; left--) {
        if (left <= underWay) {
          pool.setCorePoolSize(underWay);
        }
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

  /** A fit, its place among those that are begun, and what it has of the threads. */
  private record Begun(FitTask task, int place, Turn turn) {}

  /**
   * By the tasks' names, of the fits that failed the one that was begun first. A fit is left out
   * only for one that was begun before it: which failure that is then does not depend on which of
   * several fits side by side fails first.
   */
  private static final class Failures {
    private final Map<String, Failure> first = new HashMap<>();

    private record Failure(int place, FitException cause) {}

    synchronized void add(Begun own, FitException cause) {
      first.merge(
          own.task().name(),
          new Failure(own.place(), cause),
          (known, other) -> other.place() < known.place() ? other : known);
    }

    synchronized Optional<FitException> before(Begun own) {
      return Optional.ofNullable(first.get(own.task().name()))
          .filter(failure -> failure.place() < own.place())
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
  private FitOutcome outcome(Begun own, OneAtATime listener, @Nullable Failures failures) {
    try (Turn turn = own.turn()) {
      turn.begin();
      Optional<FitException> before = failures == null ? Optional.empty() : failures.before(own);
      return before.isPresent() ? before.get() : fit(own.task(), listener, turn);
    } catch (FitException e) {
      if (failures == null || isOfTheRun(e, listener)) {
        throw e;
      }
      failures.add(own, e);
      return e;
    }
  }

  /** Whether not the fit went wrong but what is around it: then all others would go wrong too. */
  private static boolean isOfTheRun(FitException e, OneAtATime listener) {
    return listener.hasThrown(e.getCause()) || e.getCause() instanceof UncheckedIOException;
  }

  /** A long fit that is begun last would keep one thread at work while the others are idle. */
  private static List<Integer> longestFirst(double[] work) {
    return IntStream.range(0, work.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -work[i]))
        .toList();
  }

  private FitResult fit(FitTask task, FitListener listener, Turn turn) {
    try {
      Optional<FitResult> kept =
          checkpoints == null ? Optional.empty() : checkpoints.finished(task);
      if (kept.isPresent()) {
        listener.onEvent(new FitEvent.Restored(task));
        return kept.get();
      }
      FitResult result = place.fit(task, listener, turn, checkpoints);
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
        pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Helps one fit after the other, while any runs that has room for a helper. */
  private static void help(Turns turns, List<Crew> crews) {
    if (!turns.mayHelp()) {
      return;
    }
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
