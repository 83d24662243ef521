package org.stacking4j.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.combine.RowGate;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.Folds;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Memory;
import org.stacking4j.data.PictureColour;
import org.stacking4j.data.PictureFolder;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.PictureSize;
import org.stacking4j.data.Sha256;
import org.stacking4j.data.Task;
import org.stacking4j.data.TrainTest;
import org.stacking4j.experiment.TinyIdxFolder;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.OnFailure;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.Trainer;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.testing.TinyPictures;
import org.stacking4j.testing.Zips;
import org.stacking4j.train.LocalFits;

/**
 * Makes the mistakes that docs/errors.md lists, and holds the page to what was said. With {@code
 * -Dstacking4j.render=true} it writes the page anew.
 */
final class ErrorsPageTest {
  private static final Path PAGE = Path.of("docs", "errors.md");
  private static final String MARK = "<!-- From here on written by ErrorsPageTest. -->\n";
  private static final String NO_MISTAKES = "What is no mistake, in a table";
  private static final Pattern UNREADABLE =
      Pattern.compile("\\bnull\\b|[\n`]|Exception|org\\.(?!apache\\.spark:)|java\\.");
  private static final LabeledData ROWS = TinyData.blobs(24, 3, 2, 1);
  private static final FitSettings SETTINGS = new FitSettings(1, 8, 2, true);

  @TempDir Path folder;

  /** By what was given: what was wrong with it, and what was said. */
  private final Map<String, Map<String, String>> said = new LinkedHashMap<>();

  private Map<String, String> section = new LinkedHashMap<>();

  /** What nobody but a programmer would understand. */
  private final List<String> unreadable = new ArrayList<>();

  @Test
  void page_saysWhatTheProgramSays() throws IOException {
    tables();
    idxFolders();
    pictures();
    confFiles();
    archives();
    metaFeatures();
    commandLines();
    newRows();
    written();
    noMistakes();
    rows();
    members();
    ensembles();
    assertThat(unreadable).as("messages that are not one line in plain words").isEmpty();

    StringBuilder text = new StringBuilder();
    said.forEach(
        (input, mistakes) -> {
          boolean fine = input.equals(NO_MISTAKES);
          String quote = fine ? "" : "`";
          text.append("\n## ")
              .append(input)
              .append(
                  fine
                      ? "\n\n| what it has | what becomes of it |"
                      : "\n\n| what is wrong | what is said |")
              .append("\n|---|---|\n");
          mistakes.forEach(
              (wrong, message) ->
                  text.append(
                      "| " + wrong + " | " + quote + message.replace("|", "\\|") + quote + " |\n"));
        });
    String page = Files.readString(PAGE, UTF_8).replace("\r\n", "\n");
    String head = page.substring(0, page.indexOf(MARK) + MARK.length());
    if (Boolean.getBoolean("stacking4j.render")) {
      Files.writeString(PAGE, head + text);
      page = head + text;
    }
    assertThat(page)
        .as("%s; CONTRIBUTING.md says how to write it anew", PAGE)
        .isEqualTo(head + text);
  }

  private void input(String name) {
    section = new LinkedHashMap<>();
    said.put(name, section);
  }

  private void wrong(String what, ThrowingCallable mistake) {
    Throwable thrown = catchThrowable(mistake);
    if (thrown == null) {
      unreadable.add(what + ": nothing");
      return;
    }
    say(what, String.valueOf(thrown.getMessage()));
  }

  private void say(String what, String message) {
    String shown =
        message
            .replace(folder + java.io.File.separator, "")
            .replace(folder.toString(), "FOLDER")
            .replace('\\', '/')
            .strip();
    if (shown.isEmpty() || UNREADABLE.matcher(shown).find()) {
      unreadable.add(what + ": " + shown);
    }
    assertThat(section.put(what, shown)).as(what).isNull();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  // Tables

  private void table(String what, String text) {
    wrong(what, () -> CsvTable.load(write("table.csv", text), "kind"));
  }

  private void tables() throws IOException {
    input("A table (CSV)");
    wrong("there is no such file", () -> CsvTable.load(folder.resolve("none.csv"), "kind"));
    Path directory = Files.createDirectory(folder.resolve("directory"));
    wrong("it is a folder", () -> CsvTable.load(directory, "kind"));
    table("it is empty", "");
    table("it has only a header", "a,b,kind\n");
    table("it has no header", "1,2,x\n3,4,y\n");
    table("the label column is not there", "a,b,sort\n1,2,x\n3,4,y\n");
    table("two columns have one name", "a,a,kind\n1,2,x\n3,4,y\n");
    table("a column has no name", "a,,kind\n1,2,x\n3,4,y\n");
    table("it has labels only", "kind\nx\ny\n");
    table("a category in the place of a number", "a,b,kind\n1,2,x\n3,red,y\n");
    table("a missing value", "a,b,kind\n1,2,x\n3,,y\n");
    table("a decimal comma", "a;b;kind\n1,5;2;x\n3;4;y\n");
    table("NaN", "a,b,kind\n1,NaN,x\n3,4,y\n");
    table("a number too large for float32", "a,b,kind\n1,1e60,x\n3,4,y\n");
    table("a missing label", "a,b,kind\n1,2,x\n3,4,\n");
    table("too few fields in a line", "a,b,kind\n1,2,x\n3,4\n");
    table("too many fields in a line", "a,b,kind\n1,2,x\n3,4,y,5\n");
    table("one class only", "a,b,kind\n1,2,x\n3,4,x\n");
    table("a quote that does not end", "a,b,kind\n1,2,\"x\n3,4,y\n");
    wrong(
        "not UTF-8",
        () ->
            CsvTable.load(
                Files.write(folder.resolve("table.csv"), "a,kind\n1,caña\n".getBytes(ISO_8859_1)),
                "kind"));
    Path numbers = write("numbers.csv", "a,b,price\n1,2,3\n4,5,dear\n");
    wrong("no column of that target", () -> CsvTable.loadTargets(numbers, "cost"));
    wrong("a target that is no number", () -> CsvTable.loadTargets(numbers, "price"));
    wrong("targets and nothing else", () -> CsvTable.loadTargets(numbers, "a", "b", "price"));
  }

  // IDX folders

  private Path idx(String name) throws IOException {
    return TinyIdxFolder.write(Files.createDirectory(folder.resolve(name)));
  }

  private static void change(Path file, UnaryOperator<byte[]> change) throws IOException {
    Files.write(file, change.apply(Files.readAllBytes(file)));
  }

  private void idxFolders() throws IOException {
    input("A folder of IDX files");
    String images = "train-images-idx3-ubyte";
    String labels = "train-labels-idx1-ubyte";
    wrong("there is no such folder", () -> IdxFolder.load(folder.resolve("nowhere")));
    Path lacking = idx("lacking");
    Files.delete(lacking.resolve(labels));
    wrong("a file is missing", () -> IdxFolder.load(lacking));
    Path swapped = idx("swapped");
    Files.copy(
        swapped.resolve(labels),
        swapped.resolve(images),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    wrong("labels under the name of images", () -> IdxFolder.load(swapped));
    Path cut = idx("cut");
    change(cut.resolve(images), bytes -> Arrays.copyOf(bytes, 200));
    wrong("a file is cut off", () -> IdxFolder.load(cut));
    Path longer = idx("longer");
    change(longer.resolve(labels), bytes -> Arrays.copyOf(bytes, bytes.length + 1));
    wrong("a file goes on after its end", () -> IdxFolder.load(longer));
    Path packed = idx("packed");
    byte[] gzip = gzip(Files.readAllBytes(packed.resolve(images)));
    Files.delete(packed.resolve(images));
    Files.write(packed.resolve(images + ".gz"), Arrays.copyOf(gzip, gzip.length / 2));
    wrong("a gzip file is cut off", () -> IdxFolder.load(packed));
    Path bomb = idx("bomb");
    Files.write(
        bomb.resolve(images + ".gz"),
        gzip(Arrays.copyOf(Files.readAllBytes(bomb.resolve(images)), 50_000_000)));
    Files.delete(bomb.resolve(images));
    wrong("a gzip file unpacks to far more than its header says", () -> IdxFolder.load(bomb));
    Path fewer = idx("fewer");
    change(
        fewer.resolve(labels),
        bytes -> {
          byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
          shorter[7]--;
          return shorter;
        });
    wrong("more images than labels", () -> IdxFolder.load(fewer));
    Path unseen = idx("unseen");
    change(
        unseen.resolve("t10k-labels-idx1-ubyte"),
        bytes -> {
          bytes[10] = 7;
          return bytes;
        });
    wrong("a label in the test that was never learned", () -> IdxFolder.load(unseen));
  }

  // Pictures

  private Path pictures(String name) throws IOException {
    return TinyPictures.redAndBlue(folder.resolve(name), 2);
  }

  private void images(String what, Path of) {
    wrong(what, () -> PictureFolder.load(of, null, PictureColour.AUTO, 0.25, 1));
  }

  private void pictures() throws IOException {
    input("A folder of pictures");
    images("there is no such folder", folder.resolve("nothing"));
    images("it is empty", Files.createDirectory(folder.resolve("bare")));
    Path flat = pictures("flat");
    Files.copy(flat.resolve("red/000.png"), flat.resolve("000.png"));
    images("a picture is in no class", flat);
    Path one = folder.resolve("one");
    TinyPictures.grey(one.resolve("cat/1.png"), 1, 7);
    images("one class only", one);
    Path hollow = pictures("hollow");
    Files.createDirectory(hollow.resolve("green"));
    images("a class without pictures", hollow);
    Path deep = pictures("deep");
    TinyPictures.grey(deep.resolve("red/old/1.png"), 1, 7);
    images("a folder in a class", deep);
    Path text = pictures("text");
    Files.writeString(text.resolve("red/notes.txt"), "not a picture");
    images("a file that is no picture", text);
    Path half = pictures("half");
    change(half.resolve("red/001.png"), bytes -> Arrays.copyOf(bytes, bytes.length / 2));
    images("a picture is cut off", half);
    Path huge = pictures("huge");
    change(
        huge.resolve("red/001.png"),
        bytes -> {
          bytes[17] = (byte) 0xff; // of the four bytes of the width
          return bytes;
        });
    images("a picture that says it is huge", huge);
    Path linked = pictures("linked");
    Files.createSymbolicLink(linked.resolve("red/2.png"), one.resolve("cat/1.png"));
    images("a link out of it", linked);
    Path parts = folder.resolve("parts");
    pictures("parts/train");
    TinyPictures.grey(parts.resolve("test/red/1.png"), 1, 7);
    TinyPictures.grey(parts.resolve("test/green/1.png"), 1, 7);
    images("other classes in the test", parts);
    pictures("parts/val");
    images("a third part", parts);
    wrong("a size without height", () -> PictureSize.parse("28"));
    wrong("a size too large", () -> PictureSize.parse("1024x1024"));
    Path few = folder.resolve("few");
    TinyPictures.grey(few.resolve("x/1.png"), 1, 7);
    TinyPictures.grey(few.resolve("y/1.png"), 1, 7);
    images("one picture of a class, which cannot be split", few);
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  // Conf files

  /** As the demo hears of it, part of which is checked where it begins and not in the file. */
  private void conf(String what, String text) throws IOException {
    demo(what, "--config", write("my.yaml", text).toString());
  }

  private void demo(String what, String... args) {
    List<String> all = new ArrayList<>(List.of("demo", "--out", folder.resolve("out").toString()));
    all.addAll(List.of(args));
    say(what, run(what, all.toArray(String[]::new)));
  }

  /** The first line that a command writes when it refuses. */
  private static String run(String what, String... args) {
    var err = new StringWriter();
    int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args);
    assertThat(code).as(what + ": " + err).isIn(1, 2);
    return err.toString().lines().filter(line -> !line.isBlank()).findFirst().orElse("");
  }

  private void confFiles() throws IOException {
    input("A conf file");
    demo("there is no such file", "--config", folder.resolve("none.yaml").toString());
    conf("it is empty", "");
    conf("it is no YAML", "members:\n  - name: a\n hidden: [3\n");
    conf("an unknown key", "epoch: 3\n");
    conf("an unknown key further in", "fit: {epoch: 3}\n");
    conf("an unknown key of a member", "members: [{name: a, layers: [6]}]\n");
    conf("a key with a letter too few", "members:\n  - name: a\n    hiden: [6]\n");
    conf("a key twice", "seed: 1\nseed: 2\n");
    conf("a key without value", "seed:\n");
    conf("a word in the place of a number", "fit: {epochs: many}\n");
    conf("infinity as YAML writes it", "fit: {timeout: .inf}\n");
    conf("a number that is too large", "fit: {epochs: 99999999999}\n");
    conf("half an epoch", "fit: {epochs: 2.5}\n");
    conf("no epochs at all to come", "fit: {epochs: -1}\n");
    conf("an unknown strategy", "strategy: blending\n");
    conf("a strategy with a letter too few", "seed: 1\nstrategy: holdut\n");
    conf("an unknown trainer", "fit: {trainer: fast}\n");
    conf("a timeout below 0", "fit: {timeout: -5}\n");
    conf("another thing to do on a failure", "on-failure: ignore\n");
    conf("another place for fits", "executor: sparc\n");
    conf("a master of Spark, and fits in this process", "master: spark://host:7077\n");
    conf("fits on Spark, which is not there", "executor: spark\nmaster: local[2]\n");
    conf("an unknown meta learner", "out-of-fold: {meta: forest}\n");
    conf("an unknown way to predict", "out-of-fold: {prediction: folds}\n");
    conf("a list in the place of keys", "out-of-fold: [5]\n");
    conf("unknown data", "data: my.csv\n");
    conf("data with two letters changed round", "data: cvs:my.csv\n");
    conf("no members", "members: []\n");
    conf("a member without a name", "members: [{hidden: [6]}]\n");
    conf("a member without layers", "members: [{name: a}]\n");
    conf("a name with a blank", "members: [{name: my net, hidden: [6]}]\n");
    conf("two members of one name", "members: [{name: a, hidden: [6]}, {name: a, hidden: [9]}]\n");
    conf(
        "a network to fit that comes fitted",
        "members: [{name: a, hidden: [6], network: saved.zip}]\n");
    conf("columns that go down", "members: [{name: a, hidden: [6], columns: 5-2}]\n");
    conf("a learning rate of 0", "members: [{name: a, hidden: [6], learning-rate: 0}]\n");
    conf("more than all rows", "members: [{name: a, hidden: [6], row-sample: 2}]\n");
    conf("more snapshots than epochs", "members: [{name: a, hidden: [6], snapshots: 10}]\n");
    conf("a test of everything", "test-fraction: 1\n");
    conf("fewer than no rows", "train: -5\n");
    conf("one fold", "out-of-fold: {folds: 1}\n");
    conf("a size of pictures beside other data", "image-size: 28x28\n");
    conf("colours that are none", "data: images:my\nimage-colour: bright\n");
    conf("numbers to predict in MNIST", "task: regression\n");
    conf(
        "weights of classes for numbers",
        "data: csv:my.csv\ntask: regression\nclass-weights: balanced\n");
  }

  // Archives

  private void archives() throws IOException {
    input("An ensemble's archive");
    Path whole = folder.resolve("whole.zip");
    ensemble().save(whole);
    wrong("there is no such file", () -> StackingEnsemble.load(folder.resolve("none.zip")));
    Path text = write("notes.zip", "not a zip file");
    wrong("it is no zip file", () -> StackingEnsemble.load(text));
    Path cut = Files.copy(whole, folder.resolve("cut.zip"));
    change(cut, bytes -> Arrays.copyOf(bytes, bytes.length / 2));
    wrong("it is cut off", () -> StackingEnsemble.load(cut));
    archive(whole, "it is another zip file", "manifest.json", bytes -> new byte[0]);
    archive(
        whole,
        "its manifest is damaged",
        "manifest.json",
        bytes -> Arrays.copyOf(bytes, bytes.length / 2));
    archive(
        whole,
        "it comes from a newer library",
        "manifest.json",
        bytes ->
            new String(bytes, UTF_8)
                .replaceFirst("\"formatVersion\" : \\d+", "\"formatVersion\" : 99")
                .getBytes(UTF_8));
    archive(whole, "a network is missing", "members/a/fold-2/parameters.f32", bytes -> new byte[0]);
    archive(
        whole,
        "a network has too few parameters",
        "members/a/fold-2/parameters.f32",
        bytes -> Arrays.copyOf(bytes, bytes.length - 4));
    archive(
        whole,
        "it unpacks to far more than it is",
        "manifest.json",
        bytes -> Arrays.copyOf(bytes, 2 << 20));
    checksummed(
        whole,
        "its parameters are more than its configuration has room for",
        "members/a/fold-2/parameters.f32",
        bytes -> Arrays.copyOf(bytes, bytes.length + 4));
    checksummed(
        whole,
        "it names a class that is none of a network",
        "members/a/fold-2/configuration.json",
        bytes ->
            new String(bytes, UTF_8)
                .replace("org.nd4j.linalg.activations.impl.ActivationSoftmax", "com.evil.Run")
                .getBytes(UTF_8));
    checksummed(
        whole,
        "a configuration is no network's",
        "members/a/fold-2/configuration.json",
        bytes -> "{}".getBytes(UTF_8));
    Path more = folder.resolve("more.zip");
    Map<String, byte[]> entries = Zips.entries(whole);
    entries.put("../../evil.txt", "outside of any folder".getBytes(UTF_8));
    Files.write(more, Zips.bytes(entries));
    wrong("a file that is to go elsewhere", () -> StackingEnsemble.load(more));
  }

  /** The same where the checksum in the manifest is the changed entry's. */
  private void checksummed(Path whole, String what, String name, UnaryOperator<byte[]> change)
      throws IOException {
    Path changed = folder.resolve("changed.zip");
    Map<String, byte[]> entries = Zips.entries(whole);
    byte[] before = entries.get(name);
    byte[] after = change.apply(before);
    assertThat(Arrays.equals(after, before)).isFalse();
    entries.put(name, after);
    entries.computeIfPresent(
        "manifest.json",
        (manifest, bytes) ->
            new String(bytes, UTF_8)
                .replace(Sha256.hexOf(before), Sha256.hexOf(after))
                .getBytes(UTF_8));
    Files.write(changed, Zips.bytes(entries));
    wrong(what, () -> StackingEnsemble.load(changed));
  }

  /** Loads the archive with one entry changed, or left out if nothing is left of it. */
  private void archive(Path whole, String what, String name, UnaryOperator<byte[]> change)
      throws IOException {
    Path changed = folder.resolve("changed.zip");
    Map<String, byte[]> entries = Zips.entries(whole);
    byte[] content = change.apply(entries.get(name));
    if (content.length == 0) {
      entries.remove(name);
    } else {
      entries.put(name, content);
    }
    Files.write(changed, Zips.bytes(entries));
    wrong(what, () -> StackingEnsemble.load(changed));
  }

  // Meta-features

  private void meta(String what, String text) {
    wrong(what, () -> MetaFeatures.readCsv(write("meta.csv", text)));
  }

  private void metaFeatures() {
    input("Meta-features (CSV)");
    String head = "row,label,fold,a.logit_x,a.logit_y\n";
    wrong("there is no such file", () -> MetaFeatures.readCsv(folder.resolve("none.csv")));
    meta("it is empty", "");
    meta("another table", "a,b,kind\n1,2,x\n");
    meta("no rows", head);
    meta("a member lacks a class", "row,label,fold,a.logit_x,a.logit_y,b.logit_x\n0,x,1,1,2,3\n");
    meta("an unknown label", head + "0,z,1,0.5,0.5\n");
    meta("a row id twice", head + "0,x,1,0.5,0.5\n0,y,1,0.5,0.5\n");
    meta("a logit that is no number", head + "0,x,1,0.5,high\n");
    meta("a logit that is not finite", head + "0,x,1,0.5,NaN\n");
    meta("a line is cut off", head + "0,x,1,0.5\n");
  }

  // The command line

  private void line(String what, String... args) {
    String shown = String.join(" ", args).replace(folder + java.io.File.separator, "");
    say(what + (args.length > 0 ? ": `" + shown + "`" : ""), run(what, args));
  }

  private void asked(String what, Path model, String data) {
    String out = folder.resolve("answers.csv").toString();
    line(what, "predict", "--model", model.toString(), "--data", data, "--out", out);
  }

  private void commandLines() throws IOException {
    input("The command line");
    line("no command");
    line("an unknown command", "dmo");
    line("an unknown option", "demo", "--epoch", "3");
    line("a file without its option", "fit", "my.csv");
    line("a column of pictures to learn from", "fit", "--data", "images:my", "--label", "kind");
    line("missing numbers in pictures", "fit", "--data", "images:my", "--missing", "median");
    line("an option without value", "demo", "--seed");
    line("a word in the place of a number", "demo", "--train", "all");
    line("no thread", "demo", "--threads", "0");
    line("one fold", "demo", "--folds", "1");
    line("more rows than there are", "demo", "--train", "70000");
    line("an unknown strategy", "demo", "--strategy", "stacking");
    line("a strategy without its hyphen", "demo", "--strategy", "insample");
    line("unknown data", "demo", "--data", "my.csv");
    line("a table that is not there", "demo", "--data", "csv:" + folder.resolve("none.csv"));
    Path table = write("kinds.csv", "a,kind\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n7,x\n8,y\n");
    line("a label that is not there", "demo", "--data", "csv:" + table, "--label", "sort");
    line("a label with a letter too many", "demo", "--data", "csv:" + table, "--label", "kinds");
    line(
        "too few rows for the folds",
        "demo",
        "--data",
        "csv:" + table,
        "--strategy",
        "out-of-fold");
    Path prices = write("prices.csv", "a,price\n1,10\n2,12\n3,15\n4,15\n");
    line("numbers without their task", "demo", "--data", "csv:" + prices);
    line("a column to ignore that is not there", "fit", "--data", "csv:" + table, "--ignore", "b");
    line("numbers that are words", "demo", "--data", "csv:" + table, "--task", "regression");
    line(
        "a conf file that is not there",
        "demo",
        "--config",
        folder.resolve("none.yaml").toString());
    Path file = write("taken", "");
    line(
        "a file in the place of the output folder",
        "demo",
        "--train",
        "200",
        "--test",
        "50",
        "--epochs",
        "1",
        "--out",
        file.toString());
    Path tabular = folder.resolve("table.zip");
    LabeledData kinds = CsvTable.load(table, "kind");
    StackingEnsemble.fit(
            StackingConfig.builder().member("a", Mlp.table(1, 2, 4)).outOfFold(2).build(),
            kinds,
            LocalFits.onThreads(1))
        .save(tabular);
    Path pictorial = folder.resolve("pictures.zip");
    Path tiny = folder.resolve("few");
    TinyPictures.grey(tiny.resolve("x/2.png"), 1, 9);
    TinyPictures.grey(tiny.resolve("y/2.png"), 1, 9);
    PictureSchema dot = new PictureSchema(1, 1, 1);
    StackingEnsemble.fit(
            StackingConfig.builder().member("a", Mlp.base(1, 2, 4)).outOfFold(2).build(),
            PictureFolder.load(tiny, dot, List.of("x", "y")),
            LocalFits.onThreads(1))
        .save(pictorial);
    asked("pictures asked of a table's ensemble", tabular, "images:" + tiny);
    asked("a table asked of a pictures' ensemble", pictorial, "csv:" + table);
    asked("unknown data for an ensemble", pictorial, tiny.toString());
    asked("images of another size", pictorial, "mnist");
    Path renamed = write("renamed.csv", "a,sort\n1,x\n");
    line(
        "a column of labels that is called otherwise now",
        "evaluate",
        "--model",
        tabular.toString(),
        "--data",
        "csv:" + renamed);
    asked("a folder without IDX images", pictorial, "idx:" + tiny);
    asked("a folder without pictures", pictorial, "images:" + folder.resolve("bare"));
    asked("an ensemble from Java", folder.resolve("whole.zip"), "csv:" + table);
    String model = pictorial.toString();
    line(
        "pictures of a class that was not learned",
        "evaluate",
        "--model",
        model,
        "--data",
        "images:" + folder.resolve("text"));
    line(
        "a column of pictures",
        "features",
        "--model",
        model,
        "--data",
        "images:" + tiny,
        "--label",
        "kind",
        "--out",
        folder.resolve("f.csv").toString());
    line(
        "a folder in the place of an ensemble",
        "predict",
        "--model",
        tiny.toString(),
        "--data",
        "csv:" + table,
        "--out",
        folder.resolve("f.csv").toString());
    line("the report of a folder without a run", "report", folder.resolve("text").toString());
    line("an audit of two stacks", "audit", "--strategy", "both");
  }

  // What is asked of a fitted ensemble

  private void newRows() throws IOException {
    input("New rows for an ensemble");
    Path table =
        write("shops.csv", "size,town,kind\n" + "1,Ulm,x\n2,Bonn,y\n".repeat(6) + "3,Ulm,x\n");
    Path shops = folder.resolve("shops.zip");
    StackingEnsemble.fit(
            StackingConfig.builder().member("a", Mlp.table(3, 2, 4)).outOfFold(2).build(),
            CsvTable.load(table, "kind"),
            LocalFits.onThreads(1))
        .save(shops);
    predicted("a column is not there", shops, "town\nUlm\n");
    predicted("a column is there twice", shops, "size,town,size\n1,Ulm,1\n");
    predicted("a value is missing", shops, "size,town\n1,Ulm\n,Bonn\n");
    predicted("a word in the place of a number", shops, "size,town\nlarge,Ulm\n");
    predicted("too few fields in a line", shops, "size,town\n1\n");
    predicted("it is empty", shops, "");
    judged("a class that was never learned", shops, "size,town,kind\n1,Ulm,z\n");
    judged("no labels to judge by", shops, "size,town\n1,Ulm\n");
    judged("a label is missing", shops, "size,town,kind\n1,Ulm,\n");
  }

  private void predicted(String what, Path model, String text) throws IOException {
    Path table = write("new.csv", text);
    String out = folder.resolve("answers.csv").toString();
    say(
        what,
        run(what, "predict", "--model", model.toString(), "--data", "csv:" + table, "--out", out));
    assertThat(folder.resolve("answers.csv")).doesNotExist();
  }

  private void judged(String what, Path model, String text) throws IOException {
    Path table = write("new.csv", text);
    say(
        what,
        run(
            what,
            "evaluate",
            "--model",
            model.toString(),
            "--data",
            "csv:" + table,
            "--label",
            "kind"));
  }

  // Files that are written

  private void written() throws IOException {
    input("What is written");
    Path shops = folder.resolve("shops.zip");
    Path table = write("new.csv", "size,town\n1,Ulm\n");
    Path kept = Files.createDirectories(folder.resolve("out").resolve("checkpoints"));
    for (Map.Entry<String, Path> out :
        Map.of(
                "a folder in the place of a file",
                folder.resolve("out"),
                "a file in a folder that is not there",
                folder.resolve("nowhere/answers.csv"))
            .entrySet()
            .stream()
            .sorted(Map.Entry.comparingByKey())
            .toList()) {
      line(
          out.getKey(),
          "predict",
          "--model",
          shops.toString(),
          "--data",
          "csv:" + table,
          "--out",
          out.getValue().toString());
    }
    Path lock =
        Files.writeString(kept.resolve("lock"), "process 4711, since 2026-01-01T00:00:00Z\n");
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock taken = channel.lock(Long.MAX_VALUE - 1, 1, false)) {
      assertThat(taken.isValid()).isTrue();
      line(
          "the folder of another run",
          "fit",
          "--data",
          "csv:conf/wine.csv",
          "--out",
          folder.resolve("out").toString());
    }
  }

  // What is read all the same

  private void noMistakes() throws IOException {
    input(NO_MISTAKES);
    String same = "the same rows as without";
    String plain = "a,town,kind\n1,Ulm,x\n2,Bonn,y\n";
    equal("a byte order mark", same, plain, "\ufeff" + plain);
    equal("lines that end in CRLF", same, plain, plain.replace("\n", "\r\n"));
    equal("no end of the last line", same, plain, plain.strip());
    equal("empty lines", same, plain, "\n" + plain.replace("\n", "\n\n"));
    equal("semicolons", "columns, as by commas", plain, plain.replace(',', ';'));
    equal("tabs", "columns, as by commas", plain, plain.replace(',', '\t'));
    equal("fields in quotes", same, plain, plain.replaceAll("(\\w+)", "\"$1\""));
    equal("spaces around fields", same, plain, plain.replace(",", " , "));
    Path shops = folder.resolve("shops.zip");
    String rows = "size,town\n1,Ulm\n2,Bonn\n";
    String answers = answers(shops, rows);
    String other = "the same answers as without; columns are found by their names";
    answered("columns in another order", other, shops, answers, "town,size\nUlm,1\nBonn,2\n");
    answered("more columns", other, shops, answers, "size,no,town\n1,7,Ulm\n2,8,Bonn\n");
    say("no rows to predict", "answers with the header alone");
    assertThat(answers(shops, "size,town\n").lines()).hasSize(1);
    String unknown = answers(shops, "size,town\n1,Rom\n");
    say("a category that was never learned", "a warning; it counts as none of the known ones");
    assertThat(unknown.lines()).hasSize(2);
  }

  private void equal(String what, String becomes, String plain, String text) throws IOException {
    LabeledData one = CsvTable.load(write("one.csv", plain), "kind");
    LabeledData other = CsvTable.load(write("other.csv", text), "kind");
    assertThat(other.features()).as(what).isEqualTo(one.features());
    assertThat(other.labels()).as(what).isEqualTo(one.labels());
    assertThat(other.schema()).as(what).isEqualTo(one.schema());
    say(what, becomes);
  }

  private void answered(String what, String becomes, Path model, String answers, String text)
      throws IOException {
    assertThat(answers(model, text)).as(what).isEqualTo(answers);
    say(what, becomes);
  }

  private String answers(Path model, String text) throws IOException {
    Path table = write("new.csv", text);
    Path out = folder.resolve("answers.csv");
    var err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "predict",
            "--model",
            model.toString(),
            "--data",
            "csv:" + table,
            "--out",
            out.toString());
    assertThat(code).as(err.toString()).isZero();
    String answers = Files.readString(out);
    Files.delete(out);
    return answers;
  }

  // Arguments

  private void rows() {
    input("Rows, in Java");
    INDArray features = Nd4j.create(new float[][] {{1, 2}, {3, 4}});
    List<String> names = List.of("x", "y");
    wrong(
        "NaN",
        () ->
            LabeledData.of(
                Nd4j.create(new float[][] {{1, Float.NaN}, {3, 4}}), new int[] {0, 1}, names));
    wrong("no matrix", () -> LabeledData.of(Nd4j.create(2, 2, 2), new int[] {0, 1}, names));
    wrong("too few labels", () -> LabeledData.of(features, new int[] {0}, names));
    wrong("a label without a name", () -> LabeledData.of(features, new int[] {0, 2}, names));
    wrong(
        "two classes of one name",
        () -> LabeledData.of(features, new int[] {0, 1}, List.of("x", "x")));
    wrong(
        "a target that is not finite",
        () ->
            LabeledData.of(
                features, new float[][] {{1}, {Float.POSITIVE_INFINITY}}, List.of("price")));
    Memory small = new Memory(24_000_000_000L, 24_000_000_000L, 6_000_000_000L);
    wrong(
        "more than there is memory",
        () -> small.check("9000000 rows of 784 features", 28_224_000_000L));
    wrong("a row id twice", () -> LabeledData.of(features, new int[] {0, 1}, names, new long[2]));
    wrong("a weight of 0", () -> ROWS.withWeights(new double[24]));
    wrong("too few weights of classes", () -> ROWS.withClassWeights(2));
    wrong("too few groups", () -> ROWS.withGroups(new long[] {1, 2}));
    wrong("more rows than there are", () -> ROWS.first(25));
    wrong("a column that is not there", () -> ROWS.withColumns(0, 3));
    wrong("a row twice", () -> ROWS.select(new int[] {1, 1}));
    wrong("classes asked of targets", () -> TinyData.numbers(4, 3, 1, 1).classNames());
    wrong("a test of everything", () -> TrainTest.split("mine", ROWS, 1, 1));
    wrong("more folds than rows of a class", () -> Folds.stratified(ROWS, 13, 1));
    wrong("more folds than groups", () -> Folds.stratified(ROWS.withGroups(new long[24]), 2, 1));
    wrong("groups in order of time", () -> Folds.timeOrdered(ROWS.withGroups(new long[24]), 2));
  }

  private void members() {
    input("Members, in Java");
    wrong("a name with a blank", () -> Member.of("my net", Mlp.base(3, 2, 4)));
    wrong("no hidden layer", () -> Mlp.base(3, 2));
    wrong("fewer than no epochs", () -> SETTINGS.withEpochs(-1));
    wrong("no row a step", () -> SETTINGS.withBatchSize(0));
    wrong("less than no time", () -> SETTINGS.withTimeout(Duration.ofSeconds(-1)));
    wrong("another output layer", () -> Member.of("a", network(LossFunction.MSE, Activation.TANH)));
    wrong(
        "an activation that Deeplearning4j passes over",
        () ->
            Member.of(
                "a",
                new NeuralNetConfiguration.Builder()
                    .list()
                    .layer(new DenseLayer.Builder().nIn(3).nOut(4).build())
                    .layer(
                        new BatchNormalization.Builder()
                            .nOut(4)
                            .activation(Activation.RELU)
                            .build())
                    .layer(
                        new OutputLayer.Builder(LossFunction.MCXENT)
                            .nIn(4)
                            .nOut(2)
                            .activation(Activation.SOFTMAX)
                            .build())
                    .build()));
    wrong("a column twice", () -> member("a").withColumns(1, 1));
    wrong("as many snapshots as epochs", () -> member("a").withSnapshots(1));
    wrong("half of no rows", () -> member("a").withRowSample(0));
    wrong("no round of selection", () -> new GreedySelection(0));
    wrong("no penalty", () -> new RowGate(0));
    wrong("no repeat", () -> MetaNetwork.residual().withRepeats(0));
  }

  private static org.deeplearning4j.nn.conf.MultiLayerConfiguration network(
      LossFunction loss, Activation activation) {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new OutputLayer.Builder(loss).nIn(3).nOut(2).activation(activation).build())
        .build();
  }

  private static Member member(String name) {
    return new Member(name, TinyNetworks.linear(3, 2), SETTINGS);
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder().member(member("a")).member(member("b")).outOfFold(2);
  }

  private static StackingEnsemble ensemble() {
    return StackingEnsemble.fit(config().build(), ROWS, LocalFits.onThreads(1));
  }

  private static void fit(StackingConfig.Builder config, LabeledData rows) {
    StackingEnsemble.fit(config.build(), rows, LocalFits.onThreads(1));
  }

  private void ensembles() {
    input("Ensembles, in Java");
    wrong("no members", () -> StackingConfig.builder().build());
    wrong("two members of one name", () -> config().member(member("a")).build());
    wrong(
        "two learners of one kind",
        () -> config().metaLearners(MetaNetwork.linear(), MetaNetwork.linear()).build());
    wrong("folds in-sample", () -> config().inSample().prediction(Prediction.FOLD_MEAN).build());
    wrong(
        "a choice in-sample",
        () -> config().inSample().metaLearners(MetaNetwork.linear(), MetaNetwork.free()).build());
    wrong("one fold", () -> config().outOfFold(1));
    wrong("all rows held out", () -> config().holdout(1));
    wrong("another number of columns", () -> fit(config(), TinyData.blobs(24, 4, 2, 1)));
    wrong("another number of classes", () -> fit(config(), TinyData.blobs(24, 3, 3, 1)));
    wrong(
        "a class without rows",
        () ->
            fit(
                StackingConfig.builder().member("a", TinyNetworks.linear(3, 3)),
                LabeledData.of(ROWS.features(), ROWS.labels(), TinyData.classNames(3))));
    wrong("too few rows for the folds", () -> fit(config().outOfFold(5), ROWS.first(8)));
    wrong("targets for classes", () -> fit(config(), TinyData.numbers(24, 3, 2, 1)));
    wrong(
        "a row gate for targets",
        () ->
            fit(
                StackingConfig.builder()
                    .member("a", Mlp.table(Task.REGRESSION, 3, 1, 4))
                    .metaLearners(RowGate.defaults()),
                TinyData.numbers(24, 3, 1, 1)));
    wrong(
        "a member that sees what is not there",
        () ->
            fit(
                config()
                    .member(new Member("c", TinyNetworks.linear(1, 2), SETTINGS).withColumns(7)),
                ROWS));
    wrong("a column to pass that is not there", () -> fit(config().passThrough(3), ROWS));
    wrong(
        "the fused trainer for a network it does not know",
        () ->
            fit(
                config()
                    .member(
                        new Member(
                            "c",
                            new NeuralNetConfiguration.Builder()
                                .list()
                                .layer(
                                    new DenseLayer.Builder()
                                        .nIn(3)
                                        .nOut(4)
                                        .l2(0.1)
                                        .activation(Activation.CUBE)
                                        .build())
                                .layer(
                                    new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nIn(4)
                                        .nOut(2)
                                        .activation(Activation.SOFTMAX)
                                        .build())
                                .build(),
                            SETTINGS.withTrainer(Trainer.FUSED))),
                ROWS));
    wrong(
        "a step so large that the fit comes to nothing",
        () ->
            fit(
                StackingConfig.builder()
                    .member(
                        new Member(
                            "a",
                            TinyNetworks.linear(
                                3,
                                2,
                                new Sgd(1e38),
                                new org.nd4j.linalg.lossfunctions.impl.LossMCXENT()),
                            SETTINGS
                                .withEpochs(5)
                                .withGradientNormLimit(Double.POSITIVE_INFINITY))),
                ROWS));
    Member slow = new Member("a", Mlp.base(3, 2, 4), SETTINGS.withTimeout(Duration.ofNanos(1)));
    wrong("less time than a fit takes", () -> fit(StackingConfig.builder().member(slow), ROWS));
    wrong(
        "no member left of those that may drop out",
        () -> fit(StackingConfig.builder().member(slow).onFailure(OnFailure.DROP_OUT), ROWS));
    wrong(
        "members may drop out, and the meta network is for all of them",
        () ->
            fit(
                config()
                    .metaLearners(MetaNetwork.free(Mlp.meta(4, 2)))
                    .onFailure(OnFailure.DROP_OUT),
                ROWS));
    StackingEnsemble ensemble = ensemble();
    wrong("new rows of another width", () -> ensemble.predict(Nd4j.create(1, 4)));
    wrong(
        "NaN in new rows", () -> ensemble.predict(Nd4j.valueArrayOf(new long[] {1, 3}, Float.NaN)));
    wrong("numbers asked of classes", () -> ensemble.values(ROWS.features()));
    wrong(
        "judged on other classes",
        () ->
            ensemble.evaluate(
                LabeledData.of(ROWS.features(), ROWS.labels(), List.of("cat", "dog"))));
  }
}
