/**
 * Labelled rows: where they come from, and how they are split.
 *
 * <p>{@link org.stacking4j.data.LabeledData} is the one form in which rows travel through the
 * library: an immutable float32 feature matrix with a label and a permanent id per row. Rows come
 * from arrays ({@link org.stacking4j.data.LabeledData#of LabeledData.of}), from the bundled digits
 * ({@link org.stacking4j.data.Mnist}), from a folder of IDX files ({@link
 * org.stacking4j.data.IdxFolder}) or from a CSV file ({@link org.stacking4j.data.CsvTable}); a
 * training and a test set together are a {@link org.stacking4j.data.TrainTest}. {@link
 * org.stacking4j.data.Folds} then says which rows are held out when.
 *
 * <p>Start reading at {@link org.stacking4j.data.LabeledData}, then {@link
 * org.stacking4j.data.Folds}. Row positions and columns are 0-based; folds are 1-based, because
 * fold 0 means "never held out".
 */
@NullMarked
package org.stacking4j.data;

import org.jspecify.annotations.NullMarked;
