package dev.mama.llm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Pressure;
import dev.mama.spi.ChatModel;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Records what a model is asked and what it answers, line by line, for {@link ReplayingChatModel}.
 *
 * <p>A line is in the file before its caller has the answer; it survives the process, not a power
 * failure. Failures are recorded too. A stream is recorded when it is complete or has failed, not
 * when its reader leaves it early.
 *
 * <p>Keys and the values of headers are not part of a request; where a server repeats one, it is
 * written as {@code ***}. What stands in messages is recorded as it is.
 *
 * <p>Thread-safe. Closing closes the file; the model belongs to whoever opened it.
 */
public final class RecordingChatModel implements ChatModel {

  private final ChatModel model;
  private final Path file;
  private final Set<String> secrets;
  private final ReentrantLock lock = new ReentrantLock();
  // No channel: an interrupt would close that under all callers.
  private final OutputStream out;

  private RecordingChatModel(ChatModel model, Path file, Set<String> secrets) throws IOException {
    this.model = model;
    this.file = file;
    this.secrets = secrets;
    this.out = new FileOutputStream(file.toFile(), true);
  }

  /**
   * Records what {@code model} answers, at the end of {@code file}.
   *
   * @param endpoints those whose secrets shall not be recorded: all that the model calls
   * @throws UncheckedIOException if the file cannot be written
   */
  public static RecordingChatModel open(ChatModel model, Path file, LlmEndpoint... endpoints) {
    Set<String> secrets =
        Stream.of(endpoints)
            .flatMap(endpoint -> endpoint.secrets().stream())
            .collect(Collectors.toUnmodifiableSet());
    try {
      return new RecordingChatModel(model, file, secrets);
    } catch (IOException e) {
      throw new UncheckedIOException("recording '%s' cannot be written".formatted(file), e);
    }
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public Pressure pressure() {
    return model.pressure();
  }

  @Override
  public void warmUp() throws InterruptedException {
    model.warmUp();
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    try {
      ChatReply reply = model.chat(request);
      write(Recording.line(request, reply, secrets));
      return reply;
    } catch (ChatException e) {
      write(Recording.line(request, e, secrets));
      throw e;
    }
  }

  @Override
  public ChatStream stream(ChatRequest request) throws InterruptedException {
    ChatStream stream;
    try {
      stream = model.stream(request);
    } catch (ChatException e) {
      write(Recording.line(request, e, secrets));
      throw e;
    }
    return new WatchedStream(stream) {
      @Override
      ChatReply completed(ChatReply whole) {
        write(Recording.line(request, whole, secrets));
        return whole;
      }

      @Override
      void failed(ChatException e) {
        write(Recording.line(request, e, secrets));
      }

      @Override
      void left(int chars) {
        // Nobody knows what the whole answer would have been.
      }
    };
  }

  /**
   * Closes the file.
   *
   * @throws UncheckedIOException if that fails
   */
  @Override
  public void close() {
    lock.lock();
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException("recording '%s' did not close".formatted(file), e);
    } finally {
      lock.unlock();
    }
  }

  private void write(String line) {
    byte[] bytes = (line + "\n").getBytes(UTF_8);
    lock.lock();
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "recording '%s' cannot be written; the answer is lost to it".formatted(file), e);
    } finally {
      lock.unlock();
    }
  }
}
