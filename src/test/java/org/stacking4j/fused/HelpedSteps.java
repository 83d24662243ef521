package org.stacking4j.fused;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;

/** Steps of a network that somebody helps with for a while, against the same steps alone. */
final class HelpedSteps {
  private static final int STEPS = 12;

  private HelpedSteps() {}

  /**
   * Checks that the parameters after each step are the same bits.
   *
   * @param from the first helped step, and {@code to} the one behind the last
   * @param opening makes the network
   * @param step makes a step, by its number; the same each time it is asked
   */
  static void assertSameBits(
      int from, int to, Function<Crew, FusedNetwork> opening, ObjIntConsumer<FusedNetwork> step)
      throws InterruptedException {
    List<float[]> alone = parametersAfterEach(STEPS, STEPS, opening, step);

    List<float[]> helped = parametersAfterEach(from, to, opening, step);

    for (int i = 0; i < STEPS; i++) {
      assertThat(helped.get(i)).as("after step %d", i).isEqualTo(alone.get(i));
    }
  }

  private static List<float[]> parametersAfterEach(
      int from, int to, Function<Crew, FusedNetwork> opening, ObjIntConsumer<FusedNetwork> step)
      throws InterruptedException {
    List<float[]> parameters = new ArrayList<>();
    try (Crew crew = new Crew();
        FusedNetwork fused = opening.apply(crew)) {
      Thread helper = new Thread(crew::help);
      for (int i = 0; i < STEPS; i++) {
        if (i == from) {
          helper.start();
          while (crew.helpers() == 0) {
            Thread.onSpinWait();
          }
        }
        if (i == to) {
          helper.interrupt();
          helper.join();
        }
        step.accept(fused, i);
        parameters.add(fused.parameters());
      }
    }
    return parameters;
  }
}
