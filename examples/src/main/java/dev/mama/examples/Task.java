package dev.mama.examples;

/**
 * What {@code ./mama run} gives an agent to do; the agent replies when it has done it.
 *
 * <p>Immutable.
 *
 * @param number of the task, from 1 on, over all agents of a type
 */
public record Task(long number) {}
