/** The commands of {@code ./mama}; sees everything, seen by nothing. */
@NullMarked
package dev.mama.cli;

import org.jspecify.annotations.NullMarked;
