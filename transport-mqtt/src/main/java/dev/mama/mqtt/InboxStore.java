package dev.mama.mqtt;

import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalFault;
import dev.mama.journal.JournalOptions;
import dev.mama.journal.Pending;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of an inbox: messages that were taken over, marks of those that were handled, and now
 * and then how far the lines have come, after which what is not needed any more is released. While
 * the disk is full, writing waits.
 *
 * <p>Confined to the inbox' thread.
 */
final class InboxStore {

  private static final Logger log = LoggerFactory.getLogger(InboxStore.class);

  private static final String APPLICATION = "mqtt-inbox";
  private static final int PROPERTIES_BYTES = 256 << 10;
  private static final long SEGMENT_BYTES = 8L << 20;
  private static final int IN_FLIGHT_BYTES = 4 << 20;
  private static final long CHECKPOINT_EVERY = 20_000;
  private static final int LINES_PER_RECORD = 1_000;
  private static final long RETRY_MILLIS = 200;

  private final Journal journal;
  private final List<Long> marks = new ArrayList<>();
  private long recordsSinceCheckpoint;

  /** What is shown the records, one by one. */
  interface Visitor {

    /** Takes a look at one; returns whether to go on. */
    boolean visit(long sequence, InboxRecord record);
  }

  private InboxStore(Journal journal) {
    this.journal = journal;
  }

  /**
   * Opens the journal in {@code folder}.
   *
   * @throws JournalException if the folder is in use or damaged
   */
  static InboxStore open(Path folder, int payloadLimit) {
    int record = payloadLimit + PROPERTIES_BYTES;
    int inFlight = Math.max(IN_FLIGHT_BYTES, 2 * record);
    long segment = Math.max(SEGMENT_BYTES, 2L * inFlight);
    return new InboxStore(
        Journal.open(folder, new JournalOptions(APPLICATION, record, inFlight, segment)));
  }

  /** Shows all records that are kept. */
  void readAll(Visitor visitor) throws InterruptedException {
    read(journal.firstSequence(), visitor);
  }

  /** Shows the records from {@code sequence} on. */
  void read(long sequence, Visitor visitor) throws InterruptedException {
    journal.read(sequence, (at, bytes) -> visitor.visit(at, InboxRecord.decode(bytes)));
  }

  /** Writes all, waiting for room on the disk if need be; returns their places. */
  long[] write(List<InboxRecord.Taken> taken) throws InterruptedException {
    long[] sequences = new long[taken.size()];
    int left = taken.size();
    while (left > 0) {
      var pending = new TreeMap<Integer, Pending>();
      for (int i = 0; i < sequences.length; i++) {
        if (sequences[i] == 0) {
          pending.put(i, journal.submit(taken.get(i).encode()));
        }
      }
      for (var each : pending.entrySet()) {
        try {
          sequences[each.getKey()] = each.getValue().await(Grade.JOURNALLED);
          left--;
        } catch (JournalException e) {
          refused(e);
        }
      }
      if (left > 0) {
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      }
    }
    recordsSinceCheckpoint += sequences.length;
    return sequences;
  }

  /** Goes on where the disk is full; throws where the journal has ended. */
  private static void refused(JournalException e) {
    if (!(e.fault() instanceof JournalFault.Refused)) {
      throw e;
    }
    log.error("inbox cannot be written ({}); arriving messages wait at the broker", e.getMessage());
  }

  /** Notes that the message at {@code sequence} is done with. */
  void mark(long sequence) {
    marks.add(sequence);
  }

  /** Writes what was noted. */
  void writeMarks() throws InterruptedException {
    if (marks.isEmpty()) {
      return;
    }
    try {
      journal.append(new InboxRecord.Done(List.copyOf(marks)).encode().array(), Grade.JOURNALLED);
      marks.clear();
      recordsSinceCheckpoint++;
    } catch (JournalException e) {
      refused(e); // they stay noted
    }
  }

  /**
   * From time to time writes how far {@code lines} have come, and releases what is before that and
   * before the first unhandled message.
   */
  void checkpoint(InboxLines lines, long firstUnhandled) throws InterruptedException {
    if (recordsSinceCheckpoint < CHECKPOINT_EVERY) {
      return;
    }
    try {
      long first = journal.nextSequence();
      List<InboxRecord.LineState> states = lines.states();
      for (int from = 0; from < states.size(); from += LINES_PER_RECORD) {
        int to = Math.min(states.size(), from + LINES_PER_RECORD);
        var part = new InboxRecord.Lines(List.copyOf(states.subList(from, to)));
        journal.append(part.encode().array(), Grade.JOURNALLED);
      }
      journal.releaseBefore(Math.min(first, firstUnhandled));
      recordsSinceCheckpoint = 0;
    } catch (JournalException e) {
      refused(e); // tried again with the next batch
    }
  }

  void close() {
    journal.close();
  }
}
