package org.stacking4j.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stacking4j.data.AtomicFile;

/**
 * A run as one page of HTML, which needs neither network nor scripts: what its {@code results.json}
 * says, and nothing else.
 */
public final class Report {
  private static final String RESULTS = "results.json";
  private static final String FILE = "report.html";
  private static final long FORMAT_VERSION = 1;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Report() {}

  /**
   * Writes {@code report.html} from the {@code results.json} beside it, whole or not at all. The
   * same results make the same bytes.
   *
   * @param folder of a run
   * @return the file that was written
   * @throws IOException if there are no results there or they cannot be read, or the file cannot be
   *     written
   */
  public static Path write(Path folder) throws IOException {
    Path results = folder.resolve(RESULTS);
    String page = html(results);
    Path file = folder.resolve(FILE);
    AtomicFile.write(file, out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
    return file;
  }

  private static String html(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "cannot read "
              + file
              + ": there is no such file; name the folder that fit or demo wrote to, their --out");
    }
    JsonNode tree;
    try (InputStream in = Files.newInputStream(file)) {
      tree = JSON.readTree(in);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
      throw new IOException("cannot read " + file + ": not JSON" + where, e);
    }
    try {
      Part results = new Part("", tree);
      long version = results.whole("format_version");
      if (version != FORMAT_VERSION) {
        throw new IllegalStateException(
            "format_version: expected " + FORMAT_VERSION + ", found " + version);
      }
      return html(results);
    } catch (IllegalStateException e) {
      throw new IOException(
          "cannot read " + file + ": not the results of a run: " + e.getMessage(), e);
    }
  }

  private static String html(Part results) throws IOException {
    Page page = new Page();
    String title = "Stacking report: " + results.get("data").text("name");
    page.open("html", "xmlns", "http://www.w3.org/1999/xhtml", "lang", "en");
    page.open("head");
    page.empty("meta", "charset", "utf-8");
    page.empty(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    page.leaf("title", title);
    page.leaf("style", css());
    page.close("head");
    page.open("body");
    Run run = new Run(results);
    Overview.write(page, run, title);
    BoardSection.write(page, run);
    if (run.ofClasses()) {
      ConfusionSection.write(page, run);
      ReliabilitySection.write(page, run);
      if (run.compares()) {
        ExamplesSection.write(page, run);
      }
      AgreementSection.write(page, run);
    } else {
      AnswersSection.write(page, run);
    }
    BoardSection.writeContributions(page, run);
    CurvesSection.write(page, run);
    RunSection.write(page, run);
    page.close("body");
    page.close("html");
    return page.toString();
  }

  private static String css() throws IOException {
    try (InputStream in = Report.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("the library's own report.css is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
