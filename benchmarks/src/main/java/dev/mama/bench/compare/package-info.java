/**
 * What users would pick instead, measured beside MAMA in the same run, and {@link
 * dev.mama.bench.compare.Host}, behind which both run the same agents.
 */
@NullMarked
package dev.mama.bench.compare;

import org.jspecify.annotations.NullMarked;
