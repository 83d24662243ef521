package org.stacking4j;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.network.Member;

/**
 * Where a fitted ensemble comes from. Immutable.
 *
 * @param library the version of this library that fitted it
 * @param java the version of Java it ran on
 * @param system operating system and processor
 * @param fitted when it was done
 * @param seed where all randomness came from
 * @param configuration how it was fitted, line by line in words; what the networks are, they say
 *     themselves
 * @param rows how many rows it learned from
 * @param data their SHA-256, {@link LabeledData#digest}
 */
public record Provenance(
    String library,
    String java,
    String system,
    Instant fitted,
    long seed,
    List<String> configuration,
    int rows,
    String data) {
  /**
   * Copies the configuration.
   *
   * @param library the version of this library
   * @param java the version of Java
   * @param system operating system and processor
   * @param fitted when it was done
   * @param seed where all randomness came from
   * @param configuration how it was fitted, line by line in words
   * @param rows how many rows it learned from
   * @param data their SHA-256, in hexadecimal
   */
  public Provenance {
    configuration = List.copyOf(configuration);
  }

  /** Of an ensemble that was fitted just now. */
  static Provenance of(StackingConfig config, LabeledData data) {
    @Nullable String version = Provenance.class.getPackage().getImplementationVersion();
    List<String> lines = new ArrayList<>();
    lines.add("strategy " + config.strategy());
    lines.add("prediction " + config.prediction());
    lines.add("do no harm " + config.doNoHarm());
    config.metaLearners().forEach(learner -> lines.add("meta learner " + learner.label()));
    for (Member member : config.members()) {
      lines.add("member " + member.name() + " " + member.settings());
    }
    config.stacks().forEach(stack -> lines.add("stack " + stack.name()));
    return new Provenance(
        version == null ? "development" : version,
        System.getProperty("java.version", ""),
        System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        config.seed(),
        lines,
        data.rows(),
        data.digest());
  }
}
