package dev.mama.testkit;

import dev.mama.Time;
import dev.mama.spi.Transport;
import dev.mama.testkit.UnrulyTransport.Faults;

class UnrulyTransportTopicsTest extends TransportTopicsContract {

  @Override
  protected Transport open() {
    return UnrulyTransport.open(Time.system(), 1, Faults.NONE);
  }
}
