package dev.mama.registry;

/**
 * Why the registry did not take a batch, or a message of one.
 *
 * <p>Immutable.
 */
public enum PmlReason {
  /** The body is larger than {@link PmlJson#MAX_BODY_CHARS}, or has too many messages. */
  TOO_LARGE,
  /** It is no JSON, or not the JSON of a batch. */
  UNREADABLE,
  /** It is of a version that is not read here. */
  UNKNOWN_VERSION,
  /** It is for another experiment. */
  OTHER_EXPERIMENT,
  /** A writer with a key sent it without a signature. */
  UNSIGNED,
  /** The writer has no key here, and only signed batches are taken. */
  UNKNOWN_WRITER,
  /** So many writers have come that no further one without a key is taken. */
  TOO_MANY_WRITERS,
  /** The signature is not that of the writer's key over this body. */
  FORGED,
  /** It was taken before. Harmless: the writer did not hear so. */
  REPLAYED,
  /**
   * It is of an earlier start of its writer than the last batch taken, and is not taken: a clock
   * stepped back, or two processes have one name.
   */
  EARLIER_START,
  /** Another batch is its turn; the detail says which. */
  OUT_OF_TURN,
  /** It does not follow the writer's last batch: that was another one. */
  BROKEN_CHAIN,
  /** The ledger could not keep it, for instance because the disk is full; it may be sent again. */
  NOT_KEPT,
  /** A field is missing, unknown, or of another type. */
  MISSHAPEN,
  /** A value is out of its range. */
  OUT_OF_RANGE,
  /** It happened later than now. */
  FUTURE,
  /** It happened too long ago to count. */
  ANCIENT,
  /** The agent belongs to another writer, or is not registered by this one. */
  NOT_YOURS,
  /**
   * The writer has no agents here, for instance because the registry was started anew, so its
   * heartbeat keeps none alive: it must register them again.
   */
  NOT_REGISTERED,
  /** An agent rates itself, or one of its owner. */
  PARTIAL,
  /**
   * The writer has said as much about this subject, seen or checked by itself, as counts within the
   * time: a sample tells the same, and who says more would outvote the others.
   */
  TOO_OFTEN
}
