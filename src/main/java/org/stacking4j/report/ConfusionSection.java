package org.stacking4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which classes the stack takes for which. */
final class ConfusionSection {
  private static final int MOST_IN_TABLE = 15; // classes; more are drawn
  private static final int MOST_PAIRS = 20;
  private static final int SHADES = 4;
  private static final double EDGE = 30; // of the picture, for its axes' names
  private static final double SIDE = Chart.WIDTH - EDGE - 2;

  private final Page page;
  private final List<String> names;
  private final double[][] counts;
  private final double mostMissed; // the largest share of a class that is taken for another

  private ConfusionSection(Page page, List<String> names, double[][] counts) {
    this.page = page;
    this.names = names;
    this.counts = counts;
    double most = 0;
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        most = i == j ? most : Math.max(most, share(i, j));
      }
    }
    this.mostMissed = most;
  }

  static void write(Page page, Run run) {
    page.section("confusion", "Confusion");
    List<Part> lines = run.results().list("confusion");
    List<String> names = run.classes();
    double[][] counts = new double[lines.size()][];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = lines.get(i).numbers().stream().mapToDouble(Double::doubleValue).toArray();
      if (counts[i].length != names.size() || counts.length != names.size()) {
        throw new IllegalStateException(
            lines.get(i).where()
                + ": expected "
                + names.size()
                + " lines of as many numbers, found "
                + counts.length
                + " lines and "
                + counts[i].length
                + " numbers");
      }
    }
    ConfusionSection section = new ConfusionSection(page, names, counts);
    page.leaf(
        "p",
        "Which classes the "
            + run.stack()
            + " takes for which, in rows. On the diagonal it is right; the more"
            + " colour a field beside it has, the larger the part of the class that is mistaken so.",
        "class",
        "soft");
    if (counts.length <= MOST_IN_TABLE) {
      section.writeTable();
    } else {
      section.draw();
    }
    if (counts.length > 2) {
      section.writePairs();
    }
    page.close("section");
  }

  private double share(int right, int predicted) {
    double all = IntStream.range(0, counts.length).mapToDouble(j -> counts[right][j]).sum();
    return all == 0 ? 0 : counts[right][predicted] / all;
  }

  /** How dark a field is, 0 to 1; small shares of mistakes still show. */
  private double shade(int right, int predicted) {
    return right == predicted
        ? share(right, predicted)
        : mostMissed == 0 ? 0 : Math.sqrt(share(right, predicted) / mostMissed);
  }

  private void writeTable() {
    page.table("Rows by right class (down) and predicted class (across)", "heat");
    page.open("thead").open("tr");
    page.leaf("th", "right \\ predicted", "scope", "col");
    names.forEach(name -> page.leaf("th", name, "scope", "col"));
    page.leaf("th", "recall", "scope", "col");
    page.close("tr").close("thead").open("tbody");
    for (int i = 0; i < counts.length; i++) {
      page.open("tr");
      page.leaf("th", names.get(i), "scope", "row");
      double row = 0;
      for (int j = 0; j < counts.length; j++) {
        row += counts[i][j];
        String shade = Page.whole(Math.round((i == j ? 35 : 45) * shade(i, j))) + "%";
        page.leaf(
            "td",
            Page.whole((long) counts[i][j]),
            "class",
            i == j ? "hit" : "miss",
            "style",
            "--shade:" + shade);
      }
      page.leaf("td", Page.fixed(counts[i][i] / row, 4));
      page.close("tr");
    }
    page.open("tr");
    page.leaf("th", "precision", "scope", "row");
    for (int j = 0; j < counts.length; j++) {
      int column = j;
      double all = IntStream.range(0, counts.length).mapToDouble(i -> counts[i][column]).sum();
      page.leaf("td", Page.fixed(counts[j][j] / all, 4));
    }
    page.leaf("td", "");
    page.close("tr").close("tbody").endTable();
  }

  private void draw() {
    page.open("figure");
    page.open("figcaption");
    page.text(
        "One field for each pair of classes, in the classes' order: down the right class, across"
            + " the predicted one.");
    page.close("figcaption");
    Chart.beginSvg(
        page,
        "confusion-picture",
        "Confusion matrix of " + names.size() + " classes",
        "The classes most often mistaken are in the table below.",
        Chart.WIDTH,
        Chart.WIDTH);
    page.empty(
        "path",
        "class",
        "grid",
        "d",
        "M"
            + Scale.length(EDGE)
            + " 1h"
            + Scale.length(SIDE)
            + "v"
            + Scale.length(SIDE)
            + "h-"
            + Scale.length(SIDE)
            + "z");
    for (boolean hit : new boolean[] {true, false}) {
      for (int shade = 1; shade <= SHADES; shade++) {
        String fields = fields(hit, shade);
        if (!fields.isEmpty()) {
          page.empty(
              "path",
              "class",
              hit ? "fill c1" : "fill c2",
              "fill-opacity",
              Scale.length((double) shade / SHADES),
              "d",
              fields);
        }
      }
    }
    double middle = 1 + SIDE / 2;
    page.leaf(
        "text",
        "predicted class",
        "text-anchor",
        "middle",
        "x",
        Scale.length(EDGE + SIDE / 2),
        "y",
        Scale.length(SIDE + 18));
    page.leaf(
        "text",
        "right class",
        "text-anchor",
        "middle",
        "transform",
        "translate(18 " + Scale.length(middle) + ") rotate(-90)");
    page.close("svg").close("figure");
  }

  /** All fields of one shade, from 1, as one path. */
  private String fields(boolean hit, int shade) {
    double size = SIDE / counts.length;
    String edge = Scale.length(size);
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        boolean drawn = counts[i][j] > 0 && (i == j) == hit;
        if (drawn && (int) Math.ceil(SHADES * shade(i, j)) == shade) {
          path.append("M").append(Scale.length(EDGE + j * size)).append(" ");
          path.append(Scale.length(1 + i * size)).append("h").append(edge).append("v");
          path.append(edge).append("h-").append(edge).append("z");
        }
      }
    }
    return path.toString();
  }

  private void writePairs() {
    record Pair(int right, int predicted, double rows) {}
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        if (i != j && counts[i][j] > 0) {
          pairs.add(new Pair(i, j, counts[i][j]));
        }
      }
    }
    if (pairs.isEmpty()) {
      page.leaf("p", "No row is mistaken.");
      return;
    }
    pairs.sort(Comparator.comparingDouble((Pair pair) -> -pair.rows()));
    String[] shown = counts.length > MOST_IN_TABLE ? new String[] {"open", "open"} : new String[0];
    page.open("details", shown); // the picture has no names
    page.leaf("summary", "Most frequent mistakes");
    page.table("Mistakes", "list");
    page.open("thead").open("tr");
    page.leaf("th", "right", "scope", "col", "class", "name");
    page.leaf("th", "predicted", "scope", "col", "class", "name");
    page.leaf("th", "rows", "scope", "col");
    page.leaf("th", "of the class", "scope", "col");
    page.close("tr").close("thead").open("tbody");
    pairs.stream()
        .limit(MOST_PAIRS)
        .forEach(
            pair -> {
              page.open("tr");
              page.leaf("td", names.get(pair.right()), "class", "name");
              page.leaf("td", names.get(pair.predicted()), "class", "name");
              page.leaf("td", Page.whole((long) pair.rows()));
              page.leaf("td", Page.fixed(100 * share(pair.right(), pair.predicted()), 1) + " %");
              page.close("tr");
            });
    page.close("tbody").endTable().close("details");
  }
}
