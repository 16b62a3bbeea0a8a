package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.spi.TrustLedger;
import dev.mama.testkit.Mutants;
import dev.mama.testkit.TrustLedgerContract;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustLedgerContractMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        ForgetsEveryHundredth.class,
        CountsTwice.class,
        CountsTheSameRaterOnce.class,
        Inverts.class,
        MixesSubjects.class,
        NeverDecays.class,
        DecaysToZero.class,
        DatesEvidenceByArrival.class,
        DropsEvidenceThatComesLate.class,
        BelievesTheFuture.class,
        TakesSilenceForSpeed.class,
        TakesQualityForSuccess.class,
        BoundsFromAbove.class,
        LosesWhatOtherThreadsSay.class,
        CountsEveryOpinion.class,
        CountsNoOpinion.class,
        BelievesTheCheckedRater.class,
        WeighsRatersByTheirOwnTrust.class,
        BlamesTheRater.class,
        WeighsOpinionsAgain.class,
        NeverRevokesAVote.class,
        TakesAnAnswerForGoodHelp.class,
        OverlooksSilence.class,
        TakesCompetenceForEverything.class
      })
  void mutant_isKilled(Class<?> mutant) {
    Mutants.assertKilled(mutant);
  }

  static class ForgetsEveryHundredth extends Mutant {
    private final AtomicInteger recorded = new AtomicInteger();

    @Override
    void record(TrustLedger real, Evidence evidence) {
      if (recorded.incrementAndGet() % 100 != 0) {
        real.record(evidence);
      }
    }
  }

  static class CountsTwice extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(evidence);
      real.record(evidence);
    }
  }

  static class CountsTheSameRaterOnce extends Mutant {
    private final ConcurrentHashMap<String, Boolean> seen = new ConcurrentHashMap<>();

    @Override
    void record(TrustLedger real, Evidence evidence) {
      if (!(evidence instanceof Evidence.Checked it)
          || seen.put(it.rater() + "/" + it.subject(), true) == null) {
        real.record(evidence);
      }
    }
  }

  static class Inverts extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(rated(evidence, it -> new Rating(1 - it.quality(), it.answered(), it.took())));
    }
  }

  static class MixesSubjects extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(of(evidence, AgentId.of("everybody"), evidence.at()));
    }

    @Override
    Standing standing(TrustLedger real, AgentId agent) {
      return real.standing(AgentId.of("everybody"));
    }
  }

  static class NeverDecays extends Mutant {
    @Override
    Duration halfLife(Duration halfLife) {
      return Duration.ofDays(36_500);
    }
  }

  static class DecaysToZero extends Mutant {
    @Override
    Standing standing(TrustLedger real, AgentId agent) {
      Standing standing = real.standing(agent);
      return new Standing(
          standing.trust() * Math.min(1, standing.evidence()),
          standing.evidence(),
          standing.lowerBound() * Math.min(1, standing.evidence()),
          standing.successRate(),
          standing.responseMillis());
    }
  }

  static class DatesEvidenceByArrival extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(of(evidence, evidence.subject(), Instant.MAX));
    }
  }

  /** Depends on the order: what is older than the latest is not taken. */
  static class DropsEvidenceThatComesLate extends Mutant {
    private final ConcurrentHashMap<AgentId, Instant> latest = new ConcurrentHashMap<>();

    @Override
    void record(TrustLedger real, Evidence evidence) {
      Instant last =
          latest.merge(evidence.subject(), evidence.at(), (a, b) -> a.isAfter(b) ? a : b);
      if (!evidence.at().isBefore(last)) {
        real.record(evidence);
      }
    }
  }

  static class BelievesTheFuture extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(evidence);
      if (evidence.at().isAfter(time().now())) {
        for (int i = 0; i < 1_000; i++) {
          real.record(evidence);
        }
      }
    }
  }

  static class TakesSilenceForSpeed extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(rated(evidence, it -> new Rating(it.quality(), true, it.took())));
    }
  }

  static class TakesQualityForSuccess extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(rated(evidence, it -> new Rating(it.quality(), it.quality() > 0.5, it.took())));
    }
  }

  static class BoundsFromAbove extends Mutant {
    @Override
    Standing standing(TrustLedger real, AgentId agent) {
      Standing standing = real.standing(agent);
      return new Standing(
          standing.trust(),
          standing.evidence(),
          2 * standing.trust() - standing.lowerBound(),
          standing.successRate(),
          standing.responseMillis());
    }
  }

  static class LosesWhatOtherThreadsSay extends Mutant {
    private final AtomicLong first = new AtomicLong();

    @Override
    void record(TrustLedger real, Evidence evidence) {
      long thread = Thread.currentThread().threadId();
      if (first.compareAndSet(0, thread) || first.get() == thread) {
        real.record(evidence);
      }
    }
  }

  /** The plain ledger: everybody has a vote. */
  static class CountsEveryOpinion extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(evidence instanceof Evidence.Opinion it ? believed(it) : evidence);
    }
  }

  static class CountsNoOpinion extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      if (!(evidence instanceof Evidence.Opinion)) {
        real.record(evidence);
      }
    }
  }

  static class BelievesTheCheckedRater extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(
          evidence instanceof Evidence.Checked it
              ? new Evidence.Checked(
                  it.rater(), it.subject(), it.rating(), it.rating(), it.at(), it.trace())
              : evidence);
    }
  }

  static class WeighsRatersByTheirOwnTrust extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      if (evidence instanceof Evidence.Opinion it && real.standing(it.rater()).trust() > 0.6) {
        real.record(believed(it));
      } else {
        real.record(evidence);
      }
    }
  }

  static class BlamesTheRater extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(evidence);
      if (evidence instanceof Evidence.Checked it) {
        real.record(new Evidence.Witnessed(it.rater(), false, Duration.ZERO, it.at(), it.trace()));
      }
    }
  }

  /** Keeps opinions until a check of their rater, and counts them then. */
  static class WeighsOpinionsAgain extends Mutant {
    private final ConcurrentHashMap<AgentId, Evidence> last = new ConcurrentHashMap<>();

    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(evidence);
      switch (evidence) {
        case Evidence.Opinion it -> last.put(it.rater(), it);
        case Evidence.Checked it -> {
          Evidence kept = last.remove(it.rater());
          if (kept instanceof Evidence.Opinion opinion) {
            real.record(believed(opinion));
          }
        }
        case Evidence.Witnessed it -> {}
      }
    }
  }

  /** Lets bad news of a rater pass that was found right once. */
  static class NeverRevokesAVote extends Mutant {
    private final ConcurrentHashMap<AgentId, Boolean> right = new ConcurrentHashMap<>();

    @Override
    void record(TrustLedger real, Evidence evidence) {
      if (evidence instanceof Evidence.Checked it) {
        if (it.rating().equals(it.found())) {
          right.put(it.rater(), true);
        } else if (right.containsKey(it.rater())) {
          return;
        }
      }
      real.record(evidence);
    }
  }

  static class TakesAnAnswerForGoodHelp extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(
          evidence instanceof Evidence.Witnessed it && it.answered()
              ? checked(it, new Rating(1, true, it.took()))
              : evidence);
    }
  }

  static class OverlooksSilence extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      if (!(evidence instanceof Evidence.Witnessed it && !it.answered())) {
        real.record(evidence);
      }
    }
  }

  static class TakesCompetenceForEverything extends Mutant {
    @Override
    double trust(TrustLedger real, AgentId agent, Dimension dimension) {
      return real.standing(agent).trust();
    }
  }

  abstract static class Mutant extends TrustLedgerContract {

    private Time time = Time.system();

    void record(TrustLedger real, Evidence evidence) {
      real.record(evidence);
    }

    Standing standing(TrustLedger real, AgentId agent) {
      return real.standing(agent);
    }

    double trust(TrustLedger real, AgentId agent, Dimension dimension) {
      return real.trust(agent, dimension);
    }

    Duration halfLife(Duration halfLife) {
      return halfLife;
    }

    Time time() {
      return time;
    }

    static Evidence rated(Evidence evidence, UnaryOperator<Rating> change) {
      return switch (evidence) {
        case Evidence.Witnessed it -> it;
        case Evidence.Checked it ->
            new Evidence.Checked(
                it.rater(),
                it.subject(),
                change.apply(it.rating()),
                change.apply(it.found()),
                it.at(),
                it.trace());
        case Evidence.Opinion it ->
            new Evidence.Opinion(
                it.rater(), it.subject(), change.apply(it.rating()), it.at(), it.trace());
      };
    }

    static Evidence believed(Evidence.Opinion it) {
      return new Evidence.Checked(
          it.rater(), it.subject(), it.rating(), it.rating(), it.at(), it.trace());
    }

    static Evidence checked(Evidence.Witnessed it, Rating found) {
      return new Evidence.Checked(
          AgentId.of("runtime"), it.subject(), found, found, it.at(), it.trace());
    }

    static Evidence of(Evidence evidence, AgentId subject, Instant at) {
      return switch (evidence) {
        case Evidence.Witnessed it ->
            new Evidence.Witnessed(subject, it.answered(), it.took(), at, it.trace());
        case Evidence.Checked it ->
            new Evidence.Checked(it.rater(), subject, it.rating(), it.found(), at, it.trace());
        case Evidence.Opinion it ->
            new Evidence.Opinion(it.rater(), subject, it.rating(), at, it.trace());
      };
    }

    @Override
    protected TrustLedger newLedger(Duration halfLife, Time clock) {
      time = clock;
      TrustLedger real = InMemoryTrustLedger.create(halfLife(halfLife), clock);
      return new TrustLedger() {
        @Override
        public void record(Evidence evidence) {
          Mutant.this.record(real, evidence);
        }

        @Override
        public Standing standing(AgentId agent) {
          return Mutant.this.standing(real, agent);
        }

        @Override
        public double trust(AgentId agent, Dimension dimension) {
          return Mutant.this.trust(real, agent, dimension);
        }
      };
    }
  }
}
