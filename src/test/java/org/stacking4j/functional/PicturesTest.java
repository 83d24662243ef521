package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.PictureColour;
import org.stacking4j.data.PictureFolder;
import org.stacking4j.data.PictureRows;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.TrainTest;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyPictures;
import org.stacking4j.train.LocalFits;

/** An ensemble of pictures knows how other pictures become features. */
final class PicturesTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final PictureSchema SCHEMA = new PictureSchema(6, 4, 3);

  @TempDir Path folder;
  private Path pictures = Path.of("");
  private Path archive = Path.of("");
  private TrainTest data;

  @BeforeEach
  void write() throws IOException {
    pictures = TinyPictures.redAndBlue(folder.resolve("pictures"), 20);
    archive = folder.resolve("ensemble.zip");
    data = PictureFolder.load(pictures, null, PictureColour.AUTO, 0.25, 1);
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder()
        .member(new Member("a", Mlp.base(72, 2, 8), new FitSettings(8, 8, 2, true)))
        .outOfFold(2);
  }

  private StackingEnsemble fit(StackingConfig.Builder config) {
    return StackingEnsemble.fit(config.build(), data.train(), LocalFits.onThreads(1));
  }

  @Test
  void ensemble_keepsHowPicturesBecameFeatures() throws IOException {
    StackingEnsemble saved = fit(config().stack("inner", config().build()).passThrough(3));
    assertThat(saved.pictureSchema()).contains(SCHEMA);
    assertThat(saved.schema()).isEmpty();
    saved.save(archive);

    StackingEnsemble loaded = StackingEnsemble.load(archive);

    assertThat(loaded.pictureSchema()).contains(SCHEMA);
    assertThat(loaded.stack("inner", 1).pictureSchema()).contains(SCHEMA);
    assertThat(loaded.evaluate(data.test()).accuracy()).isEqualTo(1);
    try (PictureRows rows = PictureRows.open(pictures, SCHEMA)) {
      @Nullable INDArray all = rows.next(100);
      String[] classes = new String[40];
      int[] answers = loaded.predict(all);
      Arrays.setAll(classes, row -> loaded.classNames().get(answers[row]));
      for (int row = 0; row < 40; row++) {
        assertThat(rows.names().get(row)).startsWith(classes[row] + "/");
      }
      MetaFeatures labelled =
          loaded.metaFeatures(PictureFolder.load(pictures, SCHEMA, loaded.classNames()));
      assertThat(loaded.metaFeatures(all)).isEqualTo(labelled.inputs());
    }
    Path again = folder.resolve("again.zip");
    loaded.save(again);
    assertThat(again).hasSameBinaryContentAs(archive);
  }

  @Test
  void archive_ofPictures_hasTheirSize_andOlderOnesKnowNone() throws IOException {
    fit(config()).save(archive);

    Path old =
        edited(
            manifest -> {
              assertThat(manifest.get("pictures"))
                  .hasToString("{\"width\":6,\"height\":4,\"channels\":3}");
              manifest.remove("pictures");
            });

    StackingEnsemble loaded = StackingEnsemble.load(old);
    assertThat(loaded.pictureSchema()).isEmpty();
    assertThat(loaded.evaluate(data.test()))
        .isEqualTo(StackingEnsemble.load(archive).evaluate(data.test()));
  }

  @Test
  void archive_whosePicturesDoNotFitItsColumns_isRefused() throws IOException {
    fit(config()).save(archive);

    Path other = edited(manifest -> ((ObjectNode) manifest.get("pictures")).put("width", 7));
    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(other))
        .withMessage(
            "cannot read "
                + other
                + ": its manifest has 72 feature columns, but the pictures become 84");
    Path none = edited(manifest -> ((ObjectNode) manifest.get("pictures")).remove("channels"));
    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(none))
        .withMessageStartingWith("cannot read " + none + ": its manifest is damaged (");
  }

  /** The archive with another manifest. */
  private Path edited(Consumer<ObjectNode> edit) throws IOException {
    Path changed = folder.resolve("changed.zip");
    try (ZipFile from = new ZipFile(archive.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(changed))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        byte[] bytes = from.getInputStream(entry).readAllBytes();
        if (entry.getName().equals("manifest.json")) {
          ObjectNode manifest = (ObjectNode) JSON.readTree(bytes);
          edit.accept(manifest);
          bytes = JSON.writeValueAsBytes(manifest);
        }
        to.putNextEntry(new ZipEntry(entry.getName()));
        to.write(bytes);
      }
    }
    return changed;
  }
}
