/** Small agents and applications: what {@code ./mama demo} runs. */
@NullMarked
package dev.mama.examples;

import org.jspecify.annotations.NullMarked;
