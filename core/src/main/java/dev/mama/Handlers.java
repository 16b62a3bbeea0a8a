package dev.mama;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * An agent made of one handler for each record of a sealed interface.
 *
 * <pre>{@code
 * sealed interface Order { record Buy(String what) implements Order {} record Cancel(long number) implements Order {} }
 *
 * Agent clerk = Handlers.of(Order.class)
 *     .on(Order.Buy.class, (buy, message, context) -> context.reply(confirm(buy)))
 *     .on(Order.Cancel.class, (cancel, message, context) -> forget(cancel.number()))
 *     .build();
 * }</pre>
 *
 * <p>A message of another type fails its turn with a {@link PayloadException} that names the known
 * ones, and so reaches its sender where that waits.
 *
 * <p>Not thread-safe; the agent it builds is as thread-safe as its handlers.
 *
 * @param <S> a sealed interface whose permitted types are records, or sealed interfaces of records
 */
public final class Handlers<S> {

  private final List<Class<? extends Record>> types;
  private final Map<String, Entry<?>> entries = new LinkedHashMap<>();

  /** What is done with a message of one type; {@code payload} is the message's payload. */
  @FunctionalInterface
  public interface Handler<R extends Record> {

    /** Handles one message, as {@link Agent#onMessage} does. */
    void handle(R payload, Message message, AgentContext context) throws Exception;
  }

  private record Entry<R extends Record>(Class<R> type, Handler<R> handler) {
    void handle(Message message, AgentContext context) throws Exception {
      handler.handle(message.payload().as(type), message, context);
    }
  }

  private Handlers(List<Class<? extends Record>> types) {
    this.types = types;
  }

  /**
   * Handlers for the records of {@code sealed}.
   *
   * @throws IllegalArgumentException if it is not sealed, permits other types than records, or two
   *     records of one simple name, which is the name they are sent under
   */
  public static <S> Handlers<S> of(Class<S> sealed) {
    List<Class<? extends Record>> types = new ArrayList<>();
    collect(sealed, types);
    var names = new TreeSet<String>();
    for (Class<?> type : types) {
      if (!names.add(type.getSimpleName())) {
        throw new IllegalArgumentException(
            "%s permits two records named '%s'; rename one"
                .formatted(sealed.getName(), type.getSimpleName()));
      }
    }
    return new Handlers<>(types);
  }

  private static void collect(Class<?> type, List<Class<? extends Record>> records) {
    if (type.isRecord()) {
      records.add(type.asSubclass(Record.class));
    } else if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, records);
      }
    } else {
      throw new IllegalArgumentException(
          "%s is neither a record nor sealed; payloads are records".formatted(type.getName()));
    }
  }

  /**
   * Handles messages of {@code type} by {@code handler}.
   *
   * @throws IllegalArgumentException if the sealed interface does not permit {@code type}, or it
   *     has a handler
   */
  public <R extends Record> Handlers<S> on(Class<R> type, Handler<R> handler) {
    if (!types.contains(type)) {
      throw new IllegalArgumentException(
          "'%s' is none of the records to be handled: %s".formatted(type.getSimpleName(), names()));
    }
    if (entries.putIfAbsent(type.getSimpleName(), new Entry<>(type, handler)) != null) {
      throw new IllegalArgumentException(
          "'%s' has a handler already".formatted(type.getSimpleName()));
    }
    return this;
  }

  /**
   * The agent.
   *
   * @throws IllegalStateException if a record has no handler; the message names it
   */
  public Agent build() {
    for (Class<?> type : types) {
      if (!entries.containsKey(type.getSimpleName())) {
        throw new IllegalStateException(
            "'%s' has no handler; add on(%s.class, …)"
                .formatted(type.getSimpleName(), type.getSimpleName()));
      }
    }
    Map<String, Entry<?>> known = Map.copyOf(entries);
    String names = names();
    return (message, context) -> {
      Entry<?> entry = known.get(message.payload().type());
      if (entry == null) {
        throw new PayloadException(
            "agent '%s' does not know '%s'; it handles %s"
                .formatted(context.self(), message.payload().type(), names));
      }
      entry.handle(message, context);
    };
  }

  private String names() {
    return String.join(", ", new TreeSet<>(types.stream().map(Class::getSimpleName).toList()));
  }
}
