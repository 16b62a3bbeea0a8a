package dev.mama.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the journal of an inbox. Byte 0 is the kind; numbers are big-endian, texts as
 * {@link DataOutputStream#writeUTF} writes them.
 */
sealed interface InboxRecord {

  /** A message that was taken over; {@code arrivedMillis} since 1970. */
  record Taken(Mqtt5Publish publish, long arrivedMillis) implements InboxRecord {}

  /** Messages, by their place in the journal, that are done with. */
  record Done(List<Long> sequences) implements InboxRecord {}

  /** How far lines have come, for when the messages that say so are gone. */
  record Lines(List<LineState> lines) implements InboxRecord {}

  /** Of a line from {@code sender} to {@code address}, numbers below {@code next} were taken. */
  record LineState(String address, String sender, long incarnation, long next) {}

  int TAKEN = 1;
  int DONE = 2;
  int LINES = 3;

  /** As it stands in the journal. */
  default ByteBuffer encode() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      switch (this) {
        case Taken taken -> write(taken, out);
        case Done done -> {
          out.writeByte(DONE);
          out.writeInt(done.sequences().size());
          for (long sequence : done.sequences()) {
            out.writeLong(sequence);
          }
        }
        case Lines lines -> {
          out.writeByte(LINES);
          out.writeInt(lines.lines().size());
          for (LineState line : lines.lines()) {
            out.writeUTF(line.address());
            out.writeUTF(line.sender());
            out.writeLong(line.incarnation());
            out.writeLong(line.next());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("into memory", e);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private static void write(Taken taken, DataOutputStream out) throws IOException {
    Mqtt5Publish publish = taken.publish();
    out.writeByte(TAKEN);
    out.writeLong(taken.arrivedMillis());
    out.writeByte(publish.getQos().getCode());
    out.writeUTF(publish.getTopic().toString());
    List<? extends Mqtt5UserProperty> properties = publish.getUserProperties().asList();
    out.writeShort(properties.size());
    for (Mqtt5UserProperty property : properties) {
      out.writeUTF(property.getName().toString());
      out.writeUTF(property.getValue().toString());
    }
    out.writeUTF(publish.getResponseTopic().map(Object::toString).orElse(""));
    byte[] correlation = publish.getCorrelationData().map(InboxRecord::bytes).orElse(null);
    out.writeInt(correlation == null ? -1 : correlation.length);
    if (correlation != null) {
      out.write(correlation);
    }
    out.write(publish.getPayloadAsBytes());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws UncheckedIOException if something else stands there
   */
  static InboxRecord decode(ByteBuffer record) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes(record)))) {
      int kind = in.readByte();
      return switch (kind) {
        case TAKEN -> readTaken(in);
        case DONE -> {
          var sequences = new ArrayList<Long>();
          for (int left = in.readInt(); left > 0; left--) {
            sequences.add(in.readLong());
          }
          yield new Done(sequences);
        }
        case LINES -> {
          var lines = new ArrayList<LineState>();
          for (int left = in.readInt(); left > 0; left--) {
            lines.add(new LineState(in.readUTF(), in.readUTF(), in.readLong(), in.readLong()));
          }
          yield new Lines(lines);
        }
        default -> throw new IOException("kind %d of record is unknown".formatted(kind));
      };
    } catch (IOException e) {
      throw new UncheckedIOException("the inbox' journal holds what is no inbox record", e);
    }
  }

  private static Taken readTaken(DataInputStream in) throws IOException {
    long arrived = in.readLong();
    int qos = in.readByte();
    String topic = in.readUTF();
    var properties = new ArrayList<Mqtt5UserProperty>();
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      properties.add(Mqtt5UserProperty.of(in.readUTF(), in.readUTF()));
    }
    String response = in.readUTF();
    int length = in.readInt();
    byte @Nullable [] correlation = length < 0 ? null : in.readNBytes(length);
    var builder =
        Mqtt5Publish.builder()
            .topic(topic)
            .qos(
                qos == 0
                    ? MqttQos.AT_MOST_ONCE
                    : qos == 1 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE)
            .payload(in.readAllBytes())
            .userProperties(Mqtt5UserProperties.of(properties));
    if (!response.isEmpty()) {
      builder = builder.responseTopic(response);
    }
    if (correlation != null) {
      builder = builder.correlationData(correlation);
    }
    return new Taken(builder.build(), arrived);
  }
}
