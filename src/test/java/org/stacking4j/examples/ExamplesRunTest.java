package org.stacking4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyPictures;

/** Runs the examples that README.md links to. */
class ExamplesRunTest {
  private static final Path WINE = Path.of("conf", "wine.csv");

  @TempDir Path folder;

  @Test
  void tables_fromFitToAnswersAndMetaFeatures() throws IOException {
    Path saved = folder.resolve("wine.zip");
    assertThat(FitTable.run(WINE, "class", saved).accuracy()).isGreaterThan(0.8);

    List<String> answers = PredictRows.run(saved, WINE);

    LabeledData wine = CsvTable.load(WINE, "class");
    assertThat(answers).hasSize(178);
    assertThat(answers.get(0)).isEqualTo(wine.classNames().get(wine.label(0)));
    Path out = folder.resolve("meta.csv");
    assertThat(ExportMetaFeatures.run(saved, WINE, "class", out).rows()).isEqualTo(178);
  }

  @Test
  void pictures() throws IOException {
    Path pictures = TinyPictures.redAndBlue(folder.resolve("pictures"), 24);

    assertThat(FitPictures.run(pictures).accuracy()).isGreaterThan(0.8);
  }

  @Test
  void numbers() throws IOException {
    assertThat(FitNumbers.run(WINE, "alcohol").rmse()).isBetween(0.1, 1.0);
  }

  @Test
  void ownNetworks_areResumedAndAudited() throws IOException {
    LabeledData wine = CsvTable.load(WINE, "class");
    StackingConfig config =
        StackingConfig.builder()
            .member(OwnNetwork.run(wine.columns(), wine.classes()))
            .member("preset", Mlp.table(wine.columns(), wine.classes(), 16))
            .outOfFold(3)
            .build();

    StackingEnsemble ensemble = ResumeFits.run(config, wine, folder);
    StackingEnsemble again = ResumeFits.run(config, wine, folder);

    try (Stream<Path> kept = Files.list(folder)) {
      assertThat(kept.filter(file -> file.toString().endsWith(".fit"))).isNotEmpty();
    }
    assertThat(again.evaluate(wine)).isEqualTo(ensemble.evaluate(wine));
    assertThat(AuditLeaks.run(config, wine)).isTrue();
  }
}
