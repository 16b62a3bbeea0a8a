package dev.mama.mqtt;

import dev.mama.testkit.FaultProxy;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the MQTT packets that go through a proxy, both ways (MQTT 5.0, section 2.1). */
final class Packets implements FaultProxy.Tap {

  static final int PUBACK = 4;
  static final int SUBSCRIBE = 8;
  private static final int PUBLISH = 3;
  private static final int DUP = 8;

  private final Map<String, Frames> streams = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicInteger> byType = new ConcurrentHashMap<>();
  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicInteger published = new AtomicInteger();

  @Override
  public void passes(int connection, boolean up, ByteBuffer bytes) {
    streams.computeIfAbsent(connection + (up ? "u" : "d"), key -> new Frames(up)).feed(bytes);
  }

  /** Packets of {@code type} so far. */
  int count(int type) {
    return byType.getOrDefault(type, new AtomicInteger()).get();
  }

  /** PUBLISH packets so far that say of themselves that they are repetitions. */
  int repeated() {
    return repeated.get();
  }

  /** PUBLISH packets so far that went to the broker. */
  int published() {
    return published.get();
  }

  private void packet(boolean up, int header) {
    if (up && header >> 4 == PUBLISH) {
      published.incrementAndGet();
    }
    byType.computeIfAbsent(header >> 4, type -> new AtomicInteger()).incrementAndGet();
    if (header >> 4 == PUBLISH && (header & DUP) != 0) {
      repeated.incrementAndGet();
    }
  }

  private final class Frames {
    private final boolean up;
    private int header = -1;
    private int length;
    private int shift;
    private int left;

    Frames(boolean up) {
      this.up = up;
    }

    void feed(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        if (left > 0) {
          int skipped = Math.min(left, bytes.remaining());
          bytes.position(bytes.position() + skipped);
          left -= skipped;
        } else if (header < 0) {
          header = bytes.get() & 0xff;
          length = 0;
          shift = 0;
        } else {
          int digit = bytes.get();
          length |= (digit & 0x7f) << shift;
          shift += 7;
          if ((digit & 0x80) == 0) {
            packet(up, header);
            left = length;
            header = -1;
          }
        }
      }
    }
  }
}
