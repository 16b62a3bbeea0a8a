package dev.mama.registry;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.registry.CopyWire.RegistryNews;
import dev.mama.registry.CopyWire.RegistryPage;
import dev.mama.registry.CopyWire.RegistryPageWanted;
import dev.mama.registry.CopyWire.RegistryTick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent that keeps a {@link RegistryCopy} as its owner's registry is, and tells the owner what
 * its group has to tell.
 *
 * <p>Confined to its turn.
 */
final class CopyKeeper implements Agent {

  /** How long the owner may take to answer. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(CopyKeeper.class);

  private static final long HEARTBEAT_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int MOST_EARLY = 64;
  private static final int MOST_BEGINNINGS = 4;
  private static final long UNKNOWN = -1;

  /** Makes clients, each with a writer of a later start. */
  interface Clients {
    /**
     * Makes the next one.
     *
     * @param late is shown answers that came late, as {@link RegistryClient#of} says
     */
    RegistryClient next(Consumer<PmlAnswer> late);
  }

  private final RegistryCopy copy;
  private final Clients clients;
  private final Duration look;
  private final Time time;

  private boolean looking;
  private boolean joined;
  private boolean failing;
  private boolean refused;
  private @Nullable RegistryClient client;

  /** Whether the client has batches in line that were not answered. */
  private boolean unanswered;

  private long toldAliveNanos;
  private boolean toldAlive;

  /** Which start of the owner the copy is of. */
  private long start;

  /** The last news that the copy has, or UNKNOWN. */
  private long last = UNKNOWN;

  private long lastAtLook = UNKNOWN;

  /** The last that there are, as far as is known. */
  private long seen;

  private final TreeMap<Long, RegistryNews> early = new TreeMap<>();

  CopyKeeper(RegistryCopy copy, Clients clients, Duration look, Time time) {
    this.copy = copy;
    this.clients = clients;
    this.look = look;
    this.time = time;
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    if (message.payload().type().equals(RegistryTick.class.getSimpleName())) {
      look(context);
    } else if (message.from().equals(RegistryAgent.ID)) {
      hear(message.payload().as(RegistryNews.class));
    }
  }

  private void hear(RegistryNews news) {
    if (news.start() < start) {
      return; // of an owner that is no more
    }
    copy.heardOfOwner();
    if (news.start() > start) {
      meet(news.start());
    }
    seen = Math.max(seen, news.number());
    if (last == UNKNOWN || news.number() <= last || news.namesNobody()) {
      return;
    }
    if (news.number() > last + 1) {
      if (early.size() < MOST_EARLY) {
        early.put(news.number(), news);
      }
      return;
    }
    take(news);
    takeEarly();
  }

  private void take(RegistryNews news) {
    copy.apply(news);
    last = news.number();
  }

  private void takeEarly() {
    early.headMap(last, true).clear();
    while (!early.isEmpty() && early.firstKey() == last + 1) {
      take(early.pollFirstEntry().getValue());
    }
  }

  /** Another owner: of what it has, nothing is known, and it knows nothing of this group. */
  private void meet(long other) {
    start = other;
    last = UNKNOWN;
    seen = 0;
    early.clear();
    copy.tellAllAgain();
  }

  private void look(AgentContext context) throws InterruptedException {
    if (!looking) {
      looking = true;
      context.scheduleEvery(look, Payload.of(new RegistryTick()));
    }
    refused = false;
    try {
      if (!joined) {
        context.join(CopyWire.TOPIC);
        joined = true;
      }
      if (last != UNKNOWN) {
        copy.registerFreed();
      }
      tell(context);
      // What is missing may be on its way: it has had one look's time.
      if (last == UNKNOWN || (seen > last && last == lastAtLook)) {
        read(context);
      }
      failing = refused;
    } catch (MamaException e) {
      if (!failing) {
        LOG.warn("the registry cannot be reached; trying on: {}", e.getMessage());
        failing = true;
      }
    }
    lastAtLook = last;
  }

  private void tell(AgentContext context) throws InterruptedException {
    List<PmlMessage> messages = copy.takeUntold();
    boolean alive = isHeartbeatDue() && copy.hasOwnAlive();
    if (messages.isEmpty() && !alive && !unanswered) {
      return;
    }
    var all = new ArrayList<>(messages);
    if (alive) {
      all.add(new PmlMessage.Heartbeat());
    }
    if (client == null) {
      client = clients.next(this::heedLate);
    }
    unanswered = true;
    try {
      PmlAnswer answer = client.tell(context, all);
      unanswered = answer.isNotKept();
      heed(answer, messages);
    } catch (NotToldException e) {
      copy.tellAgain(messages);
      throw e;
    } catch (IllegalStateException e) { // it refused an earlier one for good
      beginAnew(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) { // the last card alone is longer than a batch
      unanswered = false;
      copy.tellAgain(messages.subList(0, messages.size() - 1));
      drop(messages.getLast(), String.valueOf(e.getMessage()));
    }
    if (alive && !unanswered) {
      toldAliveNanos = time.nanos();
      toldAlive = true;
    }
  }

  private boolean isHeartbeatDue() {
    return !toldAlive || time.nanos() - toldAliveNanos >= HEARTBEAT_NANOS;
  }

  /** Another chain may be taken; what the registry has of this group is not known. */
  private void beginAnew(String why) {
    client = null;
    unanswered = false;
    refused = true;
    copy.tellAllAgain();
    if (!failing) {
      LOG.warn("the registry takes no more of these batches, so others begin: {}", why);
    }
  }

  private void heed(PmlAnswer answer, List<PmlMessage> messages) {
    warnOfEvidence(answer, messages);
    for (PmlAnswer.Refusal refusal : answer.refusals()) {
      String why = "%s (%s)".formatted(refusal.reason(), refusal.detail());
      if (refusal.reason() == PmlReason.NOT_REGISTERED) {
        copy.tellAllAgain();
      } else if (refusal.message() >= 0 && refusal.message() < messages.size()) {
        drop(messages.get(refusal.message()), why);
      } else if (!answer.isTaken() && !answer.isNotKept()) {
        beginAnew(why);
      }
    }
  }

  /**
   * What was told too often was a sample more; other evidence that is refused is somebody's loss.
   */
  private static void warnOfEvidence(PmlAnswer answer, List<PmlMessage> messages) {
    List<PmlAnswer.Refusal> lost =
        answer.refusals().stream()
            .filter(it -> it.message() >= 0 && it.message() < messages.size())
            .filter(it -> messages.get(it.message()) instanceof PmlMessage.Report)
            .filter(it -> it.reason() != PmlReason.TOO_OFTEN)
            .toList();
    if (!lost.isEmpty()) {
      LOG.warn(
          "the registry refused {} pieces of evidence, the first one: {} ({})",
          lost.size(),
          lost.getFirst().reason(),
          lost.getFirst().detail());
    }
  }

  /** What came of which message is not told late, so all is told again: that does no harm. */
  private void heedLate(PmlAnswer answer) {
    if (!answer.refusals().isEmpty()) {
      copy.tellAllAgain();
    }
  }

  /** An agent that is not this group's is taken out; whose it is will be read. */
  private void drop(PmlMessage message, String why) {
    if (message instanceof PmlMessage.Register register) {
      copy.refused(register.card());
      last = UNKNOWN;
      LOG.warn("the registry refused agent '{}': {}", register.card().agent(), why);
    }
  }

  /** Reads a snapshot, page by page. News that come meanwhile wait in the mailbox. */
  private void read(AgentContext context) throws InterruptedException {
    Map<AgentId, Listed> listed = new HashMap<>();
    var wanted = new RegistryPageWanted(0, 0);
    RegistryPage page;
    int beginnings = 0;
    do {
      page = context.ask(RegistryAgent.ID, Payload.of(wanted), ANSWER_LIMIT).as(RegistryPage.class);
      if (page.from() == 0) {
        listed.clear();
        if (++beginnings > MOST_BEGINNINGS) {
          return; // others ask for so much; the next look tries again
        }
      }
      for (Listed each : page.listed()) {
        listed.put(each.agent(), each);
      }
      wanted = new RegistryPageWanted(page.snapshot(), page.next());
    } while (page.next() < page.total());
    if (page.start() < start) {
      return; // its owner has gone meanwhile
    }
    copy.heardOfOwner();
    if (page.start() > start) {
      meet(page.start());
    }
    copy.replace(listed);
    last = page.number();
    seen = Math.max(seen, last);
    takeEarly();
  }
}
