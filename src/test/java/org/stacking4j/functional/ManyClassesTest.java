package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;

/** Two classes are the least there can be, and two hundred are many for so few rows. */
final class ManyClassesTest {
  private static final int CLASSES = 200;
  private static final int COLUMNS = 12;

  @TempDir private Path folder;

  @Test
  void fit_ofTwoHundredClasses_learnsThem_andIsSavedWhole() throws IOException {
    LabeledData train = rows(3000, 1);
    LabeledData other = rows(1000, 2);
    MultiLayerConfiguration network = Mlp.table(COLUMNS, CLASSES, 64);
    FitSettings settings = FitSettings.defaults().withEpochs(25);

    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            StackingConfig.builder()
                .member(new Member("a", network, settings))
                .member(new Member("b", network, settings))
                .outOfFold(3)
                .seed(1)
                .build(),
            train);

    assertThat(ensemble.metaFeatures(other).columns())
        .hasSize(2 * CLASSES)
        .startsWith("a.logit_class-0")
        .endsWith("b.logit_class-199");
    assertThat(ensemble.evaluate(other).accuracy()).isGreaterThan(0.5); // by chance 0.005
    assertThat(ensemble.choice().evidence()).hasSize(4);
    Path file = folder.resolve("ensemble.zip");
    ensemble.save(file);
    assertThat(StackingEnsemble.load(file).evaluate(other)).isEqualTo(ensemble.evaluate(other));
  }

  /** Each class around a place of its own among numbers from -3 to 3. */
  private static LabeledData rows(int rows, long seed) {
    var places = new SplittableRandom(0);
    float[][] centres = new float[CLASSES][COLUMNS];
    for (float[] centre : centres) {
      for (int i = 0; i < COLUMNS; i++) {
        centre[i] = (float) places.nextDouble(-3, 3);
      }
    }
    var random = new SplittableRandom(seed);
    float[][] features = new float[rows][COLUMNS];
    int[] labels = new int[rows];
    for (int row = 0; row < rows; row++) {
      labels[row] = row % CLASSES;
      for (int i = 0; i < COLUMNS; i++) {
        features[row][i] = centres[labels[row]][i] + (float) random.nextDouble(-1.5, 1.5);
      }
    }
    return LabeledData.of(Nd4j.createFromArray(features), labels, TinyData.classNames(CLASSES));
  }

  @Test
  void fit_ofTwoClasses() {
    LabeledData train = TinyData.blobs(200, 4, 2, 1);

    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            StackingConfig.builder()
                .member("a", Mlp.table(4, 2, 8))
                .member("b", Mlp.table(4, 2, 8))
                .outOfFold(3)
                .seed(1)
                .build(),
            train);

    assertThat(ensemble.evaluate(TinyData.blobs(200, 4, 2, 2)).accuracy()).isGreaterThan(0.9);
  }
}
