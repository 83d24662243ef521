package org.stacking4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MemberNetworks;
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
  /** How deep stacks may be in stacks: reading takes memory of the thread for each level. */
  private static final int DEEPEST = 16;

  private static final String PROVENANCE = "provenance.json";
  private static final int MOST_PARAMETERS = Integer.MAX_VALUE / Float.BYTES;
  private static final ObjectMapper JSON = ArchiveManifest.JSON;

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
    List<ArchiveManifest.Network> networks = new ArrayList<>();
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
      for (int fold : ArchiveManifest.Stack.of(stack).eachFold().toArray()) {
        write(
            stack.ensemble(fold),
            into + ArchiveManifest.Stack.of(stack).folder(fold),
            zip,
            seconds);
      }
    }
    ArchiveManifest manifest =
        ArchiveManifest.of(ensemble, networks, into.isEmpty() ? zip.checksums() : Map.of());
    zip.put(into + ArchiveManifest.NAME, JSON.writeValueAsBytes(manifest));
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
      List<ArchiveManifest.Network> networks,
      List<FitResult> fits) {
    networks.add(
        new ArchiveManifest.Network(
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
          ArchiveManifest manifest = ArchiveManifest.read(zip, "");
          Source source = source(zip, classes, manifest);
          StackingEnsemble ensemble = read(source, manifest, "", 0);
          zip.checkAllRead();
          return ensemble;
        });
  }

  private static Source source(ArchiveReader zip, Set<String> classes, ArchiveManifest manifest)
      throws IOException {
    if (!manifest.hasChecksums()) {
      return new Source(zip, classes, null, Map.of());
    }
    JsonNode tree = JSON.readTree(zip.get(PROVENANCE, ArchiveManifest.TEXT_LIMIT));
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
          ArchiveManifest manifest = ArchiveManifest.read(zip, "");
          return new ArchiveSummary(
              manifest.formatVersion(),
              bytes,
              manifest.task(),
              manifest.outputNames(),
              manifest.columns(),
              manifest.table(),
              manifest.label(),
              manifest.pictureSchema(),
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
      ArchiveReader zip, String from, ArchiveManifest manifest) throws IOException {
    Map<String, List<ArchiveManifest.Network>> byMember = new LinkedHashMap<>();
    for (ArchiveManifest.Network network : manifest.networks()) {
      byMember.computeIfAbsent(network.member(), name -> new ArrayList<>()).add(network);
    }
    byMember.remove(""); // meta networks
    List<ArchiveSummary.Network> members = new ArrayList<>();
    for (Map.Entry<String, List<ArchiveManifest.Network>> member : byMember.entrySet()) {
      List<ArchiveManifest.Network> networks = member.getValue();
      ArchiveManifest.Network any = networks.get(0);
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
      ArchiveReader zip, String from, ArchiveManifest manifest, int depth) throws IOException {
    checkDepth(depth);
    List<ArchiveSummary.Stack> stacks = new ArrayList<>();
    for (ArchiveManifest.Stack stack : manifest.stacks()) {
      String first = from + stack.folder(stack.allRows() ? 0 : 1);
      ArchiveManifest inner = ArchiveManifest.read(zip, first);
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
  private static StackingEnsemble read(
      Source source, ArchiveManifest manifest, String from, int depth) throws IOException {
    checkDepth(depth);
    List<String> names = new ArrayList<>();
    List<List<FitResult>> folds = new ArrayList<>();
    List<FitResult> refits = new ArrayList<>();
    List<FitResult> meta = new ArrayList<>();
    Map<String, FitResult> known = new HashMap<>();
    for (ArchiveManifest.Network network : manifest.networks()) {
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
    for (ArchiveManifest.Stack stack : manifest.stacks()) {
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
        manifest.schema(),
        from.isEmpty() ? source.provenance() : null,
        null);
  }

  private static InnerStack readStack(
      Source source, String from, ArchiveManifest.Stack stack, ArchiveManifest outer, int depth)
      throws IOException {
    Member.checkName(stack.name());
    if (stack.folds() < (stack.allRows() ? 0 : 1)) {
      throw new IOException(
          "its manifest has " + stack.folds() + " folds for the stack '" + stack.name() + "'");
    }
    List<StackingEnsemble> ensembles = new ArrayList<>();
    for (int fold : (Iterable<Integer>) stack.eachFold()::iterator) {
      String folder = from + stack.folder(fold);
      ArchiveManifest manifest = ArchiveManifest.read(source.zip(), folder);
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

  private static FitResult readNetwork(Source source, String from, ArchiveManifest.Network network)
      throws IOException {
    ArchiveReader zip = source.zip();
    String folder = from + network.folder();
    byte[] json = zip.get(folder + "/configuration.json", ArchiveManifest.TEXT_LIMIT);
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
