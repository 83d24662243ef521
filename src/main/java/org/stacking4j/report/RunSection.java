package org.stacking4j.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where the numbers come from: data, configuration, versions, time. */
final class RunSection {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private RunSection() {}

  static void write(Page page, Run run) {
    Part results = run.results();
    Part data = results.get("data");
    Part config = results.get("config");
    page.section("run", "The run");
    page.open("dl", "class", "facts");
    fact(page, "Data", data.text("name"));
    for (String part : List.of("train", "test")) {
      Part rows = data.get(part);
      List<String> outputs = rows.texts(run.ofClasses() ? "classes" : "targets");
      fact(
          page,
          part.equals("train") ? "Training rows" : "Test rows",
          Page.whole(rows.whole("rows"))
              + " of "
              + Page.whole(rows.whole("columns"))
              + " columns, "
              + outputs.size()
              + (run.ofClasses() ? " classes" : outputs.size() == 1 ? " target" : " targets"));
      page.leaf("dt", "their SHA-256");
      page.open("dd").leaf("code", rows.text("sha256")).close("dd");
    }
    fact(page, "Seed", Page.whole(config.whole("seed")));
    fact(page, "Stacking4j", results.text("library_version"));
    Map<String, Integer> trainers = new TreeMap<>();
    results
        .get("trainers")
        .parts()
        .keySet()
        .forEach(fit -> trainers.merge(results.get("trainers").text(fit), 1, Integer::sum));
    StringBuilder fits = new StringBuilder();
    trainers.forEach(
        (trainer, count) -> fits.append(fits.isEmpty() ? "" : ", ").append(count + " " + trainer));
    fact(page, "Fits by trainer", fits.toString());
    results.find("timing").ifPresent(timing -> writeTiming(page, timing));
    page.close("dl");
    results
        .find("timing")
        .flatMap(timing -> timing.find("station_seconds"))
        .ifPresent(stations -> writeStations(page, stations));
    page.open("details").leaf("summary", "The whole configuration");
    page.leaf("pre", text(config), "tabindex", "0").close("details");
    page.close("section");
  }

  private static void fact(Page page, String name, String value) {
    page.leaf("dt", name).leaf("dd", value);
  }

  private static void writeTiming(Page page, Part timing) {
    fact(page, "Ended", timing.text("ended"));
    fact(page, "Threads", Page.whole(timing.whole("threads")));
    fact(page, "Time", Page.fixed(timing.number("wall_seconds"), 1) + " s");
  }

  private static void writeStations(Page page, Part stations) {
    double all = stations.parts().values().stream().mapToDouble(Part::number).sum();
    page.leaf("h3", "Where the time went");
    page.table("Where the time went", "list");
    page.open("thead").open("tr");
    page.leaf("th", "station", "scope", "col", "class", "name");
    page.leaf("th", "seconds", "scope", "col").leaf("th", "share", "scope", "col");
    page.close("tr").close("thead").open("tbody");
    stations
        .parts()
        .forEach(
            (name, seconds) -> {
              page.open("tr").leaf("th", name, "scope", "row", "class", "name");
              page.leaf("td", Page.fixed(seconds.number(), 2));
              page.leaf("td", Page.fixed(100 * seconds.number() / all, 1) + " %");
              page.close("tr");
            });
    page.close("tbody").endTable();
  }

  private static String text(Part part) {
    var printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    try {
      return JSON.writer(printer).writeValueAsString(part.node());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the configuration cannot be shown", e);
    }
  }
}
