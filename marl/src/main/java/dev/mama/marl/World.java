package dev.mama.marl;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Evidence;
import dev.mama.Need;
import dev.mama.Rating;
import dev.mama.Standing;
import dev.mama.StateBuilder;
import dev.mama.StateShape;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/*
 * Requesters need help, and their needs compete for the same helpers. Each helper works off its
 * queue one ask after the other, so that whom one asks, others wait for. What a requester sees is
 * what an agent of MAMA would see: the five closest cards, standing by a real trust ledger, and the
 * asks that its own process has not got answered. Skill, honesty, speed and the whole queue are
 * hidden.
 *
 * All chance of a need (its field, its similarities, the helper's work at it, whether it fails, what
 * is rated and checked) is drawn when it arises, whatever is then chosen, so that two contenders
 * meet the same needs on the same seed, and differences between them are paired.
 */

/**
 * Where policies are tried: agents that ask and rate each other, with queues that their own choices
 * make, drifting skill, cards that lie and raters that lie. One run per instance.
 *
 * <p>Confined to one thread.
 */
public final class World {

  private static final double NEWEST = 0.05; // as in Assistance
  private static final double NOISE_OF_QUALITY = 0.1;
  private static final double LEAST_UNSKILLED = 0.05;
  private static final double MOST_UNSKILLED = 0.35;

  /** How often fewer than five candidates are there, as in a small group. */
  private static final double SHARE_OF_FEW = 0.1;

  private static final Trace TRACE = new Trace(1, 1, 1);

  private final WorldSettings settings;
  private final WorldClock clock = new WorldClock();
  private final TrustLedger ledger;
  private final SplittableRandom needs;
  private final SplittableRandom changes;
  private final SplittableRandom choices;
  private final Helper[] helpers;
  private final AgentId[] requesters;
  private final ProcessView[] processes;
  private final List<Need> texts;
  private final Duration timeout;
  private final List<Ask> asks = new ArrayList<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>();

  private static final class Helper {
    final AgentId id;
    final int claims;
    final double meanService;
    final double failureShare;
    final double[] skill;
    double freeAt;

    Helper(AgentId id, int claims, double meanService, double failureShare, int fields) {
      this.id = id;
      this.claims = claims;
      this.meanService = meanService;
      this.failureShare = failureShare;
      this.skill = new double[fields];
    }
  }

  /** What one process knows. */
  private static final class ProcessView {
    final int[] unanswered;
    int inFlight;
    double quality; // the three begin as in Assistance
    double success;
    double millis;

    ProcessView(int helpers) {
      unanswered = new int[helpers];
      quality = 0.5;
      success = 0.5;
      millis = Standing.UNKNOWN_RESPONSE_MILLIS;
    }
  }

  /** The chance of one need. */
  private record Lot(double work, double failure, double quality, double rating, double check) {}

  private record Due(double at, Ask ask, Lot lot) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Double.compare(at, other.at);
      return byTime != 0 ? byTime : Integer.compare(ask.number(), other.ask.number());
    }
  }

  /**
   * A world that has not begun.
   *
   * @param seed of all its chance
   * @param ledgers makes the trust ledger of a half-life on a clock
   */
  public World(WorldSettings settings, long seed, BiFunction<Duration, Time, TrustLedger> ledgers) {
    this.settings = settings;
    this.ledger = ledgers.apply(seconds(settings.halfLifeSeconds()), clock);
    var all = new SplittableRandom(seed);
    SplittableRandom people = all.split();
    needs = all.split();
    changes = all.split();
    choices = all.split();
    timeout = seconds(settings.timeoutSeconds());
    helpers = new Helper[settings.helpers()];
    for (int i = 0; i < helpers.length; i++) {
      double speed = Math.pow(2, people.nextDouble(-1, 1));
      helpers[i] =
          new Helper(
              AgentId.of("helper-" + i),
              i % settings.specialties(),
              settings.serviceSeconds() * speed,
              Math.min(1, 2 * settings.failureShare() * people.nextDouble()),
              settings.specialties());
      drawSkill(helpers[i], people);
    }
    requesters = new AgentId[settings.requesters()];
    for (int i = 0; i < requesters.length; i++) {
      requesters[i] = AgentId.of("requester-" + i);
    }
    processes = new ProcessView[settings.processes()];
    for (int i = 0; i < processes.length; i++) {
      processes[i] = new ProcessView(helpers.length);
    }
    texts = texts();
  }

  private static List<Need> texts() {
    var texts = new ArrayList<Need>();
    for (int words = 3; words <= 34; words++) {
      texts.add(new Need("need " + "more ".repeat(words) + (words % 3 == 0 ? "?" : ".")));
    }
    return texts;
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  private void drawSkill(Helper helper, SplittableRandom random) {
    boolean cheats = random.nextDouble() < settings.cheatShare();
    double able =
        settings.abilityLeast()
            + (settings.abilityMost() - settings.abilityLeast()) * random.nextDouble();
    for (int field = 0; field < helper.skill.length; field++) {
      double unskilled = random.nextDouble(LEAST_UNSKILLED, MOST_UNSKILLED);
      helper.skill[field] = field == helper.claims && !cheats ? able : unskilled;
    }
  }

  /**
   * Lets {@code contender} decide for everybody, from the beginning to the end.
   *
   * @throws IllegalArgumentException if it chooses none of its candidates
   */
  public Outcome run(Contender contender) {
    Chooser chooser = contender.choosers().get();
    int steps = settings.warmUpSteps() + settings.steps();
    for (int step = 0; step < steps; step++) {
      double now = step * settings.stepSeconds();
      answerUntil(now, chooser);
      clock.set(now);
      for (Helper helper : helpers) {
        if (changes.nextDouble() < settings.changesPerSecond() * settings.stepSeconds()) {
          drawSkill(helper, changes);
        }
      }
      int first = needs.nextInt(requesters.length);
      for (int i = 0; i < requesters.length; i++) {
        if (needs.nextDouble() < settings.needsPerSecond() * settings.stepSeconds()) {
          need((first + i) % requesters.length, now, step >= settings.warmUpSteps(), chooser);
        }
      }
    }
    answerUntil(Double.POSITIVE_INFINITY, chooser);
    return Outcome.of(asks);
  }

  /** What was asked, in order. */
  List<Ask> asks() {
    return asks;
  }

  private void need(int requester, double now, boolean measured, Chooser chooser) {
    int field = needs.nextInt(settings.specialties());
    double[] similarity = new double[helpers.length];
    for (int i = 0; i < similarity.length; i++) {
      double mean =
          helpers[i].claims == field ? settings.fieldSimilarity() : settings.otherSimilarity();
      similarity[i] =
          Math.clamp(mean + settings.similarityNoise() * needs.nextGaussian(), -1.0, 1.0);
    }
    Need text = texts.get(needs.nextInt(texts.size()));
    var lot =
        new Lot(
            needs.nextExponential(),
            needs.nextDouble(),
            needs.nextGaussian(),
            needs.nextGaussian(),
            needs.nextDouble());
    int there =
        needs.nextDouble() < SHARE_OF_FEW
            ? needs.nextInt(1, StateShape.CANDIDATES)
            : StateShape.CANDIDATES;
    int processNumber = requester % processes.length;
    ProcessView process = processes[processNumber];
    int[] closest = closest(similarity, there);
    var candidates = new ArrayList<Candidate>(closest.length);
    for (int helper : closest) {
      candidates.add(
          new Candidate(
              helpers[helper].id,
              similarity[helper],
              ledger.standing(helpers[helper].id),
              process.unanswered[helper]));
    }
    int agents = helpers.length + requesters.length;
    var view =
        new StateBuilder.SystemView(
            agents, agents, process.inFlight, process.quality, process.success, process.millis);
    var situation =
        new Situation(
            this,
            asks.size(),
            processNumber,
            field,
            closest,
            candidates,
            StateBuilder.build(text, timeout, candidates, view),
            choices);
    int choice = chooser.choose(situation);
    if (choice < -1 || choice >= closest.length) {
      throw new IllegalArgumentException(
          "choice %d is none of %d candidates".formatted(choice, closest.length));
    }
    if (choice < 0) {
      asks.add(
          new Ask(
              asks.size(),
              requester,
              processNumber,
              -1,
              -1,
              now,
              0,
              0,
              0,
              false,
              false,
              0,
              settings.noneReward(),
              measured));
    } else {
      ask(requester, closest[choice], choice, field, now, measured, lot);
    }
  }

  private void ask(
      int requester, int number, int choice, int field, double now, boolean measured, Lot lot) {
    Helper helper = helpers[number];
    int processNumber = requester % processes.length;
    double start = Math.max(now, helper.freeAt);
    double service = helper.meanService * lot.work;
    helper.freeAt = start + service;
    boolean broken = lot.failure < helper.failureShare;
    double latency = helper.freeAt - now;
    boolean answered = !broken && latency <= settings.timeoutSeconds();
    double took = answered ? latency : settings.timeoutSeconds();
    double quality = Math.clamp(helper.skill[field] + NOISE_OF_QUALITY * lot.quality, 0.0, 1.0);
    var ask =
        new Ask(
            asks.size(),
            requester,
            processNumber,
            number,
            choice,
            now,
            start - now,
            service,
            took,
            answered,
            broken,
            quality,
            Rewards.of(settings, answered, quality, took),
            measured);
    asks.add(ask);
    processes[processNumber].unanswered[number]++;
    processes[processNumber].inFlight++;
    due.add(new Due(now + took, ask, lot));
  }

  /** Tells everybody of the answers that come until {@code now}. */
  private void answerUntil(double now, Chooser chooser) {
    while (!due.isEmpty() && due.peek().at <= now) {
      Due next = due.poll();
      clock.set(next.at);
      Ask ask = next.ask;
      ProcessView process = processes[ask.process()];
      process.unanswered[ask.helper()]--;
      process.inFlight--;
      Duration took = seconds(ask.took());
      AgentId subject = helpers[ask.helper()].id;
      ledger.record(new Evidence.Witnessed(subject, ask.answered(), took, clock.now(), TRACE));
      if (ask.answered()) {
        rate(ask, next.lot, subject, took);
      }
      process.quality += NEWEST * ((ask.answered() ? ask.quality() : 0) - process.quality);
      process.success += NEWEST * ((ask.answered() ? 1 : 0) - process.success);
      process.millis += NEWEST * (1_000 * ask.took() - process.millis);
      chooser.learn(ask);
    }
  }

  private void rate(Ask ask, Lot lot, AgentId subject, Duration took) {
    AgentId rater = requesters[ask.requester()];
    boolean lies = ask.requester() < settings.liarShare() * requesters.length;
    double found = ask.quality();
    double honest = Math.clamp(found + settings.ratingNoise() * lot.rating, 0.0, 1.0);
    var rating = new Rating(lies ? 1 - honest : honest, true, took);
    ledger.record(
        lot.check < settings.checkedShare()
            ? new Evidence.Checked(
                rater, subject, rating, new Rating(found, true, took), clock.now(), TRACE)
            : new Evidence.Opinion(rater, subject, rating, clock.now(), TRACE));
  }

  private static int[] closest(double[] similarity, int there) {
    int[] best = new int[there];
    int count = 0;
    for (int i = 0; i < similarity.length; i++) {
      if (count < best.length || similarity[i] > similarity[best[count - 1]]) {
        int at = count < best.length ? count++ : count - 1;
        while (at > 0 && similarity[best[at - 1]] < similarity[i]) {
          best[at] = best[at - 1];
          at--;
        }
        best[at] = i;
      }
    }
    return best;
  }

  /** Expected reward of asking {@code helper}, its queue counted {@code queueWeight} times more. */
  double truth(int helper, int field, double queueWeight) {
    Helper asked = helpers[helper];
    double queue = Math.max(0, asked.freeAt - clock.seconds());
    double took = queue + asked.meanService;
    double answers = took <= settings.timeoutSeconds() ? 1 - asked.failureShare : 0;
    return answers * Rewards.of(settings, true, asked.skill[field], took)
        + (1 - answers) * Rewards.of(settings, false, 0, settings.timeoutSeconds())
        - queueWeight * settings.latencyCost() * queue;
  }

  double worthOfNone() {
    return settings.noneReward();
  }
}
