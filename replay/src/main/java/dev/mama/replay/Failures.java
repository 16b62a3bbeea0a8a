package dev.mama.replay;

import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AskTimeoutException;
import dev.mama.ChatException;
import dev.mama.MailboxFullException;
import dev.mama.MamaException;
import dev.mama.PayloadException;
import dev.mama.StorageException;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Failures that an agent met, noted and made again. */
final class Failures {

  private static final String MARK = "failure ";
  private static final Pattern WAITED = Pattern.compile("within (PT[0-9.HMS]+)");

  /** What is needed to make one again. */
  private record Noted(String type, String agent, String message, int attempts) {}

  /** A failure of a type that cannot be made again. */
  private static final class RecordedException extends MamaException {
    private static final long serialVersionUID = 1L;
    private final String type;

    RecordedException(String type, String message) {
      super(message, null);
      this.type = type;
    }
  }

  private Failures() {}

  /** How a turn that fails of {@code cause} ends; what it says may have times and ids in it. */
  static Happening end(Throwable cause) {
    return new Happening("failed", type(cause), "", String.valueOf(cause.getMessage()));
  }

  /** Whether two turns failed of the same; the first may be noted with its words, as once was. */
  static boolean isSameEnd(Happening noted, Happening now) {
    String argument = noted.argument();
    String words = argument.contains(":") ? argument.substring(0, argument.indexOf(':')) : argument;
    return noted.kind().equals(now.kind())
        && words.substring(words.lastIndexOf('.') + 1).equals(now.argument());
  }

  private static String type(Throwable failure) {
    return failure instanceof RecordedException recorded
        ? recorded.type
        : failure.getClass().getSimpleName();
  }

  /** What two runs have in common of {@code failure}. */
  static String write(Exception failure) {
    return MARK + type(failure);
  }

  static String aside(Exception failure) {
    String agent =
        switch (failure) {
          case AgentFailedException e -> e.agent().value();
          case MailboxFullException e -> e.agent().value();
          case UnknownAgentException e -> e.agent().value();
          case AskTimeoutException e -> e.agent().value();
          default -> "";
        };
    String type = failure instanceof ChatException e ? e.reason().name() : type(failure);
    int attempts = failure instanceof ChatException e ? e.attempts() : 0;
    return RunFormat.JSON.writeValueAsString(
        new Noted(type, agent, String.valueOf(failure.getMessage()), attempts));
  }

  /** The failure that {@code happening} ended with, or null if it did not. */
  static @Nullable Exception read(Happening happening) {
    if (!happening.result().startsWith(MARK)) {
      return null;
    }
    Noted noted = RunFormat.JSON.readValue(happening.aside(), Noted.class);
    String type = happening.result().substring(MARK.length());
    return switch (type) {
      case "AgentFailedException" ->
          new AgentFailedException(AgentId.of(noted.agent()), detail(noted));
      case "MailboxFullException" ->
          new MailboxFullException(AgentId.of(noted.agent()), noted.message());
      case "UnknownAgentException" -> new UnknownAgentException(AgentId.of(noted.agent()));
      case "AskTimeoutException" ->
          new AskTimeoutException(AgentId.of(noted.agent()), waited(noted));
      case "ChatException" ->
          new ChatException(
              noted.message(),
              ChatException.Reason.valueOf(noted.type()),
              noted.attempts(),
              null,
              null);
      case "PayloadException" -> new PayloadException(noted.message());
      case "StorageException" -> new StorageException(noted.message(), null);
      case "TransportException" -> new TransportException(noted.message(), null);
      case "IllegalArgumentException" -> new IllegalArgumentException(noted.message());
      case "IllegalStateException" -> new IllegalStateException(noted.message());
      case "UnsupportedOperationException" -> new UnsupportedOperationException(noted.message());
      case "InterruptedException" -> new InterruptedException(noted.message());
      default -> new RecordedException(type, noted.message());
    };
  }

  /** How long was waited, as the message tells it. */
  private static Duration waited(Noted noted) {
    Matcher matcher = WAITED.matcher(noted.message());
    return matcher.find() ? Duration.parse(String.valueOf(matcher.group(1))) : Duration.ZERO;
  }

  /** The message without what the exception puts before it. */
  private static String detail(Noted noted) {
    String before = "agent '%s' failed: ".formatted(noted.agent());
    return noted.message().startsWith(before)
        ? noted.message().substring(before.length())
        : noted.message();
  }
}
