package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.runtime.Entry.Position;
import dev.mama.runtime.Letter.Place;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How entries look in the journal. Byte 0 is the form's version, byte 1 the kind; numbers are
 * big-endian, names as {@link DataOutputStream#writeUTF} writes them, payloads with their length.
 */
final class EntryForm {

  static final int VERSION = 2;

  /** The form without topics, which is still read. */
  private static final int OLDEST = 1;

  private static final int HEAD = 1;
  private static final int SAVED = 2;
  private static final int COMMITTED = 3;
  private static final int ACCEPTED = 4;
  private static final int MOVED = 5;
  private static final int TAKEN_BACK = 6;
  private static final int ANSWERED = 7;
  private static final int RELEASED = 8;
  private static final int STOPPED = 9;

  private static final int DELIVER = 1;
  private static final int LATER = 2;
  private static final int WIRE = 3;
  private static final int STATE_ROW = 4;
  private static final int EVENT_ROW = 5;
  private static final int METRIC_ROW = 6;

  private final ExperimentId experiment;

  EntryForm(ExperimentId experiment) {
    this.experiment = experiment;
  }

  /**
   * @throws dev.mama.PayloadException if a payload cannot be written as JSON
   */
  static ByteBuffer encode(Entry entry) {
    var bytes = new ByteArrayOutputStream(256);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      write(entry, out);
    } catch (IOException e) {
      throw new UncheckedIOException("into memory", e);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private static void write(Entry entry, DataOutputStream out) throws IOException {
    switch (entry) {
      case Entry.Head head -> {
        out.writeByte(HEAD);
        out.writeUTF(head.experiment());
      }
      case Entry.Saved saved -> {
        out.writeByte(SAVED);
        write(saved, out);
      }
      case Entry.Committed turn -> {
        out.writeByte(COMMITTED);
        write(turn.saved(), out);
        write(turn.handled(), out);
        out.writeInt(turn.effects().size());
        for (Effect.Kept effect : turn.effects()) {
          write(effect, out);
        }
      }
      case Entry.Accepted accepted -> {
        out.writeByte(ACCEPTED);
        write(accepted.message(), out);
      }
      case Entry.Moved moved -> {
        out.writeByte(MOVED);
        write(moved.before(), out);
        write(moved.later(), out);
      }
      case Entry.TakenBack back -> {
        out.writeByte(TAKEN_BACK);
        write(back.place(), out);
      }
      case Entry.Answered answered -> {
        out.writeByte(ANSWERED);
        write(answered.message(), out);
        out.writeInt(answered.call().index());
        out.writeUTF(answered.call().request());
        write(answered.call().reply(), out);
      }
      case Entry.Released released -> {
        out.writeByte(RELEASED);
        out.writeLong(released.record());
      }
      case Entry.Stopped stopped -> {
        out.writeByte(STOPPED);
        out.writeUTF(stopped.agent().value());
      }
    }
  }

  private static void write(Entry.Saved saved, DataOutputStream out) throws IOException {
    out.writeUTF(saved.agent().value());
    out.writeUTF(saved.type());
    out.writeLong(saved.turn());
    out.writeBoolean(saved.state() != null);
    if (saved.state() != null) {
      write(saved.state(), out);
    }
    out.writeInt(saved.positions().size());
    for (Position position : saved.positions()) {
      out.writeUTF(position.sender().value());
      write(position.sequence(), out);
    }
    out.writeInt(saved.topics().size());
    for (String topic : saved.topics()) {
      out.writeUTF(topic);
    }
  }

  private static void write(Effect.Kept effect, DataOutputStream out) throws IOException {
    switch (effect) {
      case Effect.Deliver deliver -> {
        out.writeByte(DELIVER);
        write(deliver.message(), out);
      }
      case Effect.Later later -> {
        out.writeByte(LATER);
        write(later.message(), out);
        out.writeLong(later.dueMillis());
      }
      case Effect.Wire wire -> {
        out.writeByte(WIRE);
        write(wire.envelope().message(), out);
        Sequence sequence = wire.envelope().sequence();
        if (sequence == null) {
          throw new IllegalArgumentException("a message to elsewhere has a number");
        }
        write(sequence, out);
      }
      case Effect.Row row -> write(row.event(), out);
    }
  }

  private static void write(Event event, DataOutputStream out) throws IOException {
    switch (event) {
      case Event.StateRecorded state -> {
        writeRow(STATE_ROW, state, state.agent(), state.trace(), out);
        write(state.state(), out);
      }
      case Event.EventRecorded own -> {
        writeRow(EVENT_ROW, own, own.agent(), own.trace(), out);
        out.writeUTF(own.kind());
        write(own.body(), out);
      }
      case Event.MetricRecorded metric -> {
        writeRow(METRIC_ROW, metric, metric.agent(), metric.trace(), out);
        out.writeUTF(metric.name());
        out.writeDouble(metric.value());
      }
      default -> throw new IllegalArgumentException("no turn records " + event);
    }
  }

  private static void writeRow(
      int kind, Event event, AgentId agent, Trace trace, DataOutputStream out) throws IOException {
    out.writeByte(kind);
    write(event.id(), out);
    Instant at = event.at();
    out.writeLong(at.getEpochSecond());
    out.writeInt(at.getNano());
    out.writeUTF(agent.value());
    write(trace, out);
  }

  private static void write(Message message, DataOutputStream out) throws IOException {
    out.writeLong(message.idHigh());
    out.writeLong(message.idLow());
    out.writeUTF(message.from().value());
    out.writeUTF(message.to().value());
    out.writeUTF(message.channel().level());
    write(message.trace(), out);
    write(message.payload(), out);
  }

  private static void write(Payload payload, DataOutputStream out) throws IOException {
    byte[] json = payload.json();
    out.writeUTF(payload.type());
    out.writeInt(json.length);
    out.write(json);
  }

  private static void write(Trace trace, DataOutputStream out) throws IOException {
    out.writeLong(trace.high());
    out.writeLong(trace.low());
    out.writeLong(trace.span());
  }

  private static void write(Sequence sequence, DataOutputStream out) throws IOException {
    out.writeLong(sequence.incarnation());
    out.writeLong(sequence.number());
  }

  private static void write(UUID id, DataOutputStream out) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  /** A place, or the record 0 for none. */
  private static void write(@Nullable Place place, DataOutputStream out) throws IOException {
    out.writeLong(place == null ? 0 : place.record());
    out.writeInt(place == null ? 0 : place.index());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException if something else stands there, or an entry of another version
   */
  Entry decode(ByteBuffer record) throws IOException {
    byte[] bytes = new byte[record.remaining()];
    record.get(bytes);
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readUnsignedByte();
      if (version < OLDEST || version > VERSION) {
        throw new IOException(
            "it has version %d, expected %d or %d".formatted(version, OLDEST, VERSION));
      }
      int kind = in.readUnsignedByte();
      return switch (kind) {
        case HEAD -> new Entry.Head(in.readUTF());
        case SAVED -> readSaved(version, in);
        case COMMITTED -> {
          Entry.Saved saved = readSaved(version, in);
          Place handled = readPlace(in);
          List<Effect.Kept> effects = new ArrayList<>();
          for (int left = in.readInt(); left > 0; left--) {
            effects.add(readEffect(in));
          }
          yield new Entry.Committed(saved, handled.record() == 0 ? null : handled, effects);
        }
        case ACCEPTED -> new Entry.Accepted(readMessage(in));
        case MOVED -> {
          Place before = readPlace(in);
          if (!(readEffect(in) instanceof Effect.Later later)) {
            throw new IOException("only what comes later moves");
          }
          yield new Entry.Moved(later, before);
        }
        case TAKEN_BACK -> new Entry.TakenBack(readPlace(in));
        case ANSWERED ->
            new Entry.Answered(
                readId(in), new Answers.Call(in.readInt(), in.readUTF(), readPayload(in)));
        case RELEASED -> new Entry.Released(in.readLong());
        case STOPPED -> new Entry.Stopped(AgentId.of(in.readUTF()));
        default -> throw new IOException("kind %d is unknown".formatted(kind));
      };
    }
  }

  private static Entry.Saved readSaved(int version, DataInputStream in) throws IOException {
    AgentId agent = AgentId.of(in.readUTF());
    String type = in.readUTF();
    long turn = in.readLong();
    Payload state = in.readBoolean() ? readPayload(in) : null;
    List<Position> positions = new ArrayList<>(1);
    for (int left = in.readInt(); left > 0; left--) {
      positions.add(new Position(AgentId.of(in.readUTF()), readSequence(in)));
    }
    List<String> topics = new ArrayList<>(0);
    for (int left = version == OLDEST ? 0 : in.readInt(); left > 0; left--) {
      topics.add(in.readUTF());
    }
    return new Entry.Saved(agent, type, turn, state, positions, topics);
  }

  private Effect.Kept readEffect(DataInputStream in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case DELIVER -> new Effect.Deliver(readMessage(in));
      case LATER -> new Effect.Later(readMessage(in), in.readLong());
      case WIRE -> {
        Message message = readMessage(in);
        yield new Effect.Wire(
            new Envelope(experiment, Kind.SEND, message, readSequence(in), null, List.of()));
      }
      case STATE_ROW, EVENT_ROW, METRIC_ROW -> new Effect.Row(readEvent(kind, in));
      default -> throw new IOException("effect %d is unknown".formatted(kind));
    };
  }

  private Event readEvent(int kind, DataInputStream in) throws IOException {
    UUID id = readId(in);
    Instant at = Instant.ofEpochSecond(in.readLong(), in.readInt());
    AgentId agent = AgentId.of(in.readUTF());
    Trace trace = readTrace(in);
    return switch (kind) {
      case STATE_ROW -> new Event.StateRecorded(id, experiment, at, agent, readPayload(in), trace);
      case EVENT_ROW ->
          new Event.EventRecorded(id, experiment, at, agent, in.readUTF(), readPayload(in), trace);
      default ->
          new Event.MetricRecorded(id, experiment, at, agent, in.readUTF(), in.readDouble(), trace);
    };
  }

  private static Message readMessage(DataInputStream in) throws IOException {
    long high = in.readLong();
    long low = in.readLong();
    AgentId from = AgentId.of(in.readUTF());
    AgentId to = AgentId.of(in.readUTF());
    Channel channel = Channel.ofLevel(in.readUTF());
    Trace trace = readTrace(in);
    return new Message(high, low, from, to, channel, readPayload(in), trace, Deadline.NONE);
  }

  private static Payload readPayload(DataInputStream in) throws IOException {
    String type = in.readUTF();
    byte[] json = new byte[in.readInt()];
    in.readFully(json);
    return Payload.encoded(type, json);
  }

  private static Trace readTrace(DataInputStream in) throws IOException {
    return new Trace(in.readLong(), in.readLong(), in.readLong());
  }

  private static Sequence readSequence(DataInputStream in) throws IOException {
    return new Sequence(in.readLong(), in.readLong());
  }

  private static UUID readId(DataInputStream in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }

  private static Place readPlace(DataInputStream in) throws IOException {
    return new Place(in.readLong(), in.readInt());
  }
}
