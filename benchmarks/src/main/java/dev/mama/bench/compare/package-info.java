/** What users would pick instead, measured beside MAMA in the same run. */
@NullMarked
package dev.mama.bench.compare;

import org.jspecify.annotations.NullMarked;
