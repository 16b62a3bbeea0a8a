package dev.mama.runtime;

import dev.mama.AgentId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The agents of a group by their ids. Every message looks its receiver up here, so a look is one
 * step to the agent itself, which holds its own key: a map of entries takes three, each of which is
 * likely to miss the caches.
 *
 * <p>Thread-safe: open addressing with linear probing (Knuth, The Art of Computer Programming,
 * volume 3, 6.4, algorithm L); looking takes no lock, changes take the monitor. A removed agent
 * leaves a mark in its place until the table is next made anew.
 */
final class Directory {

  private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final Object REMOVED = new Object();
  private static final int SMALLEST = 16;

  /** A power of two long, at most half of it taken. */
  private volatile Object[] table = new Object[SMALLEST];

  private volatile int size;
  private int taken; // by the monitor: places with an agent or a mark

  /** How many agents there are. */
  int size() {
    return size;
  }

  /** The agent {@code id}, or null. */
  @Nullable Cell get(AgentId id) {
    Object[] places = table;
    int mask = places.length - 1;
    for (int i = home(id, mask); ; i = (i + 1) & mask) {
      Object found = PLACE.getAcquire(places, i);
      if (found == null) {
        return null;
      }
      if (found instanceof Cell cell && cell.id.equals(id)) {
        return cell;
      }
    }
  }

  /** Adds {@code cell}; false if there is one of its id already. */
  synchronized boolean add(Cell cell) {
    if (get(cell.id) != null) {
      return false;
    }
    if (2 * (taken + 1) > table.length) {
      rebuild();
    }
    put(table, cell);
    taken++;
    size++;
    return true;
  }

  /** Removes {@code cell}; false if it is not there. */
  synchronized boolean remove(Cell cell) {
    Object[] places = table;
    int mask = places.length - 1;
    int i = home(cell.id, mask);
    while (places[i] != cell) {
      if (places[i] == null) {
        return false;
      }
      i = (i + 1) & mask;
    }
    PLACE.setRelease(places, i, REMOVED);
    size--;
    return true;
  }

  /** Calls {@code use} with each agent; one that comes or goes meanwhile may be left out. */
  void forEach(Consumer<Cell> use) {
    Object[] places = table;
    for (int i = 0; i < places.length; i++) {
      if (PLACE.getAcquire(places, i) instanceof Cell cell) {
        use.accept(cell);
      }
    }
  }

  /** Without the marks, and with room for as many again. */
  private void rebuild() {
    int length = SMALLEST;
    while (length < 4 * size) {
      length *= 2;
    }
    var fresh = new Object[length];
    forEach(cell -> put(fresh, cell));
    table = fresh;
    taken = size;
  }

  private static void put(Object[] places, Cell cell) {
    int mask = places.length - 1;
    int i = home(cell.id, mask);
    while (places[i] != null) {
      i = (i + 1) & mask;
    }
    PLACE.setRelease(places, i, cell);
  }

  /** Multiplied (Fibonacci hashing), because ids that are counted up have hash codes that are. */
  private static int home(AgentId id, int mask) {
    int product = id.hashCode() * 0x9e3779b9;
    return (product ^ (product >>> 16)) & mask;
  }
}
