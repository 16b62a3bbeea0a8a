/**
 * Access to language models over HTTP: {@link dev.mama.llm.LlmClient} is what agents share, {@link
 * dev.mama.llm.OpenAiChatModel} the bare call under it.
 */
@NullMarked
package dev.mama.llm;

import org.jspecify.annotations.NullMarked;
