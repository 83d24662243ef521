package org.stacking4j.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler;

/**
 * Makes report.md and benchmarks.png out of the measurements in a folder.
 *
 * <pre>
 * src/jmh/benchmarks.sh report
 * </pre>
 */
final class Report {
  private static final String OURS = "Stacking4j";
  private static final String THEIRS = "PyTorch";

  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("base", "One base network, one thread");
    TITLES.put("recipe", "The recipe: three base networks and a meta network");
    TITLES.put("demo", "The whole demo: 18 base networks and two meta networks");
    TITLES.put("parallel", "Fits side by side; a ratio of 1.00 would mean that they cost nothing");
    TITLES.put("rows", "One base network, one thread, by the number of rows");
  }

  /** Sections, and in each the labels in the order in which they were first measured. */
  private final Map<String, Map<String, List<JsonNode>>> sections = new LinkedHashMap<>();

  private Report(Path file) throws IOException {
    var json = new ObjectMapper();
    TITLES.keySet().forEach(section -> sections.put(section, new LinkedHashMap<>()));
    for (String line : Files.readAllLines(file)) {
      JsonNode run = json.readTree(line);
      sections
          .get(run.get("section").asText())
          .computeIfAbsent(run.get("label").asText(), label -> new ArrayList<>())
          .add(run);
    }
    sections.values().removeIf(Map::isEmpty);
  }

  public static void main(String[] args) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Path folder = Path.of(args[0]);
    var report = new Report(folder.resolve("results.jsonl"));
    String text = Files.readString(folder.resolve("machine.txt")) + report.tables();
    Path jmh = folder.resolve("jmh.txt");
    if (Files.exists(jmh)) {
      text += "\n### JMH\n\n```\n" + Files.readString(jmh).strip() + "\n```\n";
    }
    Files.writeString(folder.resolve("report.md"), text);
    System.out.println(text);
    if (!report.groups().isEmpty()) {
      BitmapEncoder.saveBitmap(
          report.picture(),
          folder.resolve("benchmarks.png").toString(),
          BitmapEncoder.BitmapFormat.PNG);
    }
  }

  private String tables() {
    var text = new StringBuilder();
    sections.forEach(
        (section, labels) -> {
          text.append("\n### ").append(TITLES.get(section));
          text.append("\n\n| | runs | seconds | ratio | first fit | accuracy |\n");
          text.append("|---|---:|---:|---:|---:|---:|\n");
          labels.forEach(
              (label, runs) ->
                  text.append(
                      String.format(
                          Locale.ROOT,
                          "| %s | %d | %.2f | %.2f | %s | %.4f |%n",
                          label,
                          runs.size(),
                          seconds(runs),
                          seconds(runs) / reference(section, label),
                          firstFit(runs),
                          median(runs, "accuracy").orElse(Double.NaN))));
        });
    return text.toString();
  }

  /** What a label's seconds are divided by. */
  private double reference(String section, String label) {
    Map<String, List<JsonNode>> labels = sections.get(section);
    return switch (section) {
      case "parallel" -> seconds(labels.get(label.replaceAll("\\d$", "1")));
      case "rows" -> seconds(labels.get(label.replace(OURS, THEIRS)));
      default -> best(labels, THEIRS).orElse(Double.NaN);
    };
  }

  /** The fastest of the labels that begin so. */
  private static OptionalDouble best(Map<String, List<JsonNode>> labels, String prefix) {
    return labels.entrySet().stream()
        .filter(label -> label.getKey().startsWith(prefix))
        .mapToDouble(label -> seconds(label.getValue()))
        .min();
  }

  /** The median, of warm fits where there are some. */
  private static double seconds(List<JsonNode> runs) {
    List<JsonNode> warm = runs.stream().filter(run -> run.path("fit").asInt(2) > 1).toList();
    List<JsonNode> counted = warm.isEmpty() ? runs : warm;
    return median(counted, "wall").orElseGet(() -> median(counted, "seconds").orElseThrow());
  }

  private static String firstFit(List<JsonNode> runs) {
    OptionalDouble first =
        median(runs.stream().filter(run -> run.path("fit").asInt() == 1).toList(), "seconds");
    return first.isPresent() ? String.format(Locale.ROOT, "%.2f", first.getAsDouble()) : "";
  }

  private static OptionalDouble median(List<JsonNode> runs, String key) {
    double[] values =
        runs.stream()
            .filter(run -> run.has(key))
            .mapToDouble(run -> run.get(key).asDouble())
            .toArray();
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
  }

  /** What was measured of the picture's sections, and how they are called there. */
  private Map<String, String> groups() {
    Map<String, String> groups = new LinkedHashMap<>();
    groups.put("base", "one base network");
    groups.put("recipe", "the recipe");
    groups.put("demo", "the whole demo");
    groups.keySet().retainAll(sections.keySet());
    return groups;
  }

  /** Times relative to PyTorch's best. */
  private CategoryChart picture() {
    Map<String, String> groups = groups();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1000)
            .height(480)
            .title("Time relative to PyTorch's fastest setting (lower is faster)")
            .build();
    Map<String, Color> series = new LinkedHashMap<>();
    series.put(OURS, new Color(0x1f6f8b));
    series.put(THEIRS, new Color(0xd9822b));
    series.put("DJL", new Color(0x8c9a5b));
    series.put("DL4J's fit", new Color(0x9a9a9a));
    series.forEach(
        (name, color) -> {
          List<Double> ratios = new ArrayList<>();
          for (String group : groups.keySet()) {
            OptionalDouble best = best(sections.get(group), name);
            ratios.add(best.isEmpty() ? null : best.getAsDouble() / reference(group, name));
          }
          chart.addSeries(name, new ArrayList<>(groups.values()), ratios).setFillColor(color);
        });
    var font = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    CategoryStyler style = chart.getStyler();
    style.setLabelsVisible(true).setLabelsFont(font).setLabelsPosition(0.93);
    style.setAvailableSpaceFill(0.85).setDecimalPattern("0.00");
    style.setAxisTickLabelsFont(font).setYAxisMin(0.0);
    style.setLegendFont(font).setLegendPosition(Styler.LegendPosition.InsideNE);
    style.setChartTitleFont(font.deriveFont(Font.BOLD, 17));
    style.setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(Color.WHITE);
    return chart;
  }
}
