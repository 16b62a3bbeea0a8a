package dev.mama.testkit;

import static dev.mama.testkit.TransportEnvelopes.ALICE;
import static dev.mama.testkit.TransportEnvelopes.BOB;
import static dev.mama.testkit.TransportEnvelopes.agents;
import static dev.mama.testkit.TransportEnvelopes.in;
import static dev.mama.testkit.TransportEnvelopes.isNumber;
import static dev.mama.testkit.TransportEnvelopes.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link Transport} promises. An envelope that arrives twice is fine.
 *
 * <p>Confined to the test that extends it.
 */
public abstract class TransportContract extends TransportFixture {

  private final Inbox inbox = new Inbox();

  @ParameterizedTest
  @MethodSource("dev.mama.testkit.TransportEnvelopes#shapes")
  void send_anyShape_arrivesUnaltered(Envelope shape) throws Exception {
    Envelope sent = in(experiment, shape);
    transport.subscribe(experiment, List.of(BOB), inbox);

    other.send(sent);

    Envelope arrived = inbox.awaitAll(1).getFirst();
    assertThat(arrived)
        .usingRecursiveComparison()
        .ignoringFields("message.payload", "message.deadline", "sequence.before")
        .isEqualTo(sent);
    assertThat(arrived.message().payload().type()).isEqualTo(sent.message().payload().type());
    assertThat(arrived.message().payload().json()).isEqualTo(sent.message().payload().json());
    assertSameDeadline(arrived.message().deadline(), sent.message().deadline());
  }

  private static void assertSameDeadline(Deadline arrived, Deadline sent) {
    assertThat(arrived.isNone()).isEqualTo(sent.isNone());
    assertThat(arrived.remaining(Time.system()))
        .isCloseTo(sent.remaining(Time.system()), Duration.ofSeconds(20));
  }

  @Test
  void send_largePayload_arrivesUnaltered() throws Exception {
    transport.subscribe(experiment, List.of(BOB), inbox);
    Envelope large = envelope(ALICE, BOB, "x".repeat(200_000), 1);

    other.send(large);

    assertThat(inbox.awaitAll(1).getFirst().message().payload().json())
        .isEqualTo(large.message().payload().json());
  }

  @Test
  void send_oneSenderOneReceiver_keepsTheOrder() throws Exception {
    transport.subscribe(experiment, List.of(BOB), inbox);

    for (int number = 1; number <= 1_000; number++) {
      other.send(envelope(ALICE, BOB, "in order", number));
    }

    assertThat(numbers(inbox.awaitAll(1_000)))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 1_000).mapToObj(n -> (long) n).toList());
  }

  @Test
  void send_fourSendersTwentyReceivers_allArriveInOrder() throws Exception {
    int perPair = 100;
    List<AgentId> senders = agents("sender", 4);
    List<AgentId> receivers = agents("receiver", 20);
    List<Inbox> inboxes = new ArrayList<>();
    for (AgentId receiver : receivers) {
      Inbox own = new Inbox();
      inboxes.add(own);
      transport.subscribe(experiment, List.of(receiver), own);
    }

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> sendings = new ArrayList<>();
      for (AgentId from : senders) {
        sendings.add(
            threads.submit(() -> {
              for (int number = 1; number <= perPair; number++) {
                for (AgentId to : receivers) {
                  other.send(envelope(from, to, "load", number));
                }
              }
              return null;
            }));
      }
      for (Future<?> sending : sendings) {
        sending.get(1, TimeUnit.MINUTES);
      }
    }

    List<Long> inOrder = IntStream.rangeClosed(1, perPair).mapToObj(n -> (long) n).toList();
    for (int i = 0; i < receivers.size(); i++) {
      AgentId receiver = receivers.get(i);
      List<Envelope> arrived = inboxes.get(i).awaitAll(senders.size() * perPair);
      assertThat(arrived).allMatch(e -> e.message().to().equals(receiver));
      for (AgentId from : senders) {
        assertThat(numbers(arrived.stream().filter(e -> e.message().from().equals(from)).toList()))
            .as("from %s to %s", from, receiver)
            .containsExactlyElementsOf(inOrder);
      }
    }
  }

  @Test
  void subscribe_twoThousandAgentsAtOnce_eachIsReached() throws Exception {
    List<AgentId> agents = agents("agent", 2_000);
    transport.subscribe(experiment, agents, inbox);

    for (AgentId agent : agents) {
      other.send(envelope(ALICE, agent, "to each", 1));
    }

    assertThat(inbox.awaitAll(agents.size()).stream().map(e -> e.message().to()))
        .containsExactlyInAnyOrderElementsOf(agents);
  }

  @Test
  void subscribe_noAgents_isFine() throws Exception {
    transport.subscribe(experiment, List.of(), inbox);
    transport.unsubscribe(experiment, List.of(), inbox);
    assertThat(inbox.arrived).isEmpty();
  }

  @Test
  void subscribe_twoAgents_eachReceiverGetsItsOwn() throws Exception {
    Inbox ofAlice = new Inbox();
    transport.subscribe(experiment, List.of(ALICE), ofAlice);
    transport.subscribe(experiment, List.of(BOB), inbox);

    other.send(envelope(BOB, ALICE, "for alice", 1));
    other.send(envelope(ALICE, BOB, "for bob", 1));

    assertThat(inbox.awaitAll(1)).allMatch(e -> e.message().to().equals(BOB));
    assertThat(ofAlice.awaitAll(1)).allMatch(e -> e.message().to().equals(ALICE));
  }

  @Test
  void subscribe_sameAgentInAnotherExperiment_getsNothingOfThisOne() throws Exception {
    ExperimentId another = ExperimentId.of("other-" + UUID.randomUUID());
    Inbox ofOther = new Inbox();
    transport.subscribe(another, List.of(BOB), ofOther);
    transport.subscribe(experiment, List.of(BOB), inbox);

    other.send(envelope(ALICE, BOB, "here", 1));
    inbox.awaitAll(1);
    other.send(in(another, envelope(ALICE, BOB, "there", 2)));

    assertThat(ofOther.awaitAll(1)).allMatch(e -> e.experiment().equals(another));
    assertThat(inbox.arrived).allMatch(e -> e.experiment().equals(experiment));
  }

  @Test
  void send_nobodySubscribed_nothingArrivesForOthers() throws Exception {
    transport.subscribe(experiment, List.of(BOB), inbox);

    sendOrUnknown(envelope(BOB, ALICE, "nobody", 1));
    sendOrUnknown(in(ExperimentId.of("none-" + UUID.randomUUID()), envelope(ALICE, BOB, "no", 1)));
    other.send(envelope(ALICE, BOB, "marker", 2));

    assertThat(inbox.awaitAll(1)).hasSize(1).allMatch(e -> isNumber(e, 2));
  }

  @Test
  void subscribe_again_replacesTheReceiver() throws Exception {
    Inbox first = new Inbox();
    transport.subscribe(experiment, List.of(BOB), first);
    other.send(envelope(ALICE, BOB, "to the first", 1));
    first.awaitAll(1);

    transport.subscribe(experiment, List.of(BOB), inbox);
    other.send(envelope(ALICE, BOB, "to the second", 2));

    assertThat(inbox.awaitAll(1)).allMatch(e -> isNumber(e, 2));
    assertThat(first.arrived).allMatch(e -> isNumber(e, 1));
  }

  @Test
  void unsubscribe_oneOfTwo_endsOnlyItsDelivery() throws Exception {
    Inbox ofAlice = new Inbox();
    transport.subscribe(experiment, List.of(ALICE), ofAlice);
    transport.subscribe(experiment, List.of(BOB), inbox);

    transport.unsubscribe(experiment, List.of(ALICE, AgentId.of("never-subscribed")), ofAlice);
    sendOrUnknown(envelope(BOB, ALICE, "too late", 1));
    other.send(envelope(ALICE, BOB, "marker", 1));

    inbox.awaitAll(1);
    assertThat(ofAlice.arrived).isEmpty();
  }

  @Test
  void unsubscribe_receiverWasReplaced_theLaterOneStays() throws Exception {
    Inbox first = new Inbox();
    transport.subscribe(experiment, List.of(BOB), first);
    transport.subscribe(experiment, List.of(BOB), inbox);

    transport.unsubscribe(experiment, List.of(BOB), first);
    other.send(envelope(ALICE, BOB, "to the second", 1));

    assertThat(inbox.awaitAll(1)).hasSize(1);
    assertThat(first.arrived).isEmpty();
  }

  @Test
  void subscribe_afterUnsubscribe_deliversAgain() throws Exception {
    transport.subscribe(experiment, List.of(BOB), inbox);
    transport.unsubscribe(experiment, List.of(BOB), inbox);
    transport.subscribe(experiment, List.of(BOB), inbox);

    other.send(envelope(ALICE, BOB, "again", 1));

    assertThat(inbox.awaitAll(1)).hasSize(1);
  }

  @Test
  void send_receiverThrows_laterOnesArrive() throws Exception {
    AgentId broken = AgentId.of("broken");
    Inbox afterThrow = new Inbox();
    transport.subscribe(
        experiment,
        List.of(broken),
        envelope -> {
          afterThrow.accept(envelope);
          throw new ThrownOnPurpose();
        });
    transport.subscribe(experiment, List.of(BOB), inbox);

    other.send(envelope(ALICE, broken, "throws", 1));
    other.send(envelope(ALICE, broken, "throws again", 2));
    other.send(envelope(ALICE, BOB, "goes on", 1));

    afterThrow.awaitAll(2);
    assertThat(inbox.awaitAll(1)).hasSize(1);
  }

  @Test
  void send_interruptedThread_saysSoAndOthersGoOn() throws Exception {
    transport.subscribe(experiment, List.of(BOB), inbox);

    Thread.currentThread().interrupt();
    boolean told;
    try {
      other.send(envelope(ALICE, BOB, "interrupted", 1));
      told = Thread.interrupted();
    } catch (InterruptedException e) {
      told = true;
    }
    other.send(envelope(ALICE, BOB, "goes on", 2));

    assertThat(told).as("the interruption is thrown or still set").isTrue();
    patiently().until(() -> inbox.arrived.stream().anyMatch(e -> isNumber(e, 2)));
  }

  @Test
  void sendAndSubscribe_afterClose_areRefused() throws Exception {
    transport.subscribe(experiment, List.of(BOB), inbox);
    transport.close();
    other.close();

    assertThatExceptionOfType(TransportException.class)
        .isThrownBy(() -> other.send(envelope(ALICE, BOB, "too late", 1)))
        .withMessageContaining("closed");
    assertThatThrownBy(() -> transport.subscribe(experiment, List.of(ALICE), inbox))
        .isInstanceOf(TransportException.class);
    assertThat(inbox.arrived).isEmpty();
  }

  @Test
  void close_twice_isFine() {
    transport.close();
    transport.close();
    assertThat(transport.name()).isNotBlank();
  }

  private void sendOrUnknown(Envelope envelope) throws InterruptedException {
    try {
      other.send(envelope);
    } catch (UnknownAgentException e) {
      assertThat(e.agent()).isEqualTo(envelope.message().to());
    }
  }

  private Envelope envelope(AgentId from, AgentId to, String text, long number) {
    return TransportEnvelopes.numbered(experiment, from, to, text, number);
  }

  /** What arrived, in order. */
  private final class Inbox implements Consumer<Envelope> {

    final ConcurrentLinkedQueue<Envelope> arrived = new ConcurrentLinkedQueue<>();

    @Override
    public void accept(Envelope envelope) {
      arrived.add(envelope);
    }

    /** The envelopes without their repetitions, once there are {@code count} of them. */
    List<Envelope> awaitAll(int count) {
      patiently()
          .untilAsserted(() ->
              assertThat(distinct().size()).as("distinct envelopes").isGreaterThanOrEqualTo(count));
      return distinct();
    }

    private List<Envelope> distinct() {
      var ids = new HashSet<UUID>();
      return arrived.stream().filter(e -> ids.add(e.message().id())).toList();
    }
  }
}
