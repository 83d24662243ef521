package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTableTest {
  private static final String PLAIN =
      """
      x,y,kind
      1,-2.5,b
      0.1,3e2,a
      .5,+7,b
      """;

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("my.csv"), text);
  }

  private static void assertPlain(LabeledData data) {
    assertThat(data.classNames()).containsExactly("a", "b");
    assertThat(data.labels()).containsExactly(1, 0, 1);
    assertThat(data.rowIds()).containsExactly(0, 1, 2);
    assertThat(TinyRows.values(data.features()))
        .isDeepEqualTo(new float[][] {{1, -2.5f}, {0.1f, 300}, {0.5f, 7}});
  }

  @Test
  void load_plain() throws IOException {
    assertPlain(CsvTable.load(file(PLAIN)));
    assertPlain(CsvTable.load(file(PLAIN), "kind"));
  }

  @ParameterizedTest
  @CsvSource({
    "no newline at the end, x;y;kind|1;-2.5;b|0.1;3e2;a|.5;+7;b",
    "tabs, x~y~kind|1~-2.5~b|0.1~3e2~a|.5~+7~b|",
    "CRLF, x;y;kind^1;-2.5;b^0.1;3e2;a^.5;+7;b^",
    "byte order mark, \ufeffx;y;kind|1;-2.5;b|0.1;3e2;a|.5;+7;b|",
    "byte order mark and quotes, \ufeff`x`;y;kind|1;-2.5;b|0.1;3e2;a|.5;+7;b|",
    "empty lines, |x;y;kind||1;-2.5;b|0.1;3e2;a|||.5;+7;b||",
    "quotes, `x`;`y`;`kind`|`1`;`-2.5`;`b`|0.1;3e2;`a`|.5;+7;b|",
    "spaces, x ; y; kind |1; -2.5 ; b|0.1 ;3e2;a|.5;+7; b |"
  })
  void load_otherSpellings(String what, String text) throws IOException {
    Path file =
        file(text.replace("^", "\r\n").replace('|', '\n').replace('~', '\t').replace('`', '"'));

    assertPlain(CsvTable.load(file));
    assertPlain(CsvTable.load(file, "kind"));
  }

  @Test
  void load_labelAnywhere_columnsInTheFilesOrder() throws IOException {
    LabeledData data = CsvTable.load(file("x,kind,y\n1,b,2\n3,a,4\n"), "kind");

    assertThat(data.labels()).containsExactly(1, 0);
    assertThat(TinyRows.values(data.features())).isDeepEqualTo(new float[][] {{1, 2}, {3, 4}});
  }

  @Test
  void load_delimitersInsideQuotes_areNotCounted() throws IOException {
    LabeledData data = CsvTable.load(file("\"a,b,c\";\"say \"\"x,y\"\"\";k\n1;2;p\n3;4;\"q;\"\n"));

    assertThat(data.columns()).isEqualTo(2);
    assertThat(data.classNames()).containsExactly("p", "q;");
  }

  @Test
  void load_delimiterGiven() throws IOException {
    // By the header alone this is one column too many: the semicolons are part of the names.
    Path file = file("a;1|b;2|k\n1|2|p\n3|4|q\n");

    LabeledData data = CsvTable.load(file, "k", '|');

    assertThat(TinyRows.values(data.features())).isDeepEqualTo(new float[][] {{1, 2}, {3, 4}});
  }

  @Test
  void load_classesThatAreNumbers_areOrderedAsNumbers() throws IOException {
    LabeledData numbers = CsvTable.load(file("x,k\n1,10\n2,9\n3,-1\n4,1e1\n5,9\n"));
    assertThat(numbers.classNames()).containsExactly("-1", "9", "10", "1e1");
    assertThat(numbers.labels()).containsExactly(2, 1, 0, 3, 1);

    LabeledData mixed = CsvTable.load(file("x,k\n1,10\n2,9\n3,b\n"));
    assertThat(mixed.classNames()).containsExactly("10", "9", "b");
  }

  @Test
  void load_moreRowsThanOneBlock() throws IOException {
    // Several blocks of the feature store, and labels beyond the first array of them.
    int rows = 20_000;
    int columns = 40;
    StringBuilder text = new StringBuilder("kind");
    for (int column = 0; column < columns; column++) {
      text.append(",c").append(column);
    }
    for (int row = 0; row < rows; row++) {
      text.append('\n').append(row % 3);
      for (int column = 0; column < columns; column++) {
        text.append(',').append(row + 0.25 * column);
      }
    }

    LabeledData data = CsvTable.load(file(text.toString()), "kind");

    assertThat(data.rows()).isEqualTo(rows);
    float[] values = data.features().data().asFloat();
    for (int row = 0; row < rows; row++) {
      assertThat(data.label(row)).isEqualTo(row % 3);
      for (int column = 0; column < columns; column++) {
        if (values[row * columns + column] != (float) (row + 0.25 * column)) {
          throw new AssertionError("row " + row + ", column " + column);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,1,2,k", "1,2,3,k"})
  void load_namesThatCountColumns_areNames(String header) throws IOException {
    // As programs write them that were told none.
    assertThat(CsvTable.load(file(header + "\n1,2,3,a\n4,5,6,b\n")).rows()).isEqualTo(2);
    String labelFirst = header.substring(6) + "," + header.substring(0, 5);
    assertThat(CsvTable.load(file(labelFirst + "\na,2,3,1\nb,5,6,1\n"), "k").rows()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,7,2.5,a", "1,2,4,a", "5.1,3.5,1.4,a"})
  void load_otherNumbersInTheHeader_areAMissingHeader(String header) throws IOException {
    Path without = file(header + "\n1,2,3,a\n4,5,6,b\n");
    assertThatThrownBy(() -> CsvTable.load(without))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage(
            without
                + ": header line: found the numbers '"
                + header.replace(",", "', '")
                + "'; the first line must name the columns");
  }

  static Stream<Arguments> wrong() {
    String infinite = ", which is infinite as float32; put a number there, or leave the row out";
    String text =
        ", which is not a number, and numbers in 1 of 2 rows; put a number there, leave the row"
            + " out, ignore the column (--ignore), or name it in categorical if it holds categories";
    String missing =
        ", and numbers in 1 of 2 rows; put a number there, leave the row out, ignore the column"
            + " (--ignore), or have"
            + " the median put there (missing: median in a conf file, --missing median)";
    return Stream.of(
        Arguments.of("", "empty; expected a header line that names the columns"),
        Arguments.of("\n\n", "empty; expected a header line that names the columns"),
        Arguments.of(
            "x,kind\n", "no rows after the header line; expected one row a line, of every class"),
        Arguments.of(
            "x,y,x,kind\n1,2,3,a\n",
            "header line: columns 1 and 3 are both named 'x'; the first line must name the columns,"
                + " and their names must differ"),
        Arguments.of(
            ",x,kind\n1,2,a\n",
            "header line: column 1 has no name; name it, or ignore it if it counts or names rows"
                + " (ignore: [\"\"] in a conf file, --ignore \"\")"),
        Arguments.of(
            "x|kind\n1|a\n",
            "header line: found the one column 'x|kind'; expected features and a label, separated"
                + " by comma, semicolon or tab"),
        Arguments.of("x,kind\n1,a\n2\n", "line 3 has 1 field, expected 2 as in the header"),
        Arguments.of("x,kind\n1,a\n\n2,b,c\n", "line 4 has 3 fields, expected 2 as in the header"),
        Arguments.of(
            "x,kind\n1,a\n2, \n",
            "column 'kind' has no label in line 3; every row needs one: fill it in, or leave the row"
                + " out"),
        Arguments.of(
            "x,kind\n1,a\n2,a\n",
            "column 'kind' has the label 'a' in all 2 rows; a classifier needs at least 2 classes,"
                + " so take the labels from another column or add rows"),
        Arguments.of("x,y,kind\n1,2,a\n3,abc,b\n", "column 'y' has 'abc' in line 3" + text),
        Arguments.of("x,kind\n1,a\n,b\n", "column 'x' has nothing in line 3" + missing),
        Arguments.of("x,kind\n1,a\nNA,b\n", "column 'x' has 'NA' in line 3" + missing),
        Arguments.of("x,kind\n1,a\nNaN,b\n", "column 'x' has 'NaN' in line 3" + missing),
        Arguments.of("x,kind\n1,a\n-inf,b\n", "column 'x' has '-inf' in line 3" + text),
        Arguments.of("x,kind\n1,a\n1e39,b\n", "column 'x' has '1e39' in line 3" + infinite),
        Arguments.of("x,kind\n1,a\n0x1p3,b\n", "column 'x' has '0x1p3' in line 3" + text),
        Arguments.of("x,kind\n1,a\n1f,b\n", "column 'x' has '1f' in line 3" + text),
        Arguments.of("x;kind\n1;a\n1,5;b\n", "column 'x' has '1,5' in line 3" + text),
        Arguments.of(
            "x,kind\n1,a\n1-2,b\n",
            "column 'x' has '1-2' in line 3, which is not a number; put a number there, or leave the row out"),
        Arguments.of(
            // Quoted fields may hold line ends: the line is the file's, not the row's number.
            "x,kind\n1,\"a\nb\"\ny,c\n", "column 'x' has 'y' in line 4" + text));
  }

  @Test
  void load_withoutColumns_leavesThemAlone() throws IOException {
    Path file = file(",name,x,kind\n1,Ann,1,a\n2,Bob,2,b\n3,Cid,3,a\n");

    LabeledData rows = CsvTable.load(file, CsvColumns.of("kind").without(List.of("", "name")));

    assertThat(rows.schema().orElseThrow().featureNames()).containsExactly("x");
    CsvColumns twice = CsvColumns.of("kind").without(List.of("kind"));
    assertThatThrownBy(() -> CsvTable.load(file, twice))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + ": column 'kind' is to be ignored and to be used; say one of both");
    CsvColumns all = CsvColumns.of("kind").without(List.of("", "name", "x"));
    assertThatThrownBy(() -> CsvTable.load(file, all))
        .hasMessage(file + ": no column is left for features; expected one or more");
    CsvColumns target = CsvColumns.of("x").without(List.of("", "name", "kind"));
    assertThatThrownBy(() -> CsvTable.loadTargets(file, target))
        .hasMessageContaining("leave one or more as features");
  }

  @Test
  void load_likeWhatWasLearned_knowsTheColumnOfTheLabels() throws IOException {
    LabeledData learned = CsvTable.load(file("kind,x\na,1\nb,\n"), median("kind"));
    TableSchema schema = learned.schema().orElseThrow();
    assertThat(schema.label()).isEqualTo("kind");
    Path later = Files.writeString(folder.resolve("later.csv"), "kind,x,was\nb,2,a\na,1,b\n");

    assertThat(CsvTable.load(later, CsvColumns.of(), schema, learned.classNames()).labels())
        .containsExactly(1, 0);
    assertThat(CsvTable.load(later, CsvColumns.of("was"), schema, learned.classNames()).labels())
        .containsExactly(0, 1);
    Path other = Files.writeString(folder.resolve("other.csv"), "x,sort\n2,a\n");
    assertThatThrownBy(() -> CsvTable.load(other, CsvColumns.of(), schema, learned.classNames()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            other
                + ": there is no column 'kind', which held the labels that were learned; name the one"
                + " that holds them here; the columns are 'x', 'sort'");
  }

  @Test
  void loadTargets_likeWhatWasLearned_refusesAFeatureAsTarget() throws IOException {
    Path file = file("x,y,price\n1,2,3\n2,3,4\n");
    TableSchema schema = CsvTable.loadTargets(file, "price").schema().orElseThrow();

    assertThatThrownBy(() -> CsvTable.loadTargets(file, CsvColumns.of("y"), schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            file
                + ": column 'y' holds the targets and cannot hold the features that were learned from"
                + " too; name another one for either");
  }

  private static CsvColumns median(String label) {
    return CsvColumns.of(label).withMissing(Missing.MEDIAN);
  }

  @Test
  void load_likeWhatWasLearned_asksForTheLabelWhereTheLastColumnIsNone() throws IOException {
    Path file = file("kind,x\na,1\nb,2\n");
    LabeledData learned = CsvTable.load(file, "kind");
    TableSchema unlabelled = new TableSchema(learned.schema().orElseThrow().columns());

    assertThatThrownBy(() -> CsvTable.load(file, CsvColumns.of(), unlabelled, learned.classNames()))
        .hasMessage(
            file
                + ": column 'x' has '1' in line 2, which is none of the classes 'a', 'b'; this is the"
                + " last column: name the one that holds the labels");
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void load_wrongFile_saysWhereAndHowToMend(String text, String message) throws IOException {
    Path file = file(text);

    assertThatThrownBy(() -> CsvTable.load(file))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage(file + ": " + message);
  }

  @Test
  void loadTargets_takesTheNamedColumns() throws IOException {
    Path table = folder.resolve("numbers.csv");
    Files.writeString(table, "\"a\";price;b;area\n1;10.5;2;-3\n4;1e3;5;0\n");

    LabeledData both = CsvTable.loadTargets(table, "area", " price ");
    LabeledData last = CsvTable.loadTargets(table);

    assertThat(both.outputNames()).containsExactly("area", "price");
    assertThat(both.targets(new int[] {0, 1}).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{-3, 10.5f}, {0, 1000}});
    assertThat(both.features().toFloatMatrix()).isDeepEqualTo(new float[][] {{1, 2}, {4, 5}});
    assertThat(last.outputNames()).containsExactly("area");
    assertThat(last.columns()).isEqualTo(3);
  }

  @Test
  void loadTargets_wrongFile_saysWhereAndHowToMend() throws IOException {
    Path table = folder.resolve("numbers.csv");
    Files.writeString(table, "a,price\n1,10\n2,cheap\n");

    assertThatIOException()
        .isThrownBy(() -> CsvTable.loadTargets(table))
        .withMessageStartingWith(
            table + ": column 'price' has 'cheap' in line 3, which is not a number; ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsvTable.loadTargets(table, "prize"))
        .withMessage(
            table
                + ": there is no column 'prize' to take the targets from; did you mean 'price'? the"
                + " columns are 'a', 'price'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsvTable.loadTargets(table, "a", "price"))
        .withMessage(table + ": all columns are targets; leave one or more as features");
    Files.writeString(table, "a,price\n");
    assertThatIOException()
        .isThrownBy(() -> CsvTable.loadTargets(table))
        .withMessage(table + ": no rows after the header line; expected one row a line");
  }

  @Test
  void load_weightsAndGroups_areNoFeatures() throws IOException {
    Path table = file("w,x,who,kind,y\n0.5, 1,ann,b,2\n3,4,\"bob, jr\",a,5\n1e-3,6,ann,b,7\n");
    CsvColumns columns = CsvColumns.of("kind").withWeight(" w ").withGroup("who");

    LabeledData data = CsvTable.load(table, columns);

    assertThat(data.weights()).containsExactly(0.5, 3, 0.001);
    assertThat(data.groups()).containsExactly(0, 1, 0);
    assertThat(data.labels()).containsExactly(1, 0, 1);
    assertThat(TinyRows.values(data.features()))
        .isDeepEqualTo(new float[][] {{1, 2}, {4, 5}, {6, 7}});
    LabeledData plain = CsvTable.load(file(PLAIN), CsvColumns.of());
    assertThat(plain.isWeighted()).isFalse();
    assertThat(plain.isGrouped()).isFalse();
    assertPlain(plain);
  }

  @Test
  void loadTargets_weightsAndGroups_areNoFeaturesEither() throws IOException {
    Path table = file("price,w,x,who,y,area\n10,2,1,7,2,30\n20,1,4,-3,5,40\n");
    CsvColumns columns = CsvColumns.of("area", "price").withWeight("w").withGroup("who");

    LabeledData data = CsvTable.loadTargets(table, columns);

    assertThat(data.weights()).containsExactly(2, 1);
    assertThat(data.groups()).containsExactly(7, -3);
    assertThat(data.targets(new int[] {0, 1}).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{30, 10}, {40, 20}});
    assertThat(data.features().toFloatMatrix()).isDeepEqualTo(new float[][] {{1, 2}, {4, 5}});
    LabeledData last = CsvTable.loadTargets(table, CsvColumns.of().withWeight("w"));
    assertThat(last.outputNames()).containsExactly("area");
    assertThat(last.columns()).isEqualTo(4);
  }

  @Test
  void load_groups_areNumberedWhateverTheRowsOrder() throws IOException {
    CsvColumns columns = CsvColumns.of("k").withGroup("g");

    assertThat(CsvTable.load(file("g,x,k\n30,1,a\n4,2,b\n30,3,a\n"), columns).groups())
        .containsExactly(30, 4, 30);
    assertThat(CsvTable.load(file("g,x,k\n30,1,a\n4b,2,b\n30,3,a\n"), columns).groups())
        .containsExactly(0, 1, 0);
    assertThat(CsvTable.load(file("g,x,k\n4b,1,a\n30,2,b\n1.5,3,a\n"), columns).groups())
        .containsExactly(2, 1, 0);
  }

  @Test
  void load_weightsAndGroups_ofManyRows() throws IOException {
    StringBuilder text = new StringBuilder("k,w,x,g\n");
    for (int row = 0; row < 3000; row++) {
      text.append(row % 2).append(',').append(row + 1).append(",5,g").append(row / 3).append('\n');
    }

    LabeledData data =
        CsvTable.load(file(text.toString()), CsvColumns.of("k").withWeight("w").withGroup("g"));

    for (int row = 0; row < 3000; row++) {
      assertThat(data.weight(row)).isEqualTo(row + 1);
      assertThat(data.group(row)).isEqualTo(data.group(row / 3 * 3));
    }
    assertThat(java.util.Arrays.stream(data.groups()).distinct()).hasSize(1000);
  }

  @Test
  void split_ofATableWithGroups_keepsThemWhole() throws IOException {
    StringBuilder text = new StringBuilder("x,kind,who,w\n");
    for (int row = 0; row < 60; row++) {
      text.append(row).append(',').append(row % 2).append(",p").append(row * 7 % 20);
      text.append(',').append(row + 1).append('\n');
    }
    CsvColumns columns = CsvColumns.of("kind").withWeight("w").withGroup("who");

    TrainTest split =
        TrainTest.split("mine", CsvTable.load(file(text.toString()), columns), 0.25, 1);

    assertThat(split.train().rows() + split.test().rows()).isEqualTo(60);
    assertThat(split.test().groups()).isNotEmpty().doesNotContain(split.train().groups());
    for (int row = 0; row < split.test().rows(); row++) {
      assertThat(split.test().weight(row)).isEqualTo((double) split.test().rowId(row) + 1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0    | column 'w' has '0' in line 3, but a weight must be a finite number above 0: leave out the rows that are to count for nothing
          -1   | column 'w' has '-1' in line 3, but a weight
          NaN  | column 'w' has 'NaN' in line 3, but a weight
          1e999 | column 'w' has '1e999' in line 3, but a weight
          1-2  | column 'w' has '1-2' in line 3, but a weight
          much | column 'w' has 'much' in line 3, but a weight
          ' '  | column 'w' has no weight in line 3; every row needs one: fill it in, or leave the row out
          """)
  void load_wrongWeight_saysWhere(String weight, String message) throws IOException {
    Path table = file("x,w,k\n1,2,0\n3," + weight + ",1\n");

    assertThatIOException()
        .isThrownBy(() -> CsvTable.load(table, CsvColumns.of("k").withWeight("w")))
        .withMessageStartingWith(table + ": " + message);
    assertThatIOException()
        .isThrownBy(() -> CsvTable.loadTargets(table, CsvColumns.of("k").withWeight("w")))
        .withMessageStartingWith(table + ": " + message);
  }

  @Test
  void load_columnsThatCannotBe() throws IOException {
    Path table = file("x,w,g,k\n1,2,,0\n");

    assertThatIOException()
        .isThrownBy(() -> CsvTable.load(table, CsvColumns.of("k").withGroup("g")))
        .withMessage(
            table
                + ": column 'g' has no group in line 2; every row needs one: fill it in, or leave"
                + " the row out");
    refused(
        table,
        CsvColumns.of("k").withWeight("v"),
        "there is no column 'v' to take the weights from; the columns are 'x', 'w', 'g', 'k'");
    refused(
        table,
        CsvColumns.of("k").withGroup("h"),
        "there is no column 'h' to take the groups from; the columns are 'x', 'w', 'g', 'k'");
    refused(
        table,
        CsvColumns.of("k").withWeight("k"),
        "column 'k' holds the labels and cannot hold the weights too; name another one for either");
    refused(
        table,
        CsvColumns.of().withGroup("k"),
        "column 'k' holds the labels and cannot hold the groups too; name another one for either");
    refused(
        table,
        CsvColumns.of("k").withWeight("w").withGroup("w"),
        "column 'w' holds the weights and cannot hold the groups too; name another one for either");
    refused(table, CsvColumns.of("k", "g"), "found the columns 'k', 'g' for the labels; name one");
    Path none = Files.writeString(folder.resolve("none.csv"), "w,k\n1,a\n2,b\n");
    refused(
        none,
        CsvColumns.of("k").withWeight("w"),
        "no column is left for features; expected one or more");
  }

  private static void refused(Path table, CsvColumns columns, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsvTable.load(table, columns))
        .withMessage(table + ": " + message);
  }

  @Test
  void load_unknownLabel_namesTheColumns() throws IOException {
    Path few = file("x,y,kind\n1,2,a\n3,4,b\n");
    assertThatThrownBy(() -> CsvTable.load(few, "class"))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            few
                + ": there is no column 'class' to take the labels from; the columns are 'x', 'y',"
                + " 'kind'");

    StringBuilder many = new StringBuilder("c0");
    for (int i = 1; i < 784; i++) {
      many.append(",c").append(i);
    }
    Path file = file(many.append('\n').toString());
    assertThatThrownBy(() -> CsvTable.load(file, "class"))
        .hasMessageContaining("the columns are 'c0', 'c1', ")
        .hasMessageEndingWith("'c18', 'c19', … (784 in all)");
  }

  @Test
  void load_unclosedQuote_isNamed() throws IOException {
    Path file = file("x,kind\n1,a\n2,\"b\n3,a\n");

    assertThatThrownBy(() -> CsvTable.load(file))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining("quote");
  }

  @Test
  void load_notText_orNotThere() throws IOException {
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, "größe,kind\n1,a\n2,b\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> CsvTable.load(latin))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage(latin + ": not UTF-8 text; save it as such");
    Path late = folder.resolve("late.csv");
    Files.write(late, "x,kind\n1,a\n2,gr\u00fcn\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> CsvTable.load(late))
        .hasMessage(late + ": not UTF-8 text; save it as such");

    Path missing = folder.resolve("none.csv");
    assertThatThrownBy(() -> CsvTable.load(missing))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage(missing + ": there is no such file");
  }

  @Test
  void open_afterTheFileHasChanged_isRefused() throws IOException {
    Path file = file("a,kind\n1,x\n2,y\n");
    CsvTable table = new CsvTable(file, null);
    table.open().close();
    table.open().close();
    Files.writeString(file, "a,b,kind\n1,5,x\n2,6,y\n");

    assertThatIOException()
        .isThrownBy(table::open)
        .withMessage(file + ": the file changed while it was read; read it again");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void load_whatCanBeReadOnceOnly_isRefused() {
    Path device = Path.of("/dev/null");

    assertThatIOException()
        .isThrownBy(() -> CsvTable.load(device))
        .withMessage(
            device
                + ": a pipe or device, which can be read only once, and a table is read twice; put"
                + " it into a file first");
  }

  @Test
  void load_ofAFieldWithoutEnd_readsLittleOfIt() throws IOException {
    Path file = folder.resolve("endless.csv");
    try (var out = Files.newBufferedWriter(file)) {
      out.write("a,kind\n1,x\n2,y\n\"3");
      String million = "0".repeat(1_000_000);
      for (int i = 0; i < 40; i++) {
        out.write(million);
      }
    }

    assertThatThrownBy(() -> CsvTable.load(file))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file
                + ": in line 4 a field goes on for more than 16 million characters; look for a"
                + " quote that is not closed, or take a file of lines");
  }
}
