package org.stacking4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SeedsTest {

  /** From Python: hashlib.sha256(struct.pack('>qi', seed, fold) + name.encode()), first 8 bytes. */
  @ParameterizedTest
  @CsvSource({
    "1, wide-1, 0, -981791421294259987",
    "1, wide-1, 1, 5567450011562228372",
    "1, wide-2, 1, 4903643415920687994",
    "2, wide-1, 1, 1159844110568184487",
    "-7, größe, 3, 3149798235829245606",
  })
  void of_isTheHashItSays(long ensembleSeed, String name, int fold, long expected) {
    // Other seeds than yesterday's would silently end the repeatability of published results.
    assertThat(Seeds.of(ensembleSeed, name, fold)).isEqualTo(expected);
  }

  @Test
  void of_differsByEnsembleSeedNameAndFold() {
    Set<Long> seeds = new HashSet<>();
    for (long ensembleSeed = 0; ensembleSeed < 5; ensembleSeed++) {
      for (String name : new String[] {"a", "b", "aa", ""}) {
        for (int fold = 0; fold < 11; fold++) {
          seeds.add(Seeds.of(ensembleSeed, name, fold));
        }
      }
    }

    assertThat(seeds).hasSize(5 * 4 * 11);
  }
}
