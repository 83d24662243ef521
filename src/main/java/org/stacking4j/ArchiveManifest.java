package org.stacking4j;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.FittedMetaNetwork;
import org.stacking4j.combine.GatedAverage;
import org.stacking4j.combine.LogitAverage;
import org.stacking4j.combine.Tempered;
import org.stacking4j.combine.WeightedAverage;
import org.stacking4j.data.FeatureSchema;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.FitResult;

/**
 * What is in an archive of an ensemble: {@code manifest.json}, of the whole or of an ensemble that
 * is a member. Every field but those of version 1 may be absent in files, and is empty then.
 *
 * <p>It has the names of classes, or from version 3 on those of targets; the others are empty. From
 * version 4 on there may be features that are passed through to meta networks, and the columns of
 * the table that the features are made of, from version 5 on members that are stacks, and from
 * version 6 on the size and the channels of the pictures that the features are made of. From
 * version 7 on the manifest of the whole has the SHA-256 of every other entry but the provenance,
 * and there may be the column of the labels, and members that dropped out.
 */
record ArchiveManifest(
    int formatVersion,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> classNames,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> targetNames,
    int columns,
    Prediction prediction,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Integer> passThrough,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TableSchema.Column> table,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String label,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ObjectNode pictures,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Stack> stacks,
    Combination combiner,
    List<Network> networks,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<DroppedMember> dropped,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> sha256) {
  static final int FORMAT_VERSION = 7;
  static final String NAME = "manifest.json";

  /** How long a text in an archive may be, in bytes. */
  static final int TEXT_LIMIT = 16 << 20;

  /** The first with a checksum of each entry, and with times in an entry of their own. */
  private static final int WITH_CHECKSUMS = 7;

  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /**
   * What combines the members.
   *
   * @param label in words
   * @param kind {@code "average"}, {@code "weights"}, {@code "gate"} or {@code "network"}
   * @param residual whether the networks' answer is added to the average
   * @param networks how many meta networks there are, for {@code "network"}
   * @param weights of the members, for {@code "weights"}; parameters of the gate, for {@code
   *     "gate"}
   * @param temperature what the logits are divided by, 1 for nothing
   */
  record Combination(
      String label,
      String kind,
      boolean residual,
      int networks,
      List<Double> weights,
      double temperature) {
    static Combination of(CombinerChoice choice) {
      Combiner combiner = choice.combiner();
      double temperature = 1;
      if (combiner instanceof Tempered tempered) {
        temperature = tempered.temperature();
        combiner = tempered.combiner();
      }
      if (combiner instanceof FittedMetaNetwork network) {
        return new Combination(
            choice.label(),
            "network",
            network.residual(),
            network.fits().size(),
            List.of(),
            temperature);
      }
      if (combiner instanceof WeightedAverage average) {
        return new Combination(choice.label(), "weights", false, 0, average.weights(), temperature);
      }
      if (combiner instanceof GatedAverage gated) {
        return new Combination(choice.label(), "gate", false, 0, gated.parameters(), temperature);
      }
      if (combiner instanceof LogitAverage) {
        return new Combination(choice.label(), "average", false, 0, List.of(), temperature);
      }
      throw new IllegalArgumentException(
          "an ensemble combined by "
              + choice.label()
              + " cannot be saved; only averages, weights, gates and meta networks can");
    }

    CombinerChoice choice(List<FitResult> networks, int members, int features, int classes)
        throws IOException {
      Combiner combiner =
          switch (kind) {
            case "average" -> new LogitAverage(classes);
            case "weights" -> new WeightedAverage(weights, classes);
            case "gate" -> new GatedAverage(weights, members, classes);
            case "network" -> new FittedMetaNetwork(networks, residual, features);
            default ->
                throw new IOException("its manifest names an unknown combiner, '" + kind + "'");
          };
      if (kind.equals("weights") && weights.size() != members) {
        throw new IOException(
            "its manifest has weights for " + weights.size() + " members, there are " + members);
      }
      return new CombinerChoice(
          temperature == 1 ? combiner : new Tempered(combiner, temperature), label, List.of());
    }
  }

  /**
   * One network; the member's name is empty for the meta network, fold 0 means all rows, and no
   * columns mean all. From version 7 on its seconds are in the provenance.
   */
  record Network(
      String folder,
      String member,
      int fold,
      List<Integer> columns,
      List<Double> epochLosses,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) double seconds,
      Trainer trainer) {}

  /** A member that is a stack: how many folds it has ensembles for, and whether one of all rows. */
  record Stack(String name, int folds, boolean allRows) {
    static Stack of(InnerStack stack) {
      return new Stack(stack.name(), stack.folds(), stack.hasRefit());
    }

    /** Where the ensemble of a fold is, in the folder of the outer one. */
    String folder(int fold) {
      return "stacks/" + name + (fold == 0 ? "/all-rows/" : "/fold-" + fold + "/");
    }

    /** The folds it has ensembles for, 0 for all rows. */
    IntStream eachFold() {
      return IntStream.rangeClosed(allRows ? 0 : 1, folds);
    }
  }

  /**
   * That of an ensemble.
   *
   * @param networks the entries of all its networks
   * @param sha256 of all entries, by their names, for the whole; else empty
   */
  static ArchiveManifest of(
      StackingEnsemble ensemble, List<Network> networks, Map<String, String> sha256) {
    boolean regression = ensemble.task() == Task.REGRESSION;
    return new ArchiveManifest(
        FORMAT_VERSION,
        regression ? List.of() : ensemble.outputNames(),
        regression ? ensemble.outputNames() : List.of(),
        ensemble.columns(),
        ensemble.prediction(),
        ensemble.passThrough(),
        ensemble.schema().map(TableSchema::columns).orElse(List.of()),
        ensemble.schema().map(TableSchema::label).orElse(""),
        ensemble
            .pictureSchema()
            .map(pictures -> JSON.<ObjectNode>valueToTree(pictures))
            .orElseGet(JSON::createObjectNode),
        ensemble.stacks().stream().map(Stack::of).toList(),
        Combination.of(ensemble.choice()),
        networks,
        ensemble.dropped(),
        sha256);
  }

  /**
   * Reads that of the ensemble in a folder of the zip.
   *
   * @throws IOException if there is none, or it is of a newer version
   */
  static ArchiveManifest read(ArchiveReader zip, String from) throws IOException {
    if (!zip.has(from + NAME)) {
      throw new IOException("not an ensemble archive, it has no " + from + NAME);
    }
    byte[] text = zip.get(from + NAME, TEXT_LIMIT);
    JsonNode tree = JSON.readTree(text);
    int version = tree.path("formatVersion").asInt(0);
    if (version < 1) {
      throw new IOException("not an ensemble archive, its manifest has no formatVersion");
    }
    if (version > FORMAT_VERSION) {
      throw new IOException(
          "its format version is "
              + version
              + ", this library reads up to "
              + FORMAT_VERSION
              + "; use a newer library");
    }
    if (version == 1 && tree instanceof ObjectNode manifest) {
      // It always had one meta network.
      boolean residual = manifest.path("residual").asBoolean();
      manifest.remove("residual");
      String label = residual ? "residual network" : "free network";
      manifest.set(
          "combiner",
          JSON.valueToTree(new Combination(label, "network", residual, 1, List.of(), 1)));
    }
    if (version < 3) {
      // Every network saw all columns.
      for (JsonNode network : tree.path("networks")) {
        if (network instanceof ObjectNode entry) {
          entry.putArray("columns");
        }
      }
    }
    if (tree instanceof ObjectNode manifest) {
      String absent = manifest.has("targetNames") ? "classNames" : "targetNames";
      manifest.putArray(absent);
      for (String key : List.of("passThrough", "table", "stacks", "dropped")) {
        if (!manifest.has(key)) {
          manifest.putArray(key);
        }
      }
      if (!manifest.has("label")) {
        manifest.put("label", "");
      }
      for (String key : List.of("pictures", "sha256")) {
        if (!manifest.has(key)) {
          manifest.putObject(key);
        }
      }
      if (version >= WITH_CHECKSUMS) {
        for (JsonNode network : tree.path("networks")) {
          if (network instanceof ObjectNode entry) {
            entry.put("seconds", 0);
          }
        }
      }
    }
    return JSON.treeToValue(tree, ArchiveManifest.class);
  }

  Task task() {
    return classNames.isEmpty() ? Task.REGRESSION : Task.CLASSIFICATION;
  }

  List<String> outputNames() {
    return classNames.isEmpty() ? targetNames : classNames;
  }

  boolean hasChecksums() {
    return formatVersion >= WITH_CHECKSUMS;
  }

  /** What the features are made of, or null if nobody knows. */
  @Nullable FeatureSchema schema() throws IOException {
    @Nullable PictureSchema pictures = pictureSchema();
    if (pictures != null) {
      checkFeatures("pictures", pictures.features());
      return pictures;
    }
    if (table.isEmpty()) {
      return null;
    }
    TableSchema schema = new TableSchema(table, label);
    checkFeatures("table's columns", schema.width());
    return schema;
  }

  @Nullable PictureSchema pictureSchema() throws JsonProcessingException {
    return pictures.isEmpty() ? null : JSON.treeToValue(pictures, PictureSchema.class);
  }

  private void checkFeatures(String source, int features) throws IOException {
    if (features != columns) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "its manifest has %d feature columns, but the %s become %d",
              columns,
              source,
              features));
    }
  }
}
