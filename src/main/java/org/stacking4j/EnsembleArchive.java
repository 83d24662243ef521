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
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
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
import org.stacking4j.data.Task;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.NetworkCheck;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;
import org.stacking4j.train.FitResult;

/**
 * An ensemble as a zip: {@code manifest.json}, and for each network a folder with {@code
 * configuration.json}, as DL4J writes it, and {@code parameters.f32}, all parameters in DL4J's flat
 * order as little-endian float32. Nothing in it is a serialised Java object.
 */
final class EnsembleArchive {
  static final int FORMAT_VERSION = 4;

  /** What is written where no features are passed through, so that older libraries can read it. */
  private static final int WITHOUT_PASS_THROUGH = 3;

  private static final String MANIFEST = "manifest.json";
  private static final int TEXT_LIMIT = 16 << 20;
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);
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
   * version 4 on there may be features that are passed through to meta networks.
   */
  private record Manifest(
      int formatVersion,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> classNames,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> targetNames,
      int columns,
      Prediction prediction,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Integer> passThrough,
      CombinerEntry combiner,
      List<Network> networks) {}

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
   * columns mean all.
   */
  private record Network(
      String folder,
      String member,
      int fold,
      List<Integer> columns,
      List<Double> epochLosses,
      double seconds,
      Trainer trainer) {}

  private EnsembleArchive() {}

  static void write(StackingEnsemble ensemble, Path file) throws IOException {
    List<Network> networks = new ArrayList<>();
    List<FitResult> fits = new ArrayList<>();
    MemberNetworks members = ensemble.members();
    for (int m = 0; m < members.names().size(); m++) {
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
    boolean regression = ensemble.task() == Task.REGRESSION;
    Manifest manifest =
        new Manifest(
            ensemble.passThrough().isEmpty() ? WITHOUT_PASS_THROUGH : FORMAT_VERSION,
            regression ? List.of() : ensemble.outputNames(),
            regression ? ensemble.outputNames() : List.of(),
            ensemble.columns(),
            ensemble.prediction(),
            ensemble.passThrough(),
            combiner,
            networks);
    AtomicFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
          put(zip, MANIFEST, JSON.writeValueAsBytes(manifest));
          Set<String> written = new HashSet<>();
          for (int i = 0; i < fits.size(); i++) {
            if (written.add(networks.get(i).folder())) {
              putNetwork(zip, networks.get(i).folder(), fits.get(i).network());
            }
          }
          zip.close();
        });
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
            folder,
            member,
            fold,
            fit.network().columns(),
            fit.epochLosses(),
            fit.seconds(),
            fit.trainer()));
    fits.add(fit);
  }

  private static void putNetwork(ZipOutputStream zip, String folder, TrainedNetwork network)
      throws IOException {
    put(
        zip,
        folder + "/configuration.json",
        network.configuration().toJson().getBytes(StandardCharsets.UTF_8));
    float[] parameters = network.parameters();
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(parameters.length, Float.BYTES));
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(parameters);
    put(zip, folder + "/parameters.f32", bytes.array());
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(NO_TIME); // the archive's bytes must not depend on the clock
    zip.putNextEntry(entry);
    OutputStream out = zip;
    out.write(content);
    zip.closeEntry();
  }

  static StackingEnsemble read(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      return read(zip);
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

  private static StackingEnsemble read(ZipFile zip) throws IOException {
    Manifest manifest = readManifest(zip);
    List<String> names = new ArrayList<>();
    List<List<FitResult>> folds = new ArrayList<>();
    List<FitResult> refits = new ArrayList<>();
    List<FitResult> meta = new ArrayList<>();
    Map<String, FitResult> known = new HashMap<>();
    for (Network network : manifest.networks()) {
      FitResult fit = known.get(network.folder());
      if (fit == null) {
        fit = readNetwork(zip, network);
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
    MemberNetworks members = MemberNetworks.of(names, folds, refits);
    if (!members.answer(manifest.prediction())) {
      throw new IOException("it has no networks for prediction by " + manifest.prediction());
    }
    boolean regression = manifest.classNames().isEmpty();
    Task task = regression ? Task.REGRESSION : Task.CLASSIFICATION;
    List<String> outputNames = regression ? manifest.targetNames() : manifest.classNames();
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
      int inputs = names.size() * outputs + passThrough.size();
      checkSizes("meta network", network, inputs, task, outputs);
    }
    return new StackingEnsemble(
        members,
        manifest.combiner().choice(meta, names.size(), passThrough.size(), outputs),
        manifest.prediction(),
        passThrough,
        manifest.columns(),
        task,
        outputNames,
        null);
  }

  private static void checkSizes(String owner, FitResult fit, int columns, Task task, int outputs) {
    TrainedNetwork network = fit.network();
    NetworkCheck.checkSizes(
        owner, network.configuration(), network.columns(), columns, task, outputs);
  }

  private static Manifest readManifest(ZipFile zip) throws IOException {
    if (zip.getEntry(MANIFEST) == null) {
      throw new IOException("not an ensemble archive, it has no " + MANIFEST);
    }
    byte[] text = get(zip, MANIFEST, TEXT_LIMIT);
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
      if (!manifest.has("passThrough")) {
        manifest.putArray("passThrough");
      }
    }
    return JSON.treeToValue(tree, Manifest.class);
  }

  private static FitResult readNetwork(ZipFile zip, Network network) throws IOException {
    String text =
        new String(
            get(zip, network.folder() + "/configuration.json", TEXT_LIMIT), StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.wrap(get(zip, network.folder() + "/parameters.f32", Integer.MAX_VALUE - 8))
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] parameters = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(parameters);
    try {
      TrainedNetwork trained =
          TrainedNetwork.of(MultiLayerConfiguration.fromJson(text), parameters)
              .withColumns(network.columns());
      return new FitResult(trained, network.epochLosses(), network.seconds(), network.trainer());
    } catch (RuntimeException e) {
      throw new IOException(network.folder() + ": " + e.getMessage(), e);
    }
  }

  private static byte[] get(ZipFile zip, String name, int limit) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("it has no " + name);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new IOException(name + " is larger than " + limit + " bytes");
      }
      CRC32 checksum = new CRC32(); // a ZipFile does not look at it
      checksum.update(content);
      if (checksum.getValue() != entry.getCrc()) {
        throw new IOException(name + " is damaged, its checksum is wrong");
      }
      return content;
    }
  }
}
