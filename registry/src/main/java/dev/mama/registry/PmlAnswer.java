package dev.mama.registry;

import java.util.List;

/**
 * What became of a batch: the payload of the registry's reply.
 *
 * <p>Immutable.
 *
 * @param writer whose batch it was; empty if that could not be read
 * @param start which start of the writer
 * @param sequence its place
 * @param accepted how many of its messages were taken
 * @param refusals what was not taken, and why; of a whole batch if the message is -1
 */
public record PmlAnswer(
    String writer, long start, long sequence, int accepted, List<Refusal> refusals) {

  /**
   * One thing that was not taken.
   *
   * @param message its place in the batch, from 0 on; -1 for the batch as a whole
   * @param reason why
   * @param detail the same in words, with the value and what was expected
   */
  public record Refusal(int message, PmlReason reason, String detail) {}

  public PmlAnswer {
    refusals = List.copyOf(refusals);
  }

  /** Whether the batch was taken, now or before; some of its messages may have been refused. */
  public boolean isTaken() {
    return refusals.stream().allMatch(it -> it.message() >= 0 || it.reason() == PmlReason.REPLAYED);
  }

  /** Whether the batch could not be kept, so that it, as it is, may be sent again. */
  boolean isNotKept() {
    return refusals.stream().anyMatch(it -> it.message() < 0 && it.reason() == PmlReason.NOT_KEPT);
  }
}
