package dev.mama.runtime;

/** How a group's messages reach agents of the same group. */
public enum Routing {
  /** Straight into the mailbox; only agents elsewhere are reached through the transport. */
  LOCAL_FIRST,
  /**
   * Always through the transport, also within the group: for demonstrations and measurements of the
   * wire.
   */
  BROKER
}
