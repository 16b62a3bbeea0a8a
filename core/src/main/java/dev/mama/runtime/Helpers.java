package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.Referral;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who was chosen to help in one turn, and what each has answered.
 *
 * <p>Confined to its turn.
 */
final class Helpers {

  private final Map<AgentId, Optional<Payload>> answers = new HashMap<>();

  void chosen(AgentId helper) {
    answers.putIfAbsent(helper, Optional.empty());
  }

  boolean has(AgentId agent) {
    return answers.containsKey(agent);
  }

  void answered(AgentId helper, Payload reply) {
    answers.put(helper, Optional.of(reply));
  }

  /** The last answer of the agent that {@code referral} chose, empty if it gave none here. */
  Optional<Payload> answer(Referral referral) {
    return referral.chosen().flatMap(helper -> answers.getOrDefault(helper, Optional.empty()));
  }
}
