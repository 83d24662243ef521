package org.stacking4j.experiment;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.network.ConfigurationJson;
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
  private static final int LONGEST_SHAPE = 100;

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
      MultiLayerConfiguration configuration;
      try (InputStream in = open(zip, CONFIGURATION)) {
        configuration = ConfigurationJson.read(in.readNBytes(TEXT_LIMIT), Set.of());
      }
      long count = TrainedNetwork.parameterCount(configuration);
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(open(zip, PARAMETERS)))) {
        TrainedNetwork network = TrainedNetwork.of(configuration, parameters(in, count));
        if (configuration.getConf(0).getLayer() instanceof FeedForwardLayer first
            && configuration.getInputPreProcess(0) == null) {
          network.tryOut(Math.toIntExact(first.getNIn()));
        }
        return network;
      }
    } catch (ZipException e) {
      throw new IOException(
          "cannot read " + file + ": not a whole zip file (" + e.getMessage() + ")", e);
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          "cannot read " + file + ": not a network to stack: " + e.getMessage(), e);
    }
  }

  /**
   * What {@code Nd4j.write} has written of a row of numbers. {@code Nd4j.read} would believe any
   * shape and any length that the file claims, and take the memory for it.
   */
  private static float[] parameters(DataInputStream in, long count) throws IOException {
    in.readUTF(); // how ND4J had allocated the shape
    long shape = in.readLong();
    String type = in.readUTF();
    if (shape < 1 || shape > LONGEST_SHAPE || !type.equals("LONG")) {
      throw new IOException(PARAMETERS + " does not begin with a shape");
    }
    in.skipNBytes(shape * Long.BYTES);
    in.readUTF();
    long length = in.readLong();
    type = in.readUTF();
    if (length != count) {
      throw new IOException(
          "the configuration has " + count + " parameters, " + PARAMETERS + " has " + length);
    }
    if (!type.equals("FLOAT") && !type.equals("DOUBLE")) {
      throw new IOException(PARAMETERS + " has numbers of type " + type + ", not FLOAT or DOUBLE");
    }
    float[] values = new float[Math.toIntExact(length)];
    for (int i = 0; i < values.length; i++) {
      values[i] = type.equals("FLOAT") ? in.readFloat() : (float) in.readDouble();
    }
    return values;
  }

  private static InputStream open(ZipFile zip, String name) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("it has no " + name + ", which DL4J's ModelSerializer writes");
    }
    return zip.getInputStream(entry);
  }
}
