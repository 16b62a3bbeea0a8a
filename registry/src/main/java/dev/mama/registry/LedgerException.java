package dev.mama.registry;

import dev.mama.MamaException;
import org.jspecify.annotations.Nullable;

/** A ledger on disk could not be opened, read or written; {@link #fault} says what is wrong. */
public final class LedgerException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final transient LedgerFault fault;

  LedgerException(LedgerFault fault, @Nullable Throwable cause) {
    super(fault.message(), cause);
    this.fault = fault;
  }

  /** What is wrong, and the next step. */
  public LedgerFault fault() {
    return fault;
  }
}
