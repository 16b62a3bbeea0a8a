package dev.mama.bench.stress;

/**
 * A fault, what should come of it, and what did.
 *
 * <p>Immutable.
 *
 * @param name of the fault, in lower case with dashes
 * @param expected what should come of it
 * @param actual what did
 * @param met whether the two agree
 */
public record Drill(String name, String expected, String actual, boolean met) {}
