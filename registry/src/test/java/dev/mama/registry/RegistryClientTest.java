package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AskTimeoutException;
import dev.mama.Delivery;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.journal.Grade;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client whose letters, or the answers to them, are lost, or whose registry's disk is full. */
class RegistryClientTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");
  private static final AgentId CY = AgentId.of("cy");

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();
  private final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofSeconds(30), time);
  private final PmlDesk desk =
      PmlDesk.of(
          EXPERIMENT,
          registry,
          InMemoryTrustLedger.create(Duration.ofDays(7), time),
          PmlKeys.open(),
          time);
  private final List<PmlAnswer> late = new ArrayList<>();
  private final RegistryClient client =
      RegistryClient.of(PmlWriter.of(EXPERIMENT, "g1", 1), Duration.ofSeconds(1), late::add);
  private final Wire wire = new Wire();

  @Test
  void tell_timedOutTwice_bothBatchesAreSentBeforeTheNext() throws Exception {
    wire.losesLetters = true;
    assertTimesOut(register(ADA));
    assertTimesOut(register(BOB));
    wire.losesLetters = false;
    assertThat(tell(register(CY)).sequence()).isEqualTo(3);
    assertThat(registry.card(ADA)).isPresent();
    assertThat(registry.card(BOB)).isPresent();
    assertThat(late).extracting(PmlAnswer::sequence).containsExactly(1L, 2L);
  }

  @Test
  void tell_answerLost_isTakenOnce() throws Exception {
    wire.losesAnswers = true;
    assertTimesOut(register(ADA));
    wire.losesAnswers = false;
    assertThat(tell(register(BOB)).refusals()).isEmpty();
    assertThat(late)
        .singleElement()
        .satisfies(it -> assertThat(it.refusals().get(0).reason()).isEqualTo(PmlReason.REPLAYED));
  }

  @Test
  void tell_messageRefusedLate_isToldToWhomItConcerns() throws Exception {
    wire.losesLetters = true;
    assertTimesOut(new PmlMessage.Retire(BOB));
    wire.losesLetters = false;
    assertThat(tell(register(ADA)).refusals()).isEmpty();
    assertThat(late)
        .singleElement()
        .satisfies(it -> assertThat(it.refusals().get(0).reason()).isEqualTo(PmlReason.NOT_YOURS));
  }

  @Test
  void tell_notKept_isSentAgainBeforeTheNext() throws Exception {
    var kept =
        JournalTrustLedger.open(folder, LedgerOptions.defaults().grade(Grade.JOURNALLED), time);
    kept.close(); // refuses, as a full disk does
    wire.to = PmlDesk.of(EXPERIMENT, registry, kept, PmlKeys.open(), time);
    PmlAnswer first = tell(register(ADA));
    PmlAnswer second = tell(register(BOB));
    assertThat(first.isTaken()).isFalse();
    assertThat(second.isTaken()).isFalse();
    assertThat(second.sequence()).isEqualTo(2);
    assertThat(second.refusals().get(0).reason()).isEqualTo(PmlReason.NOT_KEPT);
    wire.to = desk;
    assertThat(tell(register(CY)).refusals()).isEmpty();
    assertThat(registry.card(ADA)).isPresent();
    assertThat(registry.card(BOB)).isPresent();
  }

  @Test
  void tell_afterABatchWasRefused_isToBeginAnew() throws Exception {
    desk.take(PmlWriter.of(EXPERIMENT, "g1", 2).write(List.of(register(ADA))));
    assertThat(tell(register(BOB)).isTaken()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> tell(register(CY)))
        .withMessageContaining("EARLIER_START")
        .withMessageContaining("begin anew");
  }

  @Test
  void tell_tooManyUnanswered_saysThatTheseWereNotTaken() throws Exception {
    wire.losesLetters = true;
    for (int i = 0; i < RegistryClient.MOST_UNANSWERED; i++) {
      assertTimesOut(register(Ledgers.agent(i)));
    }
    assertThatThrownBy(() -> tell(register(ADA)))
        .isInstanceOf(NotToldException.class)
        .hasMessageContaining("16 batches");
    wire.losesLetters = false;
    assertThat(tell(register(BOB)).sequence()).isEqualTo(17);
    assertThat(registry.size()).isEqualTo(17);
    assertThat(registry.card(ADA)).isEmpty();
  }

  /** Such a batch would never be taken, nor any behind it. */
  @Test
  void tell_moreThanABodyHolds_isRefusedAndTheChainGoesOn() throws Exception {
    String large = "x".repeat(10_000);
    var many = new ArrayList<PmlMessage>();
    for (int i = 0; i < 200; i++) {
      many.add(new PmlMessage.Register(new AgentCard(Ledgers.agent(i), "any", large)));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.tell(wire, many))
        .withMessageContaining("1048576")
        .withMessageContaining("in parts");
    assertThat(tell(register(ADA)).sequence()).isEqualTo(1);
  }

  private PmlAnswer tell(PmlMessage message) throws InterruptedException {
    return client.tell(wire, List.of(message));
  }

  private void assertTimesOut(PmlMessage message) {
    assertThatThrownBy(() -> tell(message)).isInstanceOf(AskTimeoutException.class);
  }

  private static PmlMessage register(AgentId agent) {
    return new PmlMessage.Register(new AgentCard(agent, "any", "does anything"));
  }

  /** The way to a real desk, on which letters or answers get lost. */
  private final class Wire implements Sender {

    private PmlDesk to = desk;
    private boolean losesLetters;
    private boolean losesAnswers;

    @Override
    public AgentId self() {
      return AgentId.of("teller");
    }

    @Override
    public Payload ask(AgentId agent, Payload payload, Duration timeout)
        throws InterruptedException {
      if (losesLetters) {
        throw new AskTimeoutException(agent, timeout);
      }
      PmlAnswer answer = to.take(payload.as(PmlLetter.class));
      if (losesAnswers) {
        throw new AskTimeoutException(agent, timeout);
      }
      return Payload.of(answer);
    }

    @Override
    public void send(AgentId agent, Payload payload) {
      throw new UnsupportedOperationException("a client asks");
    }

    @Override
    public Delivery trySend(AgentId agent, Payload payload) {
      throw new UnsupportedOperationException("a client asks");
    }
  }
}
