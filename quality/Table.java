import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.stream.*;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The table of a study, in Markdown, from the results.json of its runs:
 *
 * <pre>java -cp target/stacking4j.jar quality/Table.java target/quality/mnist-20k</pre>
 */
class Table {
  public static void main(String[] args) throws Exception {
    List<JsonNode> runs = new ArrayList<>();
    try (Stream<Path> folders = Files.list(Path.of(args[0]))) {
      for (Path folder : folders.sorted(Comparator.comparingInt(Table::seed)).toList()) {
        runs.add(new JsonMapper().readTree(folder.resolve("results.json").toFile()));
      }
    }
    List<String> seeds = runs.stream().map(run -> run.at("/config/seed").asText()).toList();
    JsonNode data = runs.get(0).get("data");
    System.out.printf(
        Locale.ROOT,
        "%s: %d training rows, %d test rows, %d columns, %d classes.%n%n",
        data.get("name").asText(),
        data.at("/train/rows").asInt(),
        data.at("/test/rows").asInt(),
        data.at("/train/columns").asInt(),
        data.at("/train/classes").size());
    System.out.println("| accuracy | " + String.join(" | ", seeds) + " | mean | log loss | Brier | ECE |");
    System.out.println("|---|" + "---|".repeat(seeds.size() + 4));
    for (JsonNode first : sorted(runs)) {
      String name = first.get("name").asText();
      StringBuilder line = new StringBuilder("| " + name);
      for (JsonNode run : runs) {
        line.append(String.format(Locale.ROOT, " | %.4f", value(run, name, "accuracy")));
      }
      for (String metric : List.of("accuracy", "log_loss", "brier", "ece")) {
        line.append(String.format(Locale.ROOT, " | %.4f", mean(runs, name, metric)));
      }
      System.out.println(line + " |");
    }
    System.out.println();
    String stack = "stack out-of-fold";
    for (String rival : List.of("logit average", "soft vote", "equal-cost average", "stack in-sample")) {
      if (has(runs, rival)) {
        System.out.println("- " + difference(runs, stack, rival));
      }
    }
    System.out.println(
        "- chosen on held-out rows: "
            + runs.stream()
                .map(run -> run.at("/combiners/out-of-fold/chosen").asText())
                .collect(Collectors.joining(", ")));
    System.out.println("- verdicts:");
    for (int i = 0; i < runs.size(); i++) {
      System.out.println("  - seed " + seeds.get(i) + ": " + runs.get(i).get("verdict").asText());
    }
  }

  private static int seed(Path folder) {
    return Integer.parseInt(folder.getFileName().toString().replaceAll("\\D", ""));
  }

  /**
   * Of the first run's board what all boards have, by the mean over all runs. Meta learners that could have combined
   * are on the boards of those runs only that chose another.
   */
  private static List<JsonNode> sorted(List<JsonNode> runs) {
    List<JsonNode> lines = new ArrayList<>();
    runs.get(0).get("leaderboard").forEach(lines::add);
    lines.removeIf(line -> !has(runs, line.get("name").asText()));
    lines.sort(Comparator.comparingDouble(line -> -mean(runs, line.get("name").asText(), "accuracy")));
    return lines;
  }

  private static boolean has(List<JsonNode> runs, String name) {
    return runs.stream()
        .allMatch(
            run ->
                StreamSupport.stream(run.get("leaderboard").spliterator(), false)
                    .anyMatch(line -> line.get("name").asText().equals(name)));
  }

  private static double value(JsonNode run, String name, String metric) {
    for (JsonNode line : run.get("leaderboard")) {
      if (line.get("name").asText().equals(name)) {
        return line.get(metric).asDouble();
      }
    }
    throw new IllegalArgumentException("no " + name);
  }

  private static double mean(List<JsonNode> runs, String name, String metric) {
    return runs.stream().mapToDouble(run -> value(run, name, metric)).average().orElseThrow();
  }

  private static String difference(List<JsonNode> runs, String first, String second) {
    double[] each =
        runs.stream()
            .mapToDouble(
                run -> 100 * (value(run, first, "accuracy") - value(run, second, "accuracy")))
            .toArray();
    double mean = Arrays.stream(each).average().orElseThrow();
    double squares = Arrays.stream(each).map(d -> (d - mean) * (d - mean)).sum();
    double half =
        each.length < 2
            ? Double.NaN
            : TDistribution.of(each.length - 1).inverseSurvivalProbability(0.025)
                * Math.sqrt(squares / (each.length - 1) / each.length);
    return String.format(
        Locale.ROOT,
        "%s less %s, percentage points: %s; mean %+.2f ± %.2f (95 %%, Student t), least %+.2f",
        first,
        second,
        Arrays.stream(each)
            .mapToObj(d -> String.format(Locale.ROOT, "%+.2f", d))
            .collect(Collectors.joining(", ")),
        mean,
        half,
        Arrays.stream(each).min().orElseThrow());
  }
}
