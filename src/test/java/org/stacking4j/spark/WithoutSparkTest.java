package org.stacking4j.spark;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** Run with the tests that have no Spark. */
final class WithoutSparkTest {
  @Test
  void open_withoutSpark_saysWhatToAdd() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparkRun.open("local[2]"))
        .withMessage(
            "executor: spark needs Apache Spark, which is not on the class path; add"
                + " org.apache.spark:spark-sql_2.12:3.5.9, or start by spark-submit"
                + " (docs/scaling.md)");
  }
}
