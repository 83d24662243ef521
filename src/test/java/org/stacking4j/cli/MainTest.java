package org.stacking4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stacking4j.experiment.TinyIdxFolder;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.testing.TinyPictures;

class MainTest {
  private static final String CONF =
      """
      fit: {epochs: 2, batch-size: 16}
      members: [{name: a, hidden: [6]}, {name: b, hidden: [6]}]
      """;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path data;
  private Path conf;

  @BeforeEach
  void writeInput() throws IOException {
    data = TinyIdxFolder.write(Files.createDirectory(folder.resolve("idx")));
    conf = Files.writeString(folder.resolve("conf.yaml"), CONF);
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private int demo(String... args) {
    List<String> all = new ArrayList<>(List.of("demo", "--config", conf.toString()));
    if (!List.of(args).contains("--data")) {
      all.addAll(List.of("--data", "idx:" + data));
    }
    all.addAll(List.of("--out", folder.resolve("out").toString()));
    all.addAll(List.of(args));
    return run(all.toArray(String[]::new));
  }

  @Test
  void demo_ofTargets_speaksOfR2() throws IOException {
    StringBuilder text = new StringBuilder("a,b,price\n");
    for (int row = 0; row < 60; row++) {
      text.append(row).append(',').append(row * 7 % 13).append(',').append(1000 + 20 * row);
      text.append('\n');
    }
    Path table = Files.writeString(folder.resolve("numbers.csv"), text);

    int code = demo("--data", "csv:" + table, "--task", "regression", "--folds", "2");

    assertThat(code).as(out + "\n" + err).isZero();
    assertThat(out.toString()).contains("RMSE").doesNotContain("accuracy").doesNotContain("logit");
    out.getBuffer().setLength(0);
    assertThat(demo("--task", "regression")).isEqualTo(2);
    assertThat(err.toString()).contains("task regression needs numbers to predict");
  }

  @Test
  void fitPredictEvaluateInspect_onATableOfOnesOwn() throws IOException {
    StringBuilder text = new StringBuilder("colour,size,kind\n");
    for (int row = 0; row < 90; row++) {
      String colour = List.of("red", "blue", "green").get(row % 3);
      text.append(colour).append(',').append(row % 10 == 0 ? "" : row % 7).append(',');
      text.append(colour.equals("red") ? "warm" : "cold").append('\n');
    }
    Path table = Files.writeString(folder.resolve("mine.csv"), text);
    Path result = folder.resolve("mine");
    String[] data = {"--data", "csv:" + table, "--label", "kind", "--missing", "median"};

    assertThat(run(with(data, "plan", "--folds", "2"))).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith("9 fits of base networks: about ");
    int code = run(with(data, "fit", "--folds", "2", "--out", result.toString()));
    assertThat(code).as(out + "\n" + err).isZero();
    assertThat(out.toString()).contains("stack out-of-fold").doesNotContain("in-sample");

    String model = result.resolve("ensemble.zip").toString();
    Path fresh =
        Files.writeString(folder.resolve("new.csv"), "size,colour\n3,red\n,blue\n1,pink\n");
    Path answers = folder.resolve("answers.csv");
    assertThat(
            run("predict", "--model", model, "--data", "csv:" + fresh, "--out", answers.toString()))
        .as(err.toString())
        .isZero();
    List<String> lines = Files.readAllLines(answers);
    assertThat(lines.get(0)).isEqualTo("row,class,probability_cold,probability_warm");
    assertThat(lines.get(1)).startsWith("0,warm,");
    assertThat(lines.get(2)).startsWith("1,cold,");
    assertThat(lines).hasSize(4);
    assertThat(err.toString())
        .contains(
            "stacking4j: "
                + fresh
                + ": 1 field has unknown categories, the first is 'pink' of column 'colour' in line 4;"
                + " they count as none of the known ones");

    out.getBuffer().setLength(0);
    assertThat(run("evaluate", "--model", model, "--data", "csv:" + table)).isZero();
    assertThat(out.toString()).startsWith("accuracy 1.0000, log loss 0.").endsWith("on 90 rows\n");
    Path turned = // the label comes first, and something else last
        Files.writeString(folder.resolve("turned.csv"), "kind,size,colour,id\nwarm,3,red,7\n");
    out.getBuffer().setLength(0);
    assertThat(run("evaluate", "--model", model, "--data", "csv:" + turned))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).endsWith("on 1 rows\n");
    Path features = folder.resolve("f.csv");
    String[] labelled = {"--data", "csv:" + turned, "--label", "--out", features.toString()};
    assertThat(run(with(labelled, "features", "--model", model))).as(err.toString()).isZero();
    assertThat(Files.readAllLines(features).get(1)).startsWith("0,warm,0,");
    out.getBuffer().setLength(0);
    assertThat(run("inspect", model)).isZero();
    assertThat(out.toString())
        .startsWith(
            """
            classes: cold, warm
            labels in column: kind
            columns: 5, made of colour (3 categories), size (may be missing)
            combined by:\s""")
        .contains("member mlp-1: 2 fold networks and one of all rows, ")
        .containsPattern("combined by: [a-z ]+, its logits divided by [0-9.]+\n")
        .contains(
            "new rows are answered by: the mean of each member's fold networks and its network of"
                + " all rows, which counts twice\n");
  }

  @Test
  void fitPredictEvaluateFeaturesInspect_onPicturesOfOnesOwn() throws IOException {
    Path pictures = TinyPictures.redAndBlue(folder.resolve("pictures"), 30);
    Path result = folder.resolve("mine");
    String[] data = {"--data", "images:" + pictures, "--epochs", "15"};

    int code = run(with(data, "fit", "--folds", "2", "--out", result.toString()));
    assertThat(code).as(out + "\n" + err).isZero();
    assertThat(out.toString())
        .contains("fitting 3 base networks on 44 rows", "stack out-of-fold", "on 16 rows");

    String model = result.resolve("ensemble.zip").toString();
    Path fresh = TinyPictures.redAndBlue(folder.resolve("new"), 4);
    TinyPictures.colour(fresh.resolve("more/wide.gif"), 3, 0x0000ff, 0x0000ff, 0x0000ff);
    Path answers = folder.resolve("answers.csv");
    String[] ofNew = {"--model", model, "--data", "images:" + fresh};
    assertThat(run(with(ofNew, "predict", "--out", answers.toString())))
        .as(err.toString())
        .isZero();
    List<String> lines = Files.readAllLines(answers);
    assertThat(lines.get(0)).isEqualTo("row,file,class,probability_blue,probability_red");
    assertThat(lines.get(1)).startsWith("0,blue/000.png,blue,");
    assertThat(lines.get(5)).startsWith("4,more/wide.gif,blue,");
    assertThat(lines.get(9)).startsWith("8,red/003.png,red,");
    assertThat(lines).hasSize(10);

    Path features = folder.resolve("features.csv");
    assertThat(run(with(ofNew, "features", "--out", features.toString()))).isZero();
    assertThat(out.toString()).endsWith("Meta-features of 9 rows in " + features + "\n");
    assertThat(Files.readAllLines(features).get(0))
        .startsWith("row,file,fold,mlp-1.logit_blue,mlp-1.logit_red,mlp-2.logit_blue");
    assertThat(run(with(ofNew, "features", "--label", "--out", features.toString()))).isEqualTo(1);
    assertThat(err.toString())
        .contains("wide.gif is in the folder 'more', which is none of the classes 'blue', 'red'");

    assertThat(run("evaluate", "--model", model, "--data", "images:" + pictures)).isZero();
    assertThat(out.toString()).contains("accuracy 1.0000, log loss 0.").endsWith("on 60 rows\n");
    assertThat(run("inspect", model)).isZero();
    assertThat(out.toString()).contains("columns: 72, pictures of 6 x 4 pixels, in colour\n");

    for (String command : List.of("predict", "features")) {
      String[] other = {command, "--model", model, "--data", "csv:x.csv", "--out", "none.csv"};
      err.getBuffer().setLength(0);
      assertThat(run(other)).isEqualTo(2);
      assertThat(err.toString())
          .isEqualTo(
              "stacking4j: the ensemble was fitted on pictures (6 x 4 pixels, in colour), so it needs"
                  + " images:DIR, idx:DIR or mnist; found data 'csv:x.csv'\n");
    }
    assertThat(run("evaluate", "--model", model, "--data", "images:x", "--label", "kind"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("label and weight name columns of a table, which data 'images:x' is not");
    assertThat(run("evaluate", "--model", model, "--data", "mnist")).isEqualTo(1);
    assertThat(err.toString()).contains("images of 28 x 28 pixels, grey, but the ensemble learned");
  }

  @Test
  void audit_takesTheDataThatFitTakes() throws IOException {
    Path pictures = TinyPictures.redAndBlue(folder.resolve("pictures"), 40);

    int code = run("audit", "--data", "images:" + pictures, "--image-size", "2x2", "--folds", "2");

    assertThat(code).as(out + "\n" + err).isZero();
    assertThat(out.toString())
        .contains("auditing out-of-fold", "given the row: 60 rows", "No leak found.");
  }

  @Test
  void predictEvaluateFeatures_onIdxFiles() throws IOException {
    assertThat(demo("--strategy", "holdout")).as(err.toString()).isZero();
    String model = folder.resolve("out/ensemble.zip").toString();
    String[] ofTest = {"--model", model, "--data", "idx:" + data};
    Path file = folder.resolve("file.csv");

    assertThat(run(with(ofTest, "evaluate"))).as(err.toString()).isZero();
    assertThat(out.toString()).endsWith("on 45 rows\n");
    assertThat(run(with(ofTest, "features", "--label", "--out", file.toString()))).isZero();
    assertThat(file).hasSameBinaryContentAs(folder.resolve("out/meta-features-test.csv"));

    List<String> labelled = Files.readAllLines(file);
    assertThat(run(with(ofTest, "features", "--out", file.toString()))).isZero();
    assertThat(Files.readAllLines(file))
        .isEqualTo(labelled.stream().map(line -> line.replaceFirst(",[^,]*", "")).toList());
    Path one = data.resolve("train-images-idx3-ubyte");
    assertThat(run("predict", "--model", model, "--data", "idx:" + one, "--out", file.toString()))
        .isZero();
    assertThat(Files.readAllLines(file)).hasSize(91).element(0).asString().startsWith("row,class,");
  }

  @Test
  void features_ofATable_areThoseOfTheRun() throws IOException {
    StringBuilder text = new StringBuilder("x,y,kind\n");
    for (int row = 0; row < 40; row++) {
      text.append(row % 7).append(',').append(row % 11).append(row % 7 < 3 ? ",a\n" : ",b\n");
    }
    Path table = Files.writeString(folder.resolve("t.csv"), text);
    String result = folder.resolve("mine").toString();
    Path own = Files.writeString(folder.resolve("own.yaml"), CONF + "pass-through: 1\n");
    String[] fit = {"fit", "--config", own.toString(), "--folds", "2", "--out", result};
    assertThat(run(with(new String[] {"--data", "csv:" + table}, fit))).as(err.toString()).isZero();

    String model = folder.resolve("mine/ensemble.zip").toString();
    Path file = folder.resolve("file.csv");
    String[] ask = {"features", "--model", model, "--data", "csv:" + table, "--out"};
    assertThat(run(with(new String[] {file.toString(), "--label", "kind"}, ask))).isZero();
    MetaFeatures labelled = MetaFeatures.readCsv(file);
    assertThat(labelled.rows()).isEqualTo(40);
    assertThat(labelled.columns())
        .containsExactly("a.logit_a", "a.logit_b", "b.logit_a", "b.logit_b", "feature_1");
    List<String> lines = Files.readAllLines(file);
    assertThat(run(with(new String[] {file.toString()}, ask))).isZero();
    assertThat(Files.readAllLines(file))
        .isEqualTo(lines.stream().map(line -> line.replaceFirst(",[^,]*", "")).toList());

    assertThat(run("predict", "--model", model, "--data", "mnist", "--out", "none.csv"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "the ensemble was fitted on a table with the columns 'x', 'y', so it needs csv:FILE;"
                + " found data 'mnist'");
  }

  @Test
  void predict_ofATableThatCannotBeRead_writesNothing() throws IOException {
    Path table =
        Files.writeString(folder.resolve("t.csv"), "x,y,kind\n" + "1,2,a\n2,1,b\n".repeat(20));
    Path result = folder.resolve("mine");
    assertThat(
            run(
                "fit",
                "--data",
                "csv:" + table,
                "--folds",
                "2",
                "--epochs",
                "1",
                "--out",
                result.toString()))
        .as(err.toString())
        .isZero();
    String model = result.resolve("ensemble.zip").toString();
    Path wrong = Files.writeString(folder.resolve("wrong.csv"), "x,y\n1,2\n2,z\n");
    Path answers = folder.resolve("answers.csv");

    int code =
        run("predict", "--model", model, "--data", "csv:" + wrong, "--out", answers.toString());

    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "stacking4j: "
                + wrong
                + ": column 'y' has 'z' in line 3, which is not a number; put a number there, or leave"
                + " the row out\n");
    assertThat(answers).doesNotExist();
    assertThat(run("predict", "--model", model, "--data", wrong.toString(), "--out", "a.csv"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("unknown data '" + wrong + "'; did you mean 'csv:" + wrong + "'? use mnist");
    assertThat(run("fit")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "fit needs data: give --data csv:FILE, images:DIR, idx:DIR or mnist, or a conf file by --config");
  }

  private static String[] with(String[] some, String... others) {
    List<String> all = new ArrayList<>(List.of(others));
    all.addAll(List.of(some));
    return all.toArray(String[]::new);
  }

  @Test
  void audit_ofAnHonestStack_passesAndOfInSample_fails() throws IOException {
    String rows = Files.readString(conf) + "\ntrain: 0\ntest: 0\ndata: idx:" + data + "\n";
    Path own = Files.writeString(folder.resolve("audit.yaml"), rows);

    int code = run("audit", "--config", own.toString(), "--threads", "2");
    assertThat(code).as(out + "\n" + err).isZero();
    assertThat(out.toString())
        .containsSubsequence(
            "90 rows to learn from, ",
            "auditing out-of-fold",
            "out-of-fold",
            "pass  no row's meta-features come from a network that was given the row: 90 rows",
            "pass  permuted labels give chance: accuracy of member '",
            "pass  member 'a', rows given against held out: accuracy ",
            "No leak found.");

    assertThat(run("audit", "--config", own.toString(), "--strategy", "in-sample")).isEqualTo(1);
    assertThat(out.toString())
        .contains("FAIL  no row's meta-features")
        .contains("A leak was found, or cannot be ruled out.");
  }

  @Test
  void demo_tellsTheWholeStory() {
    assertThat(demo("--folds", "3", "--seed", "4", "--threads", "2", "--epochs", "3")).isZero();

    assertThat(out.toString())
        .containsSubsequence(
            "fitting 2 base networks on 90 rows",
            "a: accuracy ",
            "b: accuracy ",
            "of two members exactly one is right on ",
            "stacking in-sample",
            "combined by free network",
            "stack in-sample: accuracy ",
            "stacking out-of-fold",
            "  held out, logit average: log loss ",
            "  held out, residual network: log loss ",
            "  held out, linear network: log loss ",
            "  held out, greedy selection: log loss ",
            "combined by ",
            "stack out-of-fold: accuracy ",
            "name                accuracy  log loss   Brier     ECE  seconds  pp to logit average [95 %]",
            Output.in(Charset.defaultCharset(), " ± "),
            "Files in ");
    // Not a terminal: progress is lines, not a bar.
    assertThat(err.toString()).contains("member 'a', fold 2 of 3: ").doesNotContain("\r");
  }

  @Test
  void report_isWrittenByTheDemo_andAnewByItsCommand() throws IOException {
    assertThat(demo("--strategy", "holdout")).as(err.toString()).isZero();
    Path page = folder.resolve("out/report.html");
    byte[] written = Files.readAllBytes(page);
    assertThat(out.toString().stripTrailing()).endsWith(", ensemble.zip, report.html");
    Files.delete(page);

    assertThat(run("report", folder.resolve("out").toString())).isZero();

    assertThat(out.toString()).contains("Report in " + page);
    assertThat(page).hasBinaryContent(written);
  }

  @Test
  void report_badUse_isOneSentence() {
    assertThat(run("report", folder.toString())).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("stacking4j: cannot read " + folder.resolve("results.json"))
        .doesNotContain("\tat ");
    assertThat(err.toString().lines().count()).isEqualTo(1);
    assertThat(run("report")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required parameter: 'DIR'");
    assertThat(run("report", "--help")).isZero();
    assertThat(out.toString()).contains("Examples:", "report out", "Exit codes: 0 done, 1 failed");
  }

  @Test
  void verdict_isReadableInEveryCharacterSet() {
    assertThat(Output.in(StandardCharsets.UTF_8, "by 0.3 ± 0.2")).isEqualTo("by 0.3 ± 0.2");
    assertThat(Output.in(StandardCharsets.US_ASCII, "by 0.3 ± 0.2")).isEqualTo("by 0.3 +- 0.2");
  }

  @Test
  void demo_strategyAndRows_areHeard() {
    assertThat(demo("--strategy", "holdout", "--train", "60", "--test", "30")).isZero();

    assertThat(out.toString())
        .contains("60 rows to learn from, 30 to judge by; pictures of ", "; 3 classes: 0, 1, 2")
        .contains("fitting 2 base networks on 60 rows", "on 30 rows", "stack holdout")
        .doesNotContain("in-sample");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --bogus           | unknown option '--bogus'
          --epoch 3         | unknown option '--epoch'; did you mean '--epochs'?
          --epoch=3         | unknown option '--epoch'; did you mean '--epochs'?
          my.csv            | 'my.csv' belongs to no option; data is named by --data, such as --data csv:FILE or --data images:DIR
          --label kind      | label names column 'kind' of a table, which data 'idx:
          --missing median  | missing median is for a table, which data 'idx:
          --ignore a,b      | ignore names columns of a table, which data 'idx:
          --data my.CSV     | unknown data 'my.CSV'; did you mean 'csv:my.CSV'? use mnist, idx:DIR,
          --data csv:conf/wine.csv --label alcohol | wine.csv: 178 rows have 126 different labels, nearly all of them numbers, and '11.03' is the label of one row only, too few for a class; if it is a number that is to be predicted, ask for task: regression (--task regression)
          --data csv:conf/wine.csv --ignore ash,asch | wine.csv: there is no column 'asch' to take the columns to ignore from; did you mean 'ash'?
          --seed x          | --seed: expected a whole number, found 'x'
          --epochs 2.5      | --epochs: expected a whole number, found '2.5'
          --seed            | Missing required parameter for option '--seed' (S)
          --threads 0       | threads must be >= 1, found 0
          --epochs 0        | epochs must be >= 1, found 0
          --folds 1         | folds must be >= 2, found 1
          --folds 31        | class '0' has 30 rows, fewer than the 31 folds
          --strategy both   | unknown strategy 'both'; use one of all, in-sample, out-of-fold, holdout
          --data parquet:x  | unknown data 'parquet:x'; use mnist, idx:DIR, images:DIR or csv:FILE
          --data csv:       | unknown data 'csv:'; use mnist, idx:DIR, images:DIR or csv:FILE
          --data csv:conf/wine.csv --weight w | wine.csv: there is no column 'w' to take the weights from; the columns are 'alcohol',
          --data csv:conf/wine.csv --group g | wine.csv: there is no column 'g' to take the groups from; the columns are 'alcohol',
          --data csv:conf/wine.csv --label kind | wine.csv: there is no column 'kind' to take the labels from; the columns are 'alcohol',
          --data csv:conf/wine.csv --train 134 | train asks for the first 134 rows, but there are 133
          --train 91        | train asks for the first 91 rows, but there are 90
          --test 46         | test asks for the first 46 rows, but there are 45
          --train 1         | an ensemble needs at least 2 training rows, found 1
          --train 2         | class '2' has no rows among the 2 training rows
          """)
  void demo_badUse_isOneSentenceAndExitCode2(String args, String message) {
    List<String> words = List.of(args.split(" "));
    // An option may stand only once, so the data is given here unless it is what is wrong.
    List<String> all = new ArrayList<>(List.of("demo", "--config", conf.toString()));
    if (!words.contains("--data")) {
      all.addAll(List.of("--data", "idx:" + data));
    }
    all.addAll(List.of("--out", folder.resolve("out").toString()));
    all.addAll(words);

    assertThat(run(all.toArray(String[]::new))).isEqualTo(2);

    assertThat(err.toString()).contains(message).startsWith("stacking4j: ").doesNotContain("\tat ");
    assertThat(err.toString().lines().count()).isLessThanOrEqualTo(3);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void demo_readyTable_runs() {
    List<String> args = new ArrayList<>(List.of("demo", "--config", "conf/csv-example.yaml"));
    args.addAll(List.of("--out", folder.resolve("out").toString()));

    assertThat(run(args.toArray(String[]::new))).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains("fitting 3 base networks on 133 rows", "on 45 rows", "stack out-of-fold");
    String board = out.toString();
    String stack = board.substring(board.lastIndexOf("stack out-of-fold"));
    // Always the commonest cultivar would be 0.4.
    assertThat(Double.parseDouble(stack.substring(17, 30).strip())).isGreaterThan(0.9);
  }

  @Test
  void demo_badTable_isOneSentenceAndExitCode1() throws IOException {
    Path table = Files.writeString(folder.resolve("my.csv"), "x,kind\n1,a\nred,b\n2,a\n3,b\n");

    assertThat(run("demo", "--data", "csv:" + table)).isEqualTo(1);

    assertThat(err.toString())
        .startsWith("stacking4j: " + table + ": column 'x' has 'red' in line 3, which is not a")
        .doesNotContain("\tat ");
  }

  @Test
  void demo_truncatedFile_isOneSentenceAndExitCode1() throws IOException {
    Path images = data.resolve("train-images-idx3-ubyte");
    byte[] whole = Files.readAllBytes(images);
    Files.write(images, java.util.Arrays.copyOf(whole, whole.length - 5));

    assertThat(demo()).isEqualTo(1);

    assertThat(err.toString())
        .startsWith("stacking4j: ")
        .contains("train-images-idx3-ubyte")
        .doesNotContain("\tat ");
    assertThat(err.toString().lines().count()).isEqualTo(1);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void demo_noSuchFolder_isExitCode1() {
    assertThat(run("demo", "--data", "idx:" + folder.resolve("none"))).isEqualTo(1);
    assertThat(err.toString()).contains(folder.resolve("none").toString());
  }

  @Test
  void demo_outputFolderIsAFile_isExitCode1() throws IOException {
    Path file = Files.writeString(folder.resolve("out"), "mine");

    assertThat(demo()).isEqualTo(1);

    assertThat(err.toString()).contains("cannot write to the output folder " + file);
    assertThat(file).hasContent("mine");
  }

  @Test
  void demo_badConfFile_isExitCode2() throws IOException {
    Files.writeString(conf, "epochs: 3");

    assertThat(demo()).isEqualTo(2);

    assertThat(err.toString())
        .contains(
            conf
                + ", line 1: unknown key 'epochs'; did you mean 'fit.epochs'? known here: data, task, label, weight, group, categorical, missing, ignore, image-size, image-colour, test-fraction, train");
  }

  @Test
  void help_showsExamplesAndExitCodes() {
    assertThat(run("demo", "--help")).isZero();
    assertThat(out.toString()).contains("--strategy", "Examples:", "Exit codes: 0 done, 1 failed");
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("fit --data csv:FILE --label COLUMN --out DIR");
  }

  @Test
  void noCommand_saysWhichThereAre() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString())
        .contains("a command is missing; use one of demo, fit, plan", "stacking4j --help");
  }

  @Test
  void version_isPrinted() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("stacking4j ");
  }
}
