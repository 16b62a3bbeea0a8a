package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The schema in the documentation and the reader agree. */
class PmlSchemaTest {

  private static final AgentCard CARD =
      new AgentCard(
          AgentId.of("ada"),
          "bicycles",
          "repairs bicycles",
          new AgentCard.Details(
              "lab-1",
              "1.2",
              List.of(new AgentCard.Skill("wheels", "Wheels", "trues them", List.of("bicycle"))),
              List.of(new AgentCard.Endpoint("https://ada.example/a2a", "JSONRPC", "1.0")),
              4));

  private final ManualTime time = new ManualTime();
  private final Schema schema;

  PmlSchemaTest() throws IOException {
    schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(Path.of("../docs/pml-1.schema.json")));
  }

  @Test
  void write_anyMessages_fitTheSchemaAndAreReadAgain() throws Exception {
    var random = new SplittableRandom(11);
    var messages = new ArrayList<PmlMessage>();
    messages.add(new PmlMessage.Register(CARD));
    messages.add(new PmlMessage.Register(new AgentCard(AgentId.of("bob"), "", "cooks")));
    messages.add(new PmlMessage.Heartbeat());
    messages.add(new PmlMessage.Retire(AgentId.of("ada")));
    for (int i = 0; i < 200; i++) {
      messages.add(new PmlMessage.Report(Ledgers.random(random, 9, time)));
    }
    String body = write(messages);
    assertThat(schema.validate(body, InputFormat.JSON)).isEmpty();
    PmlBatch batch = PmlJson.read(body);
    assertThat(batch.refusals()).isEmpty();
    assertThat(batch.messages()).extracting(PmlBatch.Numbered::message).isEqualTo(messages);
  }

  /** What the reader refuses for its form, the schema refuses, and the other way round. */
  @Test
  void read_anyFieldAltered_isRefusedWhereTheSchemaRefusesIt() throws Exception {
    var random = new SplittableRandom(12);
    var said = Ledgers.rating(random).with(Dimension.SECURITY, 0.25);
    var evidence =
        new Evidence.Checked(
            AgentId.of("ada"), AgentId.of("bob"), said, said, time.now(), Ledgers.TRACE);
    String body = write(List.of(new PmlMessage.Register(CARD), new PmlMessage.Report(evidence)));
    String[] values = {"null", "-1", "2", "\"\"", "{}", "[]", "true", "1e400"};
    int differing = 0;
    for (int at = body.indexOf(':'); at > 0; at = body.indexOf(':', at + 1)) {
      if (body.charAt(at - 1) != '"') {
        continue; // in a time or an address
      }
      for (String value : values) {
        String altered = body.substring(0, at + 1) + value + "," + rest(body, at);
        boolean fits = schema.validate(altered, InputFormat.JSON).isEmpty();
        if (fits != isRead(altered)) {
          differing++;
          assertThat(altered).as("schema takes it: %s", fits).isIn(List.of());
        }
      }
    }
    assertThat(differing).isZero();
  }

  /** What follows the value at {@code at}, from the next name on; crude, and all of it is JSON. */
  private static String rest(String body, int at) {
    int depth = 0;
    boolean text = false;
    for (int i = at + 1; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '"') {
        text = !text;
      } else if (!text && (c == '{' || c == '[')) {
        depth++;
      } else if (!text && (c == '}' || c == ']')) {
        depth--;
        if (depth < 0) {
          return "\"pad\":0" + body.substring(i);
        }
      } else if (!text && c == ',' && depth == 0) {
        return body.substring(i + 1);
      }
    }
    throw new AssertionError(body);
  }

  private static boolean isRead(String body) {
    try {
      return PmlJson.read(body).refusals().isEmpty();
    } catch (PmlException e) {
      return false;
    }
  }

  private static String write(List<PmlMessage> messages) {
    return PmlWriter.of(ExperimentId.of("exp-1"), "g1", 1).write(messages).body();
  }

  @Test
  void write_veryLongTime_isTheLongestThereIs() throws Exception {
    var seen =
        new Evidence.Witnessed(
            AgentId.of("ada"), true, Duration.ofDays(365_000), time.now(), Ledgers.TRACE);
    PmlBatch batch = PmlJson.read(write(List.of(new PmlMessage.Report(seen))));
    assertThat(batch.refusals()).isEmpty();
  }
}
