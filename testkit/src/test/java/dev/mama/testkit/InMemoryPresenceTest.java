package dev.mama.testkit;

import dev.mama.ExperimentId;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Transport;

class InMemoryPresenceTest extends PresenceContract {

  @Override
  protected Transport open() {
    return InMemoryTransport.open();
  }

  @Override
  protected Member join(Transport transport, ExperimentId experiment, String... groups) {
    return AnnouncedProcess.join(((InMemoryTransport) transport)::announce, experiment, groups);
  }
}
