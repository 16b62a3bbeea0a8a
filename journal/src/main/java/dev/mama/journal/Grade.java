package dev.mama.journal;

/** What an accepted record survives; each grade includes those before it. */
public enum Grade {

  /**
   * In this process, in line to be written: lost when the process is killed or the disk is full.
   */
  MEMORY,

  /** Handed to the operating system: survives kill -9 of the process, not a power failure. */
  JOURNALLED,

  /** Forced to the disk: survives a power failure. */
  SYNCED
}
