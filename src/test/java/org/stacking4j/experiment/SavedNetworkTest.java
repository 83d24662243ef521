package org.stacking4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.stacking4j.testing.TinyNetworks.floats;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.Mlp;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.testing.TinyData;

final class SavedNetworkTest {
  private static final LabeledData DATA = TinyData.blobs(40, 4, 3, 1);

  @TempDir Path folder;
  private Path file;
  private MultiLayerNetwork network;

  @BeforeEach
  void save() throws IOException {
    network = new MultiLayerNetwork(Mlp.base(4, 3, 8));
    network.init();
    file = folder.resolve("network.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
  }

  @Test
  void read_answersLikeTheNetworkThatWasSaved() throws IOException {
    assertThat(floats(SavedNetwork.read(file).logits(DATA.features())))
        .isEqualTo(floats(TrainedNetwork.of(network).logits(DATA.features())));
  }

  @Test
  void read_ofAFileWithJavaObjects_makesNone() throws IOException {
    // DL4J's own reader would make one: a file must not choose which code runs.
    var bytes = new ByteArrayOutputStream();
    try (var objects = new ObjectOutputStream(bytes)) {
      objects.writeObject(new Intruder());
    }
    Map<String, byte[]> entries = entries();
    entries.put("preprocessor.bin", bytes.toByteArray());
    entries.put("normalizer.bin", bytes.toByteArray());
    write(entries);

    assertThat(SavedNetwork.read(file).classes()).isEqualTo(3);
    assertThat(Intruder.MADE).isFalse();
  }

  @Test
  void read_ofWhatIsNoNetwork_saysWhy() throws IOException {
    Path none = folder.resolve("none.zip");
    assertThatIOException()
        .isThrownBy(() -> SavedNetwork.read(none))
        .withMessage("cannot read " + none + ": there is no such file");

    Map<String, byte[]> entries = entries();
    byte[] parameters = entries.remove("coefficients.bin");
    write(entries);
    assertThatIOException()
        .isThrownBy(() -> SavedNetwork.read(file))
        .withMessage(
            "cannot read "
                + file
                + ": not a network to stack: it has no coefficients.bin, which DL4J's"
                + " ModelSerializer writes");

    entries.put("coefficients.bin", parameters);
    entries.put(
        "configuration.json",
        "{\"vertices\": {}}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    write(entries);
    assertThatIOException()
        .isThrownBy(() -> SavedNetwork.read(file))
        .withMessageStartingWith("cannot read " + file + ": not a network to stack: ");

    Files.writeString(file, "no zip");
    assertThatIOException()
        .isThrownBy(() -> SavedNetwork.read(file))
        .withMessageStartingWith("cannot read " + file + ": not a whole zip file (");
  }

  private Map<String, byte[]> entries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private void write(Map<String, byte[]> entries) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
  }

  /** What an attacker would like to have made. */
  private static final class Intruder implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final AtomicBoolean MADE = new AtomicBoolean();

    private void readObject(ObjectInputStream in) throws IOException {
      MADE.set(true);
    }
  }
}
