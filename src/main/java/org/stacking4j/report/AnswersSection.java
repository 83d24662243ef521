package org.stacking4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the stack predicts against what is right, of numbers. */
final class AnswersSection {
  private static final double HEIGHT = 340;

  private AnswersSection() {}

  static void write(Page page, Run run) {
    page.section("answers", "Answers");
    Optional<Part> answers = run.results().find("answers");
    if (answers.isEmpty()) {
      page.missing("what the stack predicted");
      page.close("section");
      return;
    }
    page.leaf(
        "p",
        "What the "
            + run.stackInWords()
            + " predicts against what is right, one dot for each row: on the line where it"
            + " is exact.",
        "class",
        "soft");
    page.open("div", "class", "charts");
    int number = 0;
    for (Map.Entry<String, Part> target : answers.get().parts().entrySet()) {
      List<double[]> points = new ArrayList<>();
      for (Part point : target.getValue().list()) {
        points.add(point.pair());
      }
      draw(page, "answers-" + number++, target.getKey(), points);
    }
    page.close("div").close("section");
  }

  private static void draw(Page page, String id, String target, List<double[]> points) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] point : points) {
      low = Math.min(low, Math.min(point[0], point[1]));
      high = Math.max(high, Math.max(point[0], point[1]));
    }
    page.open("figure");
    page.open("figcaption").leaf("b", target);
    page.text(", " + points.size() + " rows").close("figcaption");
    Scale across = Chart.across(low, high, 5);
    Chart chart =
        Chart.begin(
            page,
            id,
            target + ": predicted against right",
            points.size() + " rows, both from " + Page.digits(low) + " to " + Page.digits(high),
            HEIGHT,
            across,
            "right",
            Chart.up(low, high, 5, HEIGHT),
            "predicted");
    chart.diagonal(across.low(), across.high()).dots(points).end();
    page.close("figure");
  }
}
