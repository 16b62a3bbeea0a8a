/**
 * Whom to ask, as learned: a network over the fifty floats of a state, and files of its weights.
 *
 * <p>{@link dev.mama.marl.LearnedPolicy} decides.
 */
@NullMarked
package dev.mama.marl;

import org.jspecify.annotations.NullMarked;
