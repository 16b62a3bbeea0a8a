package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Rating;
import dev.mama.Trace;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.PmlAnswer;
import dev.mama.registry.PmlDesk;
import dev.mama.registry.PmlKeys;
import dev.mama.registry.PmlMessage;
import dev.mama.registry.PmlWriter;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A writer floods: for a day it tells the registry two hundred times an hour that it has seen a
 * good agent fail, and as often of a poor one that it was found perfect. Five honest writers tell
 * each hour of eight interactions with each, half of them checked. How far do the two move, with
 * the desk's limit and without? Three seeds, or fewer if fewer are asked for.
 *
 * <p>Confined to its caller.
 */
final class TrustFlood {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("flood");
  private static final AgentId GOOD = AgentId.of("good");
  private static final AgentId POOR = AgentId.of("poor");
  private static final double WORTH = 0.9;
  private static final double POOR_WORTH = 0.2;
  private static final int HONEST = 5;
  private static final int CHECKED = 4;
  private static final int SEEN = 4;
  private static final int FLOOD = 200;
  private static final int BATCH = 400;
  private static final int HOURS = 24;
  private static final int MOST_SEEDS = 3;
  private static final int WITHOUT = 1_000_000_000;
  private static final Duration TOOK = Duration.ofMillis(100);
  private static final Trace TRACE = new Trace(1, 2, 3);

  private final ManualTime time = new ManualTime();
  private final InMemoryTrustLedger ledger =
      InMemoryTrustLedger.create(InMemoryTrustLedger.DEFAULT_HALF_LIFE, time);
  private final PmlDesk desk;
  private final List<PmlWriter> writers = new ArrayList<>();
  private final SplittableRandom random;
  private long told;
  private long refused;

  private TrustFlood(boolean limited, long seed) throws InterruptedException {
    random = new SplittableRandom(seed);
    PmlDesk usual =
        PmlDesk.of(
            EXPERIMENT,
            InMemoryRegistry.create(Duration.ofDays(365), time),
            ledger,
            PmlKeys.open(),
            time);
    desk = limited ? usual : usual.evidenceAtMost(WITHOUT, Duration.ofHours(1));
    for (int i = 0; i <= HONEST; i++) {
      writers.add(PmlWriter.of(EXPERIMENT, "writer-" + i, 1));
      tell(
          i,
          List.of(new PmlMessage.Register(new AgentCard(rater(i), "any", "rates what it gets"))));
    }
  }

  /** The mean over seeds from {@code seed} on. */
  static List<Figure> run(long seed, int most) throws InterruptedException {
    int seeds = Math.min(most, MOST_SEEDS);
    double[] quiet = new double[2];
    double[] limited = new double[2];
    double[] open = new double[2];
    double refused = 0;
    for (long s = seed; s < seed + seeds; s++) {
      new TrustFlood(true, s).hours(false, quiet, seeds);
      var flood = new TrustFlood(true, s);
      flood.hours(true, limited, seeds);
      refused += (double) flood.refused / flood.told / seeds;
      new TrustFlood(false, s).hours(true, open, seeds);
    }
    return List.of(
        Figure.of("trust.flood.good.loss", quiet[0] - limited[0], "share", seeds),
        Figure.of("trust.flood.good.unlimited.loss", quiet[0] - open[0], "share", seeds),
        Figure.of("trust.flood.poor.gain", limited[1] - quiet[1], "share", seeds),
        Figure.of("trust.flood.poor.unlimited.gain", open[1] - quiet[1], "share", seeds),
        Figure.of("trust.flood.order", limited[0] - limited[1], "share", seeds).atLeast(0.1),
        Figure.of("trust.flood.refused", refused, "share", seeds));
  }

  private static AgentId rater(int writer) {
    return AgentId.of("rater-" + writer);
  }

  private void hours(boolean floods, double[] trust, int seeds) throws InterruptedException {
    for (int hour = 0; hour < HOURS; hour++) {
      for (int i = 0; i < HONEST; i++) {
        var messages = new ArrayList<PmlMessage>();
        about(GOOD, WORTH, i, messages);
        about(POOR, POOR_WORTH, i, messages);
        tell(i, messages);
      }
      for (int sent = 0; floods && sent < FLOOD; sent += BATCH / 2) {
        flood();
      }
      time.advance(Duration.ofHours(1));
    }
    trust[0] += ledger.standing(GOOD).trust() / seeds;
    trust[1] += ledger.standing(POOR).trust() / seeds;
  }

  private void about(AgentId subject, double worth, int writer, List<PmlMessage> messages) {
    for (int i = 0; i < CHECKED; i++) {
      var found = new Rating(random.nextDouble() < worth ? 1 : 0, true, TOOK);
      messages.add(checked(writer, subject, found));
    }
    for (int i = 0; i < SEEN; i++) {
      messages.add(
          new PmlMessage.Report(new Evidence.Witnessed(subject, true, TOOK, time.now(), TRACE)));
    }
  }

  private PmlMessage checked(int writer, AgentId subject, Rating found) {
    return new PmlMessage.Report(
        new Evidence.Checked(rater(writer), subject, found, found, time.now(), TRACE));
  }

  private void flood() throws InterruptedException {
    var messages = new ArrayList<PmlMessage>();
    for (int i = 0; i < BATCH / 2; i++) {
      messages.add(
          new PmlMessage.Report(new Evidence.Witnessed(GOOD, false, TOOK, time.now(), TRACE)));
      messages.add(checked(HONEST, POOR, new Rating(1, true, TOOK)));
    }
    PmlAnswer answer = tell(HONEST, messages);
    told += messages.size();
    refused += messages.size() - answer.accepted();
  }

  private PmlAnswer tell(int writer, List<PmlMessage> messages) throws InterruptedException {
    PmlAnswer answer = desk.take(writers.get(writer).write(messages));
    if (!answer.isTaken()) {
      throw new IllegalStateException("the desk refused: " + answer.refusals());
    }
    return answer;
  }
}
