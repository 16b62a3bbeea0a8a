package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.groups.Tuple.tuple;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.journal.Grade;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told to the desk, well and ill formed, by its writer and by others. */
class PmlDeskTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");
  private static final PmlMessage HEARTBEAT = new PmlMessage.Heartbeat();

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();
  private final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofSeconds(30), time);
  private final InMemoryTrustLedger ledger = InMemoryTrustLedger.create(Duration.ofDays(7), time);
  private final PmlKeys keys = PmlKeys.open();
  private final PmlDesk desk = PmlDesk.of(EXPERIMENT, registry, ledger, keys, time);
  private final PmlWriter g1 = PmlWriter.of(EXPERIMENT, "g1", 1);

  @BeforeEach
  void writersAreKnown() {
    registry.register(new AgentCard(AgentId.of("first-of-g1"), "any", "is there"), "g1");
    registry.register(new AgentCard(AgentId.of("first-of-g2"), "any", "is there"), "g2");
  }

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
  void take_future_isRefusedByName() throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    Instant soon = time.now().plus(PmlDesk.AHEAD);
    PmlAnswer answer =
        desk.take(
            g1.write(
                List.of(
                    report(Ledgers.checked(ADA, BOB, 1, soon)),
                    report(Ledgers.checked(ADA, BOB, 1, soon.plusNanos(1))))));
    assertRefused(answer, 1, PmlReason.FUTURE);
  }

  @Test
  void take_ancient_isRefusedByName() throws Exception {
    desk.take(g1.write(List.of(register(ADA, ""))));
    Instant old = time.now().minus(PmlDesk.OLDEST);
    PmlAnswer answer =
        desk.take(
            g1.write(
                List.of(
                    report(Ledgers.checked(ADA, BOB, 1, old)),
                    report(Ledgers.checked(ADA, BOB, 1, old.minusNanos(1))))));
    assertRefused(answer, 1, PmlReason.ANCIENT);
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

  @Test
  void take_again_isHarmlessAndCountsOnce() throws Exception {
    PmlLetter letter =
        g1.write(List.of(register(ADA, ""), report(Ledgers.checked(ADA, BOB, 1, time.now()))));
    desk.take(letter);
    PmlAnswer answer = desk.take(letter);
    assertThat(answer.isTaken()).isTrue();
    assertRefusal(answer, -1, PmlReason.REPLAYED);
    assertThat(ledger.standing(BOB).evidence()).isEqualTo(1);
    desk.take(g1.write(List.of(HEARTBEAT)));
    assertRefusal(desk.take(letter), -1, PmlReason.REPLAYED);
  }

  @Test
  void take_batchLeftOut_isRefusedUntilItComes() throws Exception {
    PmlLetter first = g1.write(List.of(HEARTBEAT));
    PmlLetter second = g1.write(List.of(HEARTBEAT));
    assertRefused(desk.take(second), PmlReason.OUT_OF_TURN, "batch 1 is its turn");
    assertThat(desk.take(first).isTaken()).isTrue();
    assertThat(desk.take(second).refusals()).isEmpty();
  }

  @Test
  void take_anotherBatchInItsPlace_breaksTheChain() throws Exception {
    desk.take(g1.write(List.of(HEARTBEAT)));
    var twin = PmlWriter.of(EXPERIMENT, "g1", 1);
    assertRefused(
        desk.take(twin.write(List.of(register(ADA, "")))), PmlReason.BROKEN_CHAIN, "another one");
    assertRefused(
        desk.take(twin.write(List.of(HEARTBEAT))), PmlReason.BROKEN_CHAIN, "the last one was");
  }

  @Test
  void take_signed_isTakenAndItsSignatureKept() throws Exception {
    KeyPair pair = pair();
    keys.group("g1", pair.getPublic());
    var signing = PmlWriter.signing(EXPERIMENT, "g1", 1, pair.getPrivate());
    assertThat(desk.take(signing.write(List.of(register(ADA, "")))).refusals()).isEmpty();
    assertThat(desk.take(signing.write(List.of(HEARTBEAT))).refusals()).isEmpty();
  }

  @Test
  void take_unsignedOfAWriterWithAKey_isRefusedByName() throws Exception {
    keys.group("g1", pair().getPublic());
    assertRefused(desk.take(g1.write(List.of(HEARTBEAT))), PmlReason.UNSIGNED, "g1");
  }

  @Test
  void take_bodyOrSignatureAltered_isForged() throws Exception {
    KeyPair pair = pair();
    keys.group("g1", pair.getPublic());
    var signing = PmlWriter.signing(EXPERIMENT, "g1", 1, pair.getPrivate());
    PmlLetter letter = signing.write(List.of(register(ADA, "")));
    String other = letter.body().replace("ada", "bob");
    assertRefused(desk.take(new PmlLetter(other, letter.signature())), PmlReason.FORGED, "g1");
    for (String signature :
        List.of("00", "zz", "0".repeat(128), "f".repeat(128), letter.signature() + "00")) {
      assertRefused(desk.take(new PmlLetter(letter.body(), signature)), PmlReason.FORGED, "g1");
    }
    assertThat(desk.take(letter).refusals()).isEmpty();
  }

  @Test
  void take_signedWithAnothersKey_isForged() throws Exception {
    KeyPair mine = pair();
    KeyPair theirs = pair();
    keys.group("g1", mine.getPublic()).group("g2", theirs.getPublic());
    PmlLetter letter =
        PmlWriter.signing(EXPERIMENT, "g1", 1, theirs.getPrivate()).write(List.of(HEARTBEAT));
    assertRefused(desk.take(letter), PmlReason.FORGED, "g1");
  }

  @Test
  void take_signedLetterAgain_isRefusedThoughItsSignatureFits() throws Exception {
    KeyPair pair = pair();
    keys.group("g1", pair.getPublic());
    var signing = PmlWriter.signing(EXPERIMENT, "g1", 1, pair.getPrivate());
    PmlLetter letter = signing.write(List.of(HEARTBEAT));
    desk.take(letter);
    assertRefusal(desk.take(letter), -1, PmlReason.REPLAYED);
  }

  @Test
  void take_unknownWriter_isRefusedWhereOnlyKnownOnesAre() throws Exception {
    var strict = PmlDesk.of(EXPERIMENT, registry, ledger, PmlKeys.onlyKnown(), time);
    assertRefused(strict.take(g1.write(List.of(HEARTBEAT))), PmlReason.UNKNOWN_WRITER, "g1");
    var signing = PmlWriter.signing(EXPERIMENT, "g1", 1, pair().getPrivate());
    assertRefused(
        desk.take(signing.write(List.of(HEARTBEAT))), PmlReason.UNKNOWN_WRITER, "no key here");
  }

  @Test
  void take_forAnAgentWithItsOwnKey_onlyThatAgentMay() throws Exception {
    KeyPair adas = pair();
    keys.agent(ADA, adas.getPublic());
    var ada = PmlWriter.signing(EXPERIMENT, "ada", 1, adas.getPrivate());
    PmlAnswer groups =
        desk.take(
            g1.write(
                List.of(
                    register(ADA, ""),
                    register(BOB, ""),
                    report(Ledgers.opinion(ADA, BOB, 1, time.now())))));
    assertThat(groups.refusals())
        .extracting(PmlAnswer.Refusal::message, PmlAnswer.Refusal::reason)
        .containsExactly(tuple(0, PmlReason.NOT_YOURS), tuple(2, PmlReason.NOT_YOURS));
    PmlAnswer own =
        desk.take(
            ada.write(
                List.of(
                    register(ADA, ""),
                    report(Ledgers.checked(ADA, BOB, 1, time.now())),
                    new PmlMessage.Retire(BOB),
                    register(AgentId.of("cy"), ""))));
    assertThat(own.accepted()).isEqualTo(2);
    assertThat(own.refusals())
        .extracting(PmlAnswer.Refusal::reason)
        .containsOnly(PmlReason.NOT_YOURS);
  }

  @Test
  void keys_ofAnotherAlgorithm_areRefusedByName() throws Exception {
    KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> keys.group("g1", rsa.getPublic()))
        .withMessageContaining("RSA");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            PmlWriter.signing(EXPERIMENT, "g1", 1, rsa.getPrivate()).write(List.of(HEARTBEAT)))
        .withMessageContaining("RSA");
  }

  /** A restarted registry knows which batches it has taken: its ledger does. */
  @Test
  void take_againAfterTheRegistryWasRestarted_isStillARepetition() throws Exception {
    var options = LedgerOptions.defaults().grade(Grade.JOURNALLED).blockEntries(1_000);
    PmlLetter letter =
        g1.write(List.of(register(ADA, ""), report(Ledgers.checked(ADA, BOB, 1, time.now()))));
    PmlLetter next = g1.write(List.of(HEARTBEAT));
    for (boolean compacted : new boolean[] {false, true}) {
      Path place = folder.resolve("compacted-" + compacted);
      try (var kept = JournalTrustLedger.open(place, options, time)) {
        PmlAnswer taken = PmlDesk.of(EXPERIMENT, registry, kept, keys, time).take(letter);
        assertThat(taken.accepted()).isEqualTo(2);
        if (compacted) {
          kept.compact();
        }
      }
      try (var kept = JournalTrustLedger.open(place, options, time)) {
        var again = PmlDesk.of(EXPERIMENT, registry, kept, keys, time);
        assertRefusal(again.take(letter), -1, PmlReason.REPLAYED);
        assertThat(kept.standing(BOB).evidence()).isEqualTo(1);
        assertThat(again.take(next).refusals()).isEmpty();
      }
      registry.retire(ADA);
    }
  }

  @Test
  void take_ledgerClosed_isAnsweredAndMayComeAgain() throws Exception {
    var kept = JournalTrustLedger.open(folder, time);
    kept.close();
    var shut = PmlDesk.of(EXPERIMENT, registry, kept, keys, time);
    PmlAnswer answer = shut.take(g1.write(List.of(register(ADA, ""))));
    assertRefused(answer, PmlReason.NOT_KEPT, "closed");
    assertThat(registry.card(ADA)).isEmpty();
  }

  private String body() {
    return PmlWriter.of(EXPERIMENT, "g1", 1).write(List.of(HEARTBEAT)).body();
  }

  private static PmlMessage register(AgentId agent, String owner) {
    return new PmlMessage.Register(
        new AgentCard(agent, "any", "does anything", AgentCard.Details.NONE.owner(owner)));
  }

  private static PmlMessage report(Evidence evidence) {
    return new PmlMessage.Report(evidence);
  }

  private static KeyPair pair() throws GeneralSecurityException {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  private static void assertRefused(PmlAnswer answer, PmlReason reason, String named) {
    assertThat(answer.isTaken()).isFalse();
    assertThat(answer.accepted()).isZero();
    assertRefusal(answer, -1, reason);
    assertThat(answer.refusals().get(0).detail()).contains(named);
  }

  private static void assertRefused(PmlAnswer answer, int message, PmlReason reason) {
    assertThat(answer.isTaken()).isTrue();
    assertThat(answer.accepted()).isEqualTo(1);
    assertRefusal(answer, message, reason);
  }

  private static void assertRefusal(PmlAnswer answer, int message, PmlReason reason) {
    assertThat(answer.refusals()).hasSize(1);
    assertThat(answer.refusals().get(0).message()).isEqualTo(message);
    assertThat(answer.refusals().get(0).reason()).isEqualTo(reason);
  }
}
