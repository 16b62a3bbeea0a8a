package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.groups.Tuple.tuple;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told to the desk, well and ill formed, of one's own agents and of others'. */
class PmlDeskTest extends PmlDeskFixture {

  @Test
  void take_allFourMessages_carriesThemOut() throws Exception {
    PmlAnswer answer =
        desk.take(
            g1.write(
                List.of(
                    register(ADA, ""),
                    register(BOB, ""),
                    report(Ledgers.checked(ADA, BOB, 1, time.now())),
                    HEARTBEAT,
                    new PmlMessage.Retire(ADA))));
    assertThat(answer).isEqualTo(new PmlAnswer("g1", 1, 1, 5, List.of()));
    assertThat(answer.isTaken()).isTrue();
    assertThat(registry.card(ADA)).isEmpty();
    assertThat(registry.writer(BOB)).contains("g1");
    assertThat(ledger.standing(BOB).evidence()).isEqualTo(1);
  }

  @Test
  void take_heartbeat_isThatOfAllAgentsOfItsWriterOnly() throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    var g2 = PmlWriter.of(EXPERIMENT, "g2", 1);
    desk.take(g2.write(List.of(register(BOB, ""))));
    time.advance(Duration.ofSeconds(20));
    desk.take(g1.write(List.of(HEARTBEAT)));
    time.advance(Duration.ofSeconds(20));
    assertThat(registry.isAlive(ADA)).isTrue();
    assertThat(registry.isAlive(BOB)).isFalse();
  }

  @Test
  void take_otherVersion_isRefusedByName() throws Exception {
    var letter = new PmlLetter(body().replace("\"pml\":1", "\"pml\":2"), "");
    assertRefused(desk.take(letter), PmlReason.UNKNOWN_VERSION, "version 2");
  }

  @Test
  void take_otherExperiment_isRefusedByName() throws Exception {
    var letter = PmlWriter.of(ExperimentId.of("exp-2"), "g1", 1).write(List.of(HEARTBEAT));
    assertRefused(desk.take(letter), PmlReason.OTHER_EXPERIMENT, "exp-2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"pml", "experiment", "writer", "start", "sequence", "previous", "messages"})
  void take_fieldMissing_isRefusedByName(String field) throws Exception {
    var letter = new PmlLetter(body().replace('"' + field + '"', "\"other\""), "");
    assertRefused(desk.take(letter), PmlReason.MISSHAPEN, field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "subject    | someone   | subject",
        "0.75       | 1.5       | quality is 1.5",
        "0.75       | -0.1      | quality is -0.1",
        "0.75       | 1e999     | quality is",
        "0.75       | true      | quality is true; it must be a number",
        "true       | 1         | answered is 1; it must be true or false",
        "5000000    | -1        | tookNanos is -1",
        "5000000    | 1.5       | tookNanos is 1.5",
        "bob        | b/o/b     | agent id 'b/o/b'",
        "evidence   | rumour    | type is 'rumour'",
        "opinion    | hearsay   | basis is 'hearsay'",
        "0000-00    | noon      | it must be a time",
        "00-00      | xx-00     | traceparent"
      })
  void take_messageMisshapen_isRefusedAndTheOthersAreTaken(String from, String to, String named)
      throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    Evidence opinion = Ledgers.opinion(ADA, BOB, 0.75, Instant.EPOCH);
    String body = g1.write(List.of(report(opinion), HEARTBEAT)).body();
    if (from.equals("0000-00")) {
      body = body.replace("1970-01-01T00:00:00Z", to);
    } else {
      String trace = Ledgers.TRACE.traceparent();
      body = from.equals("00-00") ? body.replace(trace, "xx" + trace) : body.replace(from, to);
    }
    PmlAnswer answer = desk.take(new PmlLetter(body, ""));
    assertThat(answer.accepted()).isEqualTo(1);
    assertThat(answer.isTaken()).isTrue();
    assertThat(answer.refusals())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.message()).isZero();
          assertThat(it.reason()).isIn(PmlReason.MISSHAPEN, PmlReason.OUT_OF_RANGE);
          assertThat(it.detail()).contains(named);
        });
    assertThat(ledger.standing(BOB).evidence()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "nonsense", "{}{}", "{\"pml\":1,\"pml\":1}", "null"})
  void take_noBatch_isRefusedByName(String body) throws Exception {
    PmlAnswer answer = desk.take(new PmlLetter(body, ""));
    assertThat(answer.isTaken()).isFalse();
    assertThat(answer.refusals().get(0).reason()).isIn(PmlReason.UNREADABLE, PmlReason.MISSHAPEN);
  }

  @Test
  void take_notANumber_isNoJson() throws Exception {
    var letter = new PmlLetter(body().replace("\"start\":1", "\"start\":NaN"), "");
    assertRefused(desk.take(letter), PmlReason.UNREADABLE, "NaN");
  }

  @Test
  void take_tenMegabytes_isRefusedUnread() throws Exception {
    String large = body().replace("exp-1", "x".repeat(10_000_000));
    assertRefused(desk.take(new PmlLetter(large, "")), PmlReason.TOO_LARGE, "1048576");
  }

  @Test
  void take_tooManyMessages_isRefusedByName() throws Exception {
    String one = "{\"type\":\"heartbeat\"}";
    String many = String.join(",", Collections.nCopies(1_001, one));
    assertRefused(
        desk.take(new PmlLetter(body().replace(one, many), "")), PmlReason.TOO_LARGE, "1001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> g1.write(Collections.nCopies(1_001, HEARTBEAT)));
  }

  @Test
  void take_futureOrAncient_isRefusedByName() throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    Instant soon = time.now().plus(PmlCheck.AHEAD);
    Instant old = time.now().minus(PmlCheck.OLDEST);

    PmlAnswer answer =
        desk.take(
            g1.write(
                Stream.of(soon, soon.plusNanos(1), old, old.minusNanos(1))
                    .map(at -> report(Ledgers.checked(ADA, BOB, 1, at)))
                    .toList()));

    assertThat(answer.accepted()).isEqualTo(2);
    assertThat(answer.refusals())
        .extracting(PmlAnswer.Refusal::message, PmlAnswer.Refusal::reason)
        .containsExactly(tuple(1, PmlReason.FUTURE), tuple(3, PmlReason.ANCIENT));
  }

  @Test
  void take_ratingOneself_isRefusedByName() throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    String body =
        g1.write(List.of(HEARTBEAT, report(Ledgers.checked(ADA, BOB, 1, time.now()))))
            .body()
            .replace("bob", "ada");
    assertRefused(desk.take(new PmlLetter(body, "")), 1, PmlReason.PARTIAL);
  }

  @Test
  void take_ratingOneOfTheSameOwner_isRefusedByName() throws Exception {
    PmlAnswer answer =
        desk.take(
            g1.write(
                List.of(
                    register(ADA, "lab"),
                    report(Ledgers.checked(ADA, BOB, 1, time.now())), // not known to be
                    register(BOB, "lab"),
                    report(Ledgers.checked(ADA, BOB, 1, time.now())))));
    assertThat(answer.accepted()).isEqualTo(3);
    assertThat(answer.refusals())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.message()).isEqualTo(3);
          assertThat(it.reason()).isEqualTo(PmlReason.PARTIAL);
          assertThat(it.detail()).contains("both belong to 'lab'");
        });
  }

  @Test
  void take_aboutAnothersAgent_isRefusedByName() throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    var g2 = PmlWriter.of(EXPERIMENT, "g2", 1);
    PmlAnswer answer =
        desk.take(
            g2.write(
                List.of(
                    register(ADA, ""),
                    new PmlMessage.Retire(ADA),
                    report(Ledgers.checked(ADA, BOB, 1, time.now())),
                    report(Ledgers.checked(BOB, ADA, 1, time.now())),
                    new PmlMessage.Retire(BOB))));
    assertThat(answer.accepted()).isZero();
    assertThat(answer.refusals())
        .hasSize(5)
        .allSatisfy(it -> assertThat(it.reason()).isEqualTo(PmlReason.NOT_YOURS));
    assertThat(registry.writer(ADA)).contains("g1");
  }

  @Test
  void take_aboutAnAgentOfTheRegistrysOwnProcess_isRefusedByName() throws Exception {
    registry.register(new AgentCard(ADA, "any", "does anything"));
    PmlAnswer answer = desk.take(g1.write(List.of(HEARTBEAT, register(ADA, ""))));
    assertRefused(answer, 1, PmlReason.NOT_YOURS);
    assertThat(answer.refusals().get(0).detail()).contains("the registry's process");
  }

  @Test
  void take_agentOfAWriterThatIsGone_maybeAnothers() throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    registry.left("g1");
    desk.take(PmlWriter.of(EXPERIMENT, "g2", 1).write(List.of(register(ADA, ""))));
    assertThat(registry.writer(ADA)).contains("g2");
  }

  /** Both were told that they had it, and the first lost it when the second was carried out. */
  @Test
  void take_twoWritersRegisterOneAgentAtOnce_oneIsRefused() throws Exception {
    var keeping = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    EvidenceBook slow =
        new EvidenceBook() {
          @Override
          public void keep(List<Evidence> evidence, BatchStamp stamp) throws InterruptedException {
            if (stamp.writer().equals("g1")) {
              keeping.countDown();
              goOn.await();
            }
          }

          @Override
          public Optional<BatchStamp> lastBatch(String writer) {
            return Optional.empty();
          }

          @Override
          public Standing standing(AgentId agent) {
            return ledger.standing(agent);
          }
        };
    PmlDesk waiting = PmlDesk.of(EXPERIMENT, registry, slow, keys, time);
    var g2 = PmlWriter.of(EXPERIMENT, "g2", 1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> waiting.take(g1.write(List.of(register(ADA, "")))));
      keeping.await();
      PmlAnswer second = waiting.take(g2.write(List.of(register(ADA, ""), register(BOB, ""))));
      goOn.countDown();

      assertRefused(second, 0, PmlReason.NOT_YOURS);
      assertThat(second.refusals().get(0).detail()).contains("by writer 'g1'");
      assertThat(first.get().refusals()).isEmpty();
    }
    assertThat(registry.writer(ADA)).contains("g1");
    waiting.take(PmlWriter.of(EXPERIMENT, "g2", 2).write(List.of(new PmlMessage.Retire(BOB))));
    var g3 = PmlWriter.of(EXPERIMENT, "g3", 1);
    assertThat(waiting.take(g3.write(List.of(register(BOB, "")))).refusals()).isEmpty();
  }
}
