package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Tables with categories and missing numbers, and other rows whose features are made alike. */
final class TableRowsTest {
  private static final String TEXT =
      """
      colour,size,grade,kind
      red,1,3,a
      blue,,1,b
      red,5,2,a
      green,2,3,b
      ,NA,1,a
      """;
  private static final CsvColumns COLUMNS =
      CsvColumns.of("kind").withMissing(Missing.MEDIAN).withCategorical(List.of("grade"));

  @TempDir Path folder;

  @Test
  void load_makesFeaturesOfCategoriesAndMissingNumbers() throws IOException {
    LabeledData data = CsvTable.load(file(TEXT), COLUMNS);

    TableSchema schema = data.schema().orElseThrow();
    assertThat(schema.featureNames())
        .containsExactly(
            "colour=",
            "colour=blue",
            "colour=green",
            "colour=red",
            "size",
            "size?",
            "grade=1",
            "grade=2",
            "grade=3");
    assertThat(schema.width()).isEqualTo(9);
    // The median of 1, 5 and 2 is 2.
    assertThat(data.features().toFloatMatrix())
        .isDeepEqualTo(
            new float[][] {
              {0, 0, 0, 1, 1, 0, 0, 0, 1},
              {0, 1, 0, 0, 2, 1, 1, 0, 0},
              {0, 0, 0, 1, 5, 0, 0, 1, 0},
              {0, 0, 1, 0, 2, 0, 0, 0, 1},
              {1, 0, 0, 0, 2, 1, 1, 0, 0},
            });
    assertThat(data.labels()).containsExactly(0, 1, 0, 1, 0);
  }

  @Test
  void open_ofTheOneColumnThatWasLearned_needsNoOther() throws IOException {
    LabeledData data = CsvTable.load(file("size,kind\n1,a\n2,b\n"), CsvColumns.of("kind"));
    Path alone = Files.writeString(folder.resolve("alone.csv"), "size\n3\n4\n");

    try (TableRows rows = TableRows.open(alone, data.schema().orElseThrow())) {
      assertThat(rows.next(10).toFloatMatrix()).isDeepEqualTo(new float[][] {{3}, {4}});
    }
  }

  @Test
  void split_putsTheMedianOfTheRowsToLearnFrom() throws IOException {
    // Ten rows of each class with a number of their own and ten without: whichever go to the test,
    // their numbers must not count.
    String rows =
        IntStream.range(0, 40)
            .mapToObj(
                i -> (i % 4 < 2 ? Integer.toString(i * i) : "") + "," + (i % 2 == 0 ? "a" : "b"))
            .collect(Collectors.joining("\n"));
    LabeledData all =
        CsvTable.load(file("x,kind\n" + rows), CsvColumns.of().withMissing(Missing.MEDIAN));

    TrainTest split = TrainTest.split("mine", all, 0.5, 3);

    List<Float> numbers = sortedNumbers(split.train());
    float median = numbers.get((numbers.size() - 1) / 2);
    assertThat(split.train().rows()).isEqualTo(20);
    for (LabeledData part : List.of(split.train(), split.test())) {
      assertThat(part.schema().orElseThrow().columns().get(0).fill()).isEqualTo(median);
      for (float[] row : part.features().toFloatMatrix()) {
        if (row[1] == 1) {
          assertThat(row[0]).isEqualTo(median);
        }
      }
    }
    assertThat(all.schema().orElseThrow().columns().get(0).fill()).isNotEqualTo((double) median);
  }

  private static List<Float> sortedNumbers(LabeledData data) {
    return Arrays.stream(data.features().toFloatMatrix())
        .filter(row -> row[1] == 0)
        .map(row -> row[0])
        .sorted()
        .toList();
  }

  @Test
  void rows_ofAnotherFile_areReadByName_inAnyOrder_someAtATime() throws IOException {
    TableSchema schema = CsvTable.load(file(TEXT), COLUMNS).schema().orElseThrow();
    Path other = folder.resolve("other.csv");
    Files.writeString(other, "note;grade;colour;size\nx;3;blue;7\ny;9;pink;\nz;1;;?\n");

    try (TableRows rows = TableRows.open(other, schema)) {
      INDArray first = rows.next(2);
      assertThat(first.toFloatMatrix())
          .isDeepEqualTo(new float[][] {{0, 1, 0, 0, 7, 0, 0, 0, 1}, {0, 0, 0, 0, 2, 1, 0, 0, 0}});
      assertThat(rows.next(2).toFloatMatrix())
          .isDeepEqualTo(new float[][] {{1, 0, 0, 0, 2, 1, 1, 0, 0}});
      assertThat(rows.next(2)).isNull();
      assertThat(rows.unknownCategories())
          .hasValue(
              other
                  + ": 2 fields have unknown categories, the first is '9' of column 'grade' in line"
                  + " 3; they count as none of the known ones");
    }
  }

  @Test
  void rows_ofTheSameFile_areItsFeatures() throws IOException {
    LabeledData data = CsvTable.load(file(TEXT), COLUMNS);

    try (TableRows rows = TableRows.open(file(TEXT), data.schema().orElseThrow())) {
      assertThat(floats(rows.next(10))).isEqualTo(floats(data.features()));
      assertThat(rows.unknownCategories()).isEqualTo(Optional.empty());
    }
  }

  @Test
  void open_ofATableThatLacksColumns() throws IOException {
    TableSchema schema = CsvTable.load(file(TEXT), COLUMNS).schema().orElseThrow();
    Path other = folder.resolve("other.csv");
    Files.writeString(other, "colour,kind\nred,a\n");

    assertThatIOException()
        .isThrownBy(() -> TableRows.open(other, schema))
        .withMessage(
            other
                + ": there is no column 'size', 'grade', which the ensemble learned from; the columns"
                + " are 'colour', 'kind'");
  }

  @Test
  void next_ofARowThatLacksANumberWhichNoneLackedBefore() throws IOException {
    TableSchema schema = CsvTable.load(file("x,kind\n1,a\n2,b\n")).schema().orElseThrow();
    Path other = folder.resolve("other.csv");
    Files.writeString(other, "x,y\n1,2\n,3\n");

    try (TableRows rows = TableRows.open(other, schema)) {
      assertThatIOException()
          .isThrownBy(() -> rows.next(5))
          .withMessage(
              other
                  + ": column 'x' has nothing in line 3; put a number there, or leave the row out");
    }
  }

  @Test
  void load_likeOtherRows_hasTheirClasses() throws IOException {
    LabeledData data = CsvTable.load(file(TEXT), COLUMNS);
    Path other = folder.resolve("other.csv");
    Files.writeString(other, "kind,grade,colour,size\nb,3,blue,7\nb,1,red,\n");

    LabeledData read =
        CsvTable.load(other, CsvColumns.of("kind"), data.schema().orElseThrow(), data.classNames());

    assertThat(read.classNames()).containsExactly("a", "b");
    assertThat(read.labels()).containsExactly(1, 1);
    assertThat(read.features().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{0, 1, 0, 0, 7, 0, 0, 0, 1}, {0, 0, 0, 1, 2, 1, 1, 0, 0}});
    Files.writeString(other, "kind,grade,colour,size\nb,3,blue,7\nc,1,red,\n");
    assertThatIOException()
        .isThrownBy(
            () ->
                CsvTable.load(
                    other, CsvColumns.of("kind"), data.schema().orElseThrow(), data.classNames()))
        .withMessage(
            other + ": column 'kind' has 'c' in line 3, which is none of the classes 'a', 'b'");
  }

  @Test
  void loadTargets_likeOtherRows() throws IOException {
    Path learned = file("colour,size,price\nred,1,10\nblue,2,20\nred,,30\nblue,4,40\n");
    CsvColumns columns = CsvColumns.of("price").withMissing(Missing.MEDIAN);
    LabeledData data = CsvTable.loadTargets(learned, columns);
    assertThat(data.features().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{0, 1, 1, 0}, {1, 0, 2, 0}, {0, 1, 2, 1}, {1, 0, 4, 0}});
    Path other = folder.resolve("other.csv");
    Files.writeString(other, "price,size,colour\n7,,blue\n");

    LabeledData read = CsvTable.loadTargets(other, columns, data.schema().orElseThrow());

    assertThat(read.features().toFloatMatrix()).isDeepEqualTo(new float[][] {{1, 0, 2, 1}});
    assertThat(read.targets(new int[] {0}).getFloat(0)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `x,y,kind\n1,,a\n2,,b\n`                | column 'y' says nothing in any row; ignore it (--ignore)
          `x,y,kind\n1,a,a\n2,b,b\n3,c,a\n4,d,a\n5,e,b\n6,f,b\n7,g,b\n8,h,a\n9,i,b\n1,j,a\n2,k,a\n` | column 'y' has 11 different texts in 11 rows, such as 'a' in line 2: too many to be categories; ignore the column (--ignore), or name it in categorical if they are
          """)
  void load_ofColumnsThatAreNeither(String text, String message) throws IOException {
    Path table = file(text.replace("\\n", "\n"));

    assertThatIOException()
        .isThrownBy(() -> CsvTable.load(table))
        .withMessage(table + ": " + message);
  }

  @Test
  void load_withCategoriesInAColumnThatIsNotThere() throws IOException {
    Path table = file(TEXT);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> CsvTable.load(table, CsvColumns.of("kind").withCategorical(List.of("shape"))))
        .withMessage(
            table
                + ": there is no column 'shape' to take the categories from; the columns are"
                + " 'colour', 'size', 'grade', 'kind'");
  }

  @Test
  void schema_thatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableSchema(List.of()))
        .withMessage("a table needs at least one column of features");
    TableSchema.Column x = new TableSchema.Column("x", List.of(), false, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableSchema(List.of(x, x)))
        .withMessage("two columns are named 'x'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableSchema.Column(" ", List.of(), false, 0))
        .withMessage("a column of a table must have a name");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableSchema.Column("x", List.of("a", "a"), false, 0))
        .withMessage("column 'x' has a category twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableSchema.Column("x", List.of("a"), true, 0))
        .withMessage("column 'x' cannot put a number for what is missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TableSchema.Column("x", List.of(), true, Double.NaN))
        .withMessage("column 'x' cannot put NaN for what is missing");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("my.csv"), text);
  }
}
