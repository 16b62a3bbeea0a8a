package dev.mama.pg;

import dev.mama.Event;
import dev.mama.Event.MessageSent;
import dev.mama.ExperimentId;
import dev.mama.pg.EventSource.EventCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The first message at which two experiments differ. Messages are the same if sender, receiver,
 * channel, type and payload are; ids, times and traces are each run's own.
 *
 * <p>Messages are compared in order of time, so experiments can be the same only where the order is
 * the run's own doing: with a virtual clock, or one thing after another.
 *
 * <p>Immutable.
 *
 * @param number the message's place in the experiments, from 1 on
 * @param first the first experiment's message, or null if it has ended there
 * @param second the second one's, or null if it has ended there
 */
public record Difference(long number, @Nullable MessageSent first, @Nullable MessageSent second) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * Compares {@code first} in {@code firstSource} with {@code second} in {@code secondSource}, up
   * to the first difference; holds a bounded part of both.
   *
   * @return empty if there is none
   * @throws dev.mama.StorageException if the messages cannot be read
   * @throws InterruptedException if interrupted while waiting
   */
  public static Optional<Difference> between(
      EventSource firstSource, ExperimentId first, EventSource secondSource, ExperimentId second)
      throws InterruptedException {
    try (EventCursor a = open(firstSource, first);
        EventCursor b = open(secondSource, second)) {
      var ones = new Messages(a);
      var others = new Messages(b);
      for (long number = 1; ; number++) {
        MessageSent one = ones.next();
        MessageSent other = others.next();
        if (one == null && other == null) {
          return Optional.empty();
        }
        if (one == null || other == null || !sameContent(one, other)) {
          return Optional.of(new Difference(number, one, other));
        }
      }
    }
  }

  private static EventCursor open(EventSource source, ExperimentId experiment)
      throws InterruptedException {
    return source.open(EventQuery.all(experiment).kinds(Set.of(MessageSent.class)));
  }

  private static boolean sameContent(MessageSent one, MessageSent other) {
    return one.from().equals(other.from())
        && one.to().equals(other.to())
        && one.channel() == other.channel()
        && one.payload().type().equals(other.payload().type())
        && JSON.readTree(one.payload().json()).equals(JSON.readTree(other.payload().json()));
  }

  /** For a person: the number and both messages, one below the other. */
  @Override
  public String toString() {
    return "message %,d differs:%n  %s%n  %s".formatted(number, spell(first), spell(second));
  }

  private static String spell(@Nullable MessageSent message) {
    return message == null
        ? "(no more messages)"
        : "%s %s -> %s on %s: %s %s"
            .formatted(
                message.at(),
                message.from(),
                message.to(),
                message.channel().level(),
                message.payload().type(),
                new String(message.payload().json(), StandardCharsets.UTF_8));
  }

  /** Messages one by one out of pages. */
  private static final class Messages {
    private final EventCursor cursor;
    private final Deque<Event> page = new ArrayDeque<>();

    Messages(EventCursor cursor) {
      this.cursor = cursor;
    }

    @Nullable MessageSent next() throws InterruptedException {
      if (page.isEmpty()) {
        page.addAll(cursor.next());
      }
      return (MessageSent) page.poll();
    }
  }
}
