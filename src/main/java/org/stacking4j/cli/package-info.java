/** The command line; {@link org.stacking4j.cli.Main} is its entry. */
@NullMarked
package org.stacking4j.cli;

import org.jspecify.annotations.NullMarked;
