package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.testing.TinyPictures;

final class PictureFolderTest {
  @TempDir Path temp;

  private Path grey(String path, int value) throws IOException {
    return TinyPictures.grey(temp.resolve("my").resolve(path), 2, value, 0);
  }

  private TrainTest load() throws IOException {
    return load(null, PictureColour.AUTO);
  }

  private TrainTest load(@Nullable PictureSize size, PictureColour colour) throws IOException {
    return PictureFolder.load(temp.resolve("my"), size, colour, 0.25, 1);
  }

  private void assertRefused(String message) {
    assertThatIOException()
        .isThrownBy(this::load)
        .withMessage(
            message
                .replace("DIR", temp.resolve("my").toString())
                .replace('/', java.io.File.separatorChar));
  }

  @Test
  void load_trainAndTest_inTheOrderOfPaths() throws IOException {
    grey("train/10/b.png", 51);
    grey("train/9/c.png", 102);
    grey("train/9/a.png", 153);
    grey("test/9/z.png", 0);
    grey("test/10/z.png", 255);

    TrainTest data = load();

    assertThat(data.name()).isEqualTo("images:my");
    assertThat(data.train().classNames()).containsExactly("9", "10"); // as numbers
    assertThat(data.train().labels()).containsExactly(1, 0, 0); // "10/b" is before "9/a"
    assertThat(data.train().rowIds()).containsExactly(0, 1, 2);
    assertThat(TinyRows.values(data.train().features()))
        .isDeepEqualTo(new float[][] {{-0.6f, -1}, {0.20000005f, -1}, {-0.19999999f, -1}});
    assertThat(data.test().labels()).containsExactly(1, 0);
    assertThat(data.train().pictureSchema()).contains(new PictureSchema(2, 1, 1));
    assertThat(data.train().schema()).isEmpty();
  }

  @Test
  void load_oneFolder_isSplitLikeATable() throws IOException {
    for (int i = 0; i < 8; i++) {
      grey("cat/" + i + ".png", 10 * i);
      grey("dog/" + i + ".png", 200 + i);
    }

    TrainTest data = load();

    assertThat(data.train().classCounts()).containsExactly(6, 6);
    assertThat(data.test().classCounts()).containsExactly(2, 2);
    int[] labels = new int[16];
    Arrays.fill(labels, 8, 16, 1);
    LabeledData same = LabeledData.of(Nd4j.zeros(16, 1), labels, List.of("a", "b"));
    assertThat(data.test().rowIds())
        .containsExactly(TrainTest.split("same", same, 0.25, 1).test().rowIds());
    assertThat(data.test().pictureSchema()).isPresent();
  }

  @Test
  void load_passesOverLitterAndHiddenFiles() throws IOException {
    for (String kind : List.of("cat", "dog")) {
      grey(kind + "/1.png", 1);
      grey(kind + "/2.png", 1);
      Files.writeString(temp.resolve("my/" + kind + "/Thumbs.db"), "x");
      Files.writeString(temp.resolve("my/" + kind + "/.DS_Store"), "x");
    }
    Files.writeString(temp.resolve("my/README.md"), "x");
    Files.writeString(temp.resolve("my/LICENSE"), "x");
    Files.createDirectory(temp.resolve("my/__MACOSX"));

    assertThat(load().train().classNames()).containsExactly("cat", "dog");
  }

  @Test
  void load_sizeAndColour_byWhatAllPicturesHave() throws IOException {
    Path my = TinyPictures.redAndBlue(temp.resolve("my"), 2);
    assertThat(load().train().pictureSchema()).contains(new PictureSchema(6, 4, 3));

    assertThat(load(null, PictureColour.GREY).train().pictureSchema())
        .contains(new PictureSchema(6, 4, 1));
    assertThat(load(new PictureSize(3, 5), PictureColour.COLOUR).train().columns()).isEqualTo(45);

    TinyPictures.colour(my.resolve("red/other.png"), 1, 0xff0000);
    assertThat(load().train().pictureSchema()).contains(new PictureSchema(32, 32, 3));
  }

  @Test
  void load_ofLargePicturesOfOneSize_isResized() throws IOException {
    for (String path : List.of("a/1.png", "a/2.png", "b/1.png", "b/2.png")) {
      TinyPictures.grey(temp.resolve("my").resolve(path), 65, new int[65]);
    }

    assertThat(load().train().pictureSchema()).contains(new PictureSchema(32, 32, 1));
  }

  @Test
  void load_badFolders() throws IOException {
    assertRefused("DIR is not a folder: name the one with the pictures");
    Files.createDirectory(temp.resolve("my"));
    assertRefused("DIR is empty: expected a folder for each class, with its pictures in it");
    grey("cat/1.png", 1);
    assertRefused(
        "DIR has one class only, 'cat'; a classifier needs at least 2, each in a folder of its own");
    Path dog = Files.createDirectory(temp.resolve("my/dog"));
    assertRefused("DIR/dog has no pictures: put some in, or take the folder away");
    Path notes = Files.writeString(dog.resolve("notes.txt"), "x");
    assertRefused(
        "DIR/dog/notes.txt is no picture in PNG, JPEG, GIF or BMP: convert it, or take it away");
    Files.delete(notes);
    grey("dog/old/1.png", 1);
    assertRefused(
        "DIR/dog/old is a folder in DIR/dog, which is taken for a class: name the folder that has the"
            + " classes' folders in it, and put pictures directly into these");
    Path stray = grey("a.png", 1);
    assertRefused(
        "DIR/a.png stands directly in DIR: put each picture into a folder with the name of its class");
    Files.delete(stray);
  }

  @Test
  void load_trainAndTestThatDoNotFit() throws IOException {
    grey("train/cat/1.png", 1);
    grey("train/dog/1.png", 1);
    grey("test/cat/1.png", 1);
    grey("test/fox/1.png", 1);
    assertRefused(
        "DIR has different classes in train and test, only in train 'dog', only in test 'fox': both"
            + " need the same folders");
    grey("val/cat/1.png", 1);
    assertRefused(
        "DIR/val stands beside the folders train and test: expected only these two, so move it");
  }

  @Test
  void load_links_leadToFilesOfTheSameFolderOnly() throws IOException {
    Path one = grey("cat/1.png", 1);
    grey("cat/2.png", 1);
    grey("dog/1.png", 1);
    Files.createSymbolicLink(temp.resolve("my/dog/2.png"), one);
    assertThat(load().train().rows()).isEqualTo(2);

    Path outside = TinyPictures.grey(temp.resolve("other/1.png"), 2, 1, 0);
    Path link = Files.createSymbolicLink(temp.resolve("my/dog/3.png"), outside);
    assertRefused(
        "DIR/dog/3.png is a link to a folder, or out of DIR: put what it leads to in its place");
    Files.delete(link);
    Files.createSymbolicLink(temp.resolve("my/fox"), temp.resolve("my/dog"));
    assertRefused(
        "DIR/fox is a link to a folder, or out of DIR: put what it leads to in its place");
    Files.delete(temp.resolve("my/fox"));
    Files.createSymbolicLink(temp.resolve("my/dog/4.png"), temp.resolve("none"));
    assertRefused("DIR/dog/4.png is a link to nothing: take it away");
  }

  @Test
  void load_toJudgeBy_takesTheTestAndKnownClassesOnly() throws IOException {
    grey("train/cat/1.png", 1);
    grey("train/dog/1.png", 1);
    grey("test/dog/1.png", 255);
    PictureSchema schema = new PictureSchema(1, 1, 1);
    Path my = temp.resolve("my");

    LabeledData judged = PictureFolder.load(my, schema, List.of("cat", "dog", "fox"));
    assertThat(judged.labels()).containsExactly(1);
    assertThat(judged.classes()).isEqualTo(3);
    assertThatIOException()
        .isThrownBy(() -> PictureFolder.load(my, schema, List.of("cat", "fox")))
        .withMessage(
            my.resolve("test").resolve("dog").resolve("1.png")
                + " is in the folder 'dog', which is none of the classes 'cat', 'fox'");
  }

  @Test
  void rows_areAllPicturesInTheFolder_andHaveTheBitsOfAllAtOnce() throws IOException {
    Path my = TinyPictures.redAndBlue(temp.resolve("my"), 3);
    TinyPictures.colour(my.resolve("a.png"), 2, 0xff0000, 0x00ff00);
    TinyPictures.colour(my.resolve("red/deep/er/b.bmp"), 1, 0x0000ff);
    PictureSchema schema = new PictureSchema(3, 2, 3);

    try (PictureRows rows = PictureRows.open(my, schema)) {
      assertThat(rows.names())
          .containsExactly(
              "a.png",
              "blue/000.png",
              "blue/001.png",
              "blue/002.png",
              "red/000.png",
              "red/001.png",
              "red/002.png",
              "red/deep/er/b.bmp");
      @Nullable INDArray first = rows.next(5);
      @Nullable INDArray second = rows.next(5);
      assertThat(first.shape()).containsExactly(5, 18);
      assertThat(second.shape()).containsExactly(3, 18);
      assertThat(rows.next(5)).isNull();
      try (PictureRows again = PictureRows.open(my, schema)) {
        INDArray all = again.next(100);
        assertThat(Nd4j.vstack(first, second)).isEqualTo(all);
      }
    }
    try (PictureRows one = PictureRows.open(my.resolve("a.png"), schema)) {
      assertThat(one.names()).containsExactly("a.png");
      assertThat(one.next(9).shape()).containsExactly(1, 18);
    }
    assertThatIOException()
        .isThrownBy(() -> PictureRows.open(Files.createDirectory(temp.resolve("none")), schema))
        .withMessage(temp.resolve("none") + " has no pictures in it: name a folder that has some");
  }

  @Test
  void size_isReadFromText() {
    assertThat(PictureSize.parse("28x14")).isEqualTo(new PictureSize(28, 14));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureSize.parse("28"))
        .withMessage("a picture's size must be WIDTHxHEIGHT, such as 28x28, found '28'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureSize.parse("0x300"))
        .withMessage("pictures must be resized to 1 to 256 pixels a side, found 0x300");
  }

  @Test
  void schema_saysWhatAPictureBecomes() {
    assertThat(new PictureSchema(28, 14, 1)).hasToString("28 x 14 pixels, grey");
    assertThat(new PictureSchema(2, 3, 3)).hasToString("2 x 3 pixels, in colour");
    assertThat(new PictureSchema(2, 3, 3).features()).isEqualTo(18);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PictureSchema(2, 3, 4))
        .withMessage(
            "pictures must be 1 x 1 pixel or larger with 1 or 3 channels, found 2 x 3 with 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PictureSchema(1 << 16, 1 << 16, 1))
        .withMessage("pictures of 65536 x 65536 pixels have too many features");
  }
}
