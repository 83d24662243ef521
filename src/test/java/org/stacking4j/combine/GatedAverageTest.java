package org.stacking4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Two members, two classes: inputs are two classes' means, two members' certainties, and 1. */
final class GatedAverageTest {
  private static final INDArray LOGITS = Nd4j.createFromArray(new float[][] {{2, 0, 0, 0}});

  @Test
  void logits_ofNoParameters_areTheAverage() {
    GatedAverage gate = new GatedAverage(Collections.nCopies(10, 0.0), 2, 2);

    assertThat(floats(gate.logits(LOGITS))).containsExactly(1, 0);
  }

  @Test
  void logits_byTheConstantInput_areAWeightedAverage() {
    // e^ln 3 : e^0 = 3 : 1
    GatedAverage gate = gate(0, 0, 0, 0, Math.log(3), 0, 0, 0, 0, 0);

    assertThat(floats(gate.logits(LOGITS))).containsExactly(new float[] {1.5f, 0}, within(1e-6f));
  }

  @Test
  void logits_byTheClasses() {
    // The means are 1 and 0, less their mean 0.5 and −0.5. 2 · 0.5 − 1 · −0.5 = 1.5 for a, 0 for b:
    // a weighs e^1.5 / (e^1.5 + 1) = 0.817574.
    GatedAverage gate = gate(2, -1, 0, 0, 0, 0, 0, 0, 0, 0);

    assertThat(floats(gate.logits(LOGITS)))
        .containsExactly(new float[] {1.635149f, 0}, within(1e-6f));
  }

  @Test
  void logits_byCertainty() {
    // a is sure by 0.880797, b by 0.5; with the logarithms as scores they weigh in proportion.
    GatedAverage gate = gate(0, 0, 1, 0, 0, 0, 0, 0, 1, 0);

    assertThat(floats(gate.logits(LOGITS)))
        .containsExactly(new float[] {2 * 0.880797f / 1.380797f, 0}, within(1e-6f));
  }

  @Test
  void logits_ofEachRow_haveWeightsOfTheirOwn() {
    // In proportion to certainty: in the second row b has 0.880797.
    INDArray rows = Nd4j.createFromArray(new float[][] {{2, 0, 0, 0}, {0, 0, 0, 2}, {0, 0, 0, 0}});

    assertThat(floats(gate(0, 0, 1, 0, 0, 0, 0, 0, 1, 0).logits(rows)))
        .containsExactly(new float[] {1.275781f, 0, 0, 1.275781f, 0, 0}, within(1e-6f));
  }

  @Test
  void logits_whateverIsAddedToAllOfARow_giveTheSameProbabilities() {
    GatedAverage gate = gate(2, -1, 1, 0.5, 0.3, -0.7, 0, 0.2, 1, 0);
    INDArray shifted = Nd4j.createFromArray(new float[][] {{7, 5, -3, -3}});

    assertThat(floats(gate.probabilities(shifted)))
        .containsExactly(floats(gate.probabilities(LOGITS)), within(1e-6f));
  }

  @Test
  void logits_ofScoresBeyondExponentials_areThoseOfOneMember() {
    GatedAverage gate = gate(0, 0, 0, 0, 1e6, 0, 0, 0, 0, -1e6);

    assertThat(floats(gate.logits(LOGITS))).containsExactly(2, 0);
  }

  @Test
  void logits_ofAnotherNumberOfMembers() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gate(0, 0, 0, 0, 0, 0, 0, 0, 0, 0).logits(Nd4j.ones(1, 6)))
        .withMessage("the gate is for 2 members, the logits are those of 3");
  }

  @Test
  void parameters_thatDoNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gate(1, 2, 3))
        .withMessage("a gate for 2 members and 2 classes must have 10 finite parameters, found 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GatedAverage(List.of(0., 0., Double.NaN), 1, 1))
        .withMessage(
            "a gate for 1 members and 1 classes must have 3 finite parameters, found [0.0, 0.0,"
                + " NaN]");
  }

  private static GatedAverage gate(double... parameters) {
    return new GatedAverage(Arrays.stream(parameters).boxed().toList(), 2, 2);
  }
}
