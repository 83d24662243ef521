package org.stacking4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.data.Task;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.train.LocalFits;

class ArchiveSummaryTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 8, 2, true);

  @TempDir Path folder;

  @Test
  void summary_saysWhatTheEnsembleIs() throws IOException {
    StackingConfig config =
        StackingConfig.builder()
            .member(new Member("all", TinyNetworks.linear(3, 2), SETTINGS))
            .member(new Member("some", TinyNetworks.linear(2, 2), SETTINGS).withColumns(2, 0))
            .outOfFold(3)
            .prediction(Prediction.FOLD_MEAN)
            .passThrough(1)
            .seed(1)
            .build();
    Path file = folder.resolve("ensemble.zip");
    StackingEnsemble ensemble =
        StackingEnsemble.fit(config, TinyData.blobs(24, 3, 2, 1), LocalFits.onThreads(1));
    ensemble.save(file);

    ArchiveSummary summary = ArchiveSummary.read(file);

    assertThat(summary.formatVersion()).isEqualTo(7);
    assertThat(summary.bytes()).isEqualTo(Files.size(file));
    assertThat(summary.task()).isEqualTo(Task.CLASSIFICATION);
    assertThat(summary.outputs()).isEqualTo(ensemble.outputNames());
    assertThat(summary.columns()).isEqualTo(3);
    assertThat(summary.table()).isEmpty();
    assertThat(summary.prediction()).isEqualTo(Prediction.FOLD_MEAN);
    assertThat(summary.combiner()).isEqualTo(ensemble.choice().label());
    assertThat(summary.passThrough()).containsExactly(1);
    assertThat(summary.stacks()).isEmpty();
    Trainer trainer = ensemble.members().folds(0).get(0).trainer();
    assertThat(summary.members())
        .containsExactly(
            new ArchiveSummary.Network("all", 3, false, 3 * 2 + 2, 2, trainer, List.of()),
            new ArchiveSummary.Network("some", 3, false, 2 * 2 + 2, 2, trainer, List.of(2, 0)));
  }

  @Test
  void otherFiles_areRefusedInWords() throws IOException {
    Path none = folder.resolve("none.zip");
    assertThatThrownBy(() -> ArchiveSummary.read(none))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot read " + none + ": there is no such file");
    Path text = Files.writeString(folder.resolve("notes.zip"), "not a zip file");
    assertThatThrownBy(() -> ArchiveSummary.read(text))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot read " + text + ": not a whole zip file (");
    assertThatThrownBy(() -> ArchiveSummary.read(zip("manifest.json", "{\"formatVersion\": 99}")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its format version is 99, this library reads up to ");
    assertThatThrownBy(() -> ArchiveSummary.read(zip("other.txt", "")))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("not an ensemble archive, it has no manifest.json");
  }

  private Path zip(String name, String content) throws IOException {
    Path file = folder.resolve("made.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }
}
