/** Does a process that runs for long hold more and more? Steady load, readings, a stated rule. */
@NullMarked
package dev.mama.bench.soak;

import org.jspecify.annotations.NullMarked;
