package dev.mama.testkit;

import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Transport;

class InMemoryTransportTopicsTest extends TransportTopicsContract {

  @Override
  protected Transport open() {
    return InMemoryTransport.open();
  }
}
