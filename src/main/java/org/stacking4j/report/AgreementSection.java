package org.stacking4j.report;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How differently the members err. */
final class AgreementSection {
  private AgreementSection() {}

  static void write(Page page, Run run) {
    page.section("agreement", "Agreement of the members");
    Part diversity = run.results().get("diversity");
    Map<List<String>, Part> pairs = new LinkedHashMap<>();
    Set<String> members = new LinkedHashSet<>();
    for (Part pair : diversity.list("pairs")) {
      List<String> both = pair.texts("members");
      if (both.size() != 2) {
        throw new IllegalStateException(
            pair.where() + ".members: expected two, found " + both.size());
      }
      pairs.put(both, pair);
      members.addAll(both);
    }
    String oracle =
        "At least one member is right on "
            + Page.fixed(100 * diversity.number("oracle_accuracy"), 2)
            + " % of the rows: no choice among their answers can be better.";
    if (members.size() < 2) {
      page.leaf("p", "There is one member only. " + oracle);
      page.close("section");
      return;
    }
    page.leaf("p", oracle);
    page.open("div", "class", "charts");
    matrix(
        page,
        members,
        pairs,
        "disagreement",
        "Disagreement",
        "% of the rows on which exactly one of the two is right",
        100,
        2);
    matrix(
        page,
        members,
        pairs,
        "q",
        "Yule's Q",
        "1: they err on the same rows; 0: independently; below: on different rows",
        1,
        3);
    matrix(
        page,
        members,
        pairs,
        "double_fault",
        "Double fault",
        "% of the rows on which both are wrong",
        100,
        2);
    page.close("div").close("section");
  }

  private static void matrix(
      Page page,
      Set<String> members,
      Map<List<String>, Part> pairs,
      String key,
      String title,
      String meaning,
      double factor,
      int decimals) {
    double low = pairs.values().stream().mapToDouble(pair -> pair.number(key)).min().orElse(0);
    double high = pairs.values().stream().mapToDouble(pair -> pair.number(key)).max().orElse(0);
    page.open("div", "class", "part").leaf("h3", title).leaf("p", meaning, "class", "soft");
    page.table(title, "heat");
    page.open("thead").open("tr").leaf("td", "");
    members.forEach(member -> page.leaf("th", member, "scope", "col"));
    page.close("tr").close("thead").open("tbody");
    for (String first : members) {
      page.open("tr").leaf("th", first, "scope", "row");
      for (String second : members) {
        Part pair = pairs.getOrDefault(List.of(first, second), pairs.get(List.of(second, first)));
        if (first.equals(second) || pair == null) {
          page.leaf("td", "");
        } else {
          double value = pair.number(key);
          double shade = high > low ? (value - low) / (high - low) : 0;
          page.leaf(
              "td",
              Page.fixed(factor * value, decimals),
              "class",
              "miss",
              "style",
              "--shade:" + Math.round(40 * shade) + "%");
        }
      }
      page.close("tr");
    }
    page.close("tbody").endTable().close("div");
  }
}
