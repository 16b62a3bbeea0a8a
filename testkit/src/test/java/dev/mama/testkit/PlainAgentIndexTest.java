package dev.mama.testkit;

import dev.mama.spi.AgentIndex;

final class PlainAgentIndexTest extends AgentIndexContract {

  @Override
  protected AgentIndex newIndex(int dimension) {
    return new PlainAgentIndex(dimension);
  }
}
