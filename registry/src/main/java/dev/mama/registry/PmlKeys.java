package dev.mama.registry;

import dev.mama.AgentId;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The public keys of those who write to a registry.
 *
 * <p>A writer whose key is known is taken only with its signature. A group's key speaks for the
 * agents that the group registers; an agent that has a key of its own speaks for itself alone, and
 * nobody else for it.
 *
 * <p>Thread-safe.
 */
public final class PmlKeys {

  private final Map<String, PublicKey> keys = new ConcurrentHashMap<>();
  private final Map<AgentId, Boolean> agents = new ConcurrentHashMap<>();
  private final boolean onlyKnown;

  private PmlKeys(boolean onlyKnown) {
    this.onlyKnown = onlyKnown;
  }

  /** No keys; writers without one are taken unsigned, for experiments among friends. */
  public static PmlKeys open() {
    return new PmlKeys(false);
  }

  /** No keys; writers without one are refused. */
  public static PmlKeys onlyKnown() {
    return new PmlKeys(true);
  }

  /**
   * Makes the key of the group {@code name} known.
   *
   * @throws IllegalArgumentException if it is no key of Ed25519, or the name is taken
   */
  public PmlKeys group(String name, PublicKey key) {
    add(name, key);
    return this;
  }

  /**
   * Makes the key of an agent known that speaks for itself.
   *
   * @throws IllegalArgumentException if it is no key of Ed25519, or the name is taken
   */
  public PmlKeys agent(AgentId agent, PublicKey key) {
    add(agent.value(), key);
    agents.put(agent, true);
    return this;
  }

  private void add(String name, PublicKey key) {
    if (!key.getAlgorithm().equals("EdDSA") && !key.getAlgorithm().equals("Ed25519")) {
      throw new IllegalArgumentException(
          "the key of '%s' is of %s; it must be of Ed25519".formatted(name, key.getAlgorithm()));
    }
    if (keys.putIfAbsent(AgentId.of(name).value(), key) != null) {
      throw new IllegalArgumentException("'%s' has a key already".formatted(name));
    }
  }

  Optional<PublicKey> key(String writer) {
    return Optional.ofNullable(keys.get(writer));
  }

  boolean isOnlyKnown() {
    return onlyKnown;
  }

  /** Whether {@code agent} speaks for itself. */
  boolean speaksForItself(AgentId agent) {
    return agents.containsKey(agent);
  }
}
