package dev.mama.testkit;

import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.spi.Transport;
import dev.mama.testkit.UnrulyTransport.Faults;

class UnrulyPresenceTest extends PresenceContract {

  @Override
  protected Transport open() {
    return UnrulyTransport.open(Time.system(), 1, Faults.NONE);
  }

  @Override
  protected Member join(Transport transport, ExperimentId experiment, String... groups) {
    return AnnouncedProcess.join(((UnrulyTransport) transport)::announce, experiment, groups);
  }
}
