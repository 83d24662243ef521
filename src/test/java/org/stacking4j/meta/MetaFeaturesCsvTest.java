package org.stacking4j.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;

final class MetaFeaturesCsvTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("meta.csv");
  }

  @Test
  void file_isWhatTheDocumentationSays() throws IOException {
    features(List.of("no", "yes"), new float[][] {{1, -2.5f, 0.1f, 1e10f}, {0, 3, 4, 5}})
        .writeCsv(file);

    assertThat(Files.readString(file))
        .isEqualTo(
            String.join(
                "\r\n",
                "row,label,fold,a.logit_no,a.logit_yes,b.logit_no,b.logit_yes",
                "100,no,1,1.0,-2.5,0.1,1.0E10",
                "93,yes,2,0.0,3.0,4.0,5.0",
                ""));
  }

  @Test
  void file_ofTargets_hasThemInThePlaceOfTheLabel() throws IOException {
    numbers().writeCsv(file);

    assertThat(Files.readString(file))
        .isEqualTo(
            String.join(
                "\r\n",
                "row,target_price,target_area,fold,a.value_price,a.value_area,b.value_price,"
                    + "b.value_area",
                "7,0.1,-5.0,2,1.0,2.0,3.0,4.0",
                "8,1.0E10,6.5,1,5.0,6.0,7.0,8.0",
                ""));
  }

  @Test
  void roundTrip_ofTargets_keepsEveryBit() throws IOException {
    MetaFeatures plain = numbers();
    LabeledData grouped =
        plain.toLabeledData().withGroups(new long[] {1, 2}).withWeights(new double[] {1, 2});
    for (MetaFeatures written :
        List.of(
            plain,
            MetaFeatures.of(List.of("a", "b"), grouped, new int[][] {{1, 2}, {4, 3}}, List.of()))) {
      written.writeCsv(file);

      MetaFeatures read = MetaFeatures.readCsv(file);

      assertThat(read.columns()).isEqualTo(written.columns());
      assertThat(read.outputNames()).containsExactly("price", "area");
      assertThat(read.repeats()).isEqualTo(written.repeats());
      assertThat(read.folds(read.repeats())).isEqualTo(written.folds(read.repeats()));
      assertThat(read.toLabeledData().digest()).isEqualTo(written.toLabeledData().digest());
    }
  }

  @Test
  void read_ofTargets_saysWhatIsWrong() throws IOException {
    Files.writeString(file, "row,target_y,fold,a.value_y\n1,2,0,3\n2,NaN,0,4\n");
    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(file + ": line 3, column 'target_y': 'NaN' is not a finite number");
    Files.writeString(file, "row,target_y,fold,a.value_z\n1,2,0,3\n");
    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(
            file
                + ": every member must have a column for each target, in one order; expected a.value_y");
    Files.writeString(file, "row,target_y,fold,a.logit_y\n1,2,0,3\n");
    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(file + ": column 'a.logit_y' is not named MEMBER.value_NAME");
  }

  private static MetaFeatures numbers() {
    LabeledData rows =
        LabeledData.of(
            Nd4j.ones(2, 1),
            new float[][] {{0.1f, -5}, {1e10f, 6.5f}},
            List.of("price", "area"),
            new long[] {7, 8});
    return MetaFeatures.of(
        List.of("a", "b"),
        rows,
        new int[] {2, 1},
        Nd4j.createFromArray(new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}}));
  }

  @Test
  void file_ofWeightedRows_hasAColumnOfWeights() throws IOException {
    float[][] values = {{1, -2.5f, 0.1f, 1e10f}, {0, 3, 4, 5}};
    weighted(features(List.of("no", "yes"), values), 0.1, 1e-300).writeCsv(file);

    assertThat(Files.readString(file))
        .isEqualTo(
            String.join(
                "\r\n",
                "row,label,fold,weight,a.logit_no,a.logit_yes,b.logit_no,b.logit_yes",
                "100,no,1,0.1,1.0,-2.5,0.1,1.0E10",
                "93,yes,2,1.0E-300,0.0,3.0,4.0,5.0",
                ""));
  }

  @Test
  void roundTrip_ofWeightedRows_keepsEveryBit() throws IOException {
    var random = new SplittableRandom(2);
    int rows = 4096 + 300; // more than a block
    MetaFeatures plain = features(List.of("no", "yes"), new float[rows][4]);

    assertRoundTrip(weighted(plain, random.doubles(rows, 1e-9, 1e9).toArray()));
    assertRoundTrip(
        weighted(
            features(List.of("no", "yes"), new float[2][4]), Double.MIN_VALUE, Double.MAX_VALUE));
  }

  @Test
  void file_ofRepeatedFolds_hasAColumnForEachRepeat() throws IOException {
    LabeledData rows =
        features(List.of("no", "yes"), new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}}).toLabeledData();
    MetaFeatures repeated =
        MetaFeatures.of(List.of("a", "b"), rows, new int[][] {{1, 2}, {4, 3}, {5, 6}}, List.of());
    repeated.writeCsv(file);

    assertThat(Files.readString(file))
        .isEqualTo(
            String.join(
                "\r\n",
                "row,label,fold,fold_2,fold_3,a.logit_no,a.logit_yes,b.logit_no,b.logit_yes",
                "100,no,1,4,5,1.0,2.0,3.0,4.0",
                "93,yes,2,3,6,5.0,6.0,7.0,8.0",
                ""));
    assertRoundTrip(repeated);
    LabeledData more = rows.withWeights(new double[] {1, 2}).withGroups(new long[] {3, 4});
    assertRoundTrip(
        MetaFeatures.of(List.of("a", "b"), more, new int[][] {{1, 2}, {4, 3}}, List.of()));
    assertThat(Files.readString(file)).startsWith("row,label,fold,fold_2,weight,group,a.logit_no,");
  }

  @Test
  void roundTrip_ofManyRowsAndRepeats_keepsThem() throws IOException {
    int rows = 4096 + 300; // more than a block
    LabeledData table = features(List.of("no", "yes"), new float[rows][4]).toLabeledData();
    int[][] folds = {
      IntStream.range(0, rows).map(row -> row % 3).toArray(),
      IntStream.range(0, rows).map(row -> 3 + row % 7).toArray()
    };

    assertRoundTrip(MetaFeatures.of(List.of("a", "b"), table, folds, List.of()));
  }

  @Test
  void file_ofGroupedRows_hasAColumnOfGroups() throws IOException {
    MetaFeatures plain = features(List.of("no", "yes"), new float[][] {{1, 2, 3, 4}});
    MetaFeatures grouped = grouped(plain, Long.MIN_VALUE);
    grouped.writeCsv(file);

    assertThat(Files.readString(file))
        .startsWith("row,label,fold,group,a.logit_no,a.logit_yes,b.logit_no,b.logit_yes\r\n")
        .endsWith("\r\n100,no,1,-9223372036854775808,1.0,2.0,3.0,4.0\r\n");
    grouped(weighted(plain, 0.5), 12).writeCsv(file);
    assertThat(Files.readString(file))
        .startsWith("row,label,fold,weight,group,a.logit_no,")
        .contains("100,no,1,0.5,12,1.0,");
  }

  @Test
  void roundTrip_ofGroupedRows_keepsThem() throws IOException {
    int rows = 4096 + 300; // more than a block
    MetaFeatures grouped =
        grouped(
            features(List.of("no", "yes"), new float[rows][4]),
            new SplittableRandom(3).longs(rows).toArray());

    assertRoundTrip(grouped);
    assertRoundTrip(weighted(grouped, new SplittableRandom(4).doubles(rows, 1, 2).toArray()));
  }

  private static MetaFeatures grouped(MetaFeatures features, long... groups) {
    LabeledData rows = features.toLabeledData().withGroups(groups);
    return MetaFeatures.of(features.members(), rows, features.folds(), features.logits());
  }

  private static MetaFeatures weighted(MetaFeatures features, double... weights) {
    LabeledData rows = features.toLabeledData().withWeights(weights);
    return MetaFeatures.of(features.members(), rows, features.folds(), features.logits());
  }

  @Test
  void roundTrip_keepsEveryBit() throws IOException {
    float[][] values = {
      {0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE},
      {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_NORMAL, Math.nextDown(Float.MIN_NORMAL)},
      {1f / 3, 0.1f, 16777216f, Math.nextUp(1f)},
    };

    assertRoundTrip(features(List.of("no", "yes"), values));
  }

  @Test
  void numbers_haveNoMoreDigitsThanTheyNeed() throws IOException {
    // Float.toString of Java 17 gives -8.1109158E8 and 4.59243398E17.
    features(
            List.of("no", "yes"),
            new float[][] {
              {Float.parseFloat("-8.1109158E8"), Float.parseFloat("4.59243398E17"), 1e-3f, 100}
            })
        .writeCsv(file);

    assertThat(Files.readString(file))
        .endsWith("\r\n100,no,1,-8.110916E8,4.592434E17,0.001,100.0\r\n");
  }

  @Test
  void roundTrip_ofAnyBits_keepsThem() throws IOException {
    var random = new SplittableRandom(1);
    float[][] values = new float[500][4];
    for (float[] row : values) {
      for (int i = 0; i < row.length; i++) {
        do {
          row[i] = Float.intBitsToFloat(random.nextInt());
        } while (!Float.isFinite(row[i]));
      }
    }

    assertRoundTrip(features(List.of("no", "yes"), values));
  }

  @Test
  void roundTrip_ofManyRows_keepsThem() throws IOException {
    // More than two of the blocks in which rows are written and arrays grow.
    int rows = 2 * 4096 + 5;
    MetaFeatures many =
        MetaFeatures.of(
            List.of("a"),
            LabeledData.of(
                Nd4j.zeros(DataType.FLOAT, rows, 1), new int[rows], List.of("no", "yes")),
            new int[rows],
            Nd4j.arange(2 * rows).castTo(DataType.FLOAT).reshape(rows, 2));

    assertRoundTrip(many);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a,b",
        "say \"hi\"",
        "\"",
        "two\nlines",
        "two\r\nlines",
        "old\rmac",
        " spaced ",
        "größe ✓ 数",
        "𝔸",
        "1.5",
        "x.logit_y",
        ".logit_",
        "# no comment",
        "'",
        "a;b\tc",
        "\\",
        "NULL",
      })
  void roundTrip_keepsOddClassNames(String name) throws IOException {
    assertRoundTrip(features(List.of(name, "plain"), new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}}));
    assertRoundTrip(features(List.of("plain", name), new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "tr-TR", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva"})
  void roundTrip_underOtherLocales_isTheSameFile(String locale) throws IOException {
    // A decimal comma, or digits that are not 0 to 9, would make the file unreadable elsewhere.
    MetaFeatures features =
        features(List.of("I", "i"), new float[][] {{1234.5f, -0.25f, 3e-9f, 4}, {5, 6, 7, 8}});
    features.writeCsv(file);
    byte[] expected = Files.readAllBytes(file);
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(locale));
    try {
      assertRoundTrip(features);
      assertThat(file).hasBinaryContent(expected);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void read_ofUnixLineEnds() throws IOException {
    write("row,label,fold,a.logit_x,a.logit_y\n7,y,0,1,2.5e-3");

    MetaFeatures features = MetaFeatures.readCsv(file);

    assertThat(features.rowIds()).containsExactly(7);
    assertThat(features.labels()).containsExactly(1);
    assertThat(features.members()).containsExactly("a");
    assertThat(floats(features.logits())).containsExactly(1, 2.5e-3f);
  }

  @Test
  void write_thatFails_leavesTheOldFileAndNothingElse() throws IOException {
    MetaFeatures features = features(List.of("no", "yes"), new float[][] {{1, 2, 3, 4}});
    write("precious");

    Thread.currentThread().interrupt(); // a file channel then refuses to write
    try {
      assertThatIOException()
          .isThrownBy(() -> features.writeCsv(file))
          .withMessageStartingWith("cannot write " + file);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }

    assertThat(file).hasContent("precious");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void write_intoAFolderThatIsNotThere() {
    Path nowhere = folder.resolve("nowhere").resolve("meta.csv");

    assertThatIOException()
        .isThrownBy(
            () -> features(List.of("no", "yes"), new float[][] {{1, 2, 3, 4}}).writeCsv(nowhere))
        .withMessageStartingWith("cannot write " + nowhere)
        .withMessageContaining("does not exist");
  }

  @ParameterizedTest
  @MethodSource("brokenFiles")
  void read_ofABrokenFile_saysWhereAndWhat(String content, String message) throws IOException {
    write(content);

    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(file + ": " + message);
  }

  static Stream<Arguments> brokenFiles() {
    String header = "row,label,fold,a.logit_x,a.logit_y,b.logit_x,b.logit_y\r\n";
    String fine = "7,x,1,1,2,3,4\r\n";
    return Stream.of(
        Arguments.of(
            "",
            "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…, or"
                + " row,target_NAME,…,fold,MEMBER.value_NAME,…, found nothing"),
        Arguments.of(
            "id,sepal,petal\r\n1,2,3\r\n",
            "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…, or"
                + " row,target_NAME,…,fold,MEMBER.value_NAME,…, found id,sepal,petal"),
        Arguments.of(
            "row,label,fold\r\n1,x,0\r\n",
            "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…, or"
                + " row,target_NAME,…,fold,MEMBER.value_NAME,…, found row,label,fold"),
        Arguments.of(
            "row,label,fold,width\r\n1,x,0,5\r\n",
            "column 'width' is not named MEMBER.logit_CLASS"),
        Arguments.of(
            "row,label,fold,a.logit_x,a.logit_y,b.logit_x\r\n",
            "every member must have a column for each class, in one order; expected"
                + " a.logit_x,a.logit_y,b.logit_x,b.logit_y"),
        Arguments.of(
            "row,label,fold,a.logit_x,a.logit_y,b.logit_y,b.logit_x\r\n" + fine,
            "every member must have a column for each class, in one order; expected"
                + " a.logit_x,a.logit_y,b.logit_x,b.logit_y"),
        Arguments.of(header, "no rows after the header"),
        Arguments.of(
            "row,label,fold,weight\r\n1,x,0,5\r\n",
            "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…, or"
                + " row,target_NAME,…,fold,MEMBER.value_NAME,…, found row,label,fold,weight"),
        Arguments.of(
            "row,label,weight,fold,a.logit_x,a.logit_y\r\n1,x,5,0,1,2\r\n",
            "not a meta-features file: the header must be row,label,fold,MEMBER.logit_CLASS,…, or"
                + " row,target_NAME,…,fold,MEMBER.value_NAME,…, found row,label,weight,fold,a.logit_x"),
        Arguments.of(
            "row,label,fold,weight,a.logit_x,a.logit_y\r\n1,x,0,heavy,1,2\r\n",
            "line 2, column 'weight': 'heavy' is not a positive number"),
        Arguments.of(
            "row,label,fold,fold_2,a.logit_x,a.logit_y\r\n1,x,0,?,1,2\r\n",
            "line 2, column 'fold_2': '?' is not a whole number"),
        Arguments.of(
            "row,label,fold,fold_3,a.logit_x,a.logit_y\r\n1,x,0,1,1,2\r\n",
            "column 'fold_3' is not named MEMBER.logit_CLASS"),
        Arguments.of(
            "row,label,fold,group,a.logit_x,a.logit_y\r\n1,x,0,Anna,1,2\r\n",
            "line 2, column 'group': 'Anna' is not a whole number"),
        Arguments.of(
            "row,label,fold,group,weight,a.logit_x,a.logit_y\r\n1,x,0,1,1,1,2\r\n",
            "column 'weight' is not named MEMBER.logit_CLASS"),
        Arguments.of(
            "row,label,fold,weight,a.logit_x,a.logit_y\r\n1,x,0,0,1,2\r\n",
            "line 2, column 'weight': '0' is not a positive number"),
        Arguments.of(header + fine + "8,y,2,1,2,3\r\n", "line 3 has 6 fields, expected 7"),
        Arguments.of(header + fine + "8,y,2,1,2,3,4,5\r\n", "line 3 has 8 fields, expected 7"),
        Arguments.of(
            header + fine + "8,y,2,1,2,three,4\r\n",
            "line 3, column 'b.logit_x': 'three' is not a finite number"),
        Arguments.of(
            header + "eight,y,2,1,2,3,4\r\n" + fine,
            "line 2, column 'row': 'eight' is not a whole number"),
        Arguments.of(
            header + fine + "8,y,2.0,1,2,3,4\r\n",
            "line 3, column 'fold': '2.0' is not a whole number"),
        Arguments.of(
            header + fine + "8,y,2,1,,3,4\r\n",
            "line 3, column 'a.logit_y': '' is not a finite number"),
        Arguments.of(
            header + fine + "8,y,2,1,2,3,NaN\r\n",
            "line 3, column 'b.logit_y': 'NaN' is not a finite number"),
        Arguments.of(
            header + fine + "8,y,2,1,2,3,1e39\r\n",
            "line 3, column 'b.logit_y': '1e39' is not a finite number"),
        Arguments.of(header + fine + "\r\n8,y,2,1,2,3,4\r\n", "line 3 has 1 fields, expected 7"),
        Arguments.of(
            header + fine + "8,z,2,1,2,3,4\r\n",
            "line 3: unknown class 'z', the columns name [x, y]"),
        Arguments.of(
            header + fine + "7,y,2,1,2,3,4\r\n",
            "row id 7 is given to row 0 and again to row 1: row ids must be unique"));
  }

  @Test
  void read_countsLinesInsideClassNames() throws IOException {
    features(List.of("two\nlines", "plain"), new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}})
        .writeCsv(file);
    write(Files.readString(file).replace("7.0", "seven"));

    // The header holds two line breaks in names, the first row one in its label.
    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(
            file + ": line 6, column 'b.logit_two\nlines': 'seven' is not a finite number");
  }

  @Test
  void read_ofSeveralMistakes_tellsTheFirst() throws IOException {
    write("row,label,fold,a.logit_x,a.logit_y\r\n7,z,one,1,two\r\n8,x,1,1,oops\r\n");

    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(file + ": line 2: unknown class 'z', the columns name [x, y]");
  }

  @Test
  void read_ofTextBehindAQuote_saysWhere() throws IOException {
    write("row,label,fold,a.logit_x,a.logit_y\r\n7,x,1,1,2\r\n8,\"x\"y,1,1,2\r\n");

    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(file + ": Unexpected character after closing quote: 'y' (0x79)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "row,label,fold,\"a.logit_x,a.logit_y\r\n7,x,1,1,2\r\n",
        "row,label,fold,a.logit_x,a.logit_y\r\n7,\"x,1,1,2\r\n",
      })
  void read_ofAQuoteThatNeverEnds_namesTheFile(String content) throws IOException {
    write(content);

    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessageStartingWith(file + ": ")
        .withMessageContaining("Unclosed quoted field at end of input (record starting at line ");
  }

  @Test
  void read_ofAFileThatIsNotUtf8_namesTheFile() throws IOException {
    Files.write(
        file,
        "row,label,fold,a.logit_größe,a.logit_y\r\n7,y,1,1,2\r\n"
            .getBytes(StandardCharsets.ISO_8859_1));

    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(file + ": not UTF-8 text");
  }

  @Test
  void read_ofAFileThatIsNotThere_namesIt() {
    assertThatIOException()
        .isThrownBy(() -> MetaFeatures.readCsv(file))
        .withMessage(file + ": there is no such file");
  }

  private void assertRoundTrip(MetaFeatures written) throws IOException {
    written.writeCsv(file);

    MetaFeatures read = MetaFeatures.readCsv(file);

    assertThat(read.members()).isEqualTo(written.members());
    assertThat(read.classNames()).isEqualTo(written.classNames());
    assertThat(read.columns()).isEqualTo(written.columns());
    assertThat(read.rowIds()).isEqualTo(written.rowIds());
    assertThat(read.labels()).isEqualTo(written.labels());
    assertThat(read.repeats()).isEqualTo(written.repeats());
    for (int repeat = 1; repeat <= written.repeats(); repeat++) {
      assertThat(read.folds(repeat)).isEqualTo(written.folds(repeat));
    }
    assertThat(read.toLabeledData().isWeighted()).isEqualTo(written.toLabeledData().isWeighted());
    assertThat(read.toLabeledData().weights()).isEqualTo(written.toLabeledData().weights());
    assertThat(read.toLabeledData().isGrouped()).isEqualTo(written.toLabeledData().isGrouped());
    assertThat(read.toLabeledData().groups()).isEqualTo(written.toLabeledData().groups());
    assertThat(bits(read)).isEqualTo(bits(written));
  }

  private static int[] bits(MetaFeatures features) {
    float[] values = floats(features.logits());
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }

  private void write(String content) throws IOException {
    Files.writeString(file, content);
  }

  /** Members a and b; row ids 100, 93, 86, …; labels in turn; folds 1, 2, 3, …. */
  private static MetaFeatures features(List<String> classNames, float[][] values) {
    int rows = values.length;
    LabeledData labels =
        LabeledData.of(
            Nd4j.zeros(DataType.FLOAT, rows, 1),
            IntStream.range(0, rows).map(row -> row % 2).toArray(),
            classNames,
            IntStream.range(0, rows).mapToLong(row -> 100 - 7L * row).toArray());
    return MetaFeatures.of(
        List.of("a", "b"),
        labels,
        IntStream.rangeClosed(1, rows).toArray(),
        Nd4j.createFromArray(values));
  }
}
