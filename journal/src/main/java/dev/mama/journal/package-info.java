/**
 * Append-only, checksummed segments with group commit and recovery: the one place that knows torn
 * tails. The bytes on disk are described in {@code docs/journal-format.md}.
 */
@NullMarked
package dev.mama.journal;

import org.jspecify.annotations.NullMarked;
