package dev.mama.negotiation;

/** What becomes of a message that reaches a negotiation. Each but the first is told as an event. */
public enum Receipt {
  /** It was expected, and counts. */
  TAKEN,
  /** It came after its time; an offer is answered with a rejection for being late. */
  LATE,
  /** It came before; where the answer has been decided since, that answer is sent again. */
  DUPLICATE,
  /** It belongs to a round that is over, or not yet there; ignored. */
  OUT_OF_ROUND,
  /** Its sender may say this, but not now; answered with not-understood. */
  OUT_OF_TURN,
  /** Its sender is no part of the negotiation; answered with not-understood. */
  UNINVITED,
  /** There is no such negotiation here; answered with not-understood. */
  UNKNOWN,
  /** The offer does not stand on its agent's card; answered with a rejection. */
  UNFOUNDED,
  /** It cannot be read, or asks for what is not allowed; answered with not-understood. */
  UNREADABLE,
  /** Its sender has not understood what it was told; it counts as a refusal. */
  NOT_UNDERSTOOD
}
