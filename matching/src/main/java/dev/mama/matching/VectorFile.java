package dev.mama.matching;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The file: a head, then slots of one size.
 *
 *   head  "MAMAVEC1", int dimension, int length of the name, the encoder's name in UTF-8 (up to 4,000
 *         bytes), the vector of the known text, int CRC-32C of all that; padded to HEAD bytes
 *   slot  long turn (1, 2, …), 16 bytes of key, float[dimension], int CRC-32C of all that
 *
 * Turn t stands in slot (t - 1) mod slots, so the newest overwrites the oldest and the file never
 * grows beyond its bound. A slot is valid if its checksum is. One that a crash tore is not, and is
 * as if it had never been: a cache may forget. So nothing is forced before close, and nothing needs
 * to be repaired. Numbers are big-endian.
 */
/**
 * Vectors by key in one file of bounded size.
 *
 * <p>Reads and writes go through {@link RandomAccessFile}, which an interrupt does not close.
 * Thread-safe.
 */
final class VectorFile implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(VectorFile.class);

  private static final byte[] MAGIC = "MAMAVEC1".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_NAME = 4_000;
  private static final int READ_SLOTS = 256;

  /** Vectors of one text by one encoder may differ by the rounding of fp32. */
  private static final float ROUNDING = 1e-4f;

  private final Path path;
  private final int dimension;
  private final int head;
  private final int slotBytes;
  private final int slots;
  private final RandomAccessFile file;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<TextKey, Integer> slotOf = new HashMap<>();
  private final @Nullable TextKey[] keyIn;
  private long nextTurn = 1;
  private boolean closed;

  private final AtomicLong faults = new AtomicLong();

  private VectorFile(Path path, RandomAccessFile file, int dimension, long maxBytes) {
    this.path = path;
    this.file = file;
    this.dimension = dimension;
    head = headBytes(dimension);
    slotBytes = slotBytes(dimension);
    slots = (int) Math.min((maxBytes - head) / slotBytes, Integer.MAX_VALUE - 8);
    keyIn = new TextKey[slots];
  }

  private static int headBytes(int dimension) {
    return MAGIC.length
        + 2 * Integer.BYTES
        + LONGEST_NAME
        + dimension * Float.BYTES
        + Integer.BYTES;
  }

  private static int slotBytes(int dimension) {
    return Long.BYTES + 2 * Long.BYTES + dimension * Float.BYTES + Integer.BYTES;
  }

  /**
   * Opens {@code path}, or makes it.
   *
   * @param encoder who makes the vectors
   * @param probe the encoder's vector of a known text
   * @param maxBytes the most that the file may have; a longer one is cut
   */
  static VectorFile open(Path path, String encoder, float[] probe, long maxBytes) {
    long least = (long) headBytes(probe.length) + slotBytes(probe.length);
    if (maxBytes < least) {
      throw new IllegalArgumentException(
          "maxFileBytes of the vector cache %s is %d; one vector of '%s' and the head take %d"
              .formatted(path, maxBytes, encoder, least));
    }
    RandomAccessFile file;
    try {
      file = new RandomAccessFile(path.toFile(), "rw");
    } catch (IOException e) {
      throw new VectorFileException(
          path,
          "cannot be opened (%s); give a file in a folder that is there and can be written"
              .formatted(e.getMessage()),
          e);
    }
    try {
      lock(path, file);
      var vectors = new VectorFile(path, file, probe.length, maxBytes);
      vectors.recover(encoder, probe);
      return vectors;
    } catch (IOException e) {
      throw closing(file, new VectorFileException(path, "cannot be read (%s)".formatted(e), e));
    } catch (RuntimeException e) {
      throw closing(file, e);
    }
  }

  private static RuntimeException closing(RandomAccessFile file, RuntimeException failure) {
    try {
      file.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private static void lock(Path path, RandomAccessFile file) throws IOException {
    FileLock taken;
    try {
      taken = file.getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      taken = null;
    }
    if (taken == null) {
      throw new VectorFileException(
          path, "is in use by another vector cache; close that, or give another file", null);
    }
  }

  private void recover(String encoder, float[] probe) throws IOException {
    if (file.length() == 0) {
      file.write(head(encoder, probe).array());
      return;
    }
    checkHead(encoder, probe);
    var buffer = ByteBuffer.allocate(READ_SLOTS * slotBytes);
    long[] turns = new long[slots];
    long there = Math.min((file.length() - head) / slotBytes, slots);
    for (int first = 0; first < there; first += READ_SLOTS) {
      int count = (int) Math.min(READ_SLOTS, there - first);
      file.seek(at(first));
      file.readFully(buffer.array(), 0, count * slotBytes);
      for (int i = 0; i < count; i++) {
        ByteBuffer slot = buffer.slice(i * slotBytes, slotBytes);
        if (isWhole(slot)) {
          turns[first + i] = slot.getLong();
          learn(new TextKey(slot.getLong(), slot.getLong()), first + i, turns);
        }
      }
    }
    // A file that was given more or fewer slots goes on after its newest.
    nextTurn = Arrays.stream(turns).max().orElse(0) + 1;
    if (file.length() > at(slots)) {
      file.setLength(at(slots));
    }
  }

  /** Of two slots with one key the newer counts. */
  private void learn(TextKey key, int slot, long[] turns) {
    Integer other = slotOf.get(key);
    if (other == null || turns[other] < turns[slot]) {
      slotOf.put(key, slot);
      keyIn[slot] = key;
    }
  }

  private ByteBuffer head(String encoder, float[] probe) {
    byte[] name = encoder.getBytes(StandardCharsets.UTF_8);
    if (name.length > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "name of the encoder has %d bytes; at most %d fit into %s"
              .formatted(name.length, LONGEST_NAME, path));
    }
    var bytes = ByteBuffer.allocate(head);
    bytes.put(MAGIC).putInt(dimension).putInt(name.length).put(name);
    bytes.position(MAGIC.length + 2 * Integer.BYTES + LONGEST_NAME);
    bytes.asFloatBuffer().put(probe);
    bytes.putInt(head - Integer.BYTES, checksum(bytes, head - Integer.BYTES));
    return bytes;
  }

  private void checkHead(String encoder, float[] probe) throws IOException {
    var found = new byte[(int) Math.min(head, file.length())];
    file.seek(0);
    file.readFully(found);
    if (!Arrays.equals(Arrays.copyOf(found, MAGIC.length), MAGIC)) {
      throw new VectorFileException(
          path, "is not a vector cache: it does not begin with MAMAVEC1; give another file", null);
    }
    var bytes = ByteBuffer.wrap(found);
    if (found.length < MAGIC.length + Integer.BYTES || bytes.getInt(MAGIC.length) != dimension) {
      throw new VectorFileException(
          path,
          "holds vectors of dimension %d, encoder '%s' makes %d; give another file"
              .formatted(
                  found.length < MAGIC.length + Integer.BYTES ? 0 : bytes.getInt(MAGIC.length),
                  encoder,
                  dimension),
          null);
    }
    if (found.length < head
        || bytes.getInt(head - Integer.BYTES) != checksum(bytes, head - Integer.BYTES)) {
      throw new VectorFileException(
          path, "is damaged in its first %d bytes; delete it".formatted(head), null);
    }
    int nameBytes = bytes.getInt(MAGIC.length + Integer.BYTES);
    String name =
        new String(found, MAGIC.length + 2 * Integer.BYTES, nameBytes, StandardCharsets.UTF_8);
    if (!name.equals(encoder)) {
      throw new VectorFileException(
          path,
          "holds vectors of '%s', not of '%s'; delete it or give another file"
              .formatted(name, encoder),
          null);
    }
    for (int d = 0; d < dimension; d++) {
      float kept =
          bytes.getFloat(MAGIC.length + 2 * Integer.BYTES + LONGEST_NAME + d * Float.BYTES);
      if (!(Math.abs(kept - probe[d]) <= ROUNDING)) {
        throw new VectorFileException(
            path,
            ("holds vectors of other weights under the same name '%s': value %d of the known text"
                    + " is %s there and %s here; delete it or give another file")
                .formatted(name, d, kept, probe[d]),
            null);
      }
    }
  }

  private long at(int slot) {
    return head + (long) slot * slotBytes;
  }

  private static int checksum(ByteBuffer bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes.duplicate().position(0).limit(length));
    return (int) crc.getValue();
  }

  private boolean isWhole(ByteBuffer slot) {
    return slot.getLong(0) > 0
        && slot.getInt(slotBytes - Integer.BYTES) == checksum(slot, slotBytes - Integer.BYTES);
  }

  /** The vector of {@code key}; null if it is not there, or no longer whole. */
  float @Nullable [] get(TextKey key) {
    lock.lock();
    try {
      Integer slot = slotOf.get(key);
      if (slot == null || closed) {
        return null;
      }
      var bytes = ByteBuffer.allocate(slotBytes);
      file.seek(at(slot));
      file.readFully(bytes.array());
      if (!isWhole(bytes)) {
        forget(slot);
        return null;
      }
      var vector = new float[dimension];
      bytes.position(3 * Long.BYTES).asFloatBuffer().get(vector);
      return vector;
    } catch (IOException e) {
      tellFault(e);
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Adds vectors; where the disk refuses them they are not there, and that is counted. */
  void put(List<TextKey> keys, float[][] vectors) {
    lock.lock();
    try {
      for (int i = 0; i < vectors.length && !closed; i++) {
        put(keys.get(i), vectors[i]);
      }
    } catch (IOException e) {
      tellFault(e);
    } finally {
      lock.unlock();
    }
  }

  private void put(TextKey key, float[] vector) throws IOException {
    if (slotOf.containsKey(key)) {
      return;
    }
    int slot = (int) ((nextTurn - 1) % slots);
    var bytes = ByteBuffer.allocate(slotBytes);
    bytes.putLong(nextTurn).putLong(key.high()).putLong(key.low());
    bytes.asFloatBuffer().put(vector);
    bytes.putInt(slotBytes - Integer.BYTES, checksum(bytes, slotBytes - Integer.BYTES));
    forget(slot);
    file.seek(at(slot));
    file.write(bytes.array());
    slotOf.put(key, slot);
    keyIn[slot] = key;
    nextTurn++;
  }

  private void forget(int slot) {
    TextKey there = keyIn[slot];
    if (there != null) {
      slotOf.remove(there, slot);
      keyIn[slot] = null;
    }
  }

  private void tellFault(IOException e) {
    if (faults.getAndIncrement() == 0) {
      log.warn("{} does not keep vectors at the moment: {}", path, e.toString());
    }
  }

  /** How often the disk refused. */
  long faults() {
    return faults.get();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        file.getFD().sync();
        file.close();
      }
    } catch (IOException e) {
      throw new VectorFileException(path, "could not be closed (%s)".formatted(e), e);
    } finally {
      lock.unlock();
    }
  }
}
