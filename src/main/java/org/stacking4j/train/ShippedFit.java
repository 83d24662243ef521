package org.stacking4j.train;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Trainer;

/**
 * A fit that is made by another process: what it gets beside the rows, and what it gives back, as
 * bytes. Both processes have this library, and trust each other; what came of the fit of another
 * task is refused.
 */
public final class ShippedFit {
  private ShippedFit() {}

  /**
   * A fit without its rows.
   *
   * @param task the fit, with its rows
   * @return all of the fit but the rows, for {@link #fromBytes}
   * @throws IllegalArgumentException if it has a margin, as fits of meta networks do: these are
   *     small
   */
  public static byte[] toBytes(FitTask task) {
    if (task.margin() != null) {
      throw new IllegalArgumentException(task.describe() + ": a fit on a margin stays where it is");
    }
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      writeText(task.name(), out);
      out.writeInt(task.fold());
      out.writeInt(task.folds());
      out.writeInt(task.repeats());
      writeText(task.configuration().toJson(), out);
      FitSettings settings = task.settings();
      out.writeInt(settings.epochs());
      out.writeInt(settings.batchSize());
      out.writeDouble(settings.gradientNormLimit());
      out.writeBoolean(settings.uniformBiases());
      out.writeUTF(settings.trainer().name());
      out.writeUTF(settings.timeout().toString());
      out.writeLong(task.seed());
      writeInts(task.columns(), out);
      writeInts(task.snapshots(), out);
      @Nullable EarlyStopping stopping = task.stopping();
      out.writeDouble(stopping == null ? 0 : stopping.share());
      out.writeInt(stopping == null ? 0 : stopping.patience());
      out.writeBoolean(task.cyclic());
      out.writeBoolean(task.meta());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory has no such errors
    }
    return bytes.toByteArray();
  }

  /**
   * A fit of which {@link #toBytes} wrote all but the rows.
   *
   * @param bytes as {@link #toBytes} gave them
   * @param data what it learns from
   * @param heldOut what it answers for, or null
   * @return the fit, with these rows
   * @throws IOException if the bytes are damaged
   */
  public static FitTask fromBytes(byte[] bytes, LabeledData data, @Nullable LabeledData heldOut)
      throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    String name = readText(in);
    int fold = in.readInt();
    int folds = in.readInt();
    int repeats = in.readInt();
    var configuration = MultiLayerConfiguration.fromJson(readText(in));
    FitSettings settings =
        new FitSettings(
            in.readInt(),
            in.readInt(),
            in.readDouble(),
            in.readBoolean(),
            Trainer.valueOf(in.readUTF()),
            Duration.parse(in.readUTF()));
    long seed = in.readLong();
    List<Integer> columns = readInts(in);
    List<Integer> snapshots = readInts(in);
    double share = in.readDouble();
    int patience = in.readInt();
    return new FitTask(
        name,
        fold,
        folds,
        repeats,
        configuration,
        settings,
        data,
        null,
        seed,
        columns,
        snapshots,
        share == 0 ? null : new EarlyStopping(share, patience),
        in.readBoolean(),
        in.readBoolean(),
        heldOut);
  }

  /**
   * Makes the fit on the calling thread, which nobody helps.
   *
   * @param task the fit, with its rows
   * @param listener hears when it begins, and of its epochs
   * @return the bytes of the file that {@link Checkpoints} would keep of it
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   * @throws FitException if it fails
   */
  public static byte[] fit(FitTask task, FitListener listener) {
    try {
      return Checkpoints.toBytes(task, LocalFits.fit(task, listener, Turn.alone(), null));
    } catch (CancellationException cancelled) {
      throw cancelled;
    } catch (Throwable cause) { // also OutOfMemoryError: whoever waits must learn which fit it was
      throw new FitException(task, FitPool.message(cause), cause);
    }
  }

  /**
   * What came of a fit.
   *
   * @param task the fit that was made
   * @param bytes that {@link #fit} gave
   * @return what came of it
   * @throws IOException if they are damaged, or of another fit
   */
  public static FitResult result(FitTask task, byte[] bytes) throws IOException {
    return Checkpoints.fromBytes(task, bytes);
  }

  private static void writeText(String text, DataOutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  private static void writeInts(List<Integer> values, DataOutputStream out) throws IOException {
    out.writeInt(values.size());
    for (int value : values) {
      out.writeInt(value);
    }
  }

  private static List<Integer> readInts(DataInputStream in) throws IOException {
    List<Integer> values = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      values.add(in.readInt());
    }
    return values;
  }
}
