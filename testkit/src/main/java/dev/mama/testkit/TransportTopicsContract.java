package dev.mama.testkit;

import static dev.mama.testkit.TransportEnvelopes.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.TransportException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What {@link Transport} promises of topics.
 *
 * <p>Confined to the test that extends it.
 */
public abstract class TransportTopicsContract extends TransportFixture {

  private static final String NEWS = "news";
  private static final AgentId ALICE = TransportEnvelopes.ALICE;

  private final Queue<String> first = new ConcurrentLinkedQueue<>();
  private final Queue<String> second = new ConcurrentLinkedQueue<>();

  @Test
  void publish_twoReceivers_reachesBothUnaltered() throws Exception {
    var arrived = new ConcurrentLinkedQueue<Envelope>();
    transport.subscribeTopic(experiment, NEWS, arrived::add);
    other.subscribeTopic(experiment, NEWS, into(second));
    Envelope sent = published("rain");

    transport.publish(sent);

    awaitOnly(second, "rain");
    patiently().until(() -> !arrived.isEmpty());
    assertThat(arrived.peek())
        .usingRecursiveComparison()
        .ignoringFields("message.payload")
        .isEqualTo(sent);
  }

  @Test
  void publish_twoReceiversOfOneTransport_reachesBoth() throws Exception {
    transport.subscribeTopic(experiment, NEWS, into(first));
    transport.subscribeTopic(experiment, NEWS, into(second));

    other.publish(published("rain"));

    awaitOnly(first, "rain");
    awaitOnly(second, "rain");
  }

  @Test
  void publish_sameReceiverTwice_reachesItOnce() throws Exception {
    Consumer<Envelope> receiver = into(first);
    transport.subscribeTopic(experiment, NEWS, receiver);
    transport.subscribeTopic(experiment, NEWS, receiver);

    other.publish(published("rain"));
    other.publish(published("sun"));

    patiently().until(() -> first.contains("sun"));
    assertThat(first).containsExactly("rain", "sun");
  }

  @Test
  void publish_nobodySubscribed_isFine() throws Exception {
    transport.publish(published("unheard"));
    transport.subscribeTopic(experiment, NEWS, into(first));

    transport.publish(published("heard"));

    patiently().until(() -> first.contains("heard"));
  }

  @Test
  void publish_otherTopicOrExperiment_doesNotArrive() throws Exception {
    transport.subscribeTopic(experiment, NEWS, into(first));

    other.publish(TransportEnvelopes.published(experiment, ALICE, "weather", "elsewhere"));
    other.publish(in(ExperimentId.of("not-" + experiment), published("another experiment")));
    other.publish(published("here"));

    awaitOnly(first, "here");
  }

  @Test
  void publish_agentOfTheTopicsName_getsNothing() throws Exception {
    transport.subscribe(experiment, List.of(AgentId.of(NEWS)), into(second));
    transport.subscribeTopic(experiment, NEWS, into(first));

    other.publish(published("rain"));

    awaitOnly(first, "rain");
    assertThat(second).isEmpty();
  }

  @Test
  void unsubscribeTopic_oneOfTwo_endsOnlyItsDelivery() throws Exception {
    Consumer<Envelope> leaving = into(first);
    transport.subscribeTopic(experiment, NEWS, leaving);
    transport.subscribeTopic(experiment, NEWS, into(second));
    transport.unsubscribeTopic(experiment, NEWS, leaving);
    transport.unsubscribeTopic(experiment, NEWS, leaving);

    other.publish(published("rain"));

    awaitOnly(second, "rain");
    assertThat(first).isEmpty();
  }

  @Test
  void subscribeTopic_afterUnsubscribe_deliversAgain() throws Exception {
    Consumer<Envelope> receiver = into(first);
    transport.subscribeTopic(experiment, NEWS, receiver);
    transport.unsubscribeTopic(experiment, NEWS, receiver);
    transport.subscribeTopic(experiment, NEWS, receiver);

    other.publish(published("rain"));

    awaitOnly(first, "rain");
  }

  @Test
  void publish_receiverThrows_laterOnesArrive() throws Exception {
    transport.subscribeTopic(
        experiment,
        NEWS,
        envelope -> {
          throw new ThrownOnPurpose();
        });
    transport.subscribeTopic(experiment, NEWS, into(first));

    other.publish(published("rain"));
    other.publish(published("sun"));

    patiently().until(() -> first.contains("sun"));
    assertThat(first).containsExactly("rain", "sun");
  }

  @Test
  void publish_withASequence_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            transport.publish(
                TransportEnvelopes.numbered(experiment, ALICE, AgentId.of(NEWS), "rain", 1)))
        .withMessageContaining("'news'");
  }

  @Test
  void topics_invalidName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> transport.subscribeTopic(experiment, "a/#", into(first)))
        .withMessageContaining("a/#");
  }

  @Test
  void publishAndSubscribe_afterClose_areRefused() {
    transport.close();

    assertThatExceptionOfType(TransportException.class)
        .isThrownBy(() -> transport.publish(published("too late")));
    assertThatExceptionOfType(TransportException.class)
        .isThrownBy(() -> transport.subscribeTopic(experiment, NEWS, into(first)));
  }

  private Envelope published(String text) {
    return TransportEnvelopes.published(experiment, ALICE, NEWS, text);
  }

  private static Consumer<Envelope> into(Queue<String> texts) {
    return envelope -> texts.add(TransportEnvelopes.text(envelope));
  }

  private void awaitOnly(Queue<String> texts, String text) {
    patiently().until(() -> !texts.isEmpty());
    assertThat(texts).containsExactly(text);
  }
}
