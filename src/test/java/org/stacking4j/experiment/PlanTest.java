package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stacking4j.StackingConfig;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Memory;
import org.stacking4j.data.TrainTest;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;

final class PlanTest {
  private static final long GB = 1_000_000_000;
  private static final LabeledData ROWS = TinyData.blobs(120, 1000, 3, 1); // 480 kB
  private static final TrainTest DATA = new TrainTest("tiny", ROWS, ROWS.first(60));

  private static Plan plan(Memory memory) {
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("wide", Mlp.base(1000, 3, 4000), new FitSettings(1, 16, 2, true)))
            .outOfFold(3)
            .build();
    return Plan.of(Map.of("out-of-fold", config), DATA, 2, memory);
  }

  @Test
  void memoryEnough_isNoWarning() {
    Plan plan = plan(new Memory(24 * GB, 12 * GB, 6 * GB));

    assertThat(plan.warning()).isEmpty();
    assertThat(plan.describe()).matches("4 fits of base networks: about .*, 3\\d\\d MB for .*");
  }

  @Test
  void memoryOfTheMachine_tooLittle() {
    assertThat(plan(new Memory(100_000_000, 100_000_000, 50_000_000)).warning().orElseThrow())
        .matches(
            "warning: the run needs about 3\\d\\d MB of memory, but this machine has 100 MB: use"
                + " fewer threads, smaller networks or batches, or fewer rows, or a machine with"
                + " more memory");
  }

  @Test
  void memoryOfTheProcess_tooLittle() {
    assertThat(plan(new Memory(24 * GB, 100_000_000, 50_000_000)).warning().orElseThrow())
        .endsWith(
            " MB of memory, but this process may have 100 MB of the machine's 24.0 GB: use fewer"
                + " threads, smaller networks or batches, or fewer rows, or let it have more (-Xmx,"
                + " or -Dorg.bytedeco.javacpp.maxphysicalbytes=0 for no limit)");
  }

  @Test
  void heap_tooSmall() {
    assertThat(plan(new Memory(24 * GB, 12 * GB, 100_000_000)).warning().orElseThrow())
        .matches(
            "warning: the fits that run side by side hold about \\d+ MB, most of it in Java's heap,"
                + " which has 100 MB: use fewer threads, smaller networks or batches, or give it"
                + " more by -Xmx");
  }

  @Test
  void rowsAlone_tooMany_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(new Memory(700_000, 700_000, 700_000)))
        .withMessage(
            "the training and test rows take 1 MB, but this machine has 1 MB: take fewer rows, or a"
                + " machine with more memory");
  }
}
