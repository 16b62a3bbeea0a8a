/**
 * What agents do with a model's answers: records instead of text, tools, the beginning of a stream,
 * and {@link dev.mama.llm.agent.LlmAgent}, which needs no code but its tools. Works with any chat
 * model.
 */
@NullMarked
package dev.mama.llm.agent;

import org.jspecify.annotations.NullMarked;
