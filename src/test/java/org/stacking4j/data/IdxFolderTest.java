package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxFolderTest {
  private Path folder = Path.of("");

  @BeforeEach
  void write(@TempDir Path temp) throws IOException {
    folder = Files.createDirectory(temp.resolve("tiny"));
    IdxBytes.writeFolder(folder);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private void assertTiny(TrainTest data) {
    assertThat(data.name()).isEqualTo("idx:tiny");
    assertThat(data.train().classNames()).containsExactly("0", "1", "2");
    assertThat(data.train().labels()).containsExactly(2, 0, 1);
    assertThat(data.train().rowIds()).containsExactly(0, 1, 2);
    // (x / 255 - 0.5) / 0.5 for x = 0 255, 51 102, 153 204, in float32 step by step.
    assertThat(TinyRows.values(data.train().features()))
        .isDeepEqualTo(new float[][] {{-1, 1}, {-0.6f, -0.19999999f}, {0.20000005f, 0.6f}});
    assertThat(data.test().labels()).containsExactly(1, 2);
    assertThat(data.test().rowIds()).containsExactly(0, 1);
    assertThat(TinyRows.values(data.test().features()))
        .isDeepEqualTo(new float[][] {{1, -1}, {-1, -1}});
  }

  @Test
  void load_plain() throws IOException {
    assertTiny(IdxFolder.load(folder));
  }

  @ParameterizedTest
  @CsvSource({"-,.gz", ".,''", ".,.gz"})
  void load_otherSpellings(String dot, String ending) throws IOException {
    for (String part : new String[] {"train", "t10k"}) {
      rename(part + "-images", "idx3-ubyte", dot, ending);
      rename(part + "-labels", "idx1-ubyte", dot, ending);
    }

    assertTiny(IdxFolder.load(folder));
  }

  private void rename(String stem, String suffix, String dot, String ending) throws IOException {
    Path old = file(stem + "-" + suffix);
    byte[] plain = Files.readAllBytes(old);
    Files.delete(old);
    Files.write(
        file(stem + dot + suffix + ending), ending.isEmpty() ? plain : IdxBytes.gzip(plain));
  }

  @Test
  void load_compressionByContentNotByName() throws IOException {
    Path images = file("train-images-idx3-ubyte");
    Files.write(images, IdxBytes.gzip(Files.readAllBytes(images)));
    Path labels = file("train-labels-idx1-ubyte");
    Files.move(labels, file("train-labels-idx1-ubyte.gz"));

    assertTiny(IdxFolder.load(folder));
  }

  @Test
  void load_firstSpellingWins() throws IOException {
    Files.write(file("train-labels-idx1-ubyte.gz"), IdxBytes.gzip(IdxBytes.labels(0, 0, 0)));
    Files.write(file("train-labels.idx1-ubyte"), IdxBytes.labels(1, 1, 1));

    assertTiny(IdxFolder.load(folder));
  }

  @Test
  void load_folderWithAFilesName() throws IOException {
    Path labels = file("train-labels-idx1-ubyte");
    Files.move(labels, file("train-labels.idx1-ubyte"));
    Files.createDirectory(labels);

    assertTiny(IdxFolder.load(folder));
  }

  @Test
  void load_nameOfARelativeFolder() throws IOException {
    assertThat(IdxFolder.load(folder.resolve("../tiny/.")).name()).isEqualTo("idx:tiny");
  }

  @Test
  void load_atLeastTwoClasses() throws IOException {
    Files.write(file("train-labels-idx1-ubyte"), IdxBytes.labels(0, 0, 0));
    Files.write(file("t10k-labels-idx1-ubyte"), IdxBytes.labels(0, 1));

    TrainTest data = IdxFolder.load(folder);

    assertThat(data.train().classNames()).containsExactly("0", "1");
    assertThat(data.test().labels()).containsExactly(0, 1);
  }

  @Test
  void load_ofTheFirstRows_isTheBeginningOfAll() throws IOException {
    TrainTest all = IdxFolder.load(folder);

    TrainTest some = IdxFolder.load(folder, 2, 1);

    assertThat(some.train().labels()).containsExactly(2, 0);
    assertThat(some.train().features()).isEqualTo(all.train().features(0, 2));
    assertThat(some.train().classNames()).isEqualTo(all.train().classNames());
    assertThat(some.test().labels()).containsExactly(1);
    assertThat(some.test().features()).isEqualTo(all.test().features(0, 1));
    assertTiny(IdxFolder.load(folder, 4, 3));
    assertThatThrownBy(() -> IdxFolder.load(folder, 2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 training and 0 test rows were asked for: ask for at least one of each");
  }

  @Test
  void load_ofTheFirstRows_knowsTheClassesOfAll() throws IOException {
    // Class 2 comes only after the rows asked for; which classes there are must not depend on them.
    Files.write(file("train-labels-idx1-ubyte"), IdxBytes.labels(0, 1, 2));

    assertThat(IdxFolder.load(folder, 2, 2).train().classNames()).containsExactly("0", "1", "2");

    Files.write(file("t10k-labels-idx1-ubyte"), IdxBytes.labels(1, 200));
    assertThatThrownBy(() -> IdxFolder.load(folder, 2, 1))
        .hasMessageStartingWith(file("t10k-labels-idx1-ubyte") + " has label 200 in row 1");
  }

  @Test
  void load_notAFolder() {
    Path missing = folder.resolveSibling("missing");
    assertFails(missing, missing + " is not a folder: name the one with the IDX files");
    Path plain = file("t10k-labels-idx1-ubyte");
    assertFails(plain, plain + " is not a folder: name the one with the IDX files");
  }

  @ParameterizedTest
  @CsvSource({
    "train-images,idx3-ubyte", "train-labels,idx1-ubyte",
    "t10k-images,idx3-ubyte", "t10k-labels,idx1-ubyte"
  })
  void load_missingFile(String stem, String suffix) throws IOException {
    Files.delete(file(stem + "-" + suffix));
    assertFails(
        folder,
        "%1$s has no file of %2$s: looked for %2$s-%3$s, %2$s-%3$s.gz, %2$s.%3$s, %2$s.%3$s.gz"
            .formatted(folder, stem, suffix));
  }

  @Test
  void load_damagedFile() throws IOException {
    Path labels = file("t10k-labels-idx1-ubyte");
    Files.write(labels, new byte[0]);
    assertFails(folder, labels + " is empty: fetch the file again");
    Files.write(labels, new byte[] {0, 0, 8});
    assertFails(folder, labels + " is cut off: expected 4 bytes, found 3: fetch the file again");
  }

  @Test
  void load_counts() throws IOException {
    Files.write(file("train-labels-idx1-ubyte"), IdxBytes.labels(0, 1));
    assertFails(
        folder,
        "%s holds 3 images but %s holds 2 labels: both must come from the same data set"
            .formatted(file("train-images-idx3-ubyte"), file("train-labels-idx1-ubyte")));
  }

  @Test
  void load_imageSizes() throws IOException {
    // As many pixels, but another shape: the columns would not mean the same.
    Files.write(file("t10k-images-idx3-ubyte"), IdxBytes.images(2, 2, 1, 1, 2, 3, 4));
    assertFails(
        folder,
        "%s holds images of 1 x 2 pixels but %s of 2 x 1: all images must have the same size"
            .formatted(file("train-images-idx3-ubyte"), file("t10k-images-idx3-ubyte")));
  }

  @Test
  void load_testLabelThatTrainingLacks() throws IOException {
    Files.write(file("t10k-labels-idx1-ubyte"), IdxBytes.labels(1, 200));
    assertFails(
        folder,
        file("t10k-labels-idx1-ubyte")
            + " has label 200 in row 1, but training labels only go up to 2: a network cannot learn"
            + " a class that it never sees");
  }

  private static void assertFails(Path folder, String sentence) {
    assertThatThrownBy(() -> IdxFolder.load(folder))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage(sentence);
  }

  private static final PictureSchema TINY = new PictureSchema(2, 1, 1);

  @Test
  void open_givesTheTestImages_orTheOneFileThereIs() throws IOException {
    try (FeatureRows rows = IdxFolder.open(folder, TINY)) {
      assertThat(TinyRows.values(rows.next(1))).isDeepEqualTo(new float[][] {{1, -1}});
      assertThat(TinyRows.values(rows.next(9))).isDeepEqualTo(new float[][] {{-1, -1}});
      assertThat(rows.next(9)).isNull();
      assertThat(rows.names()).isEmpty();
    }
    Files.delete(file("t10k-images-idx3-ubyte"));
    try (FeatureRows rows = IdxFolder.open(folder, TINY)) {
      assertThat(rows.next(9).rows()).isEqualTo(3);
    }
    Files.move(file("train-images-idx3-ubyte"), file("mine"));
    try (FeatureRows rows = IdxFolder.open(file("mine"), TINY)) {
      assertThat(rows.next(9).rows()).isEqualTo(3);
    }
    assertThatThrownBy(() -> IdxFolder.open(folder, TINY))
        .isInstanceOf(IOException.class)
        .hasMessage(
            folder
                + " has no file of images: expected t10k-images-idx3-ubyte or one file whose name ends"
                + " in -images-idx3-ubyte; name the file itself, idx:FILE");
    assertThatThrownBy(() -> IdxFolder.open(file("none"), TINY))
        .hasMessage(file("none") + " is neither an IDX file nor a folder with one: name either");
  }

  @Test
  void open_ofImagesOfAnotherSize() {
    assertThatThrownBy(() -> IdxFolder.open(folder, new PictureSchema(1, 2, 1)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file("t10k-images-idx3-ubyte")
                + " holds images of 2 x 1 pixels, grey, but the ensemble learned from 1 x 2 pixels,"
                + " grey: give it such images");
  }

  @Test
  void load_toJudgeBy_looksLabelsUpAmongTheClasses() throws IOException {
    List<String> classes = List.of("2", "7", "1");

    assertThat(IdxFolder.load(folder, TINY, classes).labels()).containsExactly(2, 0);

    Path training = file("train-images-idx3-ubyte");
    assertThatThrownBy(() -> IdxFolder.load(training, TINY, classes))
        .hasMessage(
            file("train-labels-idx1-ubyte")
                + " has label 0 in row 1, which is none of the classes '2', '7', '1'");
    Files.delete(file("train-labels-idx1-ubyte"));
    assertThatThrownBy(() -> IdxFolder.load(training, TINY, classes))
        .hasMessageStartingWith(
            training + " has no file of labels beside it: looked for train-labels-idx1-ubyte, ");
  }

  @Test
  void load_saysWhatItsPicturesAre() throws IOException {
    assertThat(IdxFolder.load(folder).test().pictureSchema()).contains(TINY);
    assertThat(IdxFolder.load(folder).test().withColumns(1).pictureSchema()).isEmpty();
  }
}
