package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.journal.Grade;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTrustLedgerTest {

  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId RATER = AgentId.of("rater");
  private static final int AGENTS = 20;

  /** Small blocks and segments, so that there are many of both. */
  private static final LedgerOptions OPTIONS =
      LedgerOptions.defaults()
          .grade(Grade.JOURNALLED)
          .blockEntries(16)
          .compactAfterBytes(1_000_000);

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();

  private JournalTrustLedger open() throws InterruptedException {
    return JournalTrustLedger.open(folder, OPTIONS, time);
  }

  @Test
  void open_again_standsWhereItStoodToTheBit() throws Exception {
    var random = new SplittableRandom(5);
    List<Object> before;
    try (var ledger = open()) {
      ledger.preTrust(Ledgers.agent(3));
      record(ledger, random, 500);
      before = everything(ledger);
    }
    try (var ledger = open()) {
      assertThat(everything(ledger)).isEqualTo(before);
      assertThat(ledger.figures().recovered()).isEqualTo(500);
      record(ledger, random, 100); // the chain goes on
      before = everything(ledger);
      assertThat(ledger.verify(null)).isInstanceOf(Verification.Whole.class);
    }
    try (var ledger = open()) {
      assertThat(everything(ledger)).isEqualTo(before);
    }
  }

  @Test
  void submit_inOneBlock_countsAsOneByOne() throws Exception {
    var random = new SplittableRandom(6);
    var memory = InMemoryTrustLedger.create(OPTIONS.halfLife(), time);
    try (var ledger = open()) {
      for (int i = 0; i < 100; i++) {
        var together = new ArrayList<Evidence>();
        for (int j = random.nextInt(1, 16); j > 0; j--) {
          together.add(Ledgers.random(random, 4, time));
        }
        ledger.submit(together).await();
        together.forEach(memory::record);
        time.advance(Duration.ofMinutes(random.nextInt(100)));
      }
      for (int i = 0; i < 4; i++) {
        AgentId agent = Ledgers.agent(i);
        assertThat(ledger.standing(agent)).isEqualTo(memory.standing(agent));
        assertThat(ledger.vote(agent)).isEqualTo(memory.vote(agent));
        for (Dimension dimension : Dimension.values()) {
          assertThat(ledger.trust(agent, dimension)).isEqualTo(memory.trust(agent, dimension));
        }
      }
      assertThat(ledger.top(3)).isEqualTo(memory.top(3)).hasSize(3);
    }
  }

  @Test
  void submit_moreThanABlock_isRefusedByName() throws Exception {
    try (var ledger = open()) {
      Evidence one = Ledgers.checked(RATER, ADA, 1, time.now());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ledger.submit(Collections.nCopies(17, one)))
          .withMessageContaining("17")
          .withMessageContaining("16");
    }
  }

  @Test
  void compact_keepsStandingsExplanationsAndTheChain() throws Exception {
    var random = new SplittableRandom(7);
    List<Object> before;
    Head late;
    try (var ledger = open()) {
      record(ledger, random, 300);
      Head early = ledger.head();
      record(ledger, random, 4_000);
      before = everything(ledger);
      ledger.compact();
      late = ledger.head();
      assertThat(everything(ledger)).isEqualTo(before);
      assertThat(ledger.verify(null))
          .isInstanceOfSatisfying(
              Verification.Whole.class,
              it -> assertThat(it.firstBlock()).isGreaterThan(early.block()));
      assertThat(ledger.verify(late)).isInstanceOf(Verification.Whole.class);
      assertThat(ledger.verify(early)).isInstanceOf(Verification.Unproven.class);
    }
    try (var ledger = open()) {
      assertThat(everything(ledger)).isEqualTo(before);
      assertThat(ledger.figures().recovered()).isLessThan(4_000);
      record(ledger, random, 50);
      ledger.compact();
      assertThat(ledger.verify(late)).isInstanceOf(Verification.Whole.class);
    }
  }

  @Test
  void compact_byItself_whenMuchHasBeenWritten() throws Exception {
    var options = OPTIONS.compactAfterBytes(200_000);
    var random = new SplittableRandom(8);
    List<Object> before;
    try (var ledger = JournalTrustLedger.open(folder, options, time)) {
      while (ledger.figures().compactions() < 2) {
        record(ledger, random, 100);
      }
      before = everything(ledger);
      assertThat(ledger.figures().failedCompactions()).isZero();
    }
    try (var ledger = JournalTrustLedger.open(folder, options, time)) {
      assertThat(everything(ledger)).isEqualTo(before);
      assertThat(ledger.verify(null)).isInstanceOf(Verification.Whole.class);
    }
  }

  @Test
  void explain_saysWhatEachPieceCounts() throws Exception {
    try (var ledger = open()) {
      AgentId liar = AgentId.of("liar");
      ledger.record(Ledgers.opinion(liar, ADA, 0, time.now())); // never checked: counts nothing
      ledger.record(Ledgers.checked(RATER, ADA, 1, time.now()));
      time.advance(OPTIONS.halfLife());
      ledger.record(Ledgers.checked(RATER, ADA, 0.5, time.now()));
      ledger.record(
          new Evidence.Witnessed(ADA, true, Duration.ofMillis(3), time.now(), Ledgers.TRACE));
      ledger.record(
          new Evidence.Witnessed(ADA, false, Duration.ofMillis(3), time.now(), Ledgers.TRACE));
      Explanation why = ledger.explain(ADA);
      assertThat(why.evidence())
          .extracting(Explanation.Counted::number)
          .containsExactly(5, 4, 3, 2, 1);
      assertThat(why.evidence())
          .extracting(Explanation.Counted::weight)
          .containsExactly(1.0, 0.0, 1.0, 0.5, 0.0);
      assertThat(why.evidence().get(4).vote()).isZero();
      assertThat(why.older()).isZero();
      assertThat(why.standing()).isEqualTo(ledger.standing(ADA));
      assertThat(why.standing().evidence()).isEqualTo(2.5);
    }
  }

  @Test
  void explain_manyRecords_hasTheLastHundredAndTheWeightOfTheRest() throws Exception {
    try (var ledger = open()) {
      for (int i = 0; i < 250; i++) {
        ledger.record(Ledgers.checked(RATER, ADA, i / 250.0, time.now()));
      }
      Explanation why = ledger.explain(ADA);
      assertThat(why.evidence()).hasSize(100);
      assertThat(why.evidence().get(0).number()).isEqualTo(250);
      assertThat(why.evidence().get(99).number()).isEqualTo(151);
      assertThat(why.older()).isCloseTo(150, within(1e-9));
    }
  }

  @Test
  void explain_neverRated_isEmpty() throws Exception {
    try (var ledger = open()) {
      assertThat(ledger.explain(ADA).evidence()).isEmpty();
    }
  }

  @Test
  void explain_notInMemory_isReadFromDisk() throws Exception {
    var options = OPTIONS.blockEntries(1_000);
    try (var ledger = JournalTrustLedger.open(folder, options, time)) {
      for (int i = 0; i < 7; i++) {
        ledger.record(Ledgers.checked(RATER, ADA, i / 7.0, time.now()));
      }
      Explanation before = ledger.explain(ADA);
      for (int i = 0; i < Histories.AGENTS; i += 1_000) {
        var others = new ArrayList<Evidence>();
        for (int j = 0; j < 1_000; j++) {
          others.add(Ledgers.checked(RATER, Ledgers.agent(i + j), 1, time.now()));
        }
        ledger.submit(others).await();
      }
      assertThat(ledger.explain(ADA)).isEqualTo(before);
      ledger.record(Ledgers.checked(RATER, ADA, 1, time.now())); // back, but not as a whole
      assertThat(ledger.explain(ADA).evidence()).hasSize(8);
      ledger.compact();
      assertThat(ledger.explain(ADA).evidence()).hasSize(8);
    }
  }

  @Test
  void open_otherSettings_isRefusedByName() throws Exception {
    open().close();
    for (LedgerOptions other :
        List.of(
            OPTIONS.halfLife(Duration.ofDays(1)),
            OPTIONS.weights(Map.of(Dimension.COMPETENCE, 2.0)))) {
      assertThatThrownBy(() -> JournalTrustLedger.open(folder, other, time))
          .isInstanceOfSatisfying(
              LedgerException.class,
              e -> assertThat(e.fault()).isInstanceOf(LedgerFault.OtherSettings.class))
          .hasMessageContaining("half-life PT168H");
    }
    open().close();
  }

  @Test
  void record_closed_isRefusedByName() throws Exception {
    JournalTrustLedger ledger = open();
    ledger.close();
    ledger.close();
    assertThatThrownBy(() -> ledger.record(Ledgers.checked(RATER, ADA, 1, time.now())))
        .isInstanceOfSatisfying(
            LedgerException.class,
            e -> assertThat(e.fault()).isEqualTo(new LedgerFault.Closed(folder)));
  }

  @Test
  void record_interrupted_isKeptAndTheInterruptStays() throws Exception {
    try (var ledger = open()) {
      Thread.currentThread().interrupt();
      ledger.record(Ledgers.checked(RATER, ADA, 1, time.now()));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ledger.standing(ADA).evidence()).isEqualTo(1);
    }
  }

  private void record(JournalTrustLedger ledger, SplittableRandom random, int times)
      throws InterruptedException {
    for (int i = 0; i < times; i += 10) {
      var some = new ArrayList<Evidence>();
      for (int j = 0; j < 10; j++) {
        some.add(Ledgers.random(random, AGENTS, time));
      }
      ledger.submit(some).await();
      time.advance(Duration.ofSeconds(random.nextInt(1_000)));
    }
  }

  private static List<Object> everything(JournalTrustLedger ledger) throws InterruptedException {
    var all = new ArrayList<>();
    for (int i = 0; i < AGENTS; i++) {
      AgentId agent = Ledgers.agent(i);
      all.add(ledger.explain(agent));
      all.add(ledger.vote(agent));
      for (Dimension dimension : Dimension.values()) {
        all.add(ledger.trust(agent, dimension));
      }
    }
    all.add(ledger.top(AGENTS));
    return all;
  }
}
