package org.stacking4j.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.stacking4j.testing.TinyNetworks.floats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stacking4j.Provenance;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.GreedySelection;
import org.stacking4j.combine.MetaNetwork;
import org.stacking4j.combine.RowGate;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Sha256;
import org.stacking4j.data.Task;
import org.stacking4j.meta.Prediction;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Member;
import org.stacking4j.network.Mlp;
import org.stacking4j.testing.TinyData;
import org.stacking4j.testing.TinyNetworks;
import org.stacking4j.testing.Zips;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.LocalFits;

@TestInstance(Lifecycle.PER_CLASS)
final class SaveLoadTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final FitSettings SETTINGS = new FitSettings(1, 16, 2, true);
  private static final LabeledData DATA = TinyData.blobs(24, 6, 3, 1);
  private static final LabeledData TEST = TinyData.blobs(20, 6, 3, 2);

  @TempDir Path folder;
  private StackingEnsemble ensemble;

  @BeforeAll
  void fit() {
    ensemble = fit(config());
  }

  static Stream<StackingConfig.Builder> everyKind() {
    return Stream.of(
        config(),
        config().prediction(Prediction.REFIT),
        config().prediction(Prediction.FOLDS_AND_REFIT),
        config().holdout(0.3),
        config().inSample(),
        config().timeOrdered(2),
        config().outOfFold(2, 3),
        config().member(new Member("c", Mlp.base(2, 3, 8), SETTINGS).withColumns(4, 1)),
        config()
            .member(new Member("c", Mlp.base(6, 3, 8), SETTINGS.withEpochs(3)).withSnapshots(2)),
        config().stack("inner", config().build()),
        config().prediction(Prediction.FOLDS_AND_REFIT).stack("inner", config().build()),
        StackingConfig.builder() // three levels
            .stack("inner", config().holdout(0.3).stack("inmost", config().build()).build())
            .holdout(0.4),
        config().doNoHarm(false).metaLearners(MetaNetwork.free().withSettings(SETTINGS)),
        config()
            .doNoHarm(false)
            .metaLearners(MetaNetwork.residual(Mlp.base(6, 3, 4)).withSettings(SETTINGS)));
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void load_answersWithTheSameBits(StackingConfig.Builder config) throws IOException {
    StackingEnsemble saved = fit(config);
    Path file = file();
    saved.save(file);

    StackingEnsemble loaded = StackingEnsemble.load(file);

    assertThat(floats(loaded.logits(TEST.features())))
        .isEqualTo(floats(saved.logits(TEST.features())));
    assertThat(floats(loaded.probabilities(TEST.features())))
        .isEqualTo(floats(saved.probabilities(TEST.features())));
    assertThat(loaded.predict(TEST.features())).isEqualTo(saved.predict(TEST.features()));
    assertThat(floats(loaded.memberLogits(TEST.features())))
        .isEqualTo(floats(saved.memberLogits(TEST.features())));
    assertThat(loaded.evaluate(TEST)).isEqualTo(saved.evaluate(TEST));
    assertThat(loaded.prediction()).isEqualTo(saved.prediction());
    assertThat(loaded.columns()).isEqualTo(6);
    assertThat(loaded.classNames()).isEqualTo(saved.classNames());
    assertThat(loaded.members().names()).isEqualTo(saved.members().names());
    assertThat(loaded.members().seconds()).isEqualTo(saved.members().seconds());
    assertThat(loaded.choice().label()).isEqualTo(saved.choice().label());
    assertThat(loaded.combiner().fits())
        .extracting(FitResult::epochLosses)
        .isEqualTo(saved.combiner().fits().stream().map(FitResult::epochLosses).toList());
    assertThat(loaded.trainingMetaFeatures()).isEmpty();
  }

  @Test
  void load_keepsOddClassNames() throws IOException {
    List<String> names = List.of("größe ✓", "\"a\\b\"", "two\nlines");
    LabeledData odd = LabeledData.of(DATA.features(), DATA.labels(), names);
    Path file = file();
    StackingEnsemble.fit(config().build(), odd, LocalFits.onThreads(1)).save(file);

    assertThat(StackingEnsemble.load(file).classNames()).isEqualTo(names);
  }

  @Test
  void save_ofALoadedEnsemble_givesTheSameBytes() throws IOException {
    Path first = file();
    Path second = folder.resolve("again.zip");
    ensemble.save(first);

    StackingEnsemble.load(first).save(second);

    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void save_thatFails_leavesTheOldFileAndNothingElse() throws IOException {
    Path alone = Files.createDirectory(folder.resolve("alone"));
    Path file = alone.resolve("ensemble.zip");
    Files.writeString(file, "precious");

    Thread.currentThread().interrupt(); // a file channel then refuses to write
    try {
      assertThatIOException()
          .isThrownBy(() -> ensemble.save(file))
          .withMessageStartingWith("cannot write " + file);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }

    assertThat(file).hasContent("precious");
    try (Stream<Path> files = Files.list(alone)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void load_ofNoFile() {
    Path file = folder.resolve("nowhere.zip");

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessage("cannot read " + file + ": there is no such file");
  }

  @Test
  void load_ofAFolder() {
    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(folder))
        .withMessageStartingWith("cannot read " + folder + ": ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not a zip", "PK"})
  void load_ofAFileThatIsNoZip(String content) throws IOException {
    Path file = file();
    Files.writeString(file, content);

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": not a whole zip file (");
  }

  @Test
  void load_ofHalfAFile() throws IOException {
    Path file = file();
    ensemble.save(file);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": not a whole zip file (");
  }

  @Test
  void load_ofAZipOfSomethingElse() throws IOException {
    assertRefused(
        entries -> {
          entries.clear();
          entries.put("coefficients.bin", new byte[8]);
        },
        "not an ensemble archive, it has no manifest.json");
  }

  @Test
  void load_ofAManifestWithoutAVersion() throws IOException {
    assertRefused(
        entries -> editManifest(entries, manifest -> manifest.remove("formatVersion")),
        "not an ensemble archive, its manifest has no formatVersion");
  }

  @Test
  void load_ofANewerVersion() throws IOException {
    // Read as if it were version 7, it might answer with nonsense.
    assertRefused(
        entries -> editManifest(entries, manifest -> manifest.put("formatVersion", 8)),
        "its format version is 8, this library reads up to 7; use a newer library");
  }

  @Test
  void load_ofTheFirstVersion_whichAlwaysHadOneMetaNetwork() throws IOException {
    StackingEnsemble saved = ensemble;
    Path file =
        edited(
            entries ->
                editManifest(
                    entries,
                    manifest -> {
                      asVersion(1, manifest, entries);
                      manifest.remove("combiner");
                      manifest.put("residual", true);
                      withoutColumns(manifest);
                    }));

    StackingEnsemble loaded = StackingEnsemble.load(file);

    assertThat(floats(loaded.logits(TEST.features())))
        .isEqualTo(floats(saved.logits(TEST.features())));
    assertThat(loaded.choice().label()).isEqualTo("residual network");
  }

  @Test
  void load_ofTheSecondVersion_whoseNetworksAllSawAllColumns() throws IOException {
    Path file =
        edited(
            entries ->
                editManifest(
                    entries,
                    manifest -> {
                      asVersion(2, manifest, entries);
                      withoutColumns(manifest);
                    }));

    StackingEnsemble loaded = StackingEnsemble.load(file);

    assertThat(floats(loaded.logits(TEST.features())))
        .isEqualTo(floats(ensemble.logits(TEST.features())));
  }

  @Test
  void load_ofColumnsThatAreNone() throws IOException {
    assertRefused(
        entries ->
            editManifest(
                entries,
                manifest ->
                    ((ObjectNode) manifest.get("networks").get(0))
                        .putArray("columns")
                        .add(0)
                        .add(6)),
        "member 'a': it is to see column 6 but the data has columns 0 to 5");
  }

  @Test
  void load_ofEachKindOfCombiner_answersWithTheSameBits() throws IOException {
    List<StackingConfig.Builder> configs =
        List.of(
            config().metaLearners(new GreedySelection(5)),
            config().metaLearners(new RowGate(0.1)),
            config().metaLearners(MetaNetwork.residual().withRepeats(3).withSettings(SETTINGS)),
            config().metaLearners(new GreedySelection(5), MetaNetwork.linear()),
            // A meta network that has learned nothing answers by chance.
            config()
                .doNoHarm(true)
                .metaLearners(MetaNetwork.free().withSettings(SETTINGS.withEpochs(0))));
    List<String> kinds = new ArrayList<>();
    for (StackingConfig.Builder config : configs) {
      StackingEnsemble saved = fit(config);

      saved.save(file());
      StackingEnsemble loaded = StackingEnsemble.load(file());

      assertThat(floats(loaded.probabilities(TEST.features())))
          .isEqualTo(floats(saved.probabilities(TEST.features())));
      kinds.add(saved.choice().label());
    }
    assertThat(kinds).contains("greedy selection", "row gate", CombinerChoice.AVERAGE);
  }

  @Test
  void load_ofAGateForOtherSizes() throws IOException {
    assertRefused(
        entries ->
            editManifest(
                entries, manifest -> ((ObjectNode) manifest.get("combiner")).put("kind", "gate")),
        "a gate for 2 members and 3 classes must have 12 finite parameters, found 0");
  }

  @Test
  void load_ofAnEnsembleForTargets_answersWithTheSameBits() throws IOException {
    LabeledData numbers = TinyData.numbers(40, 6, 2, 1);
    for (StackingConfig.Builder config :
        List.of(
            StackingConfig.builder().metaLearners(new GreedySelection(5)).doNoHarm(false),
            StackingConfig.builder()
                .metaLearners(MetaNetwork.residual().withSettings(SETTINGS))
                .doNoHarm(false),
            StackingConfig.builder()
                .prediction(Prediction.REFIT)
                .metaLearners(MetaNetwork.linear().withSettings(SETTINGS.withEpochs(0))))) {
      StackingEnsemble saved =
          StackingEnsemble.fit(
              config
                  .member(new Member("a", Mlp.table(Task.REGRESSION, 6, 2, 4), SETTINGS))
                  .member(new Member("b", Mlp.base(Task.REGRESSION, 6, 2, 8), SETTINGS))
                  .outOfFold(2)
                  .build(),
              numbers);
      saved.save(file());

      StackingEnsemble loaded = StackingEnsemble.load(file());

      assertThat(floats(loaded.values(TEST.features())))
          .isEqualTo(floats(saved.values(TEST.features())));
      assertThat(loaded.task()).isEqualTo(Task.REGRESSION);
      assertThat(loaded.outputNames()).containsExactly("price", "area");
      assertThat(loaded.evaluateRegression(numbers)).isEqualTo(saved.evaluateRegression(numbers));
      assertThat(loaded.choice().label()).isEqualTo(saved.choice().label());
    }
  }

  @Test
  void load_ofVersionsThreeToSix_whichHadTimesInTheirManifests() throws IOException {
    for (int version = 3; version <= 6; version++) {
      int older = version;
      Path file =
          edited(entries -> editManifest(entries, manifest -> asVersion(older, manifest, entries)));

      StackingEnsemble loaded = StackingEnsemble.load(file);

      assertThat(floats(loaded.logits(TEST.features())))
          .isEqualTo(floats(ensemble.logits(TEST.features())));
      assertThat(loaded.provenance()).isEmpty();
      assertThat(loaded.members().folds(0).get(0).seconds()).isEqualTo(0.5);
    }
  }

  /** What older libraries wrote. */
  private static void asVersion(int version, ObjectNode manifest, Map<String, byte[]> entries) {
    manifest.put("formatVersion", version);
    manifest.remove("sha256");
    entries.remove("provenance.json");
    for (JsonNode network : manifest.get("networks")) {
      ((ObjectNode) network).put("seconds", 0.5);
    }
  }

  @Test
  void save_keepsWhereItComesFrom_andHowLongItTook() throws IOException {
    Path file = file();
    ensemble.save(file);

    StackingEnsemble loaded = StackingEnsemble.load(file);

    Provenance own = loaded.provenance().orElseThrow();
    assertThat(own).isEqualTo(ensemble.provenance().orElseThrow());
    assertThat(own.seed()).isEqualTo(config().build().seed());
    assertThat(own.rows()).isEqualTo(DATA.rows());
    assertThat(own.data()).isEqualTo(DATA.digest());
    assertThat(own.java()).isEqualTo(System.getProperty("java.version"));
    assertThat(own.configuration())
        .contains("strategy OutOfFold[folds=2, repeats=1]")
        .anyMatch(line -> line.startsWith("member a FitSettings[epochs="));
    assertThat(loaded.members().seconds()).isEqualTo(ensemble.members().seconds());
  }

  @Test
  void save_ofTheSameFit_differsInProvenanceAlone() throws IOException {
    Map<String, byte[]> first = entriesOf(ensemble);
    Map<String, byte[]> second = entriesOf(fit(config()));

    assertThat(List.copyOf(first.keySet())).isEqualTo(List.copyOf(second.keySet()));
    first.remove("provenance.json");
    assertThat(second).containsAllEntriesOf(first);
  }

  @Test
  void load_ofAnEntryThatIsNotWhatWasSaved_saysWhich() throws IOException {
    // With a checksum of the zip that fits.
    Map<String, byte[]> entries = entriesOf(ensemble);
    entries.get("members/a/fold-1/parameters.f32")[5] ^= 1;
    Path file = folder.resolve("changed.zip");
    write(entries, file);

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessage(
            "cannot read "
                + file
                + ": members/a/fold-1/parameters.f32 is damaged, its checksum is wrong");
  }

  @Test
  void load_ofAnEntryThatBelongsToNothing_refusesIt() throws IOException {
    assertRefused(
        entries -> entries.put("../../evil.sh", utf8("rm")),
        "it has an entry that belongs to nothing in its manifest, ../../evil.sh");
  }

  @Test
  void load_ofANetworkWithoutAChecksum_refusesIt() throws IOException {
    Map<String, byte[]> entries = entriesOf(ensemble);
    editManifest(
        entries,
        manifest ->
            ((ObjectNode) manifest.get("sha256")).remove("members/a/fold-1/parameters.f32"));
    Path file = folder.resolve("changed.zip");
    write(entries, file);

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageEndingWith("its manifest has no checksum of members/a/fold-1/parameters.f32");
  }

  @Test
  void load_ofABomb_readsNothingOfIt() throws IOException {
    // 200 MB of zeros are 200 kB in the file.
    assertRefused(
        entries -> entries.put("members/a/fold-1/configuration.json", new byte[15 << 20]),
        "members/a/fold-1/configuration.json has 15728640 bytes, in the file 15295; nothing that"
            + " belongs into an archive shrinks so");
  }

  @Test
  void load_ofAForeignClass_refusesItUnlessAllowed() throws IOException {
    String json = "members/a/fold-1/configuration.json";
    String allowed = "java.lang.StringBuilder";
    Path file =
        edited(
            entries ->
                entries.put(
                    json,
                    utf8(
                        new String(entries.get(json), StandardCharsets.UTF_8)
                            .replace(
                                "org.nd4j.linalg.activations.impl.ActivationSoftmax", allowed))));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageContaining("its configuration names the class 'java.lang.StringBuilder'");
    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file, Set.of(allowed)))
        .withMessageContaining("its configuration is none of Deeplearning4j: ");
  }

  @Test
  void save_ofStacks_hasAFolderForEachOfTheirEnsembles() throws IOException {
    StackingEnsemble saved = fit(config().stack("inner", config().build()));
    Path first = file();
    Path second = folder.resolve("again.zip");

    saved.save(first);
    StackingEnsemble.load(first).save(second);

    assertThat(second).hasSameBinaryContentAs(first);
    Map<String, byte[]> entries = Zips.entries(first);
    assertThat(JSON.readTree(entries.get("manifest.json")).get("formatVersion").asInt())
        .isEqualTo(7);
    assertThat(entries)
        .containsKeys(
            "stacks/inner/fold-2/manifest.json",
            "stacks/inner/fold-2/members/a/fold-1/parameters.f32",
            "stacks/inner/fold-2/meta-network/configuration.json")
        .hasSize(1 + 3 * (1 + 2 * (2 * 2 + 1)));
    assertThat(JSON.readTree(entries.get("stacks/inner/fold-2/manifest.json")).get("formatVersion"))
        .hasToString("7");
  }

  @Test
  void load_ofStacksThatAreNotAsTheManifestHasThem() throws IOException {
    StackingEnsemble saved = fit(config().stack("inner", config().build()));
    String inner = "stacks/inner/fold-2/";
    assertRefused(
        saved,
        entries -> editStack(entries, stack -> stack.put("name", "../inner")),
        "member name '../inner' is malformed: use letters, digits, '-' and '_', beginning with a"
            + " letter or digit");
    assertRefused(
        saved,
        entries -> editStack(entries, stack -> stack.put("name", "a")),
        "not an ensemble archive, it has no stacks/a/fold-1/manifest.json");
    assertRefused(
        saved,
        entries -> editStack(entries, stack -> stack.put("folds", 0)),
        "its manifest has 0 folds for the stack 'inner'");
    assertRefused(
        saved,
        entries -> editStack(entries, stack -> stack.put("folds", 1)),
        "member 'inner' has ensembles of 1 folds with 3 outputs, the members need some of 2 folds"
            + " with 3 outputs");
    assertRefused(
        saved,
        entries -> editStack(entries, stack -> stack.put("folds", Integer.MAX_VALUE)),
        "not an ensemble archive, it has no stacks/inner/fold-3/manifest.json");
    assertRefused(
        saved,
        entries ->
            editManifest(
                entries,
                manifest ->
                    ((ArrayNode) manifest.get("stacks")).add(manifest.get("stacks").get(0))),
        "member names must differ, found [a, b, inner, inner]");
    assertRefused(
        saved,
        entries -> entries.remove(inner + "members/b/fold-1/parameters.f32"),
        "it has no " + inner + "members/b/fold-1/parameters.f32");
    assertRefused(
        saved,
        entries ->
            editManifest(
                entries,
                inner + "manifest.json",
                manifest -> manifest.putArray("classNames").add("x").add("y").add("z")),
        inner
            + " is for 6 columns and [x, y, z], the ensemble it is in for 6 and [class-0, class-1,"
            + " class-2]");
  }

  @Test
  void load_ofStacksThatAreTooDeep() throws IOException {
    // However deep, each level takes a call in a call, and the thread's memory for these has an
    // end.
    StackingEnsemble saved = fit(config().stack("inner", config().build()));
    Consumer<Map<String, byte[]>> deep =
        entries -> {
          editManifest(
              entries,
              manifest -> {
                manifest.putArray("networks");
                manifest.put("prediction", "REFIT");
                ((ObjectNode) manifest.get("combiner")).put("kind", "average").put("networks", 0);
              });
          editStack(entries, stack -> stack.put("folds", 0).put("allRows", true));
          byte[] manifest = entries.get("manifest.json");
          for (int depth = 1; depth < 30; depth++) {
            entries.put("stacks/inner/all-rows/".repeat(depth) + "manifest.json", manifest);
          }
        };

    assertRefused(
        saved, deep, "stacks are more than 16 deep in each other, which no archive may have");
  }

  @Test
  void save_ofStacksThatAreTooDeep() {
    StackingConfig deep = config().inSample().build();
    for (int depth = 0; depth < 17; depth++) {
      deep =
          StackingConfig.builder()
              .stack("s", deep)
              .inSample()
              .metaLearners(new GreedySelection(1))
              .build();
    }
    StackingEnsemble saved = fit(deep.toBuilder());

    assertThatIOException()
        .isThrownBy(() -> saved.save(file()))
        .withMessage("stacks are more than 16 deep in each other, which no archive may have");
  }

  @Test
  void load_ofAnUnknownCombiner() throws IOException {
    assertRefused(
        entries ->
            editManifest(
                entries, manifest -> ((ObjectNode) manifest.get("combiner")).put("kind", "oracle")),
        "its manifest names an unknown combiner, 'oracle'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"classNames", "columns", "prediction", "combiner", "networks"})
  void load_ofAManifestWithoutAField(String field) throws IOException {
    Path file = edited(entries -> editManifest(entries, manifest -> manifest.remove(field)));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": ")
        .withMessageContaining(field);
  }

  @Test
  void load_ofAManifestThatIsNoJson() throws IOException {
    Path file = edited(entries -> entries.put("manifest.json", utf8("{\"formatVersion\": 1,")));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": its manifest is damaged (")
        .withMessageEndingWith("); save or fetch it again");
  }

  @Test
  void load_ofAMissingEntry() throws IOException {
    assertRefused(
        entries -> entries.remove("members/b/fold-2/parameters.f32"),
        "it has no members/b/fold-2/parameters.f32");
    assertRefused(
        entries -> entries.remove("meta-network/configuration.json"),
        "it has no meta-network/configuration.json");
  }

  @Test
  void load_ofTruncatedParameters() throws IOException {
    String name = "members/a/fold-1/parameters.f32";
    int count = ensemble.members().folds(0).get(0).network().parameters().length;

    assertRefused(
        entries ->
            entries.put(name, Arrays.copyOf(entries.get(name), entries.get(name).length - 4)),
        "members/a/fold-1: the configuration has " + count + " parameters, found " + (count - 1));
  }

  @Test
  void load_ofAFlippedBit() throws IOException {
    // The parameters hardly compress: most of their bytes could change and still unpack.
    Path file = file();
    ensemble.save(file);
    byte[] bytes = Files.readAllBytes(file);
    String name = "members/a/fold-1/parameters.f32";
    int at = indexOf(bytes, utf8(name)) + name.length() + 40;
    bytes[at] ^= 4;
    Files.write(file, bytes);

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": ");
  }

  @Test
  void load_withoutAMetaNetwork() throws IOException {
    assertRefused(
        entries ->
            editManifest(entries, manifest -> ((ArrayNode) manifest.get("networks")).remove(4)),
        "its manifest names 0 meta networks, but its combiner has 1");
  }

  @Test
  void load_ofAMemberThatLacksAFold() throws IOException {
    // The mean of fewer networks would be another answer than the one that was saved.
    assertRefused(
        entries ->
            editManifest(entries, manifest -> ((ArrayNode) manifest.get("networks")).remove(3)),
        "member networks do not fit together: members [a, b], fold networks [2, 1], refits 0");
  }

  @Test
  void load_ofClassNamesThatAreNotTheNetworks() throws IOException {
    Path file =
        edited(
            entries ->
                editManifest(
                    entries, manifest -> ((ArrayNode) manifest.get("classNames")).remove(2)));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": ")
        .withMessageContaining("3 units")
        .withMessageContaining("2 classes");
  }

  @Test
  void load_ofColumnsThatAreNotTheNetworks() throws IOException {
    Path file = edited(entries -> editManifest(entries, manifest -> manifest.put("columns", 7)));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": ")
        .withMessageContaining("6 inputs")
        .withMessageContaining("7 columns");
  }

  @Test
  void load_ofAPredictionWithoutNetworks() throws IOException {
    Path file =
        edited(entries -> editManifest(entries, manifest -> manifest.put("prediction", "REFIT")));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessage("cannot read " + file + ": it has no networks for prediction by refit");
  }

  @Test
  void load_ofAConfigurationThatIsNone() throws IOException {
    Path file =
        edited(entries -> entries.put("members/a/fold-1/configuration.json", utf8("{\"a\": 1}")));

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessageStartingWith("cannot read " + file + ": members/a/fold-1: ");
  }

  @Test
  void load_ofAConfigurationThatNamesAForeignClass_doesNotMakeOne() throws IOException {
    // DL4J's JSON names classes; a file must not choose which code runs.
    String name = "members/a/fold-1/configuration.json";
    for (String own :
        List.of(
            "org.deeplearning4j.nn.conf.layers.OutputLayer",
            "org.nd4j.linalg.activations.impl.ActivationSoftmax",
            "org.nd4j.linalg.learning.config.Sgd")) {
      String text = new String(entriesOf(ensemble).get(name), StandardCharsets.UTF_8);
      assertThat(text).contains(own);
      Path file =
          edited(entries -> entries.put(name, utf8(text.replace(own, Intruder.class.getName()))));

      assertThatIOException()
          .isThrownBy(() -> StackingEnsemble.load(file))
          .withMessageStartingWith("cannot read " + file + ": members/a/fold-1: ");
      assertThat(Intruder.MADE).isFalse();
    }
  }

  /** What an attacker would like to have made. */
  static final class Intruder {
    private static final AtomicBoolean MADE = new AtomicBoolean();

    Intruder() {
      MADE.set(true);
    }
  }

  private void assertRefused(Consumer<Map<String, byte[]>> edit, String message)
      throws IOException {
    assertRefused(ensemble, edit, message);
  }

  private void assertRefused(
      StackingEnsemble saved, Consumer<Map<String, byte[]>> edit, String message)
      throws IOException {
    Path file = edited(saved, edit);

    assertThatIOException()
        .isThrownBy(() -> StackingEnsemble.load(file))
        .withMessage("cannot read " + file + ": " + message);
  }

  /** The saved ensemble with some entries changed. */
  private Path edited(Consumer<Map<String, byte[]>> edit) throws IOException {
    return edited(ensemble, edit);
  }

  private Path edited(StackingEnsemble saved, Consumer<Map<String, byte[]>> edit)
      throws IOException {
    Map<String, byte[]> entries = entriesOf(saved);
    edit.accept(entries);
    Path file = folder.resolve("edited.zip");
    checksum(entries);
    write(entries, file);
    return file;
  }

  /** Gives the manifest the checksums of what has become of the entries. */
  private static void checksum(Map<String, byte[]> entries) {
    byte[] manifest = entries.get("manifest.json");
    if (manifest == null || !new String(manifest, StandardCharsets.UTF_8).contains("sha256")) {
      return;
    }
    editManifest(
        entries,
        tree -> {
          ObjectNode sha256 = tree.putObject("sha256");
          entries.forEach(
              (name, content) -> {
                if (!name.equals("manifest.json") && !name.equals("provenance.json")) {
                  sha256.put(name, Sha256.hexOf(content));
                }
              });
        });
  }

  private static void write(Map<String, byte[]> entries, Path file) throws IOException {
    Files.write(file, Zips.bytes(entries));
  }

  private Map<String, byte[]> entriesOf(StackingEnsemble saved) throws IOException {
    Path file = file();
    saved.save(file);
    return Zips.entries(file);
  }

  private static void editStack(Map<String, byte[]> entries, Consumer<ObjectNode> edit) {
    editManifest(entries, manifest -> edit.accept((ObjectNode) manifest.get("stacks").get(0)));
  }

  private static void editManifest(Map<String, byte[]> entries, Consumer<ObjectNode> edit) {
    editManifest(entries, "manifest.json", edit);
  }

  private static void editManifest(
      Map<String, byte[]> entries, String name, Consumer<ObjectNode> edit) {
    try {
      ObjectNode manifest = (ObjectNode) JSON.readTree(entries.get(name));
      edit.accept(manifest);
      entries.put(name, JSON.writeValueAsBytes(manifest));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void withoutColumns(ObjectNode manifest) {
    manifest.get("networks").forEach(network -> ((ObjectNode) network).remove("columns"));
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int i = 0; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path file() {
    return folder.resolve("ensemble.zip");
  }

  private static StackingEnsemble fit(StackingConfig.Builder config) {
    return StackingEnsemble.fit(config.build(), DATA, LocalFits.onThreads(2));
  }

  private static StackingConfig.Builder config() {
    return StackingConfig.builder()
        .member(new Member("a", TinyNetworks.linear(6, 3), SETTINGS))
        .member(new Member("b", Mlp.base(6, 3, 8), SETTINGS))
        .outOfFold(2)
        .prediction(Prediction.FOLD_MEAN)
        .doNoHarm(false)
        .metaLearners(MetaNetwork.residual().withRepeats(1).withSettings(SETTINGS));
  }
}
