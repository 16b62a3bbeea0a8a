/** The sentence model all-MiniLM-L6-v2, as an artifact of its own. */
@NullMarked
package dev.mama.minilm;

import org.jspecify.annotations.NullMarked;
