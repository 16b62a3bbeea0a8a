package dev.mama.llm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.llm.Recording.Entry;
import dev.mama.spi.ChatModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what a {@link RecordingChatModel} has recorded, without a network; the whole recording is
 * held in memory.
 *
 * <p>Each recorded answer is given once, and a failure fails again. What was not recorded fails
 * with reason REFUSED and names the request. Replies say what they said when they were recorded,
 * times included, and come at once.
 *
 * <p>Thread-safe.
 */
public final class ReplayingChatModel implements ChatModel {

  private static final Logger log = LoggerFactory.getLogger(ReplayingChatModel.class);
  private static final int SHOWN = 80;

  private final Path file;
  private final By by;
  private final Map<String, Queue<Entry>> byKey = new HashMap<>();
  private final Queue<Entry> inOrder = new ArrayDeque<>();
  private boolean closed;

  /** Which recorded answer a request gets. */
  public enum By {
    /** The next one to the same request, so that it does not matter who asks first. */
    REQUEST,
    /** The next one, whatever is asked; for prompts that have changed, and one asker. */
    ORDER
  }

  private ReplayingChatModel(Path file, By by) {
    this.file = file;
    this.by = by;
  }

  /**
   * Reads a recording. A last line that a crash has cut is left out and logged.
   *
   * @throws IllegalArgumentException if any other line is damaged; the message tells which
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ReplayingChatModel open(Path file, By by) {
    var model = new ReplayingChatModel(file, by);
    try {
      String text = Files.readString(file, UTF_8);
      int number = 0;
      for (int from = 0; from < text.length(); ) {
        int end = text.indexOf('\n', from);
        number++;
        if (end < 0) {
          log.warn("recording '{}': line {} is cut, and left out", file, number);
          break;
        }
        model.add(text.substring(from, end), number);
        from = end + 1;
      }
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException("recording '%s' cannot be read".formatted(file), e);
    }
  }

  private void add(String line, int number) {
    try {
      Entry entry = Recording.entry(line);
      inOrder.add(entry);
      byKey.computeIfAbsent(entry.key(), key -> new ArrayDeque<>()).add(entry);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "recording '%s', line %d is damaged: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  /** The recording's file. */
  @Override
  public String name() {
    return "replay of " + file.getFileName();
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Entry entry = next(request);
    ChatException failure = entry.failure();
    if (failure != null) {
      throw new ChatException(
          String.valueOf(failure.getMessage()),
          failure.reason(),
          failure.attempts(),
          failure.retryAfter().orElse(null),
          failure);
    }
    ChatReply reply = entry.reply();
    if (reply == null) {
      throw new IllegalStateException("an entry is a reply or a failure");
    }
    return reply;
  }

  private synchronized Entry next(ChatRequest request) {
    if (closed) {
      throw new ChatException("the %s is closed".formatted(name()), Reason.CLOSED);
    }
    String key = Recording.key(request);
    @Nullable Queue<Entry> from = by == By.ORDER ? inOrder : byKey.get(key);
    Entry entry = from == null ? null : from.poll();
    if (entry == null) {
      String text = request.messages().getLast().content();
      throw new ChatException(
          "recording '%s' has no %sanswer for the request %s ('%s'); record it again"
              .formatted(
                  file,
                  from == null ? "" : "further ",
                  key.substring(0, 12),
                  text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…"),
          Reason.REFUSED);
    }
    return entry;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
