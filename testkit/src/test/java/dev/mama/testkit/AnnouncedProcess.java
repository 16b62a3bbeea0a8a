package dev.mama.testkit;

import dev.mama.ExperimentId;
import dev.mama.spi.Presence;
import dev.mama.spi.Presence.State;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/** A process that is only said to be there, on a transport that takes anybody's word. */
record AnnouncedProcess(
    String name,
    ExperimentId experiment,
    Set<String> groups,
    BiConsumer<ExperimentId, Presence> announce)
    implements PresenceContract.Member {

  static AnnouncedProcess join(
      BiConsumer<ExperimentId, Presence> announce, ExperimentId experiment, String... groups) {
    var process =
        new AnnouncedProcess("process-" + UUID.randomUUID(), experiment, Set.of(groups), announce);
    process.tell(State.HERE);
    return process;
  }

  @Override
  public void leave() {
    tell(State.LEFT);
  }

  @Override
  public void die() {
    tell(State.LOST);
  }

  @Override
  public void comeBack() {
    tell(State.HERE);
  }

  private void tell(State state) {
    announce.accept(experiment, new Presence(name, groups, state));
  }
}
