package dev.mama.bench.soak;

/**
 * What the process held at one moment.
 *
 * <p>Immutable.
 *
 * @param seconds since the first reading
 * @param heap bytes in use after full collections
 * @param resident bytes of the machine's memory; -1 where the system does not tell
 * @param threads platform threads, those of the JVM's own included
 * @param descriptors open files and sockets; -1 where the system does not tell
 * @param pinned how often a virtual thread has waited while pinned to its carrier, so far
 * @param pinnedMillis for how long, in all
 * @param answered requests answered so far
 * @param agents agents started and closed so far
 */
public record Reading(
    double seconds,
    double heap,
    double resident,
    double threads,
    double descriptors,
    long pinned,
    double pinnedMillis,
    long answered,
    long agents) {}
