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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.FittedMetaNetwork;
import org.stacking4j.combine.GatedAverage;
import org.stacking4j.combine.LogitAverage;
import org.stacking4j.combine.Tempered;
import org.stacking4j.combine.WeightedAverage;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.data.FeatureSchema;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import org.stacking4j.meta.DroppedMember;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.ConfigurationJson;
import org.stacking4j.network.Member;
import org.stacking4j.network.NetworkCheck;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.FitResult;

/**
 * An ensemble as a zip: {@code manifest.json}, and for each network a folder with {@code
 * configuration.json}, as DL4J writes it, and {@code parameters.f32}, all parameters in DL4J's flat
 * order as little-endian float32. An ensemble that is a member is in a folder of its own, with a
 * manifest and networks as the whole has them. Nothing in it is a serialised Java object.
 */
final class EnsembleArchive {
  static final int FORMAT_VERSION = 7;

  /** The first with a checksum of each entry, and with times in an entry of their own. */
  private static final int WITH_CHECKSUMS = 7;

  /** How deep stacks may be in stacks: reading takes memory of the thread for each level. */
  private static final int DEEPEST = 16;

  private static final String MANIFEST = "manifest.json";
  private static final String PROVENANCE = "provenance.json";
  private static final int TEXT_LIMIT = 16 << 20;
  private static final int MOST_PARAMETERS = Integer.MAX_VALUE / Float.BYTES;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /**
   * It has the names of classes, or from version 3 on those of targets; the others are empty. From
   * version 4 on there may be features that are passed through to meta networks, and the columns of
   * the table that the features are made of, from version 5 on members that are stacks, and from
   * version 6 on the size and the channels of the pictures that the features are made of. From
   * version 7 on the manifest of the whole has the SHA-256 of every other entry but the provenance,
   * and there may be members that dropped out.
   */
  private record Manifest(
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
      CombinerEntry combiner,
      List<Network> networks,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<DroppedMember> dropped,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> sha256) {
    Task task() {
      return classNames.isEmpty() ? Task.REGRESSION : Task.CLASSIFICATION;
    }

    List<String> outputNames() {
      return classNames.isEmpty() ? targetNames : classNames;
    }
  }

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
  private record CombinerEntry(
      String label,
      String kind,
      boolean residual,
      int networks,
      List<Double> weights,
      double temperature) {
    static CombinerEntry of(CombinerChoice choice) {
      Combiner combiner = choice.combiner();
      double temperature = 1;
      if (combiner instanceof Tempered tempered) {
        temperature = tempered.temperature();
        combiner = tempered.combiner();
      }
      if (combiner instanceof FittedMetaNetwork network) {
        return new CombinerEntry(
            choice.label(),
            "network",
            network.residual(),
            network.fits().size(),
            List.of(),
            temperature);
      }
      if (combiner instanceof WeightedAverage average) {
        return new CombinerEntry(
            choice.label(), "weights", false, 0, average.weights(), temperature);
      }
      if (combiner instanceof GatedAverage gated) {
        return new CombinerEntry(choice.label(), "gate", false, 0, gated.parameters(), temperature);
      }
      if (combiner instanceof LogitAverage) {
        return new CombinerEntry(choice.label(), "average", false, 0, List.of(), temperature);
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
  private record Network(
      String folder,
      String member,
      int fold,
      List<Integer> columns,
      List<Double> epochLosses,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) double seconds,
      Trainer trainer) {}

  /** A member that is a stack: how many folds it has ensembles for, and whether one of all rows. */
  private record Stack(String name, int folds, boolean allRows) {
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

  private EnsembleArchive() {}

  static void write(StackingEnsemble ensemble, Path file) throws IOException {
    checkDepth(depth(ensemble));
    AtomicFile.write(
        file,
        out -> {
          ArchiveWriter zip = new ArchiveWriter(out);
          ObjectNode provenance = provenance(ensemble);
          write(ensemble, "", zip, provenance.putObject("seconds"));
          // Last, and not in the manifest: all before it has the same bits for the same fit.
          zip.put(PROVENANCE, JSON.writeValueAsBytes(provenance));
          zip.close();
        });
  }

  private static int depth(StackingEnsemble ensemble) {
    return ensemble.stacks().stream()
        .flatMap(stack -> stack.all().stream())
        .mapToInt(inner -> 1 + depth(inner))
        .max()
        .orElse(0);
  }

  private static void checkDepth(int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException(
          "stacks are more than " + DEEPEST + " deep in each other, which no archive may have");
    }
  }

  /** What is not the same for the same configuration, data and seed: times, and where it was. */
  private static ObjectNode provenance(StackingEnsemble ensemble) {
    ObjectNode tree = JSON.createObjectNode();
    ensemble
        .provenance()
        .ifPresent(
            own -> {
              tree.put("library", own.library());
              tree.put("java", own.java());
              tree.put("system", own.system());
              tree.put("fitted", own.fitted().toString());
              tree.put("seed", own.seed());
              tree.putPOJO("configuration", own.configuration());
              tree.put("rows", own.rows());
              tree.put("data", own.data());
            });
    return tree;
  }

  /** Writes an ensemble into a folder of the zip, and the seconds of its fits into a tree. */
  private static void write(
      StackingEnsemble ensemble, String into, ArchiveWriter zip, ObjectNode seconds)
      throws IOException {
    List<Network> networks = new ArrayList<>();
    List<FitResult> fits = new ArrayList<>();
    MemberNetworks members = ensemble.members();
    for (int m = 0; m < members.names().size(); m++) {
      if (members.isStack(m)) {
        continue;
      }
      String name = members.names().get(m);
      String folder = "members/" + name + "/";
      if (!members.refits().isEmpty()) {
        FitResult fit = members.refits().get(m);
        add(folder(folder + "all-rows", fit, folder), name, 0, fit, networks, fits);
      }
      List<FitResult> folds = members.folds(m);
      for (int fold = 1; fold <= folds.size(); fold++) {
        FitResult fit = folds.get(fold - 1);
        add(folder(folder + "fold-" + fold, fit, folder), name, fold, fit, networks, fits);
      }
    }
    CombinerEntry combiner = CombinerEntry.of(ensemble.choice());
    List<FitResult> meta = ensemble.combiner().fits();
    for (int repeat = 1; repeat <= meta.size(); repeat++) {
      String folder = "meta-network" + (repeat == 1 ? "" : "-" + repeat);
      add(folder, "", 0, meta.get(repeat - 1), networks, fits);
    }
    Set<String> written = new HashSet<>();
    for (int i = 0; i < fits.size(); i++) {
      String folder = into + networks.get(i).folder();
      if (written.add(folder)) {
        putNetwork(zip, folder, fits.get(i).network());
        seconds.put(folder, fits.get(i).seconds());
      }
    }
    for (InnerStack stack : ensemble.stacks()) {
      for (int fold : Stack.of(stack).eachFold().toArray()) {
        write(stack.ensemble(fold), into + Stack.of(stack).folder(fold), zip, seconds);
      }
    }
    boolean regression = ensemble.task() == Task.REGRESSION;
    List<TableSchema.Column> table = ensemble.schema().map(TableSchema::columns).orElse(List.of());
    Manifest manifest =
        new Manifest(
            FORMAT_VERSION,
            regression ? List.of() : ensemble.outputNames(),
            regression ? ensemble.outputNames() : List.of(),
            ensemble.columns(),
            ensemble.prediction(),
            ensemble.passThrough(),
            table,
            ensemble.schema().map(TableSchema::label).orElse(""),
            ensemble
                .pictureSchema()
                .map(pictures -> JSON.<ObjectNode>valueToTree(pictures))
                .orElseGet(JSON::createObjectNode),
            ensemble.stacks().stream().map(Stack::of).toList(),
            combiner,
            networks,
            ensemble.dropped(),
            into.isEmpty() ? zip.checksums() : Map.of());
    zip.put(into + MANIFEST, JSON.writeValueAsBytes(manifest));
  }

  /** A network that came fitted is the same for all folds, and written once. */
  private static String folder(String ofFit, FitResult fit, String ofMember) {
    return fit.trainer() == Trainer.NONE ? ofMember + "prefit" : ofFit;
  }

  private static void add(
      String folder,
      String member,
      int fold,
      FitResult fit,
      List<Network> networks,
      List<FitResult> fits) {
    networks.add(
        new Network(
            folder, member, fold, fit.network().columns(), fit.epochLosses(), 0, fit.trainer()));
    fits.add(fit);
  }

  private static void putNetwork(ArchiveWriter zip, String folder, TrainedNetwork network)
      throws IOException {
    zip.put(
        folder + "/configuration.json",
        network.configuration().toJson().getBytes(StandardCharsets.UTF_8));
    float[] parameters = network.parameters();
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(parameters.length, Float.BYTES));
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(parameters);
    zip.putUnpacked(folder + "/parameters.f32", bytes.array());
  }

  /** An archive that is being read. */
  private record Source(
      ArchiveReader zip,
      Set<String> classes,
      @Nullable Provenance provenance,
      Map<String, Double> seconds) {}

  static StackingEnsemble read(Path file, Set<String> classes) throws IOException {
    return in(
        file,
        zip -> {
          Manifest manifest = readManifest(zip, "");
          Source source = source(zip, classes, manifest);
          StackingEnsemble ensemble = read(source, manifest, "", 0);
          zip.checkAllRead();
          return ensemble;
        });
  }

  private static Source source(ArchiveReader zip, Set<String> classes, Manifest manifest)
      throws IOException {
    if (manifest.formatVersion() < WITH_CHECKSUMS) {
      return new Source(zip, classes, null, Map.of());
    }
    JsonNode tree = JSON.readTree(zip.get(PROVENANCE, TEXT_LIMIT));
    zip.expect(manifest.sha256());
    Map<String, Double> seconds = new HashMap<>();
    tree.path("seconds")
        .properties()
        .forEach(e -> seconds.put(e.getKey(), e.getValue().asDouble()));
    return new Source(zip, classes, provenance(tree), seconds);
  }

  private static @Nullable Provenance provenance(JsonNode tree) throws IOException {
    if (!tree.has("library")) {
      return null; // of an older archive
    }
    List<String> configuration = new ArrayList<>();
    tree.path("configuration").forEach(line -> configuration.add(line.asText()));
    try {
      return new Provenance(
          tree.path("library").asText(),
          tree.path("java").asText(),
          tree.path("system").asText(),
          Instant.parse(tree.path("fitted").asText()),
          tree.path("seed").asLong(),
          configuration,
          tree.path("rows").asInt(),
          tree.path("data").asText());
    } catch (DateTimeParseException e) {
      throw new IOException(
          PROVENANCE + " has a time that is none, '" + tree.path("fitted").asText() + "'", e);
    }
  }

  /** What the manifests say, and the sizes of the networks; none is built. */
  static ArchiveSummary summary(Path file) throws IOException {
    long bytes = Files.isRegularFile(file) ? Files.size(file) : 0;
    return in(
        file,
        zip -> {
          Manifest manifest = readManifest(zip, "");
          return new ArchiveSummary(
              manifest.formatVersion(),
              bytes,
              manifest.task(),
              manifest.outputNames(),
              manifest.columns(),
              manifest.table(),
              manifest.label(),
              pictures(manifest),
              manifest.prediction(),
              manifest.combiner().label(),
              manifest.combiner().temperature(),
              manifest.passThrough(),
              members(zip, "", manifest),
              stacks(zip, "", manifest, 0),
              manifest.dropped(),
              source(zip, Set.of(), manifest).provenance());
        });
  }

  private static List<ArchiveSummary.Network> members(
      ArchiveReader zip, String from, Manifest manifest) throws IOException {
    Map<String, List<Network>> byMember = new LinkedHashMap<>();
    for (Network network : manifest.networks()) {
      byMember.computeIfAbsent(network.member(), name -> new ArrayList<>()).add(network);
    }
    byMember.remove(""); // meta networks
    List<ArchiveSummary.Network> members = new ArrayList<>();
    for (Map.Entry<String, List<Network>> member : byMember.entrySet()) {
      List<Network> networks = member.getValue();
      Network any = networks.get(0);
      int folds = (int) networks.stream().filter(network -> network.fold() > 0).count();
      long bytes = zip.size(from + any.folder() + "/parameters.f32");
      members.add(
          new ArchiveSummary.Network(
              member.getKey(),
              folds,
              folds < networks.size(),
              bytes / Float.BYTES,
              any.epochLosses().size(),
              any.trainer(),
              any.columns()));
    }
    return members;
  }

  private static List<ArchiveSummary.Stack> stacks(
      ArchiveReader zip, String from, Manifest manifest, int depth) throws IOException {
    checkDepth(depth);
    List<ArchiveSummary.Stack> stacks = new ArrayList<>();
    for (Stack stack : manifest.stacks()) {
      String first = from + stack.folder(stack.allRows() ? 0 : 1);
      Manifest inner = readManifest(zip, first);
      stacks.add(
          new ArchiveSummary.Stack(
              stack.name(),
              stack.folds(),
              stack.allRows(),
              members(zip, first, inner),
              stacks(zip, first, inner, depth + 1)));
    }
    return stacks;
  }

  /** Something that is done with an archive. */
  private interface Reading<T> {
    T from(ArchiveReader zip) throws IOException;
  }

  private static <T> T in(Path file, Reading<T> reading) throws IOException {
    try (ArchiveReader zip = new ArchiveReader(file)) {
      return reading.from(zip);
    } catch (NoSuchFileException e) {
      throw new IOException("cannot read " + file + ": there is no such file", e);
    } catch (ZipException e) {
      throw new IOException(
          "cannot read " + file + ": not a whole zip file (" + e.getMessage() + ")", e);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "cannot read "
              + file
              + ": its manifest is damaged ("
              + e.getOriginalMessage()
              + "); save or fetch it again",
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Reads the ensemble in a folder of the zip, so many stacks deep. */
  private static StackingEnsemble read(Source source, Manifest manifest, String from, int depth)
      throws IOException {
    checkDepth(depth);
    List<String> names = new ArrayList<>();
    List<List<FitResult>> folds = new ArrayList<>();
    List<FitResult> refits = new ArrayList<>();
    List<FitResult> meta = new ArrayList<>();
    Map<String, FitResult> known = new HashMap<>();
    for (Network network : manifest.networks()) {
      FitResult fit = known.get(network.folder());
      if (fit == null) {
        fit = readNetwork(source, from, network);
        known.put(network.folder(), fit);
      }
      if (network.member().isEmpty()) {
        meta.add(fit);
        continue;
      }
      if (names.isEmpty() || !names.get(names.size() - 1).equals(network.member())) {
        names.add(network.member());
        folds.add(new ArrayList<>());
      }
      if (network.fold() == 0) {
        refits.add(fit);
      } else {
        folds.get(folds.size() - 1).add(fit);
      }
    }
    if (meta.size() != manifest.combiner().networks()) {
      throw new IOException(
          "its manifest names "
              + meta.size()
              + " meta networks, but its combiner has "
              + manifest.combiner().networks());
    }
    List<InnerStack> stacks = new ArrayList<>();
    for (Stack stack : manifest.stacks()) {
      stacks.add(readStack(source, from, stack, manifest, depth));
    }
    MemberNetworks networks =
        (names.isEmpty() && !stacks.isEmpty()
                ? MemberNetworks.none()
                : MemberNetworks.of(names, folds, refits))
            .withDropped(manifest.dropped());
    MemberNetworks members = networks.withStacks(stacks);
    if (!members.answer(manifest.prediction())) {
      throw new IOException("it has no networks for prediction by " + manifest.prediction());
    }
    Task task = manifest.task();
    List<String> outputNames = manifest.outputNames();
    int outputs = outputNames.size();
    for (int m = 0; m < names.size(); m++) {
      List<FitResult> fits = new ArrayList<>(members.folds(m));
      fits.addAll(refits.isEmpty() ? refits : refits.subList(m, m + 1));
      for (FitResult fit : fits) {
        checkSizes("member '" + names.get(m) + "'", fit, manifest.columns(), task, outputs);
      }
    }
    List<Integer> passThrough = NetworkCheck.columns("pass-through", manifest.passThrough());
    StackingConfig.checkPassThrough(passThrough, manifest.columns());
    for (FitResult network : meta) {
      int inputs = members.names().size() * outputs + passThrough.size();
      checkSizes("meta network", network, inputs, task, outputs);
    }
    return new StackingEnsemble(
        members,
        stacks,
        manifest.combiner().choice(meta, members.names().size(), passThrough.size(), outputs),
        manifest.prediction(),
        passThrough,
        manifest.columns(),
        task,
        outputNames,
        schema(manifest),
        from.isEmpty() ? source.provenance() : null,
        null);
  }

  private static @Nullable FeatureSchema schema(Manifest manifest) throws IOException {
    @Nullable PictureSchema pictures = pictures(manifest);
    if (pictures != null) {
      checkFeatures("pictures", pictures.features(), manifest);
      return pictures;
    }
    if (manifest.table().isEmpty()) {
      return null;
    }
    TableSchema schema = new TableSchema(manifest.table(), manifest.label());
    checkFeatures("table's columns", schema.width(), manifest);
    return schema;
  }

  private static @Nullable PictureSchema pictures(Manifest manifest)
      throws JsonProcessingException {
    return manifest.pictures().isEmpty()
        ? null
        : JSON.treeToValue(manifest.pictures(), PictureSchema.class);
  }

  private static void checkFeatures(String source, int features, Manifest manifest)
      throws IOException {
    if (features != manifest.columns()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "its manifest has %d feature columns, but the %s become %d",
              manifest.columns(),
              source,
              features));
    }
  }

  private static InnerStack readStack(
      Source source, String from, Stack stack, Manifest outer, int depth) throws IOException {
    Member.checkName(stack.name());
    if (stack.folds() < (stack.allRows() ? 0 : 1)) {
      throw new IOException(
          "its manifest has " + stack.folds() + " folds for the stack '" + stack.name() + "'");
    }
    List<StackingEnsemble> ensembles = new ArrayList<>();
    for (int fold : (Iterable<Integer>) stack.eachFold()::iterator) {
      String folder = from + stack.folder(fold);
      Manifest manifest = readManifest(source.zip(), folder);
      StackingEnsemble ensemble = read(source, manifest, folder, depth + 1);
      if (ensemble.columns() != outer.columns()
          || ensemble.task() != outer.task()
          || !ensemble.outputNames().equals(outer.outputNames())) {
        throw new IOException(
            folder
                + " is for "
                + ensemble.columns()
                + " columns and "
                + ensemble.outputNames()
                + ", the ensemble it is in for "
                + outer.columns()
                + " and "
                + outer.outputNames());
      }
      ensembles.add(ensemble);
    }
    return stack.allRows()
        ? new InnerStack(stack.name(), ensembles.subList(1, ensembles.size()), ensembles.get(0))
        : new InnerStack(stack.name(), ensembles, null);
  }

  private static void checkSizes(String owner, FitResult fit, int columns, Task task, int outputs) {
    TrainedNetwork network = fit.network();
    NetworkCheck.checkSizes(
        owner, network.configuration(), network.columns(), columns, task, outputs);
    try {
      network.tryOut(columns);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(owner + ": " + e.getMessage(), e);
    }
  }

  private static Manifest readManifest(ArchiveReader zip, String from) throws IOException {
    if (!zip.has(from + MANIFEST)) {
      throw new IOException("not an ensemble archive, it has no " + from + MANIFEST);
    }
    byte[] text = zip.get(from + MANIFEST, TEXT_LIMIT);
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
          JSON.valueToTree(new CombinerEntry(label, "network", residual, 1, List.of(), 1)));
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
    return JSON.treeToValue(tree, Manifest.class);
  }

  private static FitResult readNetwork(Source source, String from, Network network)
      throws IOException {
    ArchiveReader zip = source.zip();
    String folder = from + network.folder();
    byte[] json = zip.get(folder + "/configuration.json", TEXT_LIMIT);
    MultiLayerConfiguration configuration;
    long count;
    try {
      configuration = ConfigurationJson.read(json, source.classes());
      count = TrainedNetwork.parameterCount(configuration);
    } catch (IOException | RuntimeException e) {
      throw new IOException(folder + ": " + e.getMessage(), e);
    }
    if (count < 0 || count > MOST_PARAMETERS) {
      throw new IOException(
          folder + ": its configuration has " + count + " parameters, at most " + MOST_PARAMETERS);
    }
    // No more than it needs, whatever the file may hold.
    ByteBuffer bytes =
        ByteBuffer.wrap(zip.get(folder + "/parameters.f32", (int) count * Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] parameters = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(parameters);
    try {
      TrainedNetwork trained =
          TrainedNetwork.of(configuration, parameters).withColumns(network.columns());
      double seconds = source.seconds().getOrDefault(folder, network.seconds());
      return new FitResult(trained, network.epochLosses(), seconds, network.trainer());
    } catch (RuntimeException e) {
      throw new IOException(folder + ": " + e.getMessage(), e);
    }
  }
}
