package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TurnsTest {
  private final List<Thread> threads = new ArrayList<>();

  @Test
  void goOn_threeOnTwo_trainsTwoAtATimeAndAllEndTogether() throws InterruptedException {
    Turns turns = new Turns(2, 3, 0);
    AtomicInteger training = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Integer> steps = Collections.synchronizedList(new ArrayList<>());
    for (int fit = 0; fit < 3; fit++) {
      int own = fit;
      start(
          () -> {
            try (Turn turn = turns.of(1)) {
              turn.begin();
              for (int step = 1; step <= 60; step++) {
                most.accumulateAndGet(training.incrementAndGet(), Math::max);
                steps.add(own);
                sleep(2);
                training.decrementAndGet();
                turn.goOn(step / 60.0);
              }
            }
          });
    }
    end();

    assertThat(most).hasValue(2);
    assertThat(steps).hasSize(180);
    // The one that waits has the most left to do, so it soon comes to its turn again.
    int[] done = new int[3];
    for (int fit : steps) {
      done[fit]++;
      int least = Math.min(done[0], Math.min(done[1], done[2]));
      assertThat(done[fit] - least).isLessThan(30);
    }
  }

  @Test
  void goOn_whereOthersHaveLessLeft_keepsTheTurn() throws InterruptedException {
    Turns turns = new Turns(1, 2, 0);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    try (Turn large = turns.of(10)) {
      large.begin();
      start(
          () -> {
            try (Turn small = turns.of(1)) {
              small.begin();
              order.add("small");
            }
          });
      awaitWaiting();
      large.goOn(0.8); // 2 left
      order.add("large");
      large.goOn(0.95); // half a unit left
      order.add("large again");
    }
    end();

    assertThat(order).containsExactly("large", "small", "large again");
  }

  @Test
  void nanoTime_standsStillWhileAnotherHasItsTurn() throws InterruptedException {
    Turns turns = new Turns(1, 2, 0);
    try (Turn turn = turns.of(1)) {
      turn.begin();
      long before = turn.nanoTime();
      start(
          () -> {
            try (Turn other = turns.of(1)) {
              other.begin();
              sleep(300);
            }
          });
      awaitWaiting();
      long began = System.nanoTime();
      turn.goOn(0.5);
      assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(290));
      assertThat(turn.nanoTime() - before)
          .isBetween(0L, System.nanoTime() - before - TimeUnit.MILLISECONDS.toNanos(290));
    }
    end();
  }

  @Test
  void goOn_beforeATurnIsOver_returnsAtOnce() throws InterruptedException {
    Turns turns = new Turns(1, 2);
    try (Turn turn = turns.of(1)) {
      turn.begin();
      start(() -> turns.of(1).begin());
      awaitWaiting();
      turn.goOn(0.5); // would wait for ever
    }
    end();
  }

  @Test
  void begin_interrupted_isCancelled_andTheOthersGoOn() throws InterruptedException {
    Turns turns = new Turns(1, 3, 0);
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    try (Turn turn = turns.of(1)) {
      turn.begin();
      start(
          () -> {
            try (Turn other = turns.of(2)) {
              assertThatThrownBy(other::begin)
                  .isInstanceOf(CancellationException.class)
                  .hasMessage("cancelled while it waited for its turn");
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
            } catch (Throwable e) {
              thrown.add(e);
            }
          });
      awaitWaiting();
      threads.get(0).interrupt();
      threads.get(0).join();
      start(
          () -> {
            try (Turn last = turns.of(1)) {
              last.begin();
            }
          });
    }
    end();
    assertThat(thrown).isEmpty();
  }

  @Test
  void mayHelp_waitsUntilAThreadHasNoFit() throws InterruptedException {
    Turns turns = new Turns(2, 3, 0);
    AtomicInteger helping = new AtomicInteger();
    Turn first = turns.of(1);
    Turn second = turns.of(1);
    Turn third = turns.of(1);
    first.begin();
    second.begin();
    start(
        () -> {
          if (turns.mayHelp()) {
            helping.incrementAndGet();
          }
        });
    awaitWaiting();
    first.close();
    third.begin();
    awaitWaiting();
    assertThat(helping).hasValue(0); // two fits on two threads
    third.close();
    end();
    assertThat(helping).hasValue(1);
    second.close();
    assertThat(turns.mayHelp()).isFalse();
  }

  private void start(Runnable work) {
    Thread thread = new Thread(work);
    threads.add(thread);
    thread.start();
  }

  private void end() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Until the thread that was started last waits for something. */
  private void awaitWaiting() {
    Thread last = threads.get(threads.size() - 1);
    while (last.getState() != Thread.State.WAITING) {
      assertThat(last.getState()).isNotEqualTo(Thread.State.TERMINATED);
      Thread.onSpinWait();
    }
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
