package org.stacking4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everything that was judged, and what each member adds: tables with whiskers. */
final class BoardSection {
  private BoardSection() {}

  static void write(Page page, Run run) {
    String reference = run.reference();
    boolean classes = run.ofClasses();
    page.section("leaderboard", "Leaderboard");
    page.leaf(
        "p",
        "Best "
            + (classes ? "accuracy" : "R²")
            + " first. The bars show the difference to the "
            + reference
            + " with its 95 % interval: right of the dotted line is better, and where the interval"
            + " leaves the line out, the difference is more than chance.",
        "class",
        "soft");
    List<double[]> whiskers = new ArrayList<>();
    for (Part entry : run.board()) {
      whiskers.add(whisker(entry, "difference", "interval_95", 1));
    }
    Scale scale = scale(whiskers);
    page.table("Leaderboard", "list");
    page.open("thead").open("tr");
    page.leaf("th", "name", "scope", "col", "class", "name");
    head(page, "difference", classes ? "points [95 %]" : "R² [95 %]");
    for (String name :
        classes ? List.of("accuracy", "log loss", "Brier", "ECE") : List.of("R²", "RMSE", "MAE")) {
      page.leaf("th", name, "scope", "col");
    }
    page.close("tr").close("thead").open("tbody");
    for (int i = 0; i < whiskers.size(); i++) {
      Part entry = run.board().get(i);
      String name = entry.text("name");
      page.open("tr", "class", name.equals(run.stack()) ? "stack" : "");
      page.leaf("th", name, "scope", "row", "class", "name");
      difference(
          page,
          scale,
          whiskers.get(i),
          classes ? 100 : 1,
          classes ? 2 : 4,
          name.equals(reference) ? "reference" : "");
      if (classes) {
        page.leaf("td", Page.fixed(entry.number("accuracy"), 4));
        page.leaf("td", Page.fixed(entry.number("log_loss"), 4));
        page.leaf("td", Page.fixed(entry.number("brier"), 4));
        page.leaf("td", Page.fixed(entry.number("ece"), 4));
      } else {
        page.leaf("td", Page.fixed(entry.number("r2"), 4));
        page.leaf("td", Page.digits(entry.number("rmse")));
        page.leaf("td", Page.digits(entry.number("mae")));
      }
      page.close("tr");
    }
    page.close("tbody").endTable();
    writeChoices(page, run);
    page.close("section");
  }

  /** What was found on held-out training rows of each way to combine. */
  private static void writeChoices(Page page, Run run) {
    String loss = run.ofClasses() ? "log_loss" : "squared_error";
    String lossName = run.ofClasses() ? "log loss" : "squared error / variance";
    run.results()
        .get("combiners")
        .parts()
        .forEach(
            (label, choice) -> {
              page.leaf("h3", "What combines the members: stack " + label);
              page.open("p").text("Chosen: ").leaf("b", choice.text("chosen"));
              List<Part> candidates = choice.list("held_out");
              page.text(
                  candidates.isEmpty()
                      ? ", as the configuration asks."
                      : candidates.get(0).text("name").equals(choice.text("chosen"))
                          ? "; on training rows that were held out nothing was better."
                          : ", by training rows that were held out.");
              page.close("p");
              if (candidates.isEmpty()) {
                return;
              }
              page.table("Ways to combine, stack " + label, "list");
              page.open("thead").open("tr");
              page.leaf("th", "name", "scope", "col", "class", "name");
              page.leaf("th", lossName, "scope", "col");
              page.leaf("th", "below the average ± standard error", "scope", "col");
              if (run.ofClasses()) {
                page.leaf("th", "accuracy", "scope", "col");
              }
              page.close("tr").close("thead").open("tbody");
              for (Part one : candidates) {
                page.open("tr");
                page.leaf("th", one.text("name"), "scope", "row", "class", "name");
                page.leaf("td", Page.fixed(one.number(loss), 4));
                double error = one.number(loss + "_gain_error");
                page.leaf(
                    "td",
                    error == 0
                        ? ""
                        : Page.fixed(one.number(loss + "_gain"), 4) + " ± " + Page.fixed(error, 4));
                if (run.ofClasses()) {
                  page.leaf("td", Page.fixed(one.number("accuracy"), 4));
                }
                page.close("tr");
              }
              page.close("tbody").endTable();
              if (candidates.stream().anyMatch(one -> isAllowed(one, loss))) {
                page.leaf(
                    "p",
                    "Here a learner has learned from fewer rows than it will in the end; so some of"
                        + " them count as better although they are a little above the average.",
                    "class",
                    "soft");
              }
            });
  }

  /** Whether only its allowance makes it count. */
  private static boolean isAllowed(Part candidate, String loss) {
    double gain = candidate.number(loss + "_gain");
    double allowance =
        candidate.find("allowance").map(x -> candidate.number("allowance")).orElse(0.0);
    return gain <= 0 && gain + allowance > 0;
  }

  static void writeContributions(Page page, Run run) {
    Optional<Part> found = run.results().find("contributions");
    if (found.isEmpty()) {
      return;
    }
    page.section("contributions", "What each member contributes");
    List<Part> contributions = found.get().list();
    if (contributions.isEmpty()) {
      page.leaf("p", "There is one member only; nothing can be left out.");
      page.close("section");
      return;
    }
    page.leaf(
        "p",
        "Each member is left out in turn and the others are combined anew; shown is what the whole"
            + " stack has over the one without it, with 95 % intervals: right of the dotted line"
            + " the member helps. Members that resemble each other stand in for each other.",
        "class",
        "soft");
    List<double[]> accuracies = new ArrayList<>();
    List<double[]> losses = new ArrayList<>();
    for (Part one : contributions) {
      accuracies.add(whisker(one, "difference", "interval_95", 1));
      if (run.ofClasses()) {
        losses.add(whisker(one, "log_loss_difference", "log_loss_interval_95", -1));
      }
    }
    Scale ofAccuracies = scale(accuracies);
    Scale ofLosses = scale(losses);
    page.table("Contributions", "list");
    page.open("thead").open("tr");
    page.leaf("th", "member", "scope", "col", "class", "name");
    if (run.ofClasses()) {
      head(page, "accuracy gained by it", "points [95 %]");
      head(page, "log loss saved by it", "[95 %]");
    } else {
      head(page, "R² gained by it", "[95 %]");
    }
    page.close("tr").close("thead").open("tbody");
    for (int i = 0; i < contributions.size(); i++) {
      page.open("tr");
      page.leaf("th", contributions.get(i).text("without"), "scope", "row", "class", "name");
      if (run.ofClasses()) {
        difference(page, ofAccuracies, accuracies.get(i), 100, 2, "");
        difference(page, ofLosses, losses.get(i), 1, 4, "");
      } else {
        difference(page, ofAccuracies, accuracies.get(i), 1, 4, "");
      }
      page.close("tr");
    }
    page.close("tbody").endTable().close("section");
  }

  /** A difference with the ends of its interval; a factor of −1 turns it round. */
  private static double[] whisker(Part entry, String value, String interval, double factor) {
    double[] ends = entry.get(interval).pair();
    double low = factor * ends[0];
    double high = factor * ends[1];
    return new double[] {factor * entry.number(value), Math.min(low, high), Math.max(low, high)};
  }

  private static Scale scale(List<double[]> whiskers) {
    double low = whiskers.stream().mapToDouble(w -> w[1]).min().orElse(0);
    double high = whiskers.stream().mapToDouble(w -> w[2]).max().orElse(0);
    return Scale.nice(Math.min(0, low), Math.max(0, high), 20, 8, 192);
  }

  private static void head(Page page, String picture, String text) {
    page.leaf("th", picture, "scope", "col", "class", "name");
    page.leaf("th", text, "scope", "col");
  }

  private static void difference(
      Page page, Scale scale, double[] whisker, double factor, int decimals, String instead) {
    page.open("td", "class", "bar");
    if (instead.isEmpty()) {
      Chart.whisker(page, scale, whisker[0], whisker[1], whisker[2]);
    } else {
      Chart.whisker(page, scale, 0, 0, 0);
    }
    page.close("td");
    page.leaf(
        "td",
        instead.isEmpty()
            ? Page.signed(factor * whisker[0], decimals)
                + " "
                + interval(factor, new double[] {whisker[1], whisker[2]}, decimals)
            : instead);
  }

  /** In words: {@code [−0.18, +0.02]}. */
  static String interval(double factor, double[] ends, int decimals) {
    return "["
        + Page.signed(factor * ends[0], decimals)
        + ", "
        + Page.signed(factor * ends[1], decimals)
        + "]";
  }
}
