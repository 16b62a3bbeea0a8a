package dev.mama.mqtt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One Mosquitto for all tests of the run; without it they are skipped, and say why. */
final class SharedMosquitto implements ExecutionCondition, BeforeAllCallback {

  private static volatile @Nullable Mosquitto broker;

  static Mosquitto broker() {
    return Objects.requireNonNull(broker, "add @ExtendWith(SharedMosquitto.class)");
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Mosquitto.isInstalled()
        ? ConditionEvaluationResult.enabled("mosquitto is installed")
        : ConditionEvaluationResult.disabled(
            "mosquitto and mosquitto-clients are not installed; apt-get install both to run this");
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .getOrComputeIfAbsent(SharedMosquitto.class, key -> start(), AutoCloseable.class);
  }

  private static AutoCloseable start() {
    try {
      Mosquitto started =
          Mosquitto.start(Files.createTempDirectory(Path.of("target"), "mosquitto-"));
      broker = started;
      return started;
    } catch (Exception e) {
      throw new IllegalStateException("no mosquitto for the tests", e);
    }
  }
}
