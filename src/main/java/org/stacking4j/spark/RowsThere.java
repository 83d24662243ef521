package org.stacking4j.spark;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.io.Serializable;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.SharedFeatures;

/**
 * Rows as a task knows them: what it asks Spark for if the executor has not met them yet. The slots
 * of an executor share what they have; what no task has used for long is freed when memory is
 * needed.
 *
 * @param featuresDigest of the features with all columns
 * @param features what {@link SharedFeatures#write(java.io.OutputStream)} wrote, cut
 * @param rowsDigest of the rows, features included
 * @param rows what {@link SharedFeatures#write(LabeledData)} gave
 */
record RowsThere(
    String featuresDigest, Broadcast<byte[][]> features, String rowsDigest, Broadcast<byte[]> rows)
    implements Serializable {

  private record Known(SharedFeatures features, LabeledData rows) {}

  private static final Map<String, SoftReference<Known>> KNOWN = new HashMap<>();

  /** The rows, in this process. */
  LabeledData get() throws IOException {
    synchronized (KNOWN) { // the slots that wait would read the same
      @Nullable Known known = known(rowsDigest);
      if (known == null) {
        Optional<SharedFeatures> met = sameFeatures();
        SharedFeatures own = met.isPresent() ? met.get() : read();
        known = new Known(own, own.read(rows.value()));
        if (!known.rows().digest().equals(rowsDigest)) {
          throw new IOException("the rows that came are others than those that were sent");
        }
        KNOWN.put(rowsDigest, new SoftReference<>(known));
      }
      return known.rows();
    }
  }

  private static @Nullable Known known(String digest) {
    @Nullable SoftReference<Known> reference = KNOWN.get(digest);
    return reference == null ? null : reference.get();
  }

  private Optional<SharedFeatures> sameFeatures() {
    KNOWN.values().removeIf(reference -> reference.get() == null);
    return KNOWN.keySet().stream()
        .flatMap(digest -> Stream.ofNullable(known(digest)))
        .map(Known::features)
        .filter(known -> known.digest().equals(featuresDigest))
        .findFirst();
  }

  private SharedFeatures read() throws IOException {
    List<ByteArrayInputStream> pieces =
        Arrays.stream(features.value()).map(ByteArrayInputStream::new).toList();
    return SharedFeatures.read(
        new SequenceInputStream(Collections.enumeration(pieces)), featuresDigest);
  }
}
