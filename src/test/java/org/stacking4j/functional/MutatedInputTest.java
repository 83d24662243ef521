package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Missing;
import org.stacking4j.data.TableRows;
import org.stacking4j.experiment.ConfFile;
import org.stacking4j.experiment.Experiment;
import org.stacking4j.experiment.TinyIdxFolder;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.SilentListener;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.Zips;

/**
 * Files that something has happened to: each is read, or refused in a sentence, and nothing in it
 * is run. {@code -Dstacking4j.mutations=10000} makes so many of each kind; some are for every
 * build.
 */
final class MutatedInputTest {
  private static final int MUTATIONS = Integer.getInteger("stacking4j.mutations", 150);
  private static final long MOST_NANOS = Duration.ofSeconds(20).toNanos();
  private static final AtomicBoolean TRAPPED = new AtomicBoolean();

  /** What no file may have loaded. */
  static final class Trap {
    static {
      TRAPPED.set(true);
    }

    private Trap() {}
  }

  /** Pieces that mean something somewhere. */
  private static final List<String> PIECES =
      List.of(
          Trap.class.getName(),
          "\0",
          "\n",
          "\"",
          "\"\"",
          ",",
          ";",
          "-1",
          "0",
          "1e309",
          "99999999999999999999",
          "2147483647",
          "-2147483648",
          "NaN",
          "null",
          "{}",
          "[]",
          "{",
          "]",
          ": ",
          "- ",
          "&a *a",
          "!!javax.script.ScriptEngineManager [x]",
          "../../x",
          "\uFEFF",
          "ä€😀",
          "'",
          "#",
          "true");

  /** Reads a file, which may have been meant otherwise. */
  @FunctionalInterface
  private interface Reader {
    void read(Path file) throws IOException;
  }

  @TempDir private Path folder;

  @Test
  void ensembleArchives() throws IOException {
    LabeledData data = rows();
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            StackingConfig.builder()
                .member("a", Mlp.table(3, 2, 4))
                .member("b", Mlp.table(3, 2, 4))
                .outOfFold(2)
                .seed(1)
                .build(),
            data);
    Path file = folder.resolve("ensemble.zip");
    ensemble.save(file);

    mutateZip(file, mutated -> StackingEnsemble.load(mutated).logits(data.features()).close());
  }

  private static LabeledData rows() {
    return TinyData.blobs(24, 3, 2, 1);
  }

  @Test
  void savedNetworks() throws IOException {
    MultiLayerNetwork network = new MultiLayerNetwork(Mlp.base(9, 3, 4));
    network.init();
    Path file = folder.resolve("network.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    Path conf = folder.resolve("conf.yaml");
    Files.writeString(
        conf,
        """
        data: csv:%s
        missing: median
        strategy: holdout
        label: who
        test-fraction: 0.34
        holdout: {fraction: 0.5}
        members:
          - {name: a, network: '%s'}
        """
            .formatted(table(), folder.resolve("mutated")));

    mutateZip(
        file,
        mutated -> new Experiment(ConfFile.read(conf, Map.of()), 1, new SilentListener()).plan());
  }

  @Test
  void tables() throws IOException {
    CsvColumns columns =
        CsvColumns.of("kind").withWeight("weight").withMissing(Missing.MEDIAN).withGroup("who");

    mutate(table(), mutated -> CsvTable.load(mutated, columns));
    CsvColumns targets = CsvColumns.of("a").withMissing(Missing.MEDIAN);
    mutate(table(), mutated -> CsvTable.loadTargets(mutated, targets));
    LabeledData known = CsvTable.load(table(), columns);
    mutate(
        table(),
        mutated -> {
          try (TableRows rows = TableRows.open(mutated, known.schema().orElseThrow())) {
            while (rows.next(16) != null) {
              // read on
            }
          }
        });
  }

  private Path table() throws IOException {
    return Files.writeString(
        folder.resolve("table.csv"),
        """
        a,colour,b,weight,who,kind
        1,red,0.5,1,x,yes
        2,"dark ""red"" ",,2,y,no
        -3e2,blue,7,0.5,x,yes
        4,red,NA,1,z,no
        5,blue,2.25,1,z,yes
        6,red,1,3,y,no
        7,red,2,1,x,yes
        8,blue,3,2,y,no
        9,blue,4,0.5,x,yes
        10,red,,1,z,no
        11,blue,2.25,1,z,yes
        12,red,1,3,y,no
        """);
  }

  @Test
  void metaFeatures() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("meta.csv"),
            """
            row,label,fold,a.logit_x,a.logit_y,b.logit_x,b.logit_y
            0,x,1,0.5,-0.25,1.5,2
            7,y,2,1,2,3,4
            9,x,2,-1,-2,-3.5e-3,0
            """);

    mutate(file, MetaFeatures::readCsv);
  }

  @Test
  void idxFiles() throws IOException {
    Path idx = TinyIdxFolder.write(Files.createDirectory(folder.resolve("idx")));
    for (String name :
        List.of("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte")) {
      Path file = idx.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      mutate(
          file,
          mutated -> {
            Files.copy(mutated, file, StandardCopyOption.REPLACE_EXISTING);
            IdxFolder.load(idx);
          });
      var zipped = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(zipped)) {
        gzip.write(whole);
      }
      Files.delete(file);
      Path packed = idx.resolve(name + ".gz");
      Files.write(packed, zipped.toByteArray());
      mutate(
          packed,
          mutated -> {
            Files.copy(mutated, packed, StandardCopyOption.REPLACE_EXISTING);
            IdxFolder.load(idx);
          });
      Files.delete(packed);
      Files.write(file, whole);
    }
  }

  @Test
  void confFiles() throws IOException {
    for (String name :
        List.of("mnist-demo", "csv-example", "table", "pictures", "mnist-notebook")) {
      mutate(Path.of("conf", name + ".yaml"), mutated -> ConfFile.readForFit(mutated, Map.of()));
    }
  }

  private void mutate(Path file, Reader reader) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    check(whole, reader, -1);
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = mutated(whole, new SplittableRandom(i));
      check(bytes, reader, i);
    }
  }

  /** The bytes of the zip, and those of its entries, with checksums that fit again. */
  private void mutateZip(Path file, Reader reader) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Map<String, byte[]> entries = Zips.entries(file);
    check(whole, reader, -1);
    List<String> names = List.copyOf(entries.keySet());
    for (int i = 0; i < MUTATIONS; i++) {
      var random = new SplittableRandom(i);
      if (i % 5 == 0) {
        check(mutated(whole, random), reader, i);
        continue;
      }
      Map<String, byte[]> own = new LinkedHashMap<>(entries);
      String name = names.get(random.nextInt(i % 5 == 1 ? 1 : names.size()));
      byte[] content = entries.get(name);
      switch (random.nextInt(12)) {
        case 0 -> own.remove(name);
        case 1 -> own.put("../" + name, content);
        case 2 -> own.put(name, entries.get(names.get(random.nextInt(names.size()))));
        default -> own.put(name, mutated(content, random));
      }
      check(Zips.bytes(own), reader, i);
    }
  }

  /** Of this thread, in nanoseconds: what other programs do does not count. */
  private static long processorTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private void check(byte[] bytes, Reader reader, int number) throws IOException {
    Path file = folder.resolve("mutated");
    Files.write(file, bytes);
    long start = processorTime();
    @Nullable Throwable failure = null;
    try {
      reader.read(file);
    } catch (Throwable e) {
      failure = e;
    }
    String which = "mutation " + number;
    assertThat(processorTime() - start).as(which).isLessThan(MOST_NANOS);
    assertThat(TRAPPED).as(which).isFalse();
    if (failure != null) {
      if (number < 0
          || !(failure instanceof IOException || failure instanceof IllegalArgumentException)) {
        Files.write(Path.of("target", "mutation-" + number), bytes);
        fail(which + ": " + failure, failure);
      }
      assertThat(failure.getMessage())
          .as(which)
          .isNotBlank()
          .doesNotContain("Exception", "java.lang", "\tat ");
    }
  }

  private static byte[] mutated(byte[] whole, SplittableRandom random) {
    byte[] bytes = whole.clone();
    for (int times = random.nextInt(1, 4); times > 0 && bytes.length > 0; times--) {
      int at = random.nextInt(bytes.length);
      int length = random.nextInt(Math.min(40, bytes.length - at) + 1);
      bytes =
          switch (random.nextInt(7)) {
            case 0 -> flipped(bytes, at, random);
            case 1 -> Arrays.copyOf(bytes, at);
            case 2 -> spliced(bytes, at, at + length, new byte[0]);
            case 3 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
            case 4 -> spliced(bytes, at, at + length, piece(random));
            case 5 -> number(bytes, random);
            default -> spliced(bytes, at, at, piece(random));
          };
    }
    return bytes;
  }

  private static byte[] flipped(byte[] bytes, int at, SplittableRandom random) {
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  private static byte[] piece(SplittableRandom random) {
    return PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
  }

  /** Puts something in the place of a whole number, or quoted text, if there is one. */
  private static byte[] number(byte[] bytes, SplittableRandom random) {
    int from = random.nextInt(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int at = (from + i) % bytes.length;
      if (bytes[at] == '"' || Character.isDigit(bytes[at])) {
        int end = at + 1;
        while (end < bytes.length
            && (bytes[at] == '"' ? bytes[end] != '"' : Character.isDigit(bytes[end]))) {
          end++;
        }
        return spliced(bytes, bytes[at] == '"' ? at + 1 : at, end, piece(random));
      }
    }
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] piece) {
    var out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    out.writeBytes(piece);
    out.write(bytes, to, bytes.length - to);
    return out.toByteArray();
  }
}
