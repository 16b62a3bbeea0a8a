package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Standing;
import dev.mama.registry.PmlAnswer.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A writer says so much of a subject, and no more; and it hears again what was refused. */
class AllowanceTest extends PmlDeskFixture {

  private static final int MOST = 100;

  private PmlMessage failed(AgentId subject) {
    return report(new Evidence.Witnessed(subject, false, Duration.ZERO, time.now(), Ledgers.TRACE));
  }

  private PmlAnswer tell(PmlWriter writer, PmlMessage... messages) throws InterruptedException {
    return desk.take(writer.write(List.of(messages)));
  }

  private PmlAnswer tell(PmlWriter writer, int count, PmlMessage message)
      throws InterruptedException {
    return desk.take(writer.write(Collections.nCopies(count, message)));
  }

  @Test
  void witnessed_isTakenSoOften_ofEachSubject_fromEachWriter_eachDay() throws Exception {
    PmlAnswer flood = tell(g1, MOST + 5, failed(BOB));
    assertThat(flood.accepted()).isEqualTo(MOST);
    assertThat(flood.refusals()).hasSize(5);
    assertThat(flood.refusals())
        .allSatisfy(each -> {
          assertThat(each.reason()).isEqualTo(PmlReason.TOO_OFTEN);
          assertThat(each.detail()).contains("'g1'", "'bob'", "100 within PT24H");
        });
    assertThat(ledger.standing(BOB).evidence()).isEqualTo(MOST);

    assertThat(tell(g1, failed(ADA)).accepted()).isEqualTo(1);
    var g2 = PmlWriter.of(EXPERIMENT, "g2", 1);
    assertThat(tell(g2, failed(BOB)).accepted()).isEqualTo(1);

    time.advance(Duration.ofDays(1));
    assertThat(tell(g1, failed(BOB)).accepted()).isEqualTo(1);
  }

  @Test
  void checked_isLimitedByItself_andOpinionsAreNot() throws Exception {
    tell(g1, register(ADA, ""));
    tell(g1, MOST, failed(BOB));
    PmlMessage checked = report(Ledgers.checked(ADA, BOB, 1, time.now()));
    assertThat(tell(g1, MOST + 1, checked).accepted()).isEqualTo(MOST);
    PmlMessage opinion = report(Ledgers.opinion(ADA, BOB, 1, time.now()));
    assertThat(tell(g1, 5 * MOST, opinion).accepted()).isEqualTo(5 * MOST);
  }

  @Test
  void evidenceAtMost_isAnotherLimit() throws Exception {
    PmlDesk two = desk.evidenceAtMost(2, Duration.ofMinutes(1));
    assertThat(two.take(g1.write(Collections.nCopies(3, failed(BOB)))).accepted()).isEqualTo(2);
    assertThatThrownBy(() -> desk.evidenceAtMost(0, Duration.ofMinutes(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 pieces of evidence within PT1M");
    assertThatThrownBy(() -> desk.evidenceAtMost(1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void batchThatIsNotKept_usesNothingUp() throws Exception {
    var kept = new ArrayList<Evidence>();
    var book =
        new EvidenceBook() {
          private boolean full = true;

          @Override
          public void keep(List<Evidence> evidence, BatchStamp stamp) {
            if (full) {
              full = false;
              throw new LedgerException(new LedgerFault.Closed(Path.of("ledger")), null);
            }
            kept.addAll(evidence);
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
    PmlDesk filling = PmlDesk.of(EXPERIMENT, registry, book, keys, time);
    PmlLetter letter = g1.write(Collections.nCopies(MOST, failed(BOB)));
    assertThat(filling.take(letter).refusals())
        .extracting(Refusal::reason)
        .containsExactly(PmlReason.NOT_KEPT);
    assertThat(filling.take(letter).accepted()).isEqualTo(MOST);
    assertThat(kept).hasSize(MOST);
  }

  @Test
  void batchToldAgain_isAnsweredAsItWas() throws Exception {
    PmlLetter letter = g1.write(List.of(new PmlMessage.Retire(BOB), register(ADA, ""), HEARTBEAT));
    PmlAnswer first = desk.take(letter);
    PmlAnswer again = desk.take(letter);
    assertThat(again.isTaken()).isTrue();
    assertThat(again.accepted()).isEqualTo(first.accepted()).isEqualTo(2);
    assertThat(again.refusals().getFirst().reason()).isEqualTo(PmlReason.REPLAYED);
    assertThat(again.refusals().subList(1, 2)).isEqualTo(first.refusals());

    desk.take(g1.write(List.of(HEARTBEAT)));
    assertThat(desk.take(letter).refusals())
        .as("of an older one nothing is kept")
        .extracting(Refusal::reason)
        .containsExactly(PmlReason.REPLAYED);
  }

  @Test
  void lastAnswers_keepSoManyRefusals_ofThoseWhoCameLast() {
    var answers = new LastAnswers();
    var refusal = new Refusal(0, PmlReason.NOT_YOURS, "not yours");
    for (int i = 0; i < 60; i++) {
      answers.keep(new PmlAnswer("g" + i, 1, 1, 0, Collections.nCopies(1_000, refusal)));
    }
    var replayed = new Refusal(-1, PmlReason.REPLAYED, "again");
    assertThat(Stream.of("g0", "g59").map(writer -> answers.again(batch(writer), replayed)))
        .extracting(answer -> answer.refusals().size())
        .containsExactly(1, 1_001);
  }

  private static PmlBatch batch(String writer) {
    try {
      return PmlJson.read(PmlWriter.of(EXPERIMENT, writer, 1).write(List.of(HEARTBEAT)).body());
    } catch (PmlException e) {
      throw new AssertionError(e);
    }
  }
}
