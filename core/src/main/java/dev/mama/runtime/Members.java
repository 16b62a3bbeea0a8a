package dev.mama.runtime;

import dev.mama.AgentId;
import java.util.ArrayList;
import java.util.List;

/**
 * Who has an address in a group: its agents, and the clients of the application. Whoever cannot be
 * subscribed at the transport is not in.
 *
 * <p>Thread-safe.
 */
final class Members {

  private final GroupOptions options;
  private final Router router;
  private final Incarnations incarnations;

  Members(GroupOptions options, Router router, Incarnations incarnations) {
    this.options = options;
    this.router = router;
    this.incarnations = incarnations;
  }

  /** Makes {@code cells} known; all of them, or none. */
  void addAll(List<? extends Cell> cells) throws InterruptedException {
    var added = new ArrayList<Cell>(cells.size());
    boolean started = false;
    try {
      for (Cell cell : cells) {
        if (!router.add(cell)) {
          throw taken(cell.id);
        }
        added.add(cell);
      }
      router.subscribe(cells.stream().map(cell -> cell.id).toList());
      started = true;
    } finally {
      if (!started) {
        added.forEach(router::remove);
      }
    }
  }

  /** An address of the application, to which only answers come. */
  Outbox address(String name) throws InterruptedException {
    AgentId id = AgentId.of(name);
    var outbox = new Outbox(id, incarnations.next(), router, options);
    if (!router.add(outbox)) {
      throw taken(id);
    }
    boolean subscribed = false;
    try {
      router.subscribe(List.of(id));
      subscribed = true;
    } finally {
      if (!subscribed) {
        router.remove(outbox);
      }
    }
    return outbox;
  }

  private IllegalArgumentException taken(AgentId id) {
    return new IllegalArgumentException(
        "id '%s' is taken in group '%s'; choose another".formatted(id, options.name()));
  }
}
