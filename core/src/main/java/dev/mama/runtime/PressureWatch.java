package dev.mama.runtime;

import dev.mama.Pressure;
import dev.mama.spi.ChatModel;
import io.micrometer.core.instrument.Gauge;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the model's pressure for a group, and tells when it has changed.
 *
 * <p>Looked at by the group's timer; read by any thread.
 */
final class PressureWatch {

  private static final Logger log = LoggerFactory.getLogger(PressureWatch.class);

  private final String group;
  private final @Nullable ChatModel model;
  private final Consumer<Pressure> listener;
  private Pressure told = Pressure.NORMAL;

  PressureWatch(GroupOptions options) {
    this.group = options.name();
    this.model = options.chatModel();
    this.listener = options.onPressure();
    if (model != null) {
      Gauge.builder("mama.pressure", () -> now().level())
          .strongReference(true)
          .register(options.meters());
    }
  }

  Pressure now() {
    return model == null ? Pressure.NORMAL : model.pressure();
  }

  /** On the timer's thread alone. */
  void look() {
    Pressure now = now();
    if (now != told) {
      log.info("group '{}': the model's pressure went from {} to {}", group, told, now);
      told = now;
      try {
        listener.accept(now);
      } catch (RuntimeException e) {
        log.error("group '{}': its listener to the model's pressure failed", group, e);
      }
    }
  }
}
