package dev.mama.mqtt;

import dev.mama.embedded.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One broker for all tests of the run, because it takes seconds to start and to stop. */
final class SharedBroker implements BeforeAllCallback {

  private static volatile @Nullable EmbeddedBroker broker;

  static EmbeddedBroker broker() {
    return Objects.requireNonNull(broker, "add @ExtendWith(SharedBroker.class)");
  }

  /** How to connect to it. */
  static MqttBroker address() {
    return MqttBroker.at(broker().host(), broker().port());
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .getOrComputeIfAbsent(SharedBroker.class, key -> start(), AutoCloseable.class);
  }

  private static AutoCloseable start() {
    try {
      EmbeddedBroker started =
          EmbeddedBroker.start(Files.createTempDirectory(Path.of("target"), "broker-"));
      broker = started;
      return started;
    } catch (Exception e) {
      throw new IllegalStateException("no broker for the tests", e);
    }
  }
}
