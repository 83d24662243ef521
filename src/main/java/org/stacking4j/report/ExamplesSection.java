package org.stacking4j.report;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Rows that only the stack, or only the average has right. */
final class ExamplesSection {
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]+={0,2}");

  private ExamplesSection() {}

  static void write(Page page, Run run) {
    page.section("examples", "Mended and broken rows");
    Optional<Part> examples = run.results().find("examples");
    if (examples.isEmpty()) {
      page.missing("which rows these are, only how many");
    } else {
      String average = examples.get().text("average");
      write(page, run, examples.get(), "mended", average, "only_stack_right");
      write(page, run, examples.get(), "broken", average, "only_average_right");
    }
    page.close("section");
  }

  private static void write(
      Page page, Run run, Part examples, String kind, String average, String count) {
    boolean mended = kind.equals("mended");
    List<Part> rows = examples.list(kind);
    page.leaf("h3", mended ? "Mended by the stack" : "Broken by the stack");
    String all =
        run.results().list("comparisons").stream()
            .filter(comparison -> comparison.text("average").equals(average))
            .findFirst()
            .map(comparison -> Page.whole(comparison.whole(count)))
            .orElse(Page.whole(rows.size()));
    page.leaf(
        "p",
        (mended
                ? "The stack has them right and the " + average + " wrong: "
                : "The " + average + " has them right and the stack wrong: ")
            + all
            + (all.equals("1") ? " row" : " rows")
            + (all.equals(Page.whole(rows.size()))
                ? "."
                : ", here the " + rows.size() + " the stack is surest of."),
        "class",
        "soft");
    if (rows.isEmpty()) {
      return;
    }
    page.open("ul", "class", "rows");
    for (Part row : rows) {
      page.open("li");
      String id = Page.whole(row.whole("row"));
      String right = row.text("right");
      row.find("png")
          .map(png -> row.text("png"))
          .filter(png -> BASE64.matcher(png).matches())
          .ifPresent(
              png ->
                  page.empty(
                      "img",
                      "src",
                      "data:image/png;base64," + png,
                      "alt",
                      "Row " + id + ", class " + right));
      page.leaf("b", row.find("file").map(file -> row.text("file")).orElse("row " + id));
      page.empty("br");
      page.text("right: ").leaf("b", right).empty("br");
      answer(page, "stack", row, "stack", right);
      page.empty("br");
      answer(page, "average", row, "average", right);
      page.close("li");
    }
    page.close("ul");
  }

  private static void answer(Page page, String name, Part row, String key, String right) {
    String said = row.text(key);
    boolean hit = said.equals(right);
    page.text(name + ": ");
    page.open("span", "class", hit ? "right" : "wrong").text(hit ? "✓ " : "✗ ").text(said);
    page.close("span");
    page.text(" (" + Page.fixed(100 * row.number(key + "_probability"), 0) + "\u00a0%)");
  }
}
