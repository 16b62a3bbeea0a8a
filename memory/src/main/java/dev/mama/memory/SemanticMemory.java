package dev.mama.memory;

import dev.mama.AgentId;
import dev.mama.Time;
import dev.mama.matching.VectorIndex;
import dev.mama.spi.SentenceEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What agents remember, found by meaning and age: an item's relevance is its similarity to the
 * question, halved for every half-life that it is old.
 *
 * <p>Each agent recalls its own items. Many are added in one call with one encoding and, with a
 * {@link MemoryLog}, one wait for the disk. Bounded in items, {@link MemoryOptions} says how; the
 * oldest make room. A log that was written with another encoder is read, and its texts are encoded
 * anew.
 *
 * <p>Encoder and log are the caller's to close. Thread-safe; a recall waits for nobody but the
 * encoder.
 */
public final class SemanticMemory {

  private static final int SPARE_RECORDS = 10_000;
  private static final int ENCODED_AT_ONCE = 256;

  /**
   * An item that came to mind.
   *
   * @param item what
   * @param relevance similarity, weighted by age; at most 1 up to rounding, higher is more relevant
   */
  public record Recalled(Remembered item, double relevance) {}

  private final SentenceEncoder encoder;
  private final MemoryOptions options;
  private final Time time;
  private final @Nullable MemoryLog log;

  private final Map<AgentId, Shelf> shelves = new ConcurrentHashMap<>();

  /** Guards what follows, and changes of the shelves. */
  private final ReentrantLock lock = new ReentrantLock();

  private final TreeMap<Long, Remembered> items = new TreeMap<>();
  private long nextId = 1;

  /** Shared by those who append, alone for who rewrites: nothing may come in between. */
  private final ReentrantReadWriteLock logging = new ReentrantReadWriteLock();

  private volatile long rewriteAt = SPARE_RECORDS;

  /** One agent's items; ids is guarded by the memory's lock. */
  private record Shelf(VectorIndex<Remembered> index, TreeMap<Long, Remembered> ids) {}

  private SemanticMemory(
      SentenceEncoder encoder, MemoryOptions options, Time time, @Nullable MemoryLog log) {
    this.encoder = encoder;
    this.options = options;
    this.time = time;
    this.log = log;
  }

  /** A memory that lives as long as the process. */
  public static SemanticMemory of(SentenceEncoder encoder, MemoryOptions options, Time time) {
    return new SemanticMemory(encoder, options, time, null);
  }

  /**
   * A memory that is kept in {@code log}, and what is there.
   *
   * @throws dev.mama.StorageException if the log cannot be read
   * @throws InterruptedException if interrupted while reading, or encoding anew
   */
  public static SemanticMemory of(
      SentenceEncoder encoder, MemoryOptions options, Time time, MemoryLog log)
      throws InterruptedException {
    var memory = new SemanticMemory(encoder, options, time, log);
    memory.recover(log);
    return memory;
  }

  private void recover(MemoryLog from) throws InterruptedException {
    var foreign = new LinkedHashMap<Long, Remembered>(); // vectors by another encoder
    String[] by = {""};
    from.replay(bytes -> {
      switch (MemoryRecord.read(bytes)) {
        case MemoryRecord.By it -> by[0] = it.encoder();
        case MemoryRecord.Kept kept -> {
          foreign.remove(kept.item().id());
          if (by[0].equals(encoder.name())) {
            put(kept.item(), kept.floats());
          } else {
            foreign.put(kept.item().id(), kept.item());
          }
        }
        case MemoryRecord.Forgotten forgotten -> {
          take(forgotten.id());
          foreign.remove(forgotten.id());
        }
      }
    });
    var others = new ArrayList<>(foreign.values());
    for (int start = 0; start < others.size(); start += ENCODED_AT_ONCE) {
      List<Remembered> part =
          others.subList(start, Math.min(others.size(), start + ENCODED_AT_ONCE));
      float[][] vectors = encoder.encode(part.stream().map(Remembered::text).toList());
      for (int i = 0; i < vectors.length; i++) {
        put(part.get(i), vectors[i]);
      }
    }
    if (!by[0].equals(encoder.name())) {
      from.rewrite(live());
    }
    rewriteAt = SPARE_RECORDS + 4L * items.size();
  }

  /**
   * Remembers {@code text}.
   *
   * @throws IllegalArgumentException if it is blank or too long
   * @throws InterruptedException if interrupted while waiting; it may be remembered or not
   */
  public Remembered add(AgentId agent, String text) throws InterruptedException {
    return addAll(agent, List.of(text)).getFirst();
  }

  /**
   * Remembers {@code texts}, in their order, encoded in one batch and written at once.
   *
   * @throws IllegalArgumentException if one is blank or too long; none is remembered
   * @throws dev.mama.StorageException if the log refuses; none is remembered
   * @throws InterruptedException if interrupted while waiting; they may be remembered or not
   */
  public List<Remembered> addAll(AgentId agent, List<String> texts) throws InterruptedException {
    for (int i = 0; i < texts.size(); i++) {
      int length = texts.get(i).length();
      if (length > options.maxTextCharacters() || texts.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "text %d of %d to remember for agent '%s' has %d characters; it must have 1 to %d and not be blank"
                .formatted(i, texts.size(), agent, length, options.maxTextCharacters()));
      }
    }
    if (texts.isEmpty()) {
      return List.of();
    }
    float[][] vectors = encoder.encode(texts);
    List<Remembered> added = number(agent, texts);
    logging.readLock().lock();
    try {
      if (log != null) {
        var records = new ArrayList<byte[]>(vectors.length);
        for (int i = 0; i < vectors.length; i++) {
          records.add(MemoryRecord.kept(added.get(i), vectors[i]).bytes());
        }
        log.append(records);
      }
      lock.lock();
      try {
        for (int i = 0; i < vectors.length; i++) {
          put(added.get(i), vectors[i]);
        }
      } finally {
        lock.unlock();
      }
    } finally {
      logging.readLock().unlock();
    }
    rewriteIfWorthIt();
    return added;
  }

  private List<Remembered> number(AgentId agent, List<String> texts) {
    Instant now = Instant.ofEpochMilli(time.now().toEpochMilli());
    var numbered = new ArrayList<Remembered>(texts.size());
    lock.lock();
    try {
      for (String text : texts) {
        numbered.add(new Remembered(nextId++, agent, text, now));
      }
    } finally {
      lock.unlock();
    }
    return List.copyOf(numbered);
  }

  private void put(Remembered item, float[] vector) {
    nextId = Math.max(nextId, item.id() + 1);
    Shelf shelf =
        shelves.computeIfAbsent(
            item.agent(),
            unknown -> new Shelf(new VectorIndex<>(encoder.dimension()), new TreeMap<>()));
    items.put(item.id(), item);
    shelf.ids().put(item.id(), item);
    shelf.index().put(item, vector);
    if (shelf.ids().size() > options.maxItemsPerAgent()) {
      take(shelf.ids().firstKey());
    }
    if (items.size() > options.maxItems()) {
      take(items.firstKey());
    }
  }

  private boolean take(long id) {
    Remembered item = items.remove(id);
    Shelf shelf = item == null ? null : shelves.get(item.agent());
    if (item == null || shelf == null) {
      return false;
    }
    shelf.ids().remove(id);
    shelf.index().remove(item);
    if (shelf.ids().isEmpty()) {
      shelves.remove(item.agent());
    }
    return true;
  }

  /**
   * The items of {@code agent} most relevant to {@code text}, the most relevant first.
   *
   * @param k how many, at least 1; fewer are returned where there are fewer
   * @throws IllegalArgumentException if {@code text} is blank or {@code k} is less than 1
   * @throws InterruptedException if interrupted while encoding
   */
  public List<Recalled> recall(AgentId agent, String text, int k) throws InterruptedException {
    return recall(agent, encoder.encode(text), k);
  }

  /**
   * The items of {@code agent} most relevant to a question that is encoded already.
   *
   * @param query float[dimension of the encoder], unit length
   */
  public List<Recalled> recall(AgentId agent, float[] query, int k) {
    Shelf shelf = shelves.get(agent);
    if (shelf == null) {
      return List.of();
    }
    long now = time.now().toEpochMilli();
    double halfLife = options.halfLife().toMillis();
    return shelf
        .index()
        .topK(
            query,
            k,
            item -> {
              double halves = Math.max(0, now - item.at().toEpochMilli()) / halfLife;
              return Math.max(Double.MIN_NORMAL, Math.exp(-halves * Math.log(2)));
            })
        .stream()
        .map(match -> new Recalled(match.key(), match.similarity()))
        .toList();
  }

  /**
   * Forgets the item {@code id}; false if it is not there.
   *
   * @throws InterruptedException if interrupted while waiting; it may be forgotten or not
   */
  public boolean forget(long id) throws InterruptedException {
    logging.readLock().lock();
    try {
      lock.lock();
      try {
        if (!take(id)) {
          return false;
        }
      } finally {
        lock.unlock();
      }
      if (log != null) {
        log.append(List.of(new MemoryRecord.Forgotten(id).bytes()));
      }
    } finally {
      logging.readLock().unlock();
    }
    rewriteIfWorthIt();
    return true;
  }

  /** How many items there are of all agents. */
  public int size() {
    lock.lock();
    try {
      return items.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many items {@code agent} has. */
  public int size(AgentId agent) {
    Shelf shelf = shelves.get(agent);
    return shelf == null ? 0 : shelf.index().size();
  }

  /** Leaves behind what the log holds of items that are gone. */
  private void rewriteIfWorthIt() throws InterruptedException {
    if (log == null || log.size() < rewriteAt || !logging.writeLock().tryLock()) {
      return;
    }
    try {
      log.rewrite(live());
      rewriteAt = SPARE_RECORDS + 4L * size();
    } finally {
      logging.writeLock().unlock();
    }
  }

  /** The records of all that is there, oldest first; made one by one, for they may be many. */
  private Iterable<byte[]> live() {
    var records = new TreeMap<Remembered, Shelf>();
    lock.lock();
    try {
      items
          .values()
          .forEach(item -> {
            Shelf shelf = shelves.get(item.agent());
            if (shelf != null) {
              records.put(item, shelf);
            }
          });
    } finally {
      lock.unlock();
    }
    byte[] by = new MemoryRecord.By(encoder.name()).bytes();
    return () ->
        Stream.concat(
                Stream.of(by),
                records.entrySet().stream()
                    .map(entry ->
                        MemoryRecord.kept(entry.getKey(), vector(entry.getValue(), entry.getKey()))
                            .bytes()))
            .iterator();
  }

  private static float[] vector(Shelf shelf, Remembered item) {
    return Objects.requireNonNull(shelf.index().get(item)); // nothing changes meanwhile
  }
}
