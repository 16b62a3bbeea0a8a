package dev.mama.registry;

import dev.mama.Time;
import dev.mama.spi.Registry;
import dev.mama.testkit.RegistryContract;
import java.time.Duration;

/** A copy by itself, before a group has joined with it. */
class RegistryCopyContractTest extends RegistryContract {

  @Override
  protected Registry newRegistry(Duration timeToLive, Time time) {
    return RegistryCopy.of(timeToLive, RegistryAgent.LOOK, time);
  }
}
