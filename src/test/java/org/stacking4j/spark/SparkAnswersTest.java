package org.stacking4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.FeatureRows;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Missing;
import org.stacking4j.data.TableRows;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;

@Tag("spark")
final class SparkAnswersTest {
  private static final FitSettings SETTINGS = new FitSettings(2, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(90, 6, 3, 1);

  @TempDir private static Path folder;
  private static SparkSession session;
  private static StackingEnsemble ensemble;

  @BeforeAll
  static void open() {
    session =
        SparkSession.builder()
            .master("local[2]")
            .appName("SparkAnswersTest")
            .config("spark.ui.enabled", false)
            .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    ensemble =
        StackingEnsemble.fit(
            StackingConfig.builder()
                .member(new Member("a", Mlp.base(6, 3, 8), SETTINGS))
                .member(new Member("b", Mlp.base(6, 3, 4), SETTINGS))
                .outOfFold(2)
                .passThrough(1)
                .build(),
            DATA);
  }

  @AfterAll
  static void close() {
    session.stop();
  }

  @Test
  void predictions_ofParquet_areThoseOfTheEnsemble_behindTheRows() {
    // More rows than are asked for at a time, in one partition so that they have the same company.
    LabeledData many = TinyData.blobs(2500, 6, 3, 4);
    String file = folder.resolve("rows.parquet").toString();
    arrays(many.features(), many.rowIds()).coalesce(1).write().parquet(file);

    List<Row> rows =
        SparkAnswers.of(session, ensemble)
            .predictions(session.read().parquet(file))
            .collectAsList();

    INDArray probabilities = ensemble.probabilities(many.features());
    int[] classes = ensemble.predict(many.features());
    assertThat(rows).hasSize(2500);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(row.<Long>getAs("id")).isEqualTo(many.rowId(i));
      assertThat(row.<String>getAs("class")).isEqualTo("class-" + classes[i]);
      for (int c = 0; c < 3; c++) {
        assertThat(row.<Float>getAs("probability_class-" + c))
            .isEqualTo(probabilities.getFloat(i, c));
      }
    }
  }

  @Test
  void logitsAndMetaFeatures_areThoseOfTheEnsemble() {
    Dataset<Row> rows = arrays(DATA.features(), DATA.rowIds()).coalesce(1);
    SparkAnswers answers = SparkAnswers.of(session, ensemble);

    assertThat(numbers(answers.logits(rows), 2))
        .isEqualTo(ensemble.logits(DATA.features()).dup('c').data().asFloat());
    Dataset<Row> features = answers.metaFeatures(rows);
    assertThat(numbers(features, 2))
        .isEqualTo(ensemble.metaFeatures(DATA.features()).dup('c').data().asFloat());
    List<String> names =
        MetaFeatures.columns(
            List.of("a", "b"), TinyData.classNames(3), Task.CLASSIFICATION, List.of(1));
    assertThat(Arrays.asList(features.columns()).subList(2, 9)).isEqualTo(names);
  }

  @Test
  void predictions_ofTheTableThatWasLearned_findColumnsByName() throws IOException {
    Path csv = folder.resolve("table.csv");
    StringBuilder lines = new StringBuilder("size,colour,weight,label\n");
    for (int i = 0; i < 60; i++) {
      lines.append(i % 7 == 0 ? "" : i % 10).append(i % 3 == 0 ? ",red," : ",blue,");
      lines.append(i * 0.25).append(i % 3 == 0 ? ",yes\n" : ",no\n");
    }
    Files.writeString(csv, lines);
    LabeledData table = CsvTable.load(csv, CsvColumns.of("label").withMissing(Missing.MEDIAN));
    StackingEnsemble learned =
        StackingEnsemble.fit(
            StackingConfig.builder()
                .member(new Member("a", Mlp.table(table.columns(), 2, 8), SETTINGS))
                .outOfFold(2)
                .build(),
            table);
    Dataset<Row> rows =
        session
            .read()
            .option("header", true)
            .option("inferSchema", true)
            .csv(csv.toString())
            .select("weight", "label", "colour", "size");

    float[] there = numbers(SparkAnswers.of(session, learned).logits(rows), 4);

    try (FeatureRows here = TableRows.open(csv, learned.schema().orElseThrow())) {
      assertThat(there).isEqualTo(learned.logits(here.next(100)).dup('c').data().asFloat());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparkAnswers.of(session, learned).logits(rows.drop("size")))
        .withMessage(
            "there is no column 'size', which the ensemble learned from; the columns are [weight,"
                + " label, colour]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SparkAnswers.of(session, learned)
                    .logits(rows.withColumn("weight", rows.col("weight").cast("string"))))
        .withMessage("column 'weight' must have numbers, as in training; found type string");
    assertThatThrownBy(
            () ->
                SparkAnswers.of(session, learned)
                    .logits(
                        rows.withColumn(
                            "weight", org.apache.spark.sql.functions.lit(null).cast("double")))
                    .collectAsList())
        .hasMessageContaining("column 'weight' has null in a row, where a finite number is needed");
  }

  @Test
  void predictions_ofNumbers_areValues() {
    LabeledData data = TinyData.numbers(60, 4, 2, 1);
    StackingEnsemble numbers =
        StackingEnsemble.fit(
            StackingConfig.builder()
                .member(new Member("a", Mlp.table(Task.REGRESSION, 4, 2, 8), SETTINGS))
                .outOfFold(2)
                .build(),
            data);
    Dataset<Row> rows = arrays(data.features(), data.rowIds()).coalesce(1);
    SparkAnswers answers = SparkAnswers.of(session, numbers);

    Dataset<Row> values = answers.predictions(rows);

    assertThat(Arrays.asList(values.columns()).subList(2, 4))
        .containsExactly("value_price", "value_area");
    assertThat(numbers(values, 2))
        .isEqualTo(numbers.values(data.features()).dup('c').data().asFloat());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> answers.logits(rows))
        .withMessage(
            "the ensemble predicts the targets [price, area] and has no logits; use predictions");
  }

  @Test
  void predictions_ofOtherRows_sayWhatIsNeeded() {
    SparkAnswers answers = SparkAnswers.of(session, ensemble);
    Dataset<Row> rows = arrays(DATA.features(), DATA.rowIds());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> answers.predictions(rows.drop("features")))
        .withMessage(
            "the rows need a column 'features' with an array of 6 numbers; found the columns [id]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> answers.predictions(rows.withColumnRenamed("id", "class")))
        .withMessage("the rows have a column 'class' already; rename it, or leave it out");
    assertThatThrownBy(
            () ->
                answers
                    .predictions(arrays(TinyData.blobs(3, 5, 3, 1).features(), new long[3]))
                    .collectAsList())
        .hasMessageContaining("'features' has 5 numbers in a row, expected 6");
  }

  private static Dataset<Row> arrays(INDArray features, long[] ids) {
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("features", DataTypes.createArrayType(DataTypes.FloatType));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      List<Float> values = new ArrayList<>();
      for (float value : features.getRow(i).toFloatVector()) {
        values.add(value);
      }
      rows.add(RowFactory.create(ids[i], values.toArray()));
    }
    return session.createDataFrame(rows, schema);
  }

  private static float[] numbers(Dataset<Row> rows, int from) {
    List<Float> all = new ArrayList<>();
    for (Row row : rows.collectAsList()) {
      for (int i = from; i < row.size(); i++) {
        all.add(row.getFloat(i));
      }
    }
    float[] numbers = new float[all.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = all.get(i);
    }
    return numbers;
  }
}
