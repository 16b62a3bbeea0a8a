/**
 * What agents keep in mind: conversations within bounds, and what was said that is close in
 * meaning.
 *
 * <p>{@link dev.mama.memory.Sessions} holds a window of the latest messages per conversation;
 * {@link dev.mama.memory.SemanticMemory} finds what was remembered by meaning and age. Both outlive
 * the process where they are given a {@link dev.mama.memory.MemoryLog}.
 */
@NullMarked
package dev.mama.memory;

import org.jspecify.annotations.NullMarked;
