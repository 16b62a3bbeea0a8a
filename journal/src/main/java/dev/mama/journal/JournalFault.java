package dev.mama.journal;

import java.nio.file.Path;

/**
 * What is wrong with a journal. A fault of the files leaves them as they are: nothing is repaired
 * or deleted but the torn tail that a crash explains.
 *
 * <p>Immutable.
 */
public sealed interface JournalFault {

  /** The fault in words, with the next step. */
  String message();

  /** Another journal, of this process or another, has {@code folder} open. */
  record InUse(Path folder) implements JournalFault {
    @Override
    public String message() {
      return "journal %s is in use; close the journal that has it open, or choose another folder"
          .formatted(folder);
    }
  }

  /** {@code file} stands in the folder and is not a segment. */
  record ForeignFile(Path file) implements JournalFault {
    @Override
    public String message() {
      return "%s is not a segment of a journal; move it out of the folder".formatted(file);
    }
  }

  /** {@code file} was written in the format {@code version}, which is not read here. */
  record OtherVersion(Path file, int version) implements JournalFault {
    @Override
    public String message() {
      return "%s has format version %d, expected %d; open it with the release that wrote it"
          .formatted(file, version, Segment.VERSION);
    }
  }

  /** {@code file} holds the records of another application. */
  record OtherApplication(Path file, String application, String expected) implements JournalFault {
    @Override
    public String message() {
      return "%s belongs to '%s', expected '%s'; give each its own folder"
          .formatted(file, application, expected);
    }
  }

  /** The bytes of {@code file} at {@code offset} are not what was written. */
  record Damaged(Path file, long offset, String expected) implements JournalFault {
    @Override
    public String message() {
      return "%s is damaged at byte %d: expected %s; restore the folder from a copy"
          .formatted(file, offset, expected);
    }
  }

  /** A whole record of {@code file} at {@code offset} has a sequence that is not its turn. */
  record OutOfOrder(Path file, long offset, long expected, long found) implements JournalFault {
    @Override
    public String message() {
      return "%s has sequence %d at byte %d, expected %d; restore the folder from a copy"
          .formatted(file, found, offset, expected);
    }
  }

  /** The segment that begins with {@code sequence} should be {@code file}, and is not there. */
  record MissingSegment(Path file, long sequence) implements JournalFault {
    @Override
    public String message() {
      return "%s is missing, the segment that begins with sequence %d; bring it back from a copy"
          .formatted(file, sequence);
    }
  }

  /** The record {@code sequence} was released; {@code first} is the first that is kept. */
  record Released(Path folder, long sequence, long first) implements JournalFault {
    @Override
    public String message() {
      return "sequence %d of journal %s was released; read from %d on"
          .formatted(sequence, folder, first);
    }
  }

  /**
   * A write to {@code file} failed and was undone, for instance because the disk is full. What was
   * written before stays; the next append tries again.
   */
  record Refused(Path file, String reason) implements JournalFault {
    @Override
    public String message() {
      return "%s took nothing more: %s; make room and append again".formatted(file, reason);
    }
  }

  /**
   * The disk failed while {@code file} was forced, undone or read. A journal that cannot force or
   * undo takes no more records, because nobody knows what the disk has kept; opening it again finds
   * out.
   */
  record Failed(Path file, String reason) implements JournalFault {
    @Override
    public String message() {
      return "%s failed: %s; close the journal, look at the disk, and open it again"
          .formatted(file, reason);
    }
  }

  /** The journal in {@code folder} has been closed. */
  record Closed(Path folder) implements JournalFault {
    @Override
    public String message() {
      return "journal %s is closed; open it again".formatted(folder);
    }
  }
}
