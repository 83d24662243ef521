package org.stacking4j.train;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stacking4j.data.AtomicFile;
import org.stacking4j.data.Sha256;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;

/**
 * A folder in which fits outlive the process that made them: each finished one has a file, and a
 * long one that still runs has another, which is written anew at the end of an epoch.
 *
 * <p>A file is named by its fit's {@linkplain FitTask#digest digest}, so it is found again by a fit
 * with the same configuration, rows and seed and by no other. It ends in a checksum; one that is
 * not whole counts as not there, and its fit is repeated. What is taken up has the bits that the
 * fit would have had.
 *
 * <p>Immutable and thread-safe. Only one process at a time may write into a folder.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private static final String FORMAT = "stacking4j fit 4";
  private static final String FINISHED = ".fit";
  private static final String BEGUN = ".epochs";
  private static final int LONGEST_NAME = 80;
  private static final int CHECKSUM_BYTES = 64;

  /** So seldom that writing does not count, so often that little is lost. */
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final Path folder;
  private final boolean takesUp;
  private final Duration interval;

  private Checkpoints(Path folder, boolean takesUp, Duration interval) {
    this.folder = folder;
    this.takesUp = takesUp;
    this.interval = interval;
  }

  /**
   * Fits are kept in this folder, and those that are there are taken up.
   *
   * @param folder made when the first fit is kept
   * @return checkpoints in this folder
   */
  public static Checkpoints in(Path folder) {
    return new Checkpoints(folder, true, INTERVAL);
  }

  /** {@return checkpoints in the same folder, but all fits are made anew} */
  public Checkpoints anew() {
    return new Checkpoints(folder, false, interval);
  }

  /** The same folder, where a running fit is kept after each epoch that ends so long after. */
  Checkpoints every(Duration interval) {
    return new Checkpoints(folder, takesUp, interval);
  }

  /** How long at least between two files of a running fit. */
  Duration interval() {
    return interval;
  }

  /**
   * {@return how many finished fits have a file; 0 if there is no folder yet}
   *
   * @throws IOException if the folder cannot be read
   */
  public int count() throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.filter(file -> file.toString().endsWith(FINISHED)).count();
    }
  }

  /** What came of a fit in an earlier run, or empty if it is not there whole. */
  Optional<FitResult> finished(FitTask task) {
    return read(task, FINISHED, in -> readResult(task, in));
  }

  private static FitResult readResult(FitTask task, DataInput in) throws IOException {
    Trainer trainer = Trainer.valueOf(in.readUTF());
    List<FitResult> snapshots = readSnapshots(task, trainer, in);
    return readNetwork(task, trainer, snapshots, in);
  }

  private static void writeResult(FitResult result, DataOutput out) throws IOException {
    out.writeUTF(result.trainer().name());
    writeSnapshots(result.snapshots(), out);
    writeNetwork(result, out);
  }

  /** The bytes of the file of a finished fit. */
  static byte[] toBytes(FitTask task, FitResult result) {
    try {
      return bytes(task.digest(), out -> writeResult(result, out));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory has no such errors
    }
  }

  /**
   * What came of a fit, read from the bytes of its file.
   *
   * @throws IOException if they are damaged, or of another fit
   */
  static FitResult fromBytes(FitTask task, byte[] bytes) throws IOException {
    return read(bytes, task.digest(), in -> readResult(task, in));
  }

  /** Keeps what came of a fit. */
  void finish(FitTask task, FitResult result) {
    String digest = task.digest();
    write(task, digest, FINISHED, out -> writeResult(result, out));
    try {
      Files.deleteIfExists(file(task, digest, BEGUN));
    } catch (IOException e) {
      LOG.debug("a file that is no longer needed stays", e);
    }
  }

  /** Reads what {@link #keep} has written of a fit, if that is there whole. */
  <T> Optional<T> begun(FitTask task, Reading<T> reading) {
    return read(task, BEGUN, reading);
  }

  /** Keeps how far a fit has come. */
  void keep(FitTask task, Writing writing) {
    write(task, task.digest(), BEGUN, writing);
  }

  /** Reads one file. */
  @FunctionalInterface
  interface Reading<T> {
    T from(DataInput in) throws IOException;
  }

  /** Writes one file. */
  @FunctionalInterface
  interface Writing {
    void to(DataOutput out) throws IOException;
  }

  private void write(FitTask task, String digest, String kind, Writing writing) {
    try {
      byte[] bytes = bytes(digest, writing);
      Files.createDirectories(folder);
      AtomicFile.write(file(task, digest, kind), file -> file.write(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep it in " + folder + ": " + reason(e), e);
    }
  }

  private static byte[] bytes(String digest, Writing writing) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeUTF(FORMAT);
    out.writeUTF(digest);
    writing.to(out);
    out.write(checksum(bytes.toByteArray()));
    return bytes.toByteArray();
  }

  private static String reason(IOException e) {
    return e instanceof FileAlreadyExistsException
        ? "that is no folder"
        : String.valueOf(e.getMessage());
  }

  private <T> Optional<T> read(FitTask task, String kind, Reading<T> reading) {
    if (!takesUp) {
      return Optional.empty();
    }
    String expected = task.digest();
    Path file = file(task, expected, kind);
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      return Optional.of(read(Files.readAllBytes(file), expected, reading));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("{} is not taken up, because {}; the fit is repeated", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static <T> T read(byte[] bytes, String expected, Reading<T> reading) throws IOException {
    int length = Math.max(0, bytes.length - CHECKSUM_BYTES);
    byte[] content = Arrays.copyOf(bytes, length);
    if (!Arrays.equals(checksum(content), Arrays.copyOfRange(bytes, length, bytes.length))) {
      throw new IOException("its checksum does not fit");
    }
    var in = new DataInputStream(new ByteArrayInputStream(content));
    String format = in.readUTF();
    String digest = in.readUTF();
    if (!format.equals(FORMAT) || !digest.equals(expected)) {
      throw new IOException("it is of another fit or version");
    }
    return reading.from(in);
  }

  private static byte[] checksum(byte[] content) {
    return Sha256.hexOf(content).getBytes(StandardCharsets.US_ASCII);
  }

  /** The fit in words, for people, and so much of its digest that no two have the same. */
  private Path file(FitTask task, String digest, String kind) {
    String words =
        task.describe()
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-|-$", "");
    String name = words.substring(0, Math.min(LONGEST_NAME, words.length()));
    return folder.resolve(name + "-" + digest.substring(0, 16) + kind);
  }

  static void writeSnapshots(List<FitResult> snapshots, DataOutput out) throws IOException {
    out.writeInt(snapshots.size());
    for (FitResult snapshot : snapshots) {
      writeNetwork(snapshot, out);
    }
  }

  static List<FitResult> readSnapshots(FitTask task, Trainer trainer, DataInput in)
      throws IOException {
    List<FitResult> snapshots = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      snapshots.add(readNetwork(task, trainer, List.of(), in));
    }
    return snapshots;
  }

  private static void writeNetwork(FitResult fit, DataOutput out) throws IOException {
    writeDoubles(fit.epochLosses(), out);
    out.writeDouble(fit.seconds());
    writeFloats(fit.network().parameters(), out);
    @Nullable HeldOutLogits heldOut = fit.heldOut();
    out.writeBoolean(heldOut != null);
    if (heldOut != null) {
      heldOut.write(out);
    }
  }

  private static FitResult readNetwork(
      FitTask task, Trainer trainer, List<FitResult> snapshots, DataInput in) throws IOException {
    List<Double> losses = readDoubles(in);
    double seconds = in.readDouble();
    TrainedNetwork network =
        TrainedNetwork.of(task.configuration(), readFloats(in)).withColumns(task.columns());
    @Nullable HeldOutLogits heldOut = in.readBoolean() ? HeldOutLogits.read(in) : null;
    return new FitResult(network, losses, seconds, trainer, snapshots, heldOut);
  }

  static void writeDoubles(List<Double> values, DataOutput out) throws IOException {
    out.writeInt(values.size());
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  static List<Double> readDoubles(DataInput in) throws IOException {
    List<Double> values = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      values.add(in.readDouble());
    }
    return values;
  }

  static void writeFloats(float[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  static float[] readFloats(DataInput in) throws IOException {
    float[] values = new float[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }
}
