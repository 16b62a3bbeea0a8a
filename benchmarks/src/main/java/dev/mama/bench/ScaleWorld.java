package dev.mama.bench;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Candidate;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Sender;
import dev.mama.State;
import dev.mama.StateBuilder;
import dev.mama.StateBuilder.SystemView;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.examples.Helper;
import dev.mama.examples.Requester;
import dev.mama.marl.LearnedPolicy;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.spi.AgentIndex.Match;
import dev.mama.spi.SentenceEncoder;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * So many agents that can be found, chosen and asked, on real parts: index, registry, ledger, the
 * policy that ships, and a group. Helpers answer at once and without a model, so that what is
 * measured is ours.
 *
 * <p>Thread-safe as far as its parts are.
 */
final class ScaleWorld implements AutoCloseable {

  /** What becomes of one need takes no longer than this. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Answers at once. */
  static final Agent HELPER =
      (message, context) -> {
        long start = context.time().nanos();
        Helper.Question question = message.payload().as(Helper.Question.class);
        String text = "Field: any\nThat depends: " + question.text();
        context.reply(
            Payload.of(new Helper.Answer(text, "none", 0, context.time().nanos() - start)));
      };

  private static final int AT_ONCE = 1_000;
  private static final Duration HALF_LIFE = Duration.ofDays(36_500);

  final ExactAgentIndex index;
  final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofHours(1), Time.system());
  final InMemoryTrustLedger ledger = InMemoryTrustLedger.create(HALF_LIFE, Time.system());
  final LearnedPolicy policy = LearnedPolicy.shipped();
  final Assistance assistance;
  final Map<String, Long> bytes = new LinkedHashMap<>();
  private final AgentGroup group;
  private final Sender client;

  /**
   * Agents 0 to {@code agents} - 1 of {@code profiles}.
   *
   * @param vectors of the first profiles
   * @param weigh whether to note in {@link #bytes} what each part takes of the heap
   * @param requesters that needs can be given to
   */
  ScaleWorld(
      SentenceEncoder encoder,
      Profiles profiles,
      float[][] vectors,
      int agents,
      int requesters,
      boolean weigh,
      @Nullable Transport transport)
      throws InterruptedException {
    index = new ExactAgentIndex(encoder.dimension());
    assistance = Assistance.of(encoder, index, registry, ledger, policy, Time.system());
    var builder =
        AgentGroup.builder(ExperimentId.of("scalability"))
            .name("bench")
            .assistance(assistance)
            .seed(profiles.seed());
    if (transport != null) {
      builder.transport(transport);
    }
    group = builder.build();
    try {
      client = people(profiles, vectors, agents, requesters, weigh);
    } catch (RuntimeException | InterruptedException e) {
      group.close();
      throw e;
    }
  }

  private Sender people(
      Profiles profiles, float[][] vectors, int agents, int requesters, boolean weigh)
      throws InterruptedException {
    group.define(AgentType.of("helper", () -> HELPER));
    group.define(AgentType.of("requester", Requester::new));
    long before = weigh ? Memory.used() : 0;
    for (int i = 0; i < agents; i++) {
      registry.register(profiles.at(i).card());
    }
    before = weigh("registry", weigh, before);
    var random = new SplittableRandom(profiles.seed());
    for (int i = 0; i < agents; i++) {
      index.put(
          known(i),
          i < vectors.length
              ? vectors[i]
              : MatchingBench.noisy(vectors[i % vectors.length], random));
    }
    before = weigh("index", weigh, before);
    AgentId rater = AgentId.of("rater");
    for (int i = 0; i < agents; i++) {
      Profiles.Profile profile = profiles.at(i);
      var found = new Rating(profile.trust(), true, profile.responseTime());
      ledger.record(
          new Evidence.Checked(rater, known(i), found, found, Time.system().now(), Trace.start()));
    }
    before = weigh("ledger", weigh, before);
    var ids = new ArrayList<AgentId>(AT_ONCE);
    for (int i = 0; i < agents; i++) {
      ids.add(known(i));
      if (ids.size() == AT_ONCE || i == agents - 1) {
        group.startAll(ids, "helper");
        ids.clear();
      }
    }
    weigh("group", weigh, before);
    for (int r = 0; r < requesters; r++) {
      group.start(requester(r), "requester");
    }
    return group.client("bench");
  }

  /** The id that the registry knows already, so that there is one of each. */
  private AgentId known(int i) {
    return registry.card(Profiles.id(i)).orElseThrow().agent();
  }

  private long weigh(String part, boolean weigh, long before) {
    if (!weigh) {
      return 0;
    }
    long now = Memory.used();
    bytes.put(part, Math.max(0, now - before));
    return now;
  }

  private static AgentId requester(int r) {
    return AgentId.of("requester-" + r);
  }

  /**
   * Gives {@code need} to a requester, and waits until it has been met.
   *
   * @throws dev.mama.MamaException if the requester did not tell what came of it
   */
  Requester.Served serve(int requester, String need, Duration patience)
      throws InterruptedException {
    var wanted = new Requester.Wanted(need, "");
    return client
        .ask(requester(requester), Payload.of(wanted), patience)
        .as(Requester.Served.class);
  }

  /** States of 50 floats, as they are where the closest to {@code needs} are candidates. */
  List<State> states(float[][] needs) {
    var states = new ArrayList<State>(needs.length);
    var system = new SystemView(registry.size(), registry.size(), 12, 0.7, 0.9, 600);
    for (float[] need : needs) {
      var candidates = new ArrayList<Candidate>(5);
      for (Match match : index.topK(need, 5)) {
        candidates.add(
            new Candidate(match.agent(), match.similarity(), ledger.standing(match.agent()), 1));
      }
      states.add(
          StateBuilder.build(
              new Need("the kitchen floor is wet every morning"), PATIENCE, candidates, system));
    }
    return states;
  }

  @Override
  public void close() {
    group.close();
  }
}
