/**
 * How does a runtime stand many agents, many requests at once, a slow model, and faults? A matrix,
 * drills, and what follows for capacity.
 */
@NullMarked
package dev.mama.bench.stress;

import org.jspecify.annotations.NullMarked;
