package dev.mama.memory;

import dev.mama.AgentId;
import dev.mama.StorageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/** What a semantic memory writes into its log: a kind, then its fields. */
sealed interface MemoryRecord {

  /** The vectors that follow are by {@code encoder}. */
  record By(String encoder) implements MemoryRecord {}

  /** {@code item} was remembered; its vector is float[dimension], big-endian. */
  record Kept(Remembered item, ByteBuffer vector) implements MemoryRecord {

    float[] floats() {
      var floats = new float[vector.remaining() / Float.BYTES];
      vector.duplicate().asFloatBuffer().get(floats);
      return floats;
    }
  }

  /** The item {@code id} was forgotten. */
  record Forgotten(long id) implements MemoryRecord {}

  static MemoryRecord kept(Remembered item, float[] vector) {
    var bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
    bytes.asFloatBuffer().put(vector);
    return new Kept(item, bytes);
  }

  default byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      switch (this) {
        case By by -> {
          out.writeByte(1);
          out.writeUTF(by.encoder());
        }
        case Kept kept -> {
          out.writeByte(2);
          out.writeLong(kept.item().id());
          out.writeUTF(kept.item().agent().value());
          out.writeLong(kept.item().at().toEpochMilli());
          SessionRecord.writeText(out, kept.item().text());
          out.writeInt(kept.vector().remaining());
          out.write(kept.vector().array());
        }
        case Forgotten forgotten -> {
          out.writeByte(3);
          out.writeLong(forgotten.id());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not while writing into memory
    }
    return bytes.toByteArray();
  }

  static MemoryRecord read(byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int kind = in.readByte();
      return switch (kind) {
        case 1 -> new By(in.readUTF());
        case 2 -> {
          long id = in.readLong();
          AgentId agent = AgentId.of(in.readUTF());
          Instant at = Instant.ofEpochMilli(in.readLong());
          var item = new Remembered(id, agent, SessionRecord.readText(in), at);
          int length = in.readInt();
          if (length != in.available()) {
            throw new IOException("a vector of %d bytes".formatted(length));
          }
          yield new Kept(item, ByteBuffer.wrap(in.readNBytes(length)));
        }
        case 3 -> new Forgotten(in.readLong());
        default -> throw new IOException("kind %d".formatted(kind));
      };
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException(
          "a record of %d bytes in the log is none of a semantic memory (%s); give it a log of its own"
              .formatted(bytes.length, e),
          e);
    }
  }
}
