package dev.mama.runtime;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes what a transport delivers to agents whose mailboxes are full, bounded in bytes over all
 * agents of a group. An agent's line moves into its mailbox as that gets room, and what arrives
 * meanwhile joins the line, so order holds.
 */
final class Overflow {

  /** What a message is taken to weigh besides its payload. */
  private static final int MESSAGE_BYTES = 256;

  private final int mailboxCapacity;
  private final AtomicLong freeBytes;

  Overflow(GroupOptions options) {
    mailboxCapacity = options.mailboxCapacity();
    freeBytes = new AtomicLong(options.overflowBytes());
  }

  /**
   * Puts {@code letter} into the mailbox of {@code cell}, or into its line; false if there is no
   * room in either.
   */
  boolean offer(Cell cell, Letter letter) {
    ArrayDeque<Letter> line = cell.overflow();
    synchronized (line) {
      if (line.isEmpty() && cell.offer(letter, mailboxCapacity, null)) {
        return true;
      }
      long bytes = bytes(letter);
      if (freeBytes.addAndGet(-bytes) < 0) {
        freeBytes.addAndGet(bytes);
        return false;
      }
      line.add(letter);
      moveUp(cell, line); // the agent may have become idle since it had no room
      return true;
    }
  }

  /**
   * Moves as much of the line of {@code cell} as there is room for; to be called before a message
   * counts as handled.
   */
  void moveUp(Cell cell) {
    ArrayDeque<Letter> line = cell.overflowIfAny();
    if (line != null) {
      synchronized (line) {
        moveUp(cell, line);
      }
    }
  }

  private void moveUp(Cell cell, ArrayDeque<Letter> line) {
    Letter next;
    while ((next = line.peek()) != null && cell.offer(next, mailboxCapacity, null)) {
      line.remove();
      freeBytes.addAndGet(bytes(next));
    }
  }

  private static long bytes(Letter letter) {
    return letter.message().payload().json().length + (long) MESSAGE_BYTES;
  }
}
