/** Access to language models over HTTP: {@link dev.mama.llm.OpenAiChatModel}. */
@NullMarked
package dev.mama.llm;

import org.jspecify.annotations.NullMarked;
