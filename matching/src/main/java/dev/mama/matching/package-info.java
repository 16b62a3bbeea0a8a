/**
 * Who can do this? Texts become vectors, and the closest agents are found among them.
 *
 * <p>{@link dev.mama.matching.OnnxSentenceEncoder} runs a sentence model; {@link
 * dev.mama.matching.ExactAgentIndex} compares its vectors with those of all agents.
 */
@NullMarked
package dev.mama.matching;

import org.jspecify.annotations.NullMarked;
