package dev.mama.matching;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mama.spi.SentenceEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An encoder that reads no text twice: vectors are kept in memory, and in a file where one is
 * given, by the text's SHA-256.
 *
 * <p>Memory is bounded in bytes and gives up what is used least (Caffeine's W-TinyLFU); the file is
 * bounded and gives up what is oldest. A text that several callers ask for at once is encoded once.
 * The vectors belong to one encoder: model and precision, by its name, are written into the file,
 * with the vector of one known text; a file of another encoder is refused.
 *
 * <p>The encoder is the caller's; closing this closes the file and no more. Thread-safe.
 */
public final class CachingEncoder implements SentenceEncoder {

  /** What a kept vector weighs besides its values: key, arrays' heads, the cache's own entry. */
  private static final int ENTRY_BYTES = 160;

  /**
   * What has happened since it was opened; counts texts.
   *
   * <p>Immutable.
   *
   * @param inMemory found in memory
   * @param onDisk found in the file
   * @param shared asked for while another caller had them encoded
   * @param encoded not known, and encoded
   * @param diskFaults writes that the file refused, for instance because the disk is full; the
   *     vectors were answered all the same
   */
  public record Figures(long inMemory, long onDisk, long shared, long encoded, long diskFaults) {}

  private final SentenceEncoder encoder;
  private final Cache<TextKey, float[]> memory;
  private final @Nullable VectorFile file;
  private final Map<TextKey, CompletableFuture<float[]>> underWay = new ConcurrentHashMap<>();
  private final LongAdder inMemory = new LongAdder();
  private final LongAdder onDisk = new LongAdder();
  private final LongAdder shared = new LongAdder();
  private final LongAdder encoded = new LongAdder();
  private volatile boolean closed;

  private CachingEncoder(SentenceEncoder encoder, long maxBytes, @Nullable VectorFile file) {
    this.encoder = encoder;
    this.file = file;
    int each = ENTRY_BYTES + Float.BYTES * encoder.dimension();
    if (maxBytes < each) {
      throw new IllegalArgumentException(
          "maxBytes of the vector cache is %d; one vector of '%s' takes %d"
              .formatted(maxBytes, encoder.name(), each));
    }
    memory =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((TextKey key, float[] vector) -> each)
            .executor(Runnable::run) // evict on the way, on no other thread
            .build();
  }

  /**
   * Keeps vectors in memory.
   *
   * @param maxBytes the most that they may take; about 1,700 bytes each at a dimension of 384
   * @throws IllegalArgumentException if that is less than one vector takes
   */
  public static CachingEncoder of(SentenceEncoder encoder, long maxBytes) {
    return new CachingEncoder(encoder, maxBytes, null);
  }

  /**
   * Keeps vectors in memory and in {@code file}, which is made if there is none, and belongs to one
   * cache at a time. What a crash or a bad disk spoiled is noticed by its checksum and encoded
   * again.
   *
   * @param maxBytes the most that they may take in memory
   * @param maxFileBytes the most that they may take in the file
   * @throws IllegalArgumentException if one of the two is less than one vector takes
   * @throws VectorFileException if the file cannot be used: it is in use, is not a vector cache, or
   *     belongs to another encoder; nothing in it has been changed
   * @throws InterruptedException if interrupted while the known text is encoded
   */
  public static CachingEncoder of(
      SentenceEncoder encoder, long maxBytes, Path file, long maxFileBytes)
      throws InterruptedException {
    float[] probe = encoder.encode("By this text a file of vectors knows its encoder.");
    VectorFile opened = VectorFile.open(file, encoder.name(), probe, maxFileBytes);
    try {
      return new CachingEncoder(encoder, maxBytes, opened);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return encoder.name();
  }

  @Override
  public int dimension() {
    return encoder.dimension();
  }

  /** What has happened since it was opened. */
  public Figures figures() {
    return new Figures(
        inMemory.sum(),
        onDisk.sum(),
        shared.sum(),
        encoded.sum(),
        file == null ? 0 : file.faults());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Known texts cost a hash; the others go to the encoder in one call.
   */
  @Override
  public float[][] encode(List<String> texts) throws InterruptedException {
    refuseWhenClosed();
    var keys = new ArrayList<TextKey>(texts.size());
    var missing = new LinkedHashMap<TextKey, String>();
    var known = new LinkedHashMap<TextKey, float[]>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      if (text.isBlank()) {
        throw new IllegalArgumentException(
            "text %d of %d is blank; a text to encode must say something"
                .formatted(i, texts.size()));
      }
      TextKey key = TextKey.of(text);
      keys.add(key);
      if (!known.containsKey(key) && !missing.containsKey(key)) {
        float[] vector = find(key);
        if (vector == null) {
          missing.put(key, text);
        } else {
          known.put(key, vector);
        }
      }
    }
    while (!missing.isEmpty()) {
      encodeMissing(missing, known);
    }
    var vectors = new float[keys.size()][];
    for (int i = 0; i < vectors.length; i++) {
      float[] kept = Objects.requireNonNull(known.get(keys.get(i)));
      vectors[i] = kept.clone(); // the kept one is nobody's to change
    }
    return vectors;
  }

  /** As {@link #encode(List)}; a known text is found without anything made for the others. */
  @Override
  public float[] encode(String text) throws InterruptedException {
    refuseWhenClosed();
    if (!text.isBlank()) {
      float[] vector = memory.getIfPresent(TextKey.of(text));
      if (vector != null) {
        inMemory.increment();
        return vector.clone();
      }
    }
    return encode(List.of(text))[0];
  }

  private void refuseWhenClosed() throws InterruptedException {
    if (closed) {
      throw new IllegalStateException("vector cache of '%s' is closed".formatted(name()));
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before encoding");
    }
  }

  private float @Nullable [] find(TextKey key) {
    float[] vector = memory.getIfPresent(key);
    if (vector != null) {
      inMemory.increment();
      return vector;
    }
    vector = file == null ? null : file.get(key);
    if (vector != null) {
      onDisk.increment();
      memory.put(key, vector);
    }
    return vector;
  }

  /**
   * Encodes what nobody else is encoding, and waits for the rest. What another caller failed at, or
   * left, stays missing: the next round makes it ours.
   */
  private void encodeMissing(Map<TextKey, String> missing, Map<TextKey, float[]> known)
      throws InterruptedException {
    var ours = new LinkedHashMap<TextKey, CompletableFuture<float[]>>();
    var theirs = new LinkedHashMap<TextKey, CompletableFuture<float[]>>();
    missing
        .keySet()
        .forEach(key -> {
          var mine = new CompletableFuture<float[]>();
          CompletableFuture<float[]> other = underWay.putIfAbsent(key, mine);
          if (other == null) {
            ours.put(key, mine);
          } else {
            theirs.put(key, other);
          }
        });
    try {
      if (!ours.isEmpty()) {
        encodeOurs(ours, missing, known);
      }
    } finally {
      ours.forEach((key, future) -> {
        future.cancel(false); // where it is not complete: whoever waits tries by itself
        underWay.remove(key, future);
      });
    }
    for (Map.Entry<TextKey, CompletableFuture<float[]>> their : theirs.entrySet()) {
      try {
        known.put(their.getKey(), their.getValue().get());
        missing.remove(their.getKey());
        shared.increment();
      } catch (CancellationException | ExecutionException e) {
        // It stays missing; the failure belongs to the other caller.
      }
    }
  }

  private void encodeOurs(
      Map<TextKey, CompletableFuture<float[]>> ours,
      Map<TextKey, String> missing,
      Map<TextKey, float[]> known)
      throws InterruptedException {
    // Another caller may have finished between our look and our claim.
    var toEncode = new ArrayList<TextKey>();
    ours.forEach((key, future) -> {
      float[] vector = memory.getIfPresent(key);
      if (vector == null) {
        toEncode.add(key);
      } else {
        shared.increment();
        future.complete(vector);
        known.put(key, vector);
        missing.remove(key);
      }
    });
    if (toEncode.isEmpty()) {
      return;
    }
    float[][] vectors =
        encoder.encode(toEncode.stream().map(key -> missing.getOrDefault(key, "")).toList());
    for (int i = 0; i < vectors.length; i++) {
      TextKey key = toEncode.get(i);
      memory.put(key, vectors[i]);
      known.put(key, vectors[i]);
      missing.remove(key);
      var future = ours.get(key);
      if (future != null) {
        future.complete(vectors[i]);
      }
    }
    encoded.add(vectors.length);
    if (file != null) {
      file.put(toEncode, vectors);
    }
  }

  /** Closes the file; the encoder stays open. */
  @Override
  public void close() {
    closed = true;
    if (file != null) {
      file.close();
    }
  }
}
