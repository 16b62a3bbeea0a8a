package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.ChatReply;
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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Records of durable agents: what an earlier release has written is read. */
class EntryFormTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("golden");
  private static final AgentId ANNA = AgentId.of("anna");
  private static final AgentId BERT = AgentId.of("bert");
  private static final Trace TRACE = new Trace(1, 2, 3);
  private static final List<String> TOPICS = List.of("news", "weather");
  private static final UUID ID = new UUID(4, 5);

  private final EntryForm form = new EntryForm(EXPERIMENT);

  /** One of each kind, in the order of the golden files; there were no topics in version 1. */
  private static List<Entry> each(List<String> topics) {
    Payload payload = Payload.encoded("Note", "{\"n\":7}".getBytes(StandardCharsets.UTF_8));
    var message = new Message(8, 9, BERT, ANNA, Channel.AGENT_CHAT, payload, TRACE, Deadline.NONE);
    Instant at = Instant.ofEpochSecond(1_700_000_000, 123_456_000);
    var saved =
        new Entry.Saved(
            ANNA, "ledger", 10, payload, List.of(new Position(BERT, new Sequence(11, 12))), topics);
    List<Effect.Kept> effects =
        List.of(
            new Effect.Deliver(message),
            new Effect.Later(message, 13),
            new Effect.Wire(
                new Envelope(
                    EXPERIMENT, Kind.SEND, message, new Sequence(14, 15), null, List.of())),
            new Effect.Row(new Event.StateRecorded(ID, EXPERIMENT, at, ANNA, payload, TRACE)),
            new Effect.Row(
                new Event.EventRecorded(ID, EXPERIMENT, at, ANNA, "kind", payload, TRACE)),
            new Effect.Row(
                new Event.MetricRecorded(ID, EXPERIMENT, at, ANNA, "price", 1.5, TRACE)));
    return List.of(
        new Entry.Head("golden"),
        saved,
        new Entry.Saved(BERT, "ledger", 0, null, List.of(), List.of()),
        new Entry.Committed(saved, new Place(16, 17), effects),
        new Entry.Committed(saved, null, List.of()),
        new Entry.Accepted(message),
        new Entry.Moved(new Effect.Later(message, 18), new Place(19, 20)),
        new Entry.TakenBack(new Place(21, 22)),
        new Entry.Answered(
            ID,
            new Answers.Call(
                23,
                "digest",
                Payload.of(
                    new ChatReply("yes", "model", 24, 25, Duration.ofMillis(26), Duration.ZERO)))),
        new Entry.Released(27),
        new Entry.Stopped(ANNA));
  }

  @Test
  void decode_eachKindOfEachVersion_isWhatWasWritten() throws Exception {
    assertRead(golden(1), each(List.of()));
    assertRead(golden(2), each(TOPICS));
  }

  private void assertRead(List<String> golden, List<Entry> each) throws IOException {
    assertThat(golden).hasSameSizeAs(each);
    for (int i = 0; i < golden.size(); i++) {
      Entry read = form.decode(ByteBuffer.wrap(HexFormat.of().parseHex(golden.get(i))));
      assertThat(hex(read)).as(each.get(i).toString()).isEqualTo(hex(each.get(i)));
      assertThat(read).hasSameClassAs(each.get(i));
    }
  }

  @Test
  void encode_hasNotChanged() throws Exception {
    assertThat(each(TOPICS).stream().map(EntryFormTest::hex)).containsExactlyElementsOf(golden(2));
  }

  @Test
  void decode_cutAnywhere_isAnIoException() throws Exception {
    for (String line : golden(2)) {
      byte[] whole = HexFormat.of().parseHex(line);
      for (int bytes = 0; bytes < whole.length; bytes++) {
        ByteBuffer cut = ByteBuffer.wrap(whole, 0, bytes);
        assertThatThrownBy(() -> form.decode(cut)).isInstanceOf(IOException.class);
      }
    }
  }

  private static String hex(Entry entry) {
    ByteBuffer bytes = EntryForm.encode(entry);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }

  private static List<String> golden(int version) throws IOException {
    try (var file =
        EntryFormTest.class.getResourceAsStream("/entries-v%d.txt".formatted(version))) {
      if (file == null) {
        throw new IOException("entries-v%d.txt is missing".formatted(version));
      }
      var text = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
      return new ArrayList<>(text.lines().toList());
    }
  }

  /** Prints the golden file; for a new version only. */
  public static void main(String[] arguments) {
    each(TOPICS).forEach(entry -> System.out.println(hex(entry)));
  }
}
