package dev.mama.negotiation;

import dev.mama.Payload;
import dev.mama.PayloadException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the payloads that are records of one sealed interface, by the name they are sent under.
 *
 * <p>Immutable.
 */
final class Kinds<S> {

  private final Class<S> sealed;
  private final Map<String, Class<? extends Record>> byName = new LinkedHashMap<>();

  Kinds(Class<S> sealed) {
    this.sealed = sealed;
    collect(sealed);
  }

  private void collect(Class<?> type) {
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (permitted.isRecord()) {
        byName.put(permitted.getSimpleName(), permitted.asSubclass(Record.class));
      } else {
        collect(permitted);
      }
    }
  }

  /**
   * What {@code payload} is, empty if it is none of these.
   *
   * @throws PayloadException if it is named like one, and its JSON does not fit
   */
  Optional<S> read(Payload payload) {
    Class<? extends Record> type = byName.get(payload.type());
    return type == null ? Optional.empty() : Optional.of(sealed.cast(payload.as(type)));
  }
}
