/**
 * Whom to ask, as learned: a network over the fifty floats of a state, files of its weights, and
 * the world and learner that made them.
 *
 * <p>{@link dev.mama.marl.LearnedPolicy} decides; {@link dev.mama.marl.World} is where policies are
 * tried.
 */
@NullMarked
package dev.mama.marl;

import org.jspecify.annotations.NullMarked;
