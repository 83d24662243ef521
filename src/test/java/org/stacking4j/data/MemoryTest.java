package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryTest {
  private static final long GB = 1_000_000_000;

  @Test
  void ofThisProcess_isWhatJavaSees() {
    Memory memory = Memory.ofThisProcess();

    assertThat(memory.heap()).isEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(memory.process()).isPositive().isLessThanOrEqualTo(memory.machine());
  }

  @Test
  void check_moreThanTheMachineHas() {
    Memory memory = new Memory(24 * GB, 12 * GB, 6 * GB);

    assertThatCode(() -> memory.check("they", 12 * GB)).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.check("9000000 rows of 784 features", 31 * GB))
        .withMessage(
            "9000000 rows of 784 features take 31.0 GB, but this process may have 12.0 GB of the"
                + " machine's 24.0 GB: take fewer rows, or a machine with more memory");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.check("5000000 rows of 784 features", 16 * GB))
        .withMessage(
            "5000000 rows of 784 features take 16.0 GB, but this process may have 12.0 GB of the"
                + " machine's 24.0 GB: take fewer rows, or let it have more (-Xmx, or"
                + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0 for no limit)");
  }

  @Test
  void shortage_isWhatTheInnermostSays() {
    var limit = new OutOfMemoryError("too high: 12G > 11G");
    var unable = new OutOfMemoryError("Cannot allocate new FloatPointer(9)");
    unable.initCause(limit);

    assertThat(Memory.shortage(new IllegalStateException(unable))).contains("too high: 12G > 11G");
    assertThat(Memory.shortage(new IllegalStateException("Allocation failed: [std::bad_alloc]")))
        .contains("Allocation failed: [std::bad_alloc]");
    assertThat(Memory.shortage(new OutOfMemoryError())).isPresent();
    assertThat(Memory.shortage(new IllegalStateException("another"))).isEmpty();
  }

  @Test
  void features_thatCannotFit_areRefusedBeforeTheyAreRead() {
    int rows = 2_000_000;
    LabeledData.RowSource never =
        (from, to, target) -> {
          throw new AssertionError("was read");
        };

    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabeledData.of(1_000_000, never, new int[rows], List.of("a", "b")))
        .withMessageStartingWith("2000000 rows of 1000000 features take 8000.0 GB, but this ");
  }
}
