/**
 * Fits and answers on Apache Spark, which is not among this library's dependencies: {@link
 * org.stacking4j.spark.SparkFits} makes the fits of an ensemble on the executors of a Spark
 * session, with the bits of {@link org.stacking4j.train.LocalFits}. No other package knows Spark.
 */
@NullMarked
package org.stacking4j.spark;

import org.jspecify.annotations.NullMarked;
