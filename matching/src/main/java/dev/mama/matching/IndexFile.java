package dev.mama.matching;

import dev.mama.AgentId;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/*
 * The file: "MAMAIDX1", int dimension, name of the encoder, then per agent a byte 1, its id and
 * float[dimension]; a byte 0; long CRC-32C of all before. Texts as DataOutput.writeUTF does;
 * numbers are big-endian.
 */
/** An index on disk, written and read as a whole. */
final class IndexFile {

  private static final long MAGIC = 0x4d414d4149445831L;
  private static final int BUFFER = 1 << 16;

  private IndexFile() {}

  static void write(Path file, String encoder, VectorIndex<AgentId> index) {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try {
      try (var bytes = new FileOutputStream(beside.toFile())) {
        var sum = new CheckedOutputStream(new BufferedOutputStream(bytes, BUFFER), new CRC32C());
        var out = new DataOutputStream(sum);
        out.writeLong(MAGIC);
        out.writeInt(index.dimension());
        out.writeUTF(encoder);
        var values = ByteBuffer.allocate(index.dimension() * Float.BYTES);
        index.forEach((agent, vector) -> {
          try {
            out.writeByte(1);
            out.writeUTF(agent.value());
            values.asFloatBuffer().put(vector);
            out.write(values.array());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
        out.writeByte(0);
        out.writeLong(sum.getChecksum().getValue());
        out.flush();
        bytes.getFD().sync();
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | UncheckedIOException e) {
      var failure = new VectorFileException(file, "cannot be written (%s)".formatted(e), e);
      try {
        Files.deleteIfExists(beside);
      } catch (IOException left) {
        failure.addSuppressed(left);
      }
      throw failure;
    }
  }

  static ExactAgentIndex read(Path file, String encoder) {
    try (var bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      var sum = new CheckedInputStream(bytes, new CRC32C());
      var in = new DataInputStream(sum);
      if (in.readLong() != MAGIC) {
        throw new VectorFileException(
            file, "is not an index: it does not begin with MAMAIDX1", null);
      }
      int dimension = in.readInt();
      String name = in.readUTF();
      if (!name.equals(encoder)) {
        throw new VectorFileException(
            file,
            "holds vectors of '%s', not of '%s'; enrol the agents anew".formatted(name, encoder),
            null);
      }
      if (dimension > Math.max(Files.size(file) / Float.BYTES, 1 << 16)) {
        throw damaged(file, null);
      }
      var index = new ExactAgentIndex(dimension);
      var values = ByteBuffer.allocate(dimension * Float.BYTES);
      while (in.readByte() == 1) {
        AgentId agent = AgentId.of(in.readUTF());
        in.readFully(values.array());
        var vector = new float[dimension];
        values.asFloatBuffer().get(vector);
        index.put(agent, vector);
      }
      long expected = sum.getChecksum().getValue();
      if (in.readLong() != expected) {
        throw damaged(file, null);
      }
      return index;
    } catch (EOFException | IllegalArgumentException e) {
      throw damaged(file, e);
    } catch (IOException e) {
      throw new VectorFileException(file, "cannot be read (%s)".formatted(e), e);
    }
  }

  private static VectorFileException damaged(Path file, @Nullable Exception cause) {
    return new VectorFileException(
        file, "is damaged: its checksum is not that of its bytes; enrol the agents anew", cause);
  }
}
