package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the messages of one batch are its writer's to say. Agents that it registers are claimed
 * until this is closed.
 *
 * <p>Confined to one thread.
 */
final class PmlCheck implements AutoCloseable {

  /** How far ahead of this process' clock another one's may be. */
  static final Duration AHEAD = Duration.ofMinutes(1);

  /** How old evidence may be; with the usual half-life it would weigh 5 %. */
  static final Duration OLDEST = Duration.ofDays(30);

  private final InMemoryRegistry registry;
  private final PmlKeys keys;
  private final Map<AgentId, String> claims;
  private final Limits limits;
  private final String writer;
  private final Instant now;
  private final Map<AgentId, AgentCard> registering = new HashMap<>();
  private final List<AgentId> claimed = new ArrayList<>();
  private final List<Evidence> counted = new ArrayList<>();

  /**
   * How much a writer may say of what counts whole because it says so: what it has seen, and what
   * it has checked.
   */
  record Limits(Allowance witnessed, Allowance checked) {}

  /**
   * @param claims the agents that all writers are registering now; shared and thread-safe
   * @param limits of all writers; shared and thread-safe
   */
  PmlCheck(
      InMemoryRegistry registry,
      PmlKeys keys,
      Map<AgentId, String> claims,
      Limits limits,
      String writer,
      Instant now) {
    this.registry = registry;
    this.keys = keys;
    this.claims = claims;
    this.limits = limits;
    this.writer = writer;
    this.now = now;
  }

  /**
   * Whether its writer may say {@code message}, after what it said before in the same batch.
   *
   * @throws PmlException if not, and why
   */
  void check(PmlMessage message) throws PmlException {
    switch (message) {
      case PmlMessage.Register register -> {
        claim(register.card().agent());
        checkYours(register.card().agent(), true);
        registering.put(register.card().agent(), register.card());
      }
      case PmlMessage.Heartbeat heartbeat -> {
        if (registering.isEmpty() && !registry.knows(writer)) {
          throw new PmlException(
              PmlReason.NOT_REGISTERED,
              "writer '%s' has no agents here; register them again".formatted(writer));
        }
      }
      case PmlMessage.Retire retire -> checkYours(retire.agent(), false);
      case PmlMessage.Report report -> check(report.evidence());
    }
  }

  /**
   * Until the batch is carried out nobody else registers {@code agent}: one of two would lose it.
   */
  private void claim(AgentId agent) throws PmlException {
    String other = claims.putIfAbsent(agent, writer);
    if (other == null) {
      claimed.add(agent);
    } else if (!other.equals(writer)) {
      throw new PmlException(
          PmlReason.NOT_YOURS,
          "agent '%s' is just being registered by writer '%s'".formatted(agent, other));
    }
  }

  private void check(Evidence evidence) throws PmlException {
    if (evidence.at().isAfter(now.plus(AHEAD))) {
      throw new PmlException(
          PmlReason.FUTURE, "happened at %s; it is %s".formatted(evidence.at(), now));
    }
    if (evidence.at().isBefore(now.minus(OLDEST))) {
      throw new PmlException(
          PmlReason.ANCIENT,
          "happened at %s, more than %s before %s".formatted(evidence.at(), OLDEST, now));
    }
    AgentId rater =
        switch (evidence) {
          case Evidence.Witnessed seen -> null;
          case Evidence.Checked checked -> checked.rater();
          case Evidence.Opinion opinion -> opinion.rater();
        };
    if (rater != null) {
      checkYours(rater, false);
      checkOwners(rater, evidence.subject());
    }
    count(evidence);
  }

  private void checkOwners(AgentId rater, AgentId subject) throws PmlException {
    AgentCard raters = card(rater);
    AgentCard subjects = card(subject);
    if (raters != null && subjects != null && raters.hasOwnerOf(subjects)) {
      throw new PmlException(
          PmlReason.PARTIAL,
          "agent '%s' must not rate '%s': both belong to '%s'"
              .formatted(rater, subject, raters.details().owner()));
    }
  }

  private void count(Evidence evidence) throws PmlException {
    Allowance allowance = allowance(evidence);
    if (allowance == null) {
      return; // an opinion counts as far as its rater was found right
    }
    if (!allowance.take(writer, evidence.subject())) {
      throw new PmlException(
          PmlReason.TOO_OFTEN,
          "writer '%s' has told of agent '%s' often enough (%s); tell of a sample"
              .formatted(writer, evidence.subject(), allowance));
    }
    counted.add(evidence);
  }

  private @Nullable Allowance allowance(Evidence evidence) {
    return switch (evidence) {
      case Evidence.Witnessed seen -> limits.witnessed();
      case Evidence.Checked checked -> limits.checked();
      case Evidence.Opinion opinion -> null;
    };
  }

  /** The batch was kept: what was counted is. */
  void kept() {
    counted.clear();
  }

  private @Nullable AgentCard card(AgentId agent) {
    AgentCard card = registering.get(agent);
    return card != null ? card : registry.card(agent).orElse(null);
  }

  /** Refuses to let {@code writer} speak for {@code agent} if that is another's. */
  private void checkYours(AgentId agent, boolean mayBeNew) throws PmlException {
    boolean itself = writer.equals(agent.value());
    boolean writerIsAgent = keys.speaksForItself(AgentId.of(writer));
    if ((keys.speaksForItself(agent) || writerIsAgent) && !itself) {
      throw new PmlException(
          PmlReason.NOT_YOURS,
          "agent '%s' has a key of its own, or '%s' speaks for itself alone"
              .formatted(agent, writer));
    }
    if (registering.containsKey(agent)) {
      return;
    }
    boolean isThere = registry.card(agent).isPresent();
    if (mayBeNew && (!isThere || isGone(agent))) {
      return;
    }
    String owner = registry.writer(agent).orElse("");
    if (!owner.equals(writer)) {
      throw new PmlException(
          PmlReason.NOT_YOURS,
          isThere
              ? "agent '%s' belongs to %s"
                  .formatted(
                      agent, owner.isEmpty() ? "the registry's process" : "writer '" + owner + "'")
              : "agent '%s' is not registered by '%s'; register it first".formatted(agent, writer));
    }
  }

  private boolean isGone(AgentId agent) {
    return registry.liveness(agent).map(it -> it.state() == Liveness.State.GONE).orElse(true);
  }

  @Override
  public void close() {
    claimed.forEach(claims::remove);
    for (Evidence each : counted) {
      Allowance allowance = allowance(each);
      if (allowance != null) {
        allowance.giveBack(writer, each.subject());
      }
    }
  }
}
