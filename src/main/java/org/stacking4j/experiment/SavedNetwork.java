package org.stacking4j.experiment;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.network.TrainedNetwork;

/**
 * Reads a network that DL4J's {@code ModelSerializer} (or {@code MultiLayerNetwork.save}) wrote:
 * its configuration and parameters, and none of the Java objects that such a file may hold.
 */
final class SavedNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(SavedNetwork.class);
  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";
  private static final String NORMALIZER = "normalizer.bin";
  private static final int TEXT_LIMIT = 16 << 20;

  private SavedNetwork() {}

  /**
   * Reads a network.
   *
   * @throws IOException if the file cannot be read, or holds no multi-layer network that ends in
   *     softmax with cross-entropy
   */
  static TrainedNetwork read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("cannot read " + file + ": there is no such file");
    }
    try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      if (zip.getEntry(NORMALIZER) != null) {
        LOG.warn(
            "{}: the normaliser saved with the network is not applied; the rows must be as it"
                + " would make them",
            file);
      }
      String text;
      try (InputStream in = open(zip, CONFIGURATION)) {
        byte[] bytes = in.readNBytes(TEXT_LIMIT);
        text = new String(bytes, StandardCharsets.UTF_8);
      }
      try (DataInputStream in = new DataInputStream(open(zip, PARAMETERS))) {
        INDArray parameters = Nd4j.read(in);
        return TrainedNetwork.of(
            MultiLayerConfiguration.fromJson(text), parameters.dup('c').data().asFloat());
      }
    } catch (ZipException e) {
      throw new IOException(
          "cannot read " + file + ": not a whole zip file (" + e.getMessage() + ")", e);
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          "cannot read " + file + ": not a network to stack: " + e.getMessage(), e);
    }
  }

  private static InputStream open(ZipFile zip, String name) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("it has no " + name + ", which DL4J's ModelSerializer writes");
    }
    return zip.getInputStream(entry);
  }
}
