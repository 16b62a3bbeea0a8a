package dev.mama.registry;

import java.util.List;

/**
 * Messages of one writer, in their order, in its chain.
 *
 * <p>Immutable.
 *
 * @param experiment for which registry they are
 * @param writer who tells: a group, or an agent that has a key of its own
 * @param start which start of the writer; a later one has a greater number
 * @param sequence the batch's place in that start, from 1 on
 * @param previous hash of the batch before, 64 hexadecimal digits; zeros in the first of a start
 * @param messages those that could be read
 * @param refusals those that could not
 */
record PmlBatch(
    String experiment,
    String writer,
    long start,
    long sequence,
    String previous,
    List<Numbered> messages,
    List<PmlAnswer.Refusal> refusals) {

  static final String NO_PREVIOUS = "0".repeat(64);

  /** A message and its place in the batch, from 0 on. */
  record Numbered(int number, PmlMessage message) {}
}
