package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DidYouMeanTest {
  private static final List<String> KNOWN = List.of("epochs", "batch-size", "csv", "idx", "Kind");

  @ParameterizedTest
  @CsvSource({
    "epoch, epochs",
    "epcohs, epochs",
    "cvs, csv",
    "batchsize, batch-size",
    "bach_size, batch-size",
    "kind, Kind",
    "EPOCHS, epochs"
  })
  void nearWord_isSuggested(String word, String meant) {
    assertThat(DidYouMean.between(word, KNOWN)).isEqualTo("; did you mean '" + meant + "'? ");
  }

  @ParameterizedTest
  @CsvSource({"csv", "a", "ab", "layers", "size", "xyz", "''"})
  void farWord_orOneThatIsKnown_isNot(String word) {
    assertThat(DidYouMean.between(word, KNOWN)).isEqualTo("; ");
  }

  @Test
  void nearestWins_andTheFirstOfEquals() {
    assertThat(DidYouMean.between("train", List.of("trail", "train-2", "drain")))
        .isEqualTo("; did you mean 'trail'? ");
    assertThat(DidYouMean.between("x", List.of("y"))).isEqualTo("; ");
    assertThat(DidYouMean.between("x", List.of())).isEqualTo("; ");
  }
}
