package dev.mama.registry;

import dev.mama.AgentId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last records about each of the agents that were rated last, as bytes.
 *
 * <p>Thread-safe.
 */
final class Histories {

  /** How many records about one agent are kept. */
  static final int RECORDS = 100;

  /** About how many agents they are kept in memory. */
  static final int AGENTS = 10_000;

  private final LinkedHashMap<AgentId, History> latest =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<AgentId, History> eldest) {
          return size() > AGENTS;
        }
      };

  synchronized void add(AgentId subject, int number, byte[] entry) {
    add(subject, number, entry, 0, entry.length);
  }

  /** Adds the entry whose {@code length} bytes stand in {@code bytes} at {@code from}. */
  synchronized void add(AgentId subject, int number, byte[] bytes, int from, int length) {
    latest.computeIfAbsent(subject, unseen -> new History()).add(number, bytes, from, length);
  }

  /** What is here of the last records about {@code agent}, oldest first. */
  synchronized List<LedgerEntry> of(AgentId agent) {
    return latest.getOrDefault(agent, History.EMPTY).entries();
  }

  /** Whether the last of {@code records} records about {@code agent} are all here. */
  synchronized boolean isWhole(AgentId agent, int records) {
    return latest.getOrDefault(agent, History.EMPTY).isWhole(records);
  }

  /** The last records about one agent, by their numbers, each once. */
  static final class History {

    static final History EMPTY = new History();

    private static final byte[] NONE = {};

    private int[] numbers = new int[4];
    private byte[][] entries = new byte[4][];
    private int size;

    void add(int number, byte[] entry) {
      add(number, entry, 0, entry.length);
    }

    /*
     * A full history copies the new entry over the one that it forgets, where that is as long: what
     * is kept for a while and then dropped is what costs a garbage collector most.
     */
    void add(int number, byte[] bytes, int from, int length) {
      byte[] free = NONE;
      int at = size == 0 || number > numbers[size - 1] ? size : place(number);
      if (at < 0) {
        return; // it is there, or older than all of a full history
      }
      if (size == RECORDS) {
        at--;
        free = entries[0];
        System.arraycopy(numbers, 1, numbers, 0, at);
        System.arraycopy(entries, 1, entries, 0, at);
      } else {
        if (size == numbers.length) {
          int longer = Math.min(RECORDS, 2 * size);
          numbers = Arrays.copyOf(numbers, longer);
          entries = Arrays.copyOf(entries, longer);
        }
        System.arraycopy(numbers, at, numbers, at + 1, size - at);
        System.arraycopy(entries, at, entries, at + 1, size - at);
        size++;
      }
      numbers[at] = number;
      entries[at] = free.length == length ? free : new byte[length];
      System.arraycopy(bytes, from, entries[at], 0, length);
    }

    private int place(int number) {
      int found = Arrays.binarySearch(numbers, 0, size, number);
      int at = -found - 1;
      return found >= 0 || (at == 0 && size == RECORDS) ? -1 : at;
    }

    boolean isWhole(int records) {
      return size == Math.min(records, RECORDS) && (size == 0 || numbers[size - 1] == records);
    }

    List<LedgerEntry> entries() {
      var read = new ArrayList<LedgerEntry>(size);
      for (int i = 0; i < size; i++) {
        read.add(LedgerEntry.read(ByteBuffer.wrap(entries[i])));
      }
      return read;
    }
  }
}
