package org.stacking4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.Experiment;
import org.stacking4j.experiment.ExperimentListener;
import org.stacking4j.experiment.TinyConf;
import org.stacking4j.experiment.TinyIdxFolder;
import org.stacking4j.testing.SilentListener;
import org.stacking4j.testing.TinyData;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Pages of real runs on tiny data, read as a stranger would. */
final class ReportTest {
  private static final ExperimentListener NOBODY = new SilentListener();

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path runs;
  @TempDir Path folder;

  @BeforeAll
  static void runPictures() throws Exception {
    Path data = TinyIdxFolder.write(Files.createDirectory(runs.resolve("idx")));
    run("idx:" + data, "pictures", "fit.epochs", 2);
  }

  private static Path run(String data, String name, Object... keysAndValues) throws IOException {
    Map<String, Object> overrides =
        TinyConf.with(TinyConf.of(data, "out-of-fold.folds", 2), keysAndValues);
    Path out = runs.resolve(name);
    Experiment experiment = new Experiment(ConfFile.read(null, overrides), 2, NOBODY);
    if ("regression".equals(overrides.get("task"))) {
      experiment.runRegression(out);
    } else {
      experiment.run(out);
    }
    return out;
  }

  /** A table of so many rows of each of these classes, which its first two columns tell apart. */
  private Path table(String name, int rows, List<String> classes) throws IOException {
    StringBuilder text = new StringBuilder("a,b,kind\n");
    LabeledData noise = TinyData.numbers(rows * classes.size(), 4, 1, 1);
    float[][] x = noise.features().toFloatMatrix();
    for (int row = 0; row < x.length; row++) {
      int c = row % classes.size();
      text.append(x[row][0] + c % 10).append(',').append(x[row][1] + Math.floorDiv(c, 10));
      text.append(",\"").append(classes.get(c).replace("\"", "\"\"")).append("\"\n");
    }
    return Files.writeString(folder.resolve(name), text);
  }

  private static JsonNode results(Path run) throws IOException {
    return JSON.readTree(run.resolve("results.json").toFile());
  }

  /** Writes other results beside nothing else, and makes their page. */
  private String reportOf(JsonNode results) throws IOException {
    Files.writeString(folder.resolve("results.json"), JSON.writeValueAsString(results));
    return Files.readString(Report.write(folder));
  }

  private static Document parse(String page) throws Exception {
    assertThat(page).startsWith("<!DOCTYPE html>\n<html ");
    var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    Document document =
        builder.parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
    assertThat(elements(document, "script")).isEmpty();
    Set<String> ids = new HashSet<>();
    for (Element element : elements(document, "*")) {
      if (element.hasAttribute("id")) {
        assertThat(ids.add(element.getAttribute("id"))).as(element.getAttribute("id")).isTrue();
      }
      var attributes = element.getAttributes();
      for (int i = 0; i < attributes.getLength(); i++) {
        assertThat(attributes.item(i).getNodeName()).doesNotStartWith("on");
      }
    }
    for (Element link : elements(document, "a")) {
      assertThat(ids).contains(link.getAttribute("href").substring(1));
    }
    for (Element svg : elements(document, "svg")) {
      if (!svg.getAttribute("aria-hidden").equals("true")) {
        assertThat(ids).contains(svg.getAttribute("aria-labelledby").split(" "));
      }
    }
    assertThat(
            page.replace("http://www.w3.org/1999/xhtml", "")
                .replace("http://www.w3.org/2000/svg", ""))
        .as("nothing is fetched from elsewhere")
        .doesNotContain("http:", "https:", "url(", "@import")
        .contains("default-src 'none'");
    return document;
  }

  private static List<Element> elements(Document document, String name) {
    NodeList found = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private static Element section(Document document, String id) {
    return elements(document, "section").stream()
        .filter(section -> section.getAttribute("id").equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> ids(Document document) {
    return elements(document, "section").stream().map(one -> one.getAttribute("id")).toList();
  }

  private static String fixed(JsonNode number, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", number.asDouble()).replace('-', '−');
  }

  @Test
  void pictures_everySectionSaysWhatTheResultsSay() throws Exception {
    Path out = runs.resolve("pictures");
    JsonNode results = results(out);

    assertThat(Report.write(out)).isEqualTo(out.resolve("report.html"));
    Document page = parse(Files.readString(out.resolve("report.html")));

    assertThat(ids(page))
        .containsExactly(
            "leaderboard",
            "confusion",
            "reliability",
            "examples",
            "agreement",
            "contributions",
            "curves",
            "run");
    String verdict = results.get("verdict").asText();
    assertThat(elements(page, "p").get(0).getTextContent()).endsWith(verdict.substring(1) + ".");
    String board = section(page, "leaderboard").getTextContent();
    for (JsonNode entry : results.get("leaderboard")) {
      assertThat(board)
          .containsSubsequence(
              entry.get("name").asText(),
              fixed(entry.get("accuracy"), 4),
              fixed(entry.get("log_loss"), 4),
              fixed(entry.get("brier"), 4),
              fixed(entry.get("ece"), 4));
    }
    Element confusion = section(page, "confusion");
    NodeList cells = confusion.getElementsByTagName("td");
    for (int right = 0; right < 3; right++) {
      for (int taken = 0; taken < 3; taken++) { // three counts and the recall in each line
        assertThat(cells.item(4 * right + taken).getTextContent())
            .isEqualTo(results.get("confusion").get(right).get(taken).asText());
      }
    }
    String reliability = section(page, "reliability").getTextContent();
    String stack = results.get("saved_stack").asText();
    for (JsonNode entry : results.get("leaderboard")) {
      if (entry.get("name").asText().equals(stack)) {
        int fullest = 0;
        for (int bin = 1; bin < 10; bin++) {
          int rows = entry.at("/reliability/" + bin + "/rows").asInt();
          fullest = rows > entry.at("/reliability/" + fullest + "/rows").asInt() ? bin : fullest;
        }
        JsonNode bin = entry.get("reliability").get(fullest);
        String end = String.format(Locale.ROOT, "%.1f", (fullest + 1) / 10.0);
        assertThat(reliability)
            .contains(
                stack
                    + end
                    + bin.get("rows").asText()
                    + fixed(bin.get("confidence"), 4)
                    + fixed(bin.get("accuracy"), 4))
            .contains(stack + " " + fixed(entry.get("ece"), 4));
      }
    }
    JsonNode pair = results.at("/diversity/pairs/0");
    assertThat(section(page, "agreement").getTextContent())
        .contains("Disagreement", "Yule's Q", fixed(pair.get("q"), 3))
        .contains(String.format(Locale.ROOT, "%.2f", 100 * pair.get("double_fault").asDouble()));
    String contributions = section(page, "contributions").getTextContent();
    JsonNode first = results.at("/contributions/0");
    assertThat(contributions)
        .contains(first.get("without").asText())
        .contains(
            String.format(Locale.ROOT, "%+.4f [", -first.get("log_loss_difference").asDouble())
                .replace('-', '−'));
    assertThat(section(page, "run").getTextContent())
        .contains(results.at("/data/test/sha256").asText())
        .contains(results.at("/timing/ended").asText())
        .contains("\"batch-size\" : 16")
        .contains("meta-features");
  }

  @Test
  void pictures_examplesAreRowsOfTheTest() throws Exception {
    Path out = runs.resolve("pictures");
    JsonNode examples = results(out).get("examples");
    LabeledData test = IdxFolder.load(runs.resolve("idx")).test();
    JsonNode comparison = null;
    for (JsonNode one : results(out).get("comparisons")) {
      comparison = one.get("average").equals(examples.get("average")) ? one : comparison;
    }
    assertThat(examples.get("mended")).hasSize(comparison.get("only_stack_right").asInt());
    assertThat(examples.get("broken")).hasSize(comparison.get("only_average_right").asInt());
    List<JsonNode> all = new ArrayList<>();
    examples.get("mended").forEach(all::add);
    examples.get("broken").forEach(all::add);
    assertThat(all).as("otherwise this test checks nothing").isNotEmpty();
    for (JsonNode row : all) {
      int id = row.get("row").asInt(); // in the whole test set ids are positions
      assertThat(row.get("right").asText()).isEqualTo(test.classNames().get(test.label(id)));
      byte[] png = Base64.getDecoder().decode(row.get("png").asText());
      var picture = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(picture.getWidth()).isEqualTo(4);
      float[] pixels = test.features(id, id + 1).data().asFloat();
      for (int i = 0; i < 16; i++) {
        assertThat(picture.getRaster().getSample(i % 4, i / 4, 0))
            .isEqualTo(Math.round((pixels[i] + 1) * 127.5f));
      }
    }
    for (JsonNode row : examples.get("mended")) {
      assertThat(row.get("stack")).isEqualTo(row.get("right")).isNotEqualTo(row.get("average"));
    }
    for (JsonNode row : examples.get("broken")) {
      assertThat(row.get("average")).isEqualTo(row.get("right")).isNotEqualTo(row.get("stack"));
    }
    Document page = parse(Files.readString(Report.write(out)));
    assertThat(elements(page, "img"))
        .hasSize(all.size())
        .allMatch(img -> img.getAttribute("src").startsWith("data:image/png;base64,"))
        .allMatch(img -> img.getAttribute("alt").startsWith("Row "));
  }

  @Test
  void write_theSameResults_giveTheSameBytes_inAnyLocale() throws IOException {
    Path out = runs.resolve("pictures");
    String once = Files.readString(Report.write(out));
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(Files.readString(Report.write(out))).isEqualTo(once);
    } finally {
      Locale.setDefault(before);
    }
    assertThat(once.length()).isLessThan(100_000);
  }

  @Test
  void names_areEscapedWhereverTheyStand() throws Exception {
    List<String> hostile = List.of("<script>alert(1)</script>", "\"&'", "]]>--><!--");
    Path data = table("a'&<b>.csv", 40, hostile);

    Path out = run("csv:" + data, "hostile", "strategy", "holdout", "fit.epochs", 1);

    ObjectNode results = (ObjectNode) results(out);
    Document real = parse(Files.readString(Report.write(out)));
    assertThat(elements(real, "th").stream().map(Element::getTextContent)).containsAll(hostile);
    assertThat(elements(real, "h1").get(0).getTextContent()).contains("csv:a'&<b>.csv");
    assertThat(elements(real, "img")).as("a table has no pictures").isEmpty();
    // Members' names are checked by conf files, but results may come from anywhere.
    String text = JSON.writeValueAsString(results);
    for (String word : List.of("small", "stack holdout", "logit average")) {
      text = text.replace("\"" + word, "\"</title><img src=x onerror=alert(1)>" + word);
    }
    Document other = parse(reportOf(JSON.readTree(text)));
    assertThat(elements(other, "img")).isEmpty();
    assertThat(section(other, "curves").getTextContent())
        .contains("</title><img src=x onerror=alert(1)>small");
  }

  @Test
  void pictures_thatAreNone_areLeftOut() throws Exception {
    JsonNode results = results(runs.resolve("pictures"));
    for (String kind : List.of("mended", "broken")) {
      results.get("examples").get(kind).forEach(row -> ((ObjectNode) row).put("png", "x\" y"));
    }

    assertThat(elements(parse(reportOf(results)), "img")).isEmpty();
  }

  @Test
  void pictures_inFiles_areNamedByThem() throws Exception {
    JsonNode results = results(runs.resolve("pictures"));
    for (String kind : List.of("mended", "broken")) {
      for (JsonNode row : results.get("examples").get(kind)) {
        ((ObjectNode) row).put("file", "cat/<1>.png");
      }
    }

    assertThat(section(parse(reportOf(results)), "examples").getTextContent())
        .contains("cat/<1>.png")
        .doesNotContain("row ");
  }

  @Test
  void combiners_withinTheirAllowance_areExplained() throws Exception {
    String said = "count as better although they are a little above the average";
    JsonNode results = results(runs.resolve("pictures"));
    for (JsonNode stack : results.get("combiners")) {
      for (JsonNode one : stack.get("held_out")) {
        ((ObjectNode) one).put("log_loss_gain", -0.01).put("allowance", 0);
      }
    }
    assertThat(section(parse(reportOf(results)), "leaderboard").getTextContent())
        .doesNotContain(said);

    for (JsonNode stack : results.get("combiners")) {
      for (JsonNode one : stack.get("held_out")) {
        ((ObjectNode) one).put("allowance", 0.02);
      }
    }

    assertThat(section(parse(reportOf(results)), "leaderboard").getTextContent()).contains(said);
  }

  @Test
  void average_thatWasAskedFor_isComparedWithNothing() throws Exception {
    Path idx = TinyIdxFolder.write(Files.createDirectory(folder.resolve("idx")));
    Object[] keys = {
      "strategy", "holdout", "holdout.meta", "average", "holdout.prediction", "refit"
    };

    Path out = run("idx:" + idx, "average", keys);

    Document page = parse(Files.readString(Report.write(out)));
    assertThat(ids(page)).contains("confusion", "contributions").doesNotContain("examples");
    assertThat(page.getDocumentElement().getTextContent())
        .contains("The logit average is saved, as meta: average asks; ")
        .contains("Accuracy of the logit average")
        .contains("Chosen: logit average, as the configuration asks.")
        .doesNotContain("Mended");
  }

  @Test
  void verdict_keepsOptionsInOnePiece() throws Exception {
    ObjectNode results = (ObjectNode) results(runs.resolve("pictures"));
    results.put("verdict", "no evidence; use the average (--meta average --prediction refit)");

    assertThat(elements(parse(reportOf(results)), "code"))
        .extracting(Element::getTextContent)
        .startsWith("--meta average", "--prediction refit");
  }

  @Test
  void regression_hasWhatHasMeaningThere() throws Exception {
    StringBuilder text = new StringBuilder("a,b,price\n");
    for (int row = 0; row < 120; row++) {
      text.append(row).append(',').append(row * 7 % 13).append(',').append(1000 + 20 * row);
      text.append('\n');
    }
    Path data = Files.writeString(folder.resolve("numbers.csv"), text);

    Path out = run("csv:" + data, "regression", "task", "regression");

    JsonNode results = results(out);
    Document page = parse(Files.readString(Report.write(out)));
    assertThat(ids(page))
        .containsExactly("leaderboard", "answers", "contributions", "curves", "run");
    assertThat(section(page, "leaderboard").getTextContent())
        .contains("R²", "RMSE", fixed(results.at("/leaderboard/0/r2"), 4))
        .doesNotContain("accuracy");
    JsonNode answers = results.at("/answers/price");
    assertThat(answers).hasSize(30);
    Element dots =
        elements(page, "path").stream()
            .filter(path -> path.getAttribute("class").equals("dots"))
            .findFirst()
            .orElseThrow();
    assertThat(dots.getAttribute("d").split("h0")).hasSize(30);
    assertThat(section(page, "answers").getTextContent()).contains("price, 30 rows");
  }

  @Test
  void manyClasses_areDrawn_andTheWorstAreListed() throws Exception {
    List<String> classes = new ArrayList<>();
    for (int c = 0; c < 100; c++) {
      classes.add("kind " + c);
    }
    Path data = table("many.csv", 12, classes);

    Path out = run("csv:" + data, "many", "strategy", "holdout", "fit.epochs", 2);

    String text = Files.readString(Report.write(out));
    Element confusion = section(parse(text), "confusion");
    assertThat(confusion.getElementsByTagName("svg").getLength()).isEqualTo(1);
    assertThat(confusion.getElementsByTagName("tr").getLength()).isEqualTo(1 + 20);
    // One field for each pair of classes that is met.
    int met = 0;
    for (JsonNode line : results(out).get("confusion")) {
      for (JsonNode count : line) {
        met += count.asInt() > 0 ? 1 : 0;
      }
    }
    int drawn = 0;
    NodeList paths = confusion.getElementsByTagName("path");
    for (int i = 0; i < paths.getLength(); i++) {
      Element path = (Element) paths.item(i);
      drawn +=
          path.getAttribute("class").startsWith("fill")
              ? path.getAttribute("d").split("z").length
              : 0;
    }
    assertThat(drawn).isEqualTo(met).isGreaterThan(50);
    assertThat(text.length()).isLessThan(400_000);
  }

  @Test
  void twoClasses_andOneMember() throws Exception {
    Path data = table("two.csv", 40, List.of("no", "yes"));
    Object members = List.of(Map.of("name", "only", "hidden", List.of(4)));

    Path out = run("csv:" + data, "two", "members", members);

    Document page = parse(Files.readString(Report.write(out)));
    assertThat(section(page, "agreement").getTextContent()).contains("There is one member only.");
    assertThat(section(page, "contributions").getTextContent())
        .contains("There is one member only; nothing can be left out.");
    assertThat(section(page, "confusion").getElementsByTagName("tr").getLength()).isEqualTo(4);
  }

  @Test
  void parts_thatAnEarlierVersionDidNotWrite_areReplacedByASentence() throws Exception {
    ObjectNode results = (ObjectNode) results(runs.resolve("pictures"));
    results.remove("examples");
    results.get("leaderboard").forEach(entry -> ((ObjectNode) entry).remove("reliability"));

    Document page = parse(reportOf(results));

    assertThat(section(page, "reliability").getTextContent())
        .contains("do not say how sure its answers were")
        .contains("written by an earlier version");
    assertThat(section(page, "examples").getTextContent()).contains("do not say which rows");
    assertThat(section(page, "confusion").getTextContent()).contains("recall");
  }

  @Test
  void members_thatDroppedOut_areNamedWithTheReason() throws Exception {
    ObjectNode results = (ObjectNode) results(runs.resolve("pictures"));
    assertThat(reportOf(results)).doesNotContain("dropped out");
    ArrayNode dropped = results.putArray("dropped");
    dropped
        .addObject()
        .put("member", "wide")
        .put("fit", "member 'wide', all rows")
        .put("reason", "training diverged: the loss is <NaN>");
    dropped
        .addObject()
        .put("stack", "out-of-fold")
        .put("member", "deep")
        .put("fit", "member 'deep', fold 2 of 3")
        .put("reason", "it took longer than 10 s, in epoch 3");

    String text = parse(reportOf(results)).getDocumentElement().getTextContent();

    assertThat(text.replaceAll("\\s+", " "))
        .contains(
            "'wide' dropped out of everything, with all its networks: member 'wide', all rows"
                + " failed: training diverged: the loss is <NaN>.")
        .contains(
            "'deep' dropped out of stack out-of-fold: member 'deep', fold 2 of 3 failed: it took"
                + " longer than 10 s, in epoch 3.");
  }

  @Test
  void numbersThatAreNone_doNotBreakIt() throws Exception {
    ObjectNode results = (ObjectNode) results(runs.resolve("pictures"));
    ((ObjectNode) results.at("/comparisons/0")).put("p_value", Double.NaN);
    ((ArrayNode) results.at("/epoch_losses/small")).add("Infinity").add("NaN");
    ((ArrayNode) results.at("/leaderboard/0/interval_95")).set(0, JSON.valueToTree("-Infinity"));

    assertThat(parse(reportOf(results))).isNotNull();
  }

  @Test
  void write_noResults() {
    assertThatIOException()
        .isThrownBy(() -> Report.write(folder))
        .withMessage(
            "cannot read "
                + folder.resolve("results.json")
                + ": there is no such file; name the folder that fit or demo wrote to, their --out");
  }

  @Test
  void write_resultsThatAreNone_saysWhere_andLeavesTheOldPage() throws IOException {
    Path file = folder.resolve("results.json");
    Files.writeString(folder.resolve("report.html"), "mine");
    String start = "cannot read " + file + ": not the results of a run: ";
    ObjectNode results = (ObjectNode) results(runs.resolve("pictures"));
    ((ObjectNode) results.at("/leaderboard/1")).put("accuracy", "high");

    assertThatIOException()
        .isThrownBy(() -> reportOf(results))
        .withMessage(start + "leaderboard[1].accuracy: expected a number, found \"high\"");
    results.remove("leaderboard");
    assertThatIOException()
        .isThrownBy(() -> reportOf(results))
        .withMessage(start + "leaderboard: the key is missing");
    results.put("format_version", 2);
    assertThatIOException()
        .isThrownBy(() -> reportOf(results))
        .withMessage(start + "format_version: expected 1, found 2");
    assertThatIOException()
        .isThrownBy(() -> reportOf(JSON.readTree("[1]")))
        .withMessage(start + "format_version: the key is missing");
    Files.writeString(file, "{\n\"a\": tru");
    assertThatIOException()
        .isThrownBy(() -> Report.write(folder))
        .withMessage("cannot read " + file + ": not JSON in line 2");
    Files.writeString(file, "");
    assertThatIOException().isThrownBy(() -> Report.write(folder));
    assertThat(folder.resolve("report.html")).hasContent("mine");
  }
}
