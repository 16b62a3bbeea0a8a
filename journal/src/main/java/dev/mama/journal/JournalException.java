package dev.mama.journal;

import org.jspecify.annotations.Nullable;

/** A journal could not be opened, read or written; {@link #fault} says what is wrong. */
public final class JournalException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient JournalFault fault;

  JournalException(JournalFault fault, @Nullable Throwable cause) {
    super(fault.message(), cause);
    this.fault = fault;
  }

  /** What is wrong, with the file, the place in it, and the next step. */
  public JournalFault fault() {
    return fault;
  }
}
