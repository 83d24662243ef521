package org.stacking4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The loss of each epoch of each fit: a picture for each member, one for each meta network. */
final class CurvesSection {
  private static final double HEIGHT = 210;

  /** Some fits in one picture. */
  private static final class Panel {
    final String name;
    final List<List<Double>> bold = new ArrayList<>();
    final List<List<Double>> thin = new ArrayList<>();

    Panel(String name) {
      this.name = name;
    }

    double most() {
      double most = 0;
      for (List<List<Double>> fits : List.of(bold, thin)) {
        for (List<Double> fit : fits) {
          for (double loss : fit) {
            most = Double.isFinite(loss) ? Math.max(most, loss) : most;
          }
        }
      }
      return most;
    }

    int epochs() {
      return Math.max(
          bold.stream().mapToInt(List::size).max().orElse(0),
          thin.stream().mapToInt(List::size).max().orElse(0));
    }
  }

  private CurvesSection() {}

  static void write(Page page, Run run) {
    Map<String, Panel> members = new LinkedHashMap<>();
    Map<String, Panel> metas = new LinkedHashMap<>();
    Set<String> stacks = run.results().get("combiners").parts().keySet();
    for (Map.Entry<String, Part> fit : run.results().get("epoch_losses").parts().entrySet()) {
      List<Double> losses = fit.getValue().numbers();
      if (!losses.isEmpty()) { // a network that came fitted has none
        sort(fit.getKey(), losses, stacks, members, metas);
      }
    }
    page.section("curves", "Learning curves");
    page.leaf(
        "p",
        "Mean training loss of each epoch. Bold: the fit on all rows. Thin: fits for the stack,"
            + " each without the rows it is to answer for.",
        "class",
        "soft");
    page.open("div", "class", "charts");
    double most = members.values().stream().mapToDouble(Panel::most).max().orElse(0);
    int number = 0;
    for (Panel panel : members.values()) {
      draw(page, "curves-" + number++, panel, most);
    }
    for (Panel panel : metas.values()) {
      draw(page, "curves-" + number++, panel, panel.most());
    }
    page.close("div").close("section");
  }

  private static void sort(
      String fit,
      List<Double> losses,
      Set<String> stacks,
      Map<String, Panel> members,
      Map<String, Panel> metas) {
    for (String stack : stacks) {
      String rest = fit.startsWith(stack + " ") ? fit.substring(stack.length() + 1) : "";
      if (META.matcher(rest).matches()) {
        metas.computeIfAbsent(stack, name -> new Panel("Meta network, " + name)).bold.add(losses);
        return;
      }
      Matcher fold = FOLD.matcher(rest);
      if (fold.matches()) {
        members.computeIfAbsent(fold.group(1), Panel::new).thin.add(losses);
        return;
      }
    }
    members.computeIfAbsent(fit, Panel::new).bold.add(losses);
  }

  private static final Pattern META = Pattern.compile("meta network( \\d+( of \\d+)?)?");
  private static final Pattern FOLD = Pattern.compile("(.*) fold \\d+", Pattern.DOTALL);

  private static void draw(Page page, String id, Panel panel, double most) {
    page.open("figure");
    page.open("figcaption").leaf("b", panel.name).close("figcaption");
    int epochs = panel.epochs();
    Chart chart =
        Chart.begin(
            page,
            id,
            panel.name + ": loss by epoch",
            describe(panel),
            HEIGHT,
            Chart.acrossWhole(1, epochs),
            "epoch",
            Chart.up(0, most, 4, HEIGHT),
            "loss");
    panel.thin.forEach(fit -> chart.curve("thin", "", points(fit)));
    panel.bold.forEach(fit -> chart.curve("bold", "", points(fit)));
    chart.end();
    page.close("figure");
  }

  private static String describe(Panel panel) {
    int fits = panel.bold.size() + panel.thin.size();
    List<Double> one = panel.bold.isEmpty() ? panel.thin.get(0) : panel.bold.get(0);
    return fits
        + (fits == 1 ? " fit; the loss goes from " : " fits; the first one's loss goes from ")
        + Page.digits(one.get(0))
        + " to "
        + Page.digits(one.get(one.size() - 1));
  }

  private static List<double[]> points(List<Double> losses) {
    List<double[]> points = new ArrayList<>();
    for (int epoch = 1; epoch <= losses.size(); epoch++) {
      double loss = losses.get(epoch - 1);
      if (Double.isFinite(loss)) {
        points.add(new double[] {epoch, loss});
      }
    }
    return points;
  }
}
