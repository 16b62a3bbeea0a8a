package dev.mama.matching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A search reads a byte per value instead of four: after an encoding the rows are no longer in the
 * caches, and what takes the time is fetching them. The sketches rule out all rows but a few; those
 * are compared in full. As the sketch's error is bounded, no row that belongs into the answer is
 * ruled out: the answer is exact, and the same on every JVM.
 *
 * Changes append a row and mark the old one dead as of the next version; then the new version is
 * published. A search works on the version it began with: it never waits, and sees each key once.
 * Dead rows are left behind when they outnumber the living.
 */
/**
 * Vectors by key, and the exact answer to which are closest.
 *
 * <p>Searches take no lock and see all changes made before they began, whole. Changes wait for each
 * other. Above {@value #PARALLEL_ROWS} rows a search runs on all cores, with the common pool.
 *
 * <p>A vector takes five bytes per value and about 100 bytes besides. Uses the Vector API where the
 * JVM runs with {@code --add-modules jdk.incubator.vector}; the answers are the same without.
 *
 * <p>Thread-safe.
 *
 * @param <K> the keys: values whose order breaks ties
 */
public final class VectorIndex<K extends Comparable<? super K>> {

  static final int PARALLEL_ROWS = 8_192;

  /** What a thread takes at once: so few that all end at about the same time. */
  private static final int ROWS_AT_ONCE = 1_024;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private static final int FIRST_CAPACITY = 8;
  private static final int GREATEST_CAPACITY = 16_384;
  private static final int MOST_DEAD = 32;

  /**
   * A key and how close its vector is.
   *
   * @param key which
   * @param similarity dot product with the query, weighted where weights were given
   */
  public record Match<K>(K key, float similarity) {}

  /** What a vector counts for in a search. */
  @FunctionalInterface
  public interface Weight<K> {

    /**
     * The weight of {@code key}: its similarity, where it is positive, is multiplied by this. Asked
     * only of those that might be in the answer, on the searching threads.
     *
     * @return in (0, 1], or anything else to leave {@code key} out
     */
    double of(K key);
  }

  private record State(List<Rows> segments, int rows, int live, long version) {}

  private record Place(Rows segment, int row) {}

  private final int dimension;
  private final SketchScan scan;
  private final int greatestCapacity;
  private final ReentrantLock writing = new ReentrantLock();
  private final Map<K, Place> places = new HashMap<>(); // guarded by writing
  private volatile State state = new State(List.of(), 0, 0, 0);

  /**
   * An empty index.
   *
   * @param dimension length of the vectors, at least 1
   * @throws IllegalArgumentException if {@code dimension} is less
   */
  public VectorIndex(int dimension) {
    this(dimension, SketchScan.fastest());
  }

  VectorIndex(int dimension, SketchScan scan) {
    if (dimension < 1) {
      throw new IllegalArgumentException(
          "dimension of the index is %d; it must be at least 1".formatted(dimension));
    }
    this.dimension = dimension;
    this.scan = scan;
    greatestCapacity = Math.clamp((1 << 28) / dimension, FIRST_CAPACITY, GREATEST_CAPACITY);
  }

  /** Length of the vectors. */
  public int dimension() {
    return dimension;
  }

  /** Rows kept, the dead ones too. */
  int rows() {
    return state.rows();
  }

  /** How many there are. */
  public int size() {
    return state.live();
  }

  /**
   * Sets the vector of {@code key}, in place of the one it may have.
   *
   * @param vector float[{@link #dimension}]; copied
   * @throws IllegalArgumentException if the length is another, or a value is not finite
   */
  public void put(K key, float[] vector) {
    float[] copy = vector.clone();
    check(copy, "vector of '%s'".formatted(key));
    writing.lock();
    try {
      State now = state;
      List<Rows> segments = now.segments();
      int room = 0;
      for (Rows segment : segments) {
        room += segment.capacity;
      }
      if (now.rows() == room) {
        int capacity =
            room == 0 ? FIRST_CAPACITY : Math.min(greatestCapacity, Math.max(room, FIRST_CAPACITY));
        var more = new ArrayList<>(segments);
        more.add(new Rows(capacity, dimension));
        segments = List.copyOf(more);
        room += capacity;
      }
      Rows last = segments.getLast();
      int row = now.rows() - (room - last.capacity);
      last.write(row, key, copy);
      Place old = places.put(key, new Place(last, row));
      if (old != null) {
        old.segment().remove(old.row(), now.version() + 1);
      }
      int live = places.size();
      state = new State(segments, now.rows() + 1, live, now.version() + 1);
      leaveTheDead();
    } finally {
      writing.unlock();
    }
  }

  /** A copy of the vector of {@code key}; null if it is not there. */
  public float @Nullable [] get(K key) {
    writing.lock();
    try {
      Place place = places.get(key);
      if (place == null) {
        return null;
      }
      int from = place.row() * dimension;
      return Arrays.copyOfRange(place.segment().values, from, from + dimension);
    } finally {
      writing.unlock();
    }
  }

  /** Takes {@code key} out; false if it was not there. */
  public boolean remove(K key) {
    writing.lock();
    try {
      Place old = places.remove(key);
      if (old == null) {
        return false;
      }
      State now = state;
      old.segment().remove(old.row(), now.version() + 1);
      state = new State(now.segments(), now.rows(), places.size(), now.version() + 1);
      leaveTheDead();
      return true;
    } finally {
      writing.unlock();
    }
  }

  /** Copies the living into new rows; searches under way keep the old ones. */
  private void leaveTheDead() {
    State now = state;
    int dead = now.rows() - now.live();
    if (dead < MOST_DEAD || dead < now.live()) {
      return;
    }
    var fresh = new ArrayList<Rows>();
    int room = 0;
    int rows = 0;
    for (Map.Entry<K, Place> entry : places.entrySet()) {
      if (rows == room) {
        int capacity = Math.clamp(now.live() - rows, FIRST_CAPACITY, greatestCapacity);
        fresh.add(new Rows(capacity, dimension));
        room += capacity;
      }
      Rows last = fresh.getLast();
      int row = rows++ - (room - last.capacity);
      Place old = entry.getValue();
      int from = old.row() * dimension;
      last.write(
          row, entry.getKey(), Arrays.copyOfRange(old.segment().values, from, from + dimension));
      entry.setValue(new Place(last, row));
    }
    state = new State(List.copyOf(fresh), rows, now.live(), now.version() + 1);
  }

  /**
   * The keys closest to {@code query}, closest first, ties by key.
   *
   * @param query float[{@link #dimension}]
   * @param k how many, at least 1; fewer are returned where there are fewer
   * @throws IllegalArgumentException if the length is another, a value is not finite, or {@code k}
   *     is less than 1
   */
  public List<Match<K>> topK(float[] query, int k) {
    return topK(query, k, key -> 1);
  }

  /**
   * The keys of greatest weighted similarity to {@code query}, greatest first, ties by key.
   *
   * @throws IllegalArgumentException as {@link #topK(float[], int)}
   */
  public List<Match<K>> topK(float[] query, int k, Weight<? super K> weight) {
    if (k < 1) {
      throw new IllegalArgumentException("k is %d; it must be at least 1".formatted(k));
    }
    float[] copy = query.clone();
    check(copy, "query");
    State now = state;
    if (now.live() == 0) {
      return List.of();
    }
    int most = Math.min(k, now.live());
    SketchScan.Query prepared = scan.query(copy);
    var next = new AtomicInteger();
    Supplier<List<Match<K>>> part =
        () -> {
          var search = new Search<K>(copy, prepared, most, weight, now.version());
          for (int from = next.getAndAdd(ROWS_AT_ONCE);
              from < now.rows();
              from = next.getAndAdd(ROWS_AT_ONCE)) {
            search.visit(now.segments(), from, Math.min(now.rows(), from + ROWS_AT_ONCE));
          }
          return search.best();
        };
    return now.rows() < PARALLEL_ROWS ? part.get() : onAllCores(part, most);
  }

  /** Whoever is free takes the next rows: the others may have to be woken first. */
  private List<Match<K>> onAllCores(Supplier<List<Match<K>>> part, int most) {
    var others = new ArrayList<ForkJoinTask<List<Match<K>>>>();
    for (int i = 1; i < CORES; i++) {
      others.add(ForkJoinTask.adapt(part::get).fork());
    }
    var all = new ArrayList<Match<K>>(part.get());
    for (ForkJoinTask<List<Match<K>>> other : others.reversed()) { // the last forked is ours to do
      all.addAll(other.join());
    }
    all.sort(closestFirst());
    return List.copyOf(all.subList(0, Math.min(all.size(), most)));
  }

  static <K extends Comparable<? super K>> Comparator<Match<K>> closestFirst() {
    return (a, b) -> {
      int bySimilarity = Float.compare(b.similarity(), a.similarity());
      return bySimilarity != 0 ? bySimilarity : a.key().compareTo(b.key());
    };
  }

  /** Shows all keys of one moment and copies of their vectors, in the order of the rows. */
  public void forEach(BiConsumer<K, float[]> visitor) {
    State now = state;
    int left = now.rows();
    for (Rows segment : now.segments()) {
      for (int row = 0; row < Math.min(left, segment.capacity); row++) {
        if (segment.isThere(row, now.version())) {
          @SuppressWarnings("unchecked") // put() takes K only
          K key = (K) segment.key(row);
          visitor.accept(
              key, Arrays.copyOfRange(segment.values, row * dimension, (row + 1) * dimension));
        }
      }
      left -= segment.capacity;
    }
  }

  private void check(float[] values, String what) {
    check(values, dimension, what);
  }

  /** Throws where {@code values} are not {@code dimension} finite ones. */
  static void check(float[] values, int dimension, String what) {
    if (values.length != dimension) {
      throw new IllegalArgumentException(
          "%s has %d values; this index has dimension %d"
              .formatted(what, values.length, dimension));
    }
    for (int i = 0; i < dimension; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s has the value %s at %d; all must be finite".formatted(what, values[i], i));
      }
    }
  }
}
