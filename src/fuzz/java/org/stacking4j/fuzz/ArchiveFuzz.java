package org.stacking4j.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Sha256;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.Zips;

/**
 * An archive whose zip is whole and whose checksums fit, and in which one entry, which the first
 * byte chooses, is what the fuzzer has thought of; or, for a first byte of 0, a zip of its own.
 */
final class ArchiveFuzz {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LabeledData DATA = TinyData.blobs(24, 3, 2, 1);
  private static final Map<String, byte[]> ENTRIES = entries();

  @FuzzTest(maxDuration = "2m")
  void archive(byte[] bytes) throws IOException {
    int which = bytes.length == 0 ? 0 : bytes[0] & 0xff;
    byte[] rest = bytes.length == 0 ? bytes : java.util.Arrays.copyOfRange(bytes, 1, bytes.length);
    Inputs.read(
        which == 0 ? rest : zip(which, rest),
        file -> StackingEnsemble.load(file).logits(DATA.features()).close());
  }

  private static byte[] zip(int which, byte[] content) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>(ENTRIES);
    String[] names = entries.keySet().toArray(String[]::new);
    String name = names[which % names.length];
    entries.put(name, content);
    if (!name.equals("manifest.json")) {
      ObjectNode manifest = (ObjectNode) JSON.readTree(entries.get("manifest.json"));
      ((ObjectNode) manifest.get("sha256")).put(name, Sha256.hexOf(content));
      entries.put("manifest.json", JSON.writeValueAsBytes(manifest));
    }
    return Zips.bytes(entries);
  }

  private static Map<String, byte[]> entries() {
    StackingEnsemble ensemble =
        StackingEnsemble.fit(
            StackingConfig.builder()
                .member("a", Mlp.table(3, 2, 4))
                .member("b", Mlp.table(3, 2, 4))
                .holdout(0.5)
                .seed(1)
                .build(),
            DATA);
    try {
      Path file = Files.createTempFile("stacking4j", ".zip");
      ensemble.save(file);
      Map<String, byte[]> entries = Zips.entries(file);
      Files.delete(file);
      return entries;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
