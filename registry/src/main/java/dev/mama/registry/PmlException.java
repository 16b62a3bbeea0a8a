package dev.mama.registry;

/** A batch, or a message of one, is refused for {@link #reason}. */
final class PmlException extends Exception {

  private static final long serialVersionUID = 1L;

  private final PmlReason reason;

  PmlException(PmlReason reason, String detail) {
    super(detail);
    this.reason = reason;
  }

  PmlReason reason() {
    return reason;
  }

  /** The refusal of message {@code number}, or of the whole batch if that is -1. */
  PmlAnswer.Refusal refusal(int number) {
    return new PmlAnswer.Refusal(number, reason, String.valueOf(getMessage()));
  }
}
