package dev.mama.memory;

import dev.mama.ChatMessage;
import dev.mama.StorageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What sessions write into their log: a kind, then its fields as {@link DataOutputStream} does. */
sealed interface SessionRecord {

  /** {@code agent} heard or said {@code message} in {@code session}. */
  record Said(String session, String agent, long sequence, long atMillis, ChatMessage message)
      implements SessionRecord {}

  /** Of {@code session} all but the last {@code kept} messages became {@code summary}. */
  record Summed(String session, String agent, long atMillis, int kept, String summary)
      implements SessionRecord {}

  /** {@code session} is over. */
  record Ended(String session) implements SessionRecord {}

  static SessionRecord said(Session session, Window.Entry entry) {
    return new Said(
        session.id(), session.agent().value(), entry.sequence(), entry.atMillis(), entry.message());
  }

  static SessionRecord summed(Session session, int kept, long atMillis) {
    return new Summed(
        session.id(),
        session.agent().value(),
        atMillis,
        kept,
        session.window.summary().orElseThrow());
  }

  default byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      switch (this) {
        case Said said -> {
          out.writeByte(1);
          out.writeUTF(said.session());
          out.writeUTF(said.agent());
          out.writeLong(said.sequence());
          out.writeLong(said.atMillis());
          out.writeUTF(said.message().role().name());
          writeText(out, said.message().content());
        }
        case Summed summed -> {
          out.writeByte(2);
          out.writeUTF(summed.session());
          out.writeUTF(summed.agent());
          out.writeLong(summed.atMillis());
          out.writeInt(summed.kept());
          writeText(out, summed.summary());
        }
        case Ended ended -> {
          out.writeByte(3);
          out.writeUTF(ended.session());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not while writing into memory
    }
    return bytes.toByteArray();
  }

  static SessionRecord read(byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int kind = in.readByte();
      return switch (kind) {
        case 1 ->
            new Said(
                in.readUTF(),
                in.readUTF(),
                in.readLong(),
                in.readLong(),
                new ChatMessage(ChatMessage.Role.valueOf(in.readUTF()), readText(in)));
        case 2 -> new Summed(in.readUTF(), in.readUTF(), in.readLong(), in.readInt(), readText(in));
        case 3 -> new Ended(in.readUTF());
        default -> throw new IOException("kind %d".formatted(kind));
      };
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException(
          "a record of %d bytes in the log is none of sessions (%s); give sessions a log of their own"
              .formatted(bytes.length, e),
          e);
    }
  }

  /** {@link DataOutputStream#writeUTF} ends at 64 KiB. */
  static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a text of %d bytes".formatted(length));
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
