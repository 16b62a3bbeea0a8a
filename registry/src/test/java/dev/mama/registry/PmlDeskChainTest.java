package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.groups.Tuple.tuple;

import dev.mama.AgentId;
import dev.mama.journal.Grade;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Batches that come again, are left out, are others' or forged; and a registry that starts anew.
 */
class PmlDeskChainTest extends PmlDeskFixture {

  @TempDir Path folder;

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
}
