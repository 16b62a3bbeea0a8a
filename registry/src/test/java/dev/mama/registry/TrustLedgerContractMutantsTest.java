package dev.mama.registry;

import dev.mama.AgentId;
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
        LosesWhatOtherThreadsSay.class
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
      if (seen.put(evidence.rater() + "/" + evidence.subject(), true) == null) {
        real.record(evidence);
      }
    }
  }

  static class Inverts extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      Rating rating = evidence.rating();
      real.record(
          rated(evidence, new Rating(1 - rating.quality(), rating.answered(), rating.took())));
    }
  }

  static class MixesSubjects extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      real.record(about(evidence, AgentId.of("everybody")));
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
      real.record(dated(evidence, Instant.MAX));
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
      Rating rating = evidence.rating();
      real.record(rated(evidence, new Rating(rating.quality(), true, rating.took())));
    }
  }

  static class TakesQualityForSuccess extends Mutant {
    @Override
    void record(TrustLedger real, Evidence evidence) {
      Rating rating = evidence.rating();
      real.record(
          rated(evidence, new Rating(rating.quality(), rating.quality() > 0.5, rating.took())));
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

  abstract static class Mutant extends TrustLedgerContract {

    private Time time = Time.system();

    void record(TrustLedger real, Evidence evidence) {
      real.record(evidence);
    }

    Standing standing(TrustLedger real, AgentId agent) {
      return real.standing(agent);
    }

    Duration halfLife(Duration halfLife) {
      return halfLife;
    }

    Time time() {
      return time;
    }

    static Evidence rated(Evidence evidence, Rating rating) {
      return new Evidence(
          evidence.rater(), evidence.subject(), rating, evidence.at(), evidence.trace());
    }

    static Evidence about(Evidence evidence, AgentId subject) {
      return new Evidence(
          evidence.rater(), subject, evidence.rating(), evidence.at(), evidence.trace());
    }

    static Evidence dated(Evidence evidence, Instant at) {
      return new Evidence(
          evidence.rater(), evidence.subject(), evidence.rating(), at, evidence.trace());
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
      };
    }
  }
}
