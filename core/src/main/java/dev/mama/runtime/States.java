package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.StorageException;

/** Makes durable agents as the journal has them. */
final class States {

  private final AgentStore store;

  States(AgentStore store) {
    this.store = store;
  }

  /**
   * Makes the agent of {@code cell} with its last state.
   *
   * @throws StorageException if that cannot be read, or does not fit
   */
  void load(DurableCell cell) throws InterruptedException {
    AgentType type = cell.agentType();
    Agent fresh = type.factory().apply(cell.id);
    Payload state = cell.turns() == 0 ? null : saved(cell).state();
    if (state != null) {
      restore(cell, durable(cell, fresh), state);
    }
    cell.load(fresh, state);
  }

  /** What the journal has of {@code cell}. */
  Entry.Saved saved(DurableCell cell) throws InterruptedException {
    while (true) {
      long record = cell.record();
      try {
        return switch (store.entry(record)) {
          case Entry.Saved saved -> saved;
          case Entry.Committed turn -> turn.saved();
          default ->
              throw new StorageException(
                  "record %d holds no state of agent '%s'".formatted(record, cell.id), null);
        };
      } catch (StorageException e) {
        if (cell.record() == record) {
          throw e;
        } // else it was moved meanwhile
      }
    }
  }

  @SuppressWarnings("unchecked") // AgentType.durable has the two agree
  static DurableAgent<Record> durable(DurableCell cell, Agent agent) {
    if (agent instanceof DurableAgent<?> durable) {
      return (DurableAgent<Record>) durable;
    }
    throw new IllegalStateException(
        "type '%s' has a state, but makes agents that are no DurableAgent".formatted(cell.type()));
  }

  private static void restore(DurableCell cell, DurableAgent<Record> agent, Payload state) {
    Class<? extends Record> type = cell.agentType().state();
    if (type == null) {
      throw new IllegalStateException("type '%s' has no state".formatted(cell.type()));
    }
    try {
      Record restored = state.as(type);
      agent.restore(restored);
    } catch (PayloadException e) {
      throw new StorageException(
          "the state of agent '%s' of type '%s' at record %d does not fit %s: %s; give the class back what the state has, and resume again"
              .formatted(cell.id, cell.type(), cell.record(), type.getName(), e.getMessage()),
          e);
    }
  }
}
