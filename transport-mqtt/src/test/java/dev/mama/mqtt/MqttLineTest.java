package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentType;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Lines whose first messages do not come: lost, or had by an earlier start of the receiver. */
@ExtendWith(SharedBroker.class)
class MqttLineTest {

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final ConcurrentLinkedQueue<UUID> handled = new ConcurrentLinkedQueue<>();
  private MqttTransport transport;
  private AgentGroup group;

  @BeforeEach
  void start() throws Exception {
    transport = MqttTransport.connect(SharedBroker.address());
    group =
        AgentGroup.builder(experiment)
            .transport(transport)
            .eventLog(log)
            .gapLimit(Duration.ofMillis(50))
            .build();
    group.define(AgentType.of("bob", () -> (message, context) -> handled.add(message.id())));
    group.start(BOB, "bob");
  }

  @AfterEach
  void stop() {
    group.close();
    transport.close();
  }

  /** The third message of alice, who started so long from now. */
  private Envelope third(Duration startedIn) {
    long millis = Instant.now().plus(startedIn).toEpochMilli();
    Envelope e = Envelopes.envelope(experiment, BOB, "the third", 3);
    var sequence = new Sequence(millis << Sequence.CHANCE_BITS, 3);
    return new Envelope(experiment, e.kind(), e.message(), sequence, null, List.of());
  }

  @Test
  void firstOfALineAreLost_senderStartedLater_isReportedAndTheLineGoesOn() throws Exception {
    Envelope third = third(Duration.ofMinutes(1));

    transport.send(third);

    await().until(() -> handled.contains(third.message().id()));
    await().until(() -> !errors().isEmpty());
    assertThat(errors())
        .singleElement()
        .asString()
        .contains("messages 1 to 2 of 'alice' did not arrive within PT0.05S");
  }

  @Test
  void firstOfALineDoNotCome_senderStartedEarlier_isNoGap() throws Exception {
    Envelope third = third(Duration.ofMinutes(-1));

    transport.send(third);

    await().until(() -> handled.contains(third.message().id()));
    group.close(); // all that is to be recorded is
    assertThat(errors()).isEmpty();
  }

  private List<String> errors() {
    var errors = new ArrayList<String>();
    log.read(
        experiment,
        event -> {
          if (event instanceof Event.ErrorRaised error) {
            errors.add(error.detail());
          }
        });
    return errors;
  }
}
