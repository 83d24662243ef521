package org.stacking4j.data;

/** How rows became features, so that other rows become features alike. */
public sealed interface FeatureSchema permits TableSchema, PictureSchema {}
