package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The timeouts are there to end a test that hangs; none of them is waited for. */
@Timeout(60)
final class CrewTest {
  private final Crew crew = new Crew();
  private final List<Thread> helpers = new ArrayList<>();

  @AfterEach
  void sendHelpersAway() throws InterruptedException {
    crew.close();
    for (Thread helper : helpers) {
      helper.join();
    }
  }

  private Thread help() {
    Thread helper = new Thread(crew::help);
    helpers.add(helper);
    helper.start();
    while (crew.helpers() < helpers.size()) {
      Thread.onSpinWait();
    }
    return helper;
  }

  /** A part that ends only when as many threads are in one. */
  private static Crew.Work together(int threads) {
    CyclicBarrier all = new CyclicBarrier(threads);
    return part -> {
      try {
        all.await();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void run_doesEveryPartOnce(int threads) {
    for (int i = 0; i < threads; i++) {
      help();
    }
    for (int round = 0; round < 2_000; round++) {
      int parts = 1 + round % 7;
      AtomicIntegerArray done = new AtomicIntegerArray(parts);

      crew.run(parts, done::incrementAndGet);

      for (int part = 0; part < parts; part++) {
        assertThat(done.get(part)).isEqualTo(1);
      }
    }
  }

  @Test
  void run_withHelpers_doesPartsAtOnce() {
    help();
    help();

    crew.run(3, together(3)); // alone it would never come back

    assertThat(crew.helpers()).isEqualTo(2);
  }

  @Test
  void run_helperThatComesLater_helpsFromThenOn() {
    AtomicInteger alone = new AtomicInteger();
    crew.run(2, part -> alone.incrementAndGet());
    help();

    crew.run(2, together(2));

    assertThat(alone).hasValue(2);
  }

  @Test
  void run_helperThatSleepsForWantOfWork_helpsAgain() {
    Thread helper = help();
    while (helper.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }

    AtomicInteger byHelper = new AtomicInteger();
    while (byHelper.get() == 0) {
      crew.run(
          2,
          part -> {
            if (Thread.currentThread() == helper) {
              byHelper.incrementAndGet();
            }
          });
    }
    assertThat(byHelper.get()).isPositive();
  }

  @Test
  void run_partThatFails_failsInTheThreadThatWaits_whoeverDidIt() {
    Thread helper = help();
    Crew.Work both = together(2);
    IllegalStateException reason = new IllegalStateException("of the helper");

    assertThatThrownBy(
            () ->
                crew.run(
                    2,
                    part -> {
                      both.part(part);
                      if (Thread.currentThread() == helper) {
                        throw reason;
                      }
                    }))
        .isSameAs(reason);

    OutOfMemoryError own = new OutOfMemoryError("simulated");
    assertThatThrownBy(
            () ->
                crew.run(
                    2,
                    part -> {
                      both.part(part);
                      if (Thread.currentThread() != helper) {
                        throw own;
                      }
                    }))
        .isSameAs(own);
    crew.run(2, both); // and the next one goes well
  }

  @Test
  void run_interrupted_doesAllPartsAndStaysInterrupted() {
    help();
    AtomicInteger done = new AtomicInteger();
    Thread.currentThread().interrupt();

    crew.run(50, part -> done.incrementAndGet());

    assertThat(Thread.interrupted()).isTrue(); // and cleared, for the tests that follow
    assertThat(done).hasValue(50);
  }

  @Test
  void help_endsWhenClosedOrInterrupted() throws InterruptedException {
    Thread interrupted = help();
    Thread other = help();

    interrupted.interrupt();
    interrupted.join();

    assertThat(crew.helpers()).isEqualTo(1);
    crew.run(2, together(2)); // the other one is still there
    crew.close();
    other.join();
    assertThat(crew.helpers()).isZero();
    assertThat(crew.hasRoom()).isFalse();
    crew.help(); // too late, so it comes back at once
  }

  @Test
  void hasRoom_forSevenHelpers() {
    for (int i = 0; i < 7; i++) {
      assertThat(crew.hasRoom()).isTrue();
      help();
    }
    assertThat(crew.hasRoom()).isFalse();
  }
}
