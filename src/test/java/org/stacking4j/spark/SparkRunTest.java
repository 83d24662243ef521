package org.stacking4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.Experiment;
import org.stacking4j.testing.SilentListener;
import org.stacking4j.train.FitEvent;

@Tag("spark")
final class SparkRunTest {
  @TempDir private Path folder;

  /** The fits of members that have ended, and when the first of them was judged. */
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  private final class Heard extends SilentListener {
    @Override
    public void onEvent(FitEvent event) {
      if (event instanceof FitEvent.Finished && !event.task().meta()) {
        heard.add(event.task().describe());
      }
    }

    @Override
    public void found(String line) {
      if (line.startsWith("a: ")) {
        heard.add("a is found");
      }
    }
  }

  @Test
  void experiment_onSpark_writesWhatItWritesHere() throws IOException {
    ObjectNode here = run("here", Map.of());
    heard.clear();
    ObjectNode there = run("there", Map.of("executor", "spark", "master", "local[2]"));

    ObjectNode timing = (ObjectNode) there.remove("timing");
    assertThat(timing.path("executor").asText()).isEqualTo("spark");
    assertThat(timing.path("master").asText()).isEqualTo("local[2]");
    assertThat(timing.path("station_seconds").path("executors").asDouble()).isPositive();
    JsonNode own = here.remove("timing");
    assertThat(own.path("executor").asText()).isEqualTo("local");
    assertThat(own.path("station_seconds").has("executors")).isFalse();
    assertThat(there).isEqualTo(here);
    assertThat(heard.indexOf("a is found")).as("all fits together: %s", heard).isEqualTo(8);
    for (String name : new String[] {"meta-features-train.csv", "meta-features-test.csv"}) {
      assertThat(folder.resolve("there").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("here").resolve(name));
    }
    assertThat(SparkSession.getDefaultSession().isDefined()).as("left open").isFalse();
  }

  @Test
  void open_sessionThatIsThere_isTakenAndLeftOpen() throws IOException {
    SparkSession own =
        SparkSession.builder()
            .master("local[3]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();

    try (SparkRun run = SparkRun.open("")) {
      assertThat(run.slots()).isEqualTo(3);
      assertThat(run.master()).isEqualTo("local[3]");
    }

    assertThat(own.sparkContext().isStopped()).isFalse();
    assertThat(SparkRun.ARTIFACT).endsWith(":" + own.version());
    own.stop();
  }

  @Test
  void open_withoutMaster_saysWhatIsMissing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparkRun.open(""))
        .withMessage(
            "executor: spark needs a master, such as spark://HOST:7077 or local[2]; give master, or"
                + " start by spark-submit --master (docs/scaling.md)");
  }

  @Test
  void open_noMaster_saysSoInALine() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> SparkRun.open("nowhere"))
        .withMessage(
            "Spark cannot be started at master 'nowhere': Could not parse Master URL: 'nowhere';"
                + " is it a master, such as spark://HOST:7077, and does it run?");
  }

  /** cluster.sh gets Spark by a pom of its own. */
  @Test
  void cluster_hasTheSameRelease() throws IOException {
    String release = SparkRun.ARTIFACT.replaceFirst(".*:", "");

    assertThat(Files.readString(Path.of("src", "spark", "pom.xml")))
        .contains("<version>" + release + "</version>");
    assertThat(Files.readString(Path.of("docs", "scaling.md"))).contains(SparkRun.ARTIFACT);
  }

  private ObjectNode run(String name, Map<String, Object> overrides) throws IOException {
    Path conf = folder.resolve("my.yaml");
    Files.writeString(
        conf,
        """
        data: csv:conf/wine.csv
        fit: {epochs: 3}
        out-of-fold: {folds: 3}
        members: [{name: a, hidden: [8]}, {name: b, hidden: [4], row-sample: 0.7}]
        """);
    new Experiment(ConfFile.readForFit(conf, overrides), 2, new Heard()).run(folder.resolve(name));
    return (ObjectNode)
        new JsonMapper().readTree(folder.resolve(name).resolve("results.json").toFile());
  }
}
