package org.stacking4j.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How sure the stack and the averages are, and how often they are right then. */
final class ReliabilitySection {
  private static final double HEIGHT = 300;

  /** What one of them says: for each bin its rows, confidence and accuracy. */
  private record Curve(String name, double ece, List<Part> bins) {
    List<double[]> points() {
      List<double[]> points = new ArrayList<>();
      for (Part bin : bins) {
        if (bin.find("confidence").isPresent()) {
          points.add(new double[] {bin.number("confidence"), bin.number("accuracy")});
        }
      }
      return points;
    }
  }

  private ReliabilitySection() {}

  static void write(Page page, Run run) {
    page.section("reliability", "Reliability");
    Set<String> names = new LinkedHashSet<>(List.of(run.stack()));
    run.strongest().ifPresent(comparison -> names.add(comparison.text("average")));
    names.add(run.reference());
    List<Curve> curves = new ArrayList<>();
    for (String name : names) {
      run.entry(name)
          .ifPresent(
              entry ->
                  entry
                      .find("reliability")
                      .ifPresent(
                          bins -> curves.add(new Curve(name, entry.number("ece"), bins.list()))));
    }
    if (curves.isEmpty()) {
      page.missing("how sure its answers were, only their calibration error");
      page.close("section");
      return;
    }
    page.leaf(
        "p",
        "The rows are put into bins by the probability of the predicted class. On the diagonal, as"
            + " many are right as the probability says; below it, the answers are surer than they"
            + " should be.",
        "class",
        "soft");
    Chart.legend(page, curves.stream().map(Curve::name).toList());
    page.open("div", "class", "charts");
    drawCurves(page, curves);
    drawRows(page, curves);
    page.close("div");
    writeTable(page, curves);
    page.close("section");
  }

  private static void drawCurves(Page page, List<Curve> curves) {
    page.open("figure");
    page.open("figcaption").leaf("b", "How often right").close("figcaption");
    Chart chart =
        Chart.begin(
            page,
            "reliability-curves",
            "Reliability diagram",
            "Share of rows predicted right against the mean probability of the predicted class; the"
                + " numbers are in the table below.",
            HEIGHT,
            Chart.acrossExactly(0, 1, 0.2),
            "probability of the predicted class",
            Chart.upExactly(0, 1, 0.2, HEIGHT),
            "share right");
    chart.diagonal(0, 1);
    for (int i = curves.size() - 1; i >= 0; i--) {
      chart.marked(Chart.LOOKS.get(i), curves.get(i).points());
    }
    chart.end();
    page.close("figure");
  }

  private static void drawRows(Page page, List<Curve> curves) {
    double most = 1;
    for (Curve curve : curves) {
      most =
          Math.max(
              most, curve.bins().stream().mapToDouble(bin -> bin.number("rows")).max().orElse(0));
    }
    page.open("figure");
    page.open("figcaption").leaf("b", "How many rows").close("figcaption");
    Chart chart =
        Chart.begin(
            page,
            "reliability-rows",
            "Rows in each bin",
            "Number of rows by the probability of the predicted class; the numbers are in the table"
                + " below.",
            HEIGHT,
            Chart.acrossExactly(0, 1, 0.2),
            "probability of the predicted class",
            Chart.up(0, most, 5, HEIGHT),
            "rows");
    for (int i = 0; i < curves.size(); i++) {
      List<Part> bins = curves.get(i).bins();
      double room = 0.84 / bins.size() / curves.size();
      for (int bin = 0; bin < bins.size(); bin++) {
        double from = (bin + 0.08) / bins.size() + i * room;
        chart.column(Chart.LOOKS.get(i), from, from + room, bins.get(bin).number("rows"));
      }
    }
    chart.end();
    page.close("figure");
  }

  private static void writeTable(Page page, List<Curve> curves) {
    page.open("details").leaf("summary", "The numbers");
    page.table("Reliability", "list");
    page.open("thead").open("tr");
    page.leaf("th", "who", "scope", "col", "class", "name");
    for (String name : List.of("probability up to", "rows", "mean probability", "share right")) {
      page.leaf("th", name, "scope", "col");
    }
    page.close("tr").close("thead").open("tbody");
    for (Curve curve : curves) {
      List<Part> bins = curve.bins();
      for (int bin = 0; bin < bins.size(); bin++) {
        Part one = bins.get(bin);
        page.open("tr");
        page.leaf("th", curve.name(), "scope", "row", "class", "name");
        page.leaf("td", Page.fixed((bin + 1.0) / bins.size(), 1));
        page.leaf("td", Page.whole(one.whole("rows")));
        boolean known = one.find("confidence").isPresent();
        page.leaf("td", known ? Page.fixed(one.number("confidence"), 4) : "–");
        page.leaf("td", known ? Page.fixed(one.number("accuracy"), 4) : "–");
        page.close("tr");
      }
    }
    page.close("tbody").endTable().close("details");
    page.open("p", "class", "soft").text("Expected calibration error, of finer bins: ");
    page.text(
        String.join(
            ", ",
            curves.stream().map(one -> one.name() + " " + Page.fixed(one.ece(), 4)).toList()));
    page.text(".").close("p");
  }
}
