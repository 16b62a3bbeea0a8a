package dev.mama.runtime;

import java.time.Duration;

/**
 * What a group has taken up of an earlier run.
 *
 * <p>Immutable.
 *
 * @param agents durable agents that are there again; 0 in a new folder
 * @param turns turns that they had committed before
 * @param messages messages that had been accepted and not handled, and are handled now
 * @param timers messages to come later that had been scheduled
 * @param answers answers of models that wait for a turn that runs again
 * @param took time from opening the folder to the last record read
 */
public record Resumed(
    int agents, long turns, int messages, int timers, int answers, Duration took) {}
