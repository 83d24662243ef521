package org.stacking4j;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.stacking4j.combine.FittedMetaNetwork;
import org.stacking4j.data.AtomicFile;
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
  static final int FORMAT_VERSION = 1;

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

  private record Manifest(
      int formatVersion,
      List<String> classNames,
      int columns,
      Prediction prediction,
      boolean residual,
      List<Network> networks) {}

  /** One network; the member's name is empty for the meta network, and fold 0 means all rows. */
  private record Network(
      String folder,
      String member,
      int fold,
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
        add(folder + "all-rows", name, 0, members.refits().get(m), networks, fits);
      }
      List<FitResult> folds = members.folds(m);
      for (int fold = 1; fold <= folds.size(); fold++) {
        add(folder + "fold-" + fold, name, fold, folds.get(fold - 1), networks, fits);
      }
    }
    add("meta-network", "", 0, ensemble.metaNetwork().fit(), networks, fits);
    Manifest manifest =
        new Manifest(
            FORMAT_VERSION,
            ensemble.classNames(),
            ensemble.columns(),
            ensemble.prediction(),
            ensemble.metaNetwork().residual(),
            networks);
    AtomicFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
          put(zip, MANIFEST, JSON.writeValueAsBytes(manifest));
          for (int i = 0; i < fits.size(); i++) {
            putNetwork(zip, networks.get(i).folder(), fits.get(i).network());
          }
          zip.close();
        });
  }

  private static void add(
      String folder,
      String member,
      int fold,
      FitResult fit,
      List<Network> networks,
      List<FitResult> fits) {
    networks.add(
        new Network(folder, member, fold, fit.epochLosses(), fit.seconds(), fit.trainer()));
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
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static StackingEnsemble read(ZipFile zip) throws IOException {
    Manifest manifest = readManifest(zip);
    List<String> names = new ArrayList<>();
    List<List<FitResult>> folds = new ArrayList<>();
    List<FitResult> refits = new ArrayList<>();
    @Nullable FitResult meta = null;
    for (Network network : manifest.networks()) {
      FitResult fit = readNetwork(zip, network);
      if (network.member().isEmpty()) {
        meta = fit;
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
    if (meta == null) {
      throw new IOException("its manifest names no meta network");
    }
    MemberNetworks members = MemberNetworks.of(names, folds, refits);
    boolean answers =
        switch (manifest.prediction()) {
          case FOLD_MEAN -> !members.folds(0).isEmpty();
          case REFIT -> !members.refits().isEmpty();
        };
    if (!answers) {
      throw new IOException("it has no networks for prediction by " + manifest.prediction());
    }
    int classes = manifest.classNames().size();
    for (int m = 0; m < names.size(); m++) {
      List<FitResult> fits = new ArrayList<>(members.folds(m));
      fits.addAll(refits.isEmpty() ? refits : refits.subList(m, m + 1));
      for (FitResult fit : fits) {
        checkSizes("member '" + names.get(m) + "'", fit, manifest.columns(), classes);
      }
    }
    checkSizes("meta network", meta, names.size() * classes, classes);
    return new StackingEnsemble(
        members,
        new FittedMetaNetwork(meta, manifest.residual()),
        manifest.prediction(),
        manifest.columns(),
        manifest.classNames(),
        null);
  }

  private static void checkSizes(String owner, FitResult fit, int columns, int classes) {
    NetworkCheck.checkSizes(owner, fit.network().configuration(), columns, classes);
  }

  private static Manifest readManifest(ZipFile zip) throws IOException {
    if (zip.getEntry(MANIFEST) == null) {
      throw new IOException("not an ensemble archive, it has no " + MANIFEST);
    }
    byte[] text = get(zip, MANIFEST, TEXT_LIMIT);
    int version = JSON.readTree(text).path("formatVersion").asInt(0);
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
    return JSON.readValue(text, Manifest.class);
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
          TrainedNetwork.of(MultiLayerConfiguration.fromJson(text), parameters);
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
