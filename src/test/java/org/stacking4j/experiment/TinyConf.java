package org.stacking4j.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What tests say instead of a conf file: two small networks, few epochs. */
public final class TinyConf {
  private TinyConf() {}

  /** By key; what is given goes before, and may add keys. */
  public static Map<String, Object> of(String data, Object... keysAndValues) {
    Map<String, Object> overrides = new LinkedHashMap<>();
    overrides.put("data", data);
    overrides.put("fit.epochs", 3);
    overrides.put("fit.batch-size", 16);
    overrides.put("out-of-fold.folds", 3);
    overrides.put(
        "members",
        List.of(
            Map.of("name", "small", "hidden", List.of(6)),
            Map.of("name", "deep", "hidden", List.of(8, 8))));
    return with(overrides, keysAndValues);
  }

  /** The same map, with more keys or other values. */
  public static Map<String, Object> with(Map<String, Object> overrides, Object... keysAndValues) {
    for (int i = 0; i < keysAndValues.length; i += 2) {
      overrides.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return overrides;
  }
}
