package dev.mama.testkit;

import static dev.mama.testkit.TransportEnvelopes.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.TransportException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What {@link Transport} promises of topics. Each test has an experiment of its own, so that
 * transports may share a broker.
 *
 * <p>Confined to the test that extends it.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TransportTopicsContract {

  private static final String NEWS = "news";
  private static final AgentId ALICE = TransportEnvelopes.ALICE;

  private final ExperimentId experiment = ExperimentId.of("exp-" + UUID.randomUUID());
  private final Queue<String> first = new ConcurrentLinkedQueue<>();
  private final Queue<String> second = new ConcurrentLinkedQueue<>();
  private final List<Transport> opened = new ArrayList<>();
  private Transport transport;
  private Transport other;

  /** Opens the transport to be tested; the contract closes it. */
  protected abstract Transport open() throws Exception;

  /** Opens one that reaches the same topics, as another process would; by default the same. */
  protected Transport openOther(Transport transport) throws Exception {
    return transport;
  }

  /** How long an envelope may take before it counts as lost. */
  protected Duration patience() {
    return Duration.ofSeconds(30);
  }

  @BeforeEach
  void openTransports() throws Exception {
    transport = open();
    opened.add(transport);
    other = openOther(transport);
    opened.add(other);
  }

  @AfterEach
  void closeTransports() {
    opened.reversed().forEach(Transport::close);
  }

  @Test
  void publish_twoReceivers_reachesBothUnaltered() throws Exception {
    var arrived = new ConcurrentLinkedQueue<Envelope>();
    transport.subscribeTopic(experiment, NEWS, arrived::add);
    other.subscribeTopic(experiment, NEWS, into(second));
    Envelope sent = published("rain");

    transport.publish(sent);

    awaitOnly(second, "rain");
    patiently(() -> !arrived.isEmpty());
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

    patiently(() -> first.contains("sun"));
    assertThat(first).containsExactly("rain", "sun");
  }

  @Test
  void publish_nobodySubscribed_isFine() throws Exception {
    transport.publish(published("unheard"));
    transport.subscribeTopic(experiment, NEWS, into(first));

    transport.publish(published("heard"));

    patiently(() -> first.contains("heard"));
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

    patiently(() -> first.contains("sun"));
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
    patiently(() -> !texts.isEmpty());
    assertThat(texts).containsExactly(text);
  }

  private void patiently(Callable<Boolean> condition) {
    await().pollInterval(Duration.ofMillis(5)).atMost(patience()).until(condition);
  }

  /** Without a stack trace, which a transport would rightly log. */
  private static final class ThrownOnPurpose extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ThrownOnPurpose() {
      super("thrown by a test's receiver on purpose", null, false, false);
    }
  }
}
