package org.stacking4j.report;

import java.util.List;

/**
 * A picture with two axes, as SVG: without scripts, in the page's colours, its text as large as the
 * page's where it is as wide as a telephone.
 */
final class Chart {
  static final double WIDTH = 340;
  private static final double LEFT = 46;
  private static final double RIGHT = 16;
  private static final double TOP = 10;
  private static final double BOTTOM = 38;

  private final Page page;
  private final double height;
  private final Scale x;
  private final Scale y;

  /**
   * What one of several marks looks like: colour, shape and dashes all differ, so that no two are
   * told apart by colour alone.
   */
  enum Look {
    STACK("c1", ""),
    AVERAGE("c2", "6 3"),
    OTHER("c3", "2 3");

    final String style;
    final String dashes;

    Look(String style, String dashes) {
      this.style = style;
      this.dashes = dashes;
    }
  }

  /** All of them: the stack's, that of what it is compared with, and one more. */
  static final List<Look> LOOKS = List.of(Look.STACK, Look.AVERAGE, Look.OTHER);

  private Chart(Page page, double height, Scale x, Scale y) {
    this.page = page;
    this.height = height;
    this.x = x;
    this.y = y;
  }

  static Scale across(double low, double high, int marks) {
    return Scale.nice(low, high, marks, LEFT, WIDTH - RIGHT);
  }

  /** Whole numbers, from one value to another. */
  static Scale acrossWhole(int low, int high) {
    int step = Math.max(1, (int) Math.ceil((high - low) / 8.0));
    return Scale.exact(low, Math.max(low + 1, high), step, LEFT, WIDTH - RIGHT);
  }

  static Scale acrossExactly(double low, double high, double step) {
    return Scale.exact(low, high, step, LEFT, WIDTH - RIGHT);
  }

  static Scale up(double low, double high, int marks, double height) {
    return Scale.nice(low, high, marks, height - BOTTOM, TOP);
  }

  static Scale upExactly(double low, double high, double step, double height) {
    return Scale.exact(low, high, step, height - BOTTOM, TOP);
  }

  /**
   * Begins a picture.
   *
   * @param id unique on the page
   * @param title of it, read aloud to those who do not see it
   * @param description what can be seen in it
   */
  static Chart begin(
      Page page,
      String id,
      String title,
      String description,
      double height,
      Scale x,
      String xName,
      Scale y,
      String yName) {
    Chart chart = new Chart(page, height, x, y);
    beginSvg(page, id, title, description, WIDTH, height);
    chart.axes(xName, yName);
    return chart;
  }

  static void beginSvg(
      Page page, String id, String title, String description, double width, double height) {
    page.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 " + Scale.length(width) + " " + Scale.length(height),
        "role",
        "img",
        "aria-labelledby",
        id + "-t " + id + "-d");
    page.leaf("title", title, "id", id + "-t");
    page.leaf("desc", description, "id", id + "-d");
  }

  private void axes(String xName, String yName) {
    for (double mark : y.marks()) {
      line("grid", LEFT, y.at(mark), WIDTH - RIGHT, y.at(mark));
      label("end", LEFT - 6, y.at(mark) + 4, y.label(mark));
    }
    for (double mark : x.marks()) {
      line("grid", x.at(mark), y.start(), x.at(mark), y.start() + 4);
      label("middle", x.at(mark), y.start() + 16, x.label(mark));
    }
    line("axis", LEFT, y.start(), WIDTH - RIGHT, y.start());
    label("middle", (LEFT + WIDTH - RIGHT) / 2, height - 5, xName);
    double middle = (y.start() + y.end()) / 2;
    page.leaf(
        "text",
        yName,
        "text-anchor",
        "middle",
        "transform",
        "translate(11 " + Scale.length(middle) + ") rotate(-90)");
  }

  private void label(String anchor, double atX, double atY, String text) {
    page.leaf("text", text, "text-anchor", anchor, "x", Scale.length(atX), "y", Scale.length(atY));
  }

  private void line(String style, double x1, double y1, double x2, double y2) {
    page.empty("path", "class", style, "d", "M" + point(x1, y1) + "L" + point(x2, y2));
  }

  private static String point(double x, double y) {
    return Scale.length(x) + " " + Scale.length(y);
  }

  /** A line between two values. */
  Chart diagonal(double from, double to) {
    line("axis", x.at(from), y.at(from), x.at(to), y.at(to));
    return this;
  }

  /** A line through points that are {@code {x, y}}; a single one is a dot. */
  Chart curve(String style, String dashes, List<double[]> points) {
    StringBuilder path = new StringBuilder();
    for (double[] point : points) {
      path.append(path.isEmpty() ? "M" : "L").append(point(x.at(point[0]), y.at(point[1])));
    }
    if (points.size() == 1) {
      path.append("h0"); // round caps make it a dot
    }
    page.empty(
        "path",
        "class",
        "curve " + style,
        "stroke-dasharray",
        dashes.isEmpty() ? "none" : dashes,
        "d",
        path.toString());
    return this;
  }

  /** A curve with a mark at each point. */
  Chart marked(Look look, List<double[]> points) {
    curve(look.style, look.dashes, points);
    for (double[] point : points) {
      mark(page, look, x.at(point[0]), y.at(point[1]));
    }
    return this;
  }

  /** Dots, all in one path: a thousand elements would be slow to draw. */
  Chart dots(List<double[]> points) {
    StringBuilder path = new StringBuilder();
    for (double[] point : points) {
      path.append("M").append(point(x.at(point[0]), y.at(point[1]))).append("h0");
    }
    page.empty("path", "class", "dots", "d", path.toString());
    return this;
  }

  /** A column from 0 up to a value, between two others. */
  Chart column(Look look, double from, double to, double value) {
    double top = y.at(value);
    page.empty(
        "rect",
        "class",
        "fill " + look.style,
        "x",
        Scale.length(x.at(from)),
        "y",
        Scale.length(top),
        "width",
        Scale.length(x.at(to) - x.at(from)),
        "height",
        Scale.length(Math.max(0, y.start() - top)));
    return this;
  }

  void end() {
    page.close("svg");
  }

  private static void mark(Page page, Look look, double x, double y) {
    String path =
        switch (look) {
          case STACK -> "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z";
          case AVERAGE -> "m-4-4h8v8h-8z";
          case OTHER -> "m0-5l5 9h-10z";
        };
    page.empty("path", "class", "fill " + look.style, "d", "M" + point(x, y) + path);
  }

  /** A line that says which look is whose. */
  static void legend(Page page, List<String> names) {
    page.open("p", "class", "legend");
    for (int i = 0; i < names.size(); i++) {
      Look look = LOOKS.get(i);
      page.open("span");
      page.open("svg", "viewBox", "0 0 36 12", "aria-hidden", "true");
      page.empty(
          "path",
          "class",
          "curve " + look.style,
          "stroke-dasharray",
          look.dashes.isEmpty() ? "none" : look.dashes,
          "d",
          "M2 6h32");
      mark(page, look, 18, 6);
      page.close("svg").text(names.get(i)).close("span");
    }
    page.close("p");
  }

  /** A whisker with a dot, and a line at zero, in a cell of a table. */
  static void whisker(Page page, Scale scale, double value, double low, double high) {
    page.open("svg", "viewBox", "0 0 200 20", "class", "whisker", "aria-hidden", "true");
    String zero = Scale.length(scale.at(0));
    page.empty("path", "class", "zero", "d", "M" + zero + " 0V20");
    String style = low > 0 ? "better" : high < 0 ? "worse" : "level";
    String from = Scale.length(scale.at(low));
    String to = Scale.length(scale.at(high));
    if (low < high) {
      page.empty(
          "path",
          "class",
          "curve " + style,
          "d",
          "M" + from + " 10H" + to + "M" + from + " 6V14M" + to + " 6V14");
    }
    page.empty(
        "circle",
        "class",
        "fill " + style,
        "cx",
        Scale.length(scale.at(value)),
        "cy",
        "10",
        "r",
        "4");
    page.close("svg");
  }
}
