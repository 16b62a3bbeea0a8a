package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Time;
import dev.mama.runtime.AgentGroupBuilder;
import dev.mama.runtime.Routing;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import dev.mama.testkit.UnrulyTransport.Faults;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without faults it keeps the contract; with them the runtime still keeps order and once. */
class UnrulyTransportTest extends TransportContract {

  private static final int MESSAGES = 1_000;
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Faults WILD =
      Faults.NONE.delayed(Duration.ofMillis(1), Duration.ofSeconds(2)).doubling(0.3);

  record Count(int number) {}

  @Override
  protected Transport open() {
    return UnrulyTransport.open(Time.system(), 1, Faults.NONE);
  }

  private static AgentGroupBuilder over(Transport wire, AgentGroupBuilder options) {
    return options
        .transport(wire)
        .routing(Routing.BROKER)
        .gapLimit(Duration.ofSeconds(5))
        .mailboxCapacity(16);
  }

  private static List<Integer> numbers(TestGroup group, String agent) {
    return group.handled().stream()
        .filter(turn -> turn.message().to().value().equals(agent))
        .map(turn -> turn.message().payload().as(Count.class).number())
        .toList();
  }

  private static List<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void delayedReorderedAndDoubled_areHandledOnceInOrder(long seed) throws Exception {
    var machine = SteppedMachine.seeded(seed);
    try (var wire = UnrulyTransport.open(machine.time(), seed, WILD);
        var near = TestGroup.on(machine, options -> over(wire, options).name("near"));
        var far = TestGroup.on(machine, options -> over(wire, options).name("far"))) {
      far.start("slow", (message, context) -> context.time().sleep(Duration.ofMillis(3)));
      near.start("relay", (message, context) -> context.send(id("slow"), message.payload()));
      Sender client = near.client("client");
      for (int i = 0; i < MESSAGES; i++) {
        client.send(id("relay"), Payload.of(new Count(i)));
      }
      near.settle();
      far.advance(LONG);
      far.settle();
      assertThat(numbers(near, "relay")).isEqualTo(upTo(MESSAGES));
      assertThat(numbers(far, "slow")).isEqualTo(upTo(MESSAGES));
      assertThat(far).hasNoErrors();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void dropped_areReported_andTheRestIsHandledOnceInOrder(long seed) throws Exception {
    var machine = SteppedMachine.seeded(seed);
    Faults faults = WILD.dropping(UnrulyTransportTest::isEveryTenth);
    try (var wire = UnrulyTransport.open(machine.time(), seed, faults);
        var group = TestGroup.on(machine, options -> over(wire, options))) {
      group.start("listener", (message, context) -> {});
      Sender client = group.client("client");
      for (int i = 0; i < MESSAGES; i++) {
        client.send(id("listener"), Payload.of(new Count(i)));
      }
      group.advance(LONG);
      group.settle();
      assertThat(numbers(group, "listener"))
          .isEqualTo(upTo(MESSAGES).stream().filter(i -> (i + 1) % 10 != 0 || i >= 990).toList())
          .isSorted();
      assertThat(group)
          .hasError("messages 10 to 10 of 'client' did not arrive within PT5S; going on without");
    }
  }

  /** The last one too, but then nothing comes after it by which its loss could be noticed. */
  private static boolean isEveryTenth(Envelope envelope) {
    return envelope.sequence() != null
        && envelope.sequence().number() % 10 == 0
        && envelope.sequence().number() < MESSAGES - 9;
  }

  @Test
  void askOverAWildWire_isAnsweredOrEndsInTime() throws Exception {
    var machine = SteppedMachine.seeded(4);
    try (var wire = UnrulyTransport.open(machine.time(), 4, WILD);
        var group = TestGroup.on(machine, options -> over(wire, options))) {
      group.start("echo", (message, context) -> context.reply(message.payload()));
      Sender client = group.client("client");
      for (int i = 0; i < 50; i++) {
        Payload answer = client.ask(id("echo"), Payload.of(new Count(i)), Duration.ofSeconds(5));
        assertThat(answer.as(Count.class).number()).isEqualTo(i);
      }
    }
  }

  @Test
  void sameSeed_sameFaults() throws Exception {
    assertThat(arrivals(9)).isEqualTo(arrivals(9)).isNotEqualTo(arrivals(10));
  }

  private static List<Integer> arrivals(long seed) throws Exception {
    var machine = SteppedMachine.seeded(1);
    try (var wire = UnrulyTransport.open(machine.time(), seed, WILD);
        var group = TestGroup.on(machine, options -> options.transport(wire))) {
      for (int i = 0; i < 20; i++) {
        group.start("agent-" + i, (message, context) -> {});
      }
      try (var other = TestGroup.on(machine, options -> options.transport(wire))) {
        Sender client = other.client("client");
        for (int i = 0; i < 20; i++) {
          client.send(id("agent-" + i), Payload.of(new Count(i)));
        }
        machine.advance(LONG);
      }
      return group.handled().stream()
          .map(turn -> turn.message().payload().as(Count.class).number())
          .toList();
    }
  }

  @Test
  void faults_outOfRange_areNamed() {
    assertThatThrownBy(() -> Faults.NONE.doubling(1.1)).hasMessageContaining("doubled 1.1");
    assertThatThrownBy(() -> Faults.NONE.delayed(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessageContaining("PT2S to PT1S");
  }

  private static AgentId id(String value) {
    return AgentId.of(value);
  }
}
