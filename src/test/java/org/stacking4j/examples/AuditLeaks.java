package org.stacking4j.examples;

import org.stacking4j.LeakAudit;
import org.stacking4j.StackingConfig;
import org.stacking4j.data.LabeledData;
import org.stacking4j.train.LocalFits;

/** Looks for leaks before an ensemble is believed. */
final class AuditLeaks {
  private AuditLeaks() {}

  static boolean run(StackingConfig config, LabeledData data) {
    LeakAudit audit = LeakAudit.of(config, data, LocalFits.onThreads(2));
    System.out.println(audit);
    return audit.passed();
  }
}
