/** The questions that MAMA's numbers answer, each with the peer or the limit in the same run. */
@NullMarked
package dev.mama.bench;

import org.jspecify.annotations.NullMarked;
