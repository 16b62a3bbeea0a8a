package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import java.security.PrivateKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches to a registry in one chain: a group's, or that of an agent with a key of its own.
 * A letter is sent until the registry has answered it; then the next one is written.
 *
 * <p>Thread-safe.
 */
public final class PmlWriter {

  private final String experiment;
  private final String name;
  private final long start;
  private final @Nullable PrivateKey key;
  private long sequence;
  private String previous = PmlBatch.NO_PREVIOUS;

  private PmlWriter(String experiment, String name, long start, @Nullable PrivateKey key) {
    if (start < 0) {
      throw new IllegalArgumentException("start %d must not be negative".formatted(start));
    }
    this.experiment = experiment;
    this.name = AgentId.of(name).value();
    this.start = start;
    this.key = key;
  }

  /**
   * A writer that does not sign.
   *
   * @param name the group's name, or the agent's id
   * @param start greater than that of any earlier writer of this name, such as the time it is made
   * @throws IllegalArgumentException if the name is not of the form of an agent id, or {@code
   *     start} is negative
   */
  public static PmlWriter of(ExperimentId experiment, String name, long start) {
    return new PmlWriter(experiment.value(), name, start, null);
  }

  /**
   * A writer that signs each batch.
   *
   * @param key of Ed25519
   * @throws IllegalArgumentException as {@link #of}; if the key is another one, when writing
   */
  public static PmlWriter signing(
      ExperimentId experiment, String name, long start, PrivateKey key) {
    return new PmlWriter(experiment.value(), name, start, key);
  }

  /**
   * Writes the next batch.
   *
   * @throws IllegalArgumentException if there are more than 1,000 messages, or they come to more
   *     than 1,048,576 characters of JSON; then nothing was written
   */
  public synchronized PmlLetter write(List<PmlMessage> messages) {
    if (messages.size() > PmlJson.MAX_MESSAGES) {
      throw new IllegalArgumentException(
          "%d messages; a batch may have %d".formatted(messages.size(), PmlJson.MAX_MESSAGES));
    }
    String body = PmlJson.write(experiment, name, start, sequence + 1, previous, messages);
    if (body.length() > PmlJson.MAX_BODY_CHARS) {
      throw new IllegalArgumentException(
          "a batch of %d messages and %d characters; it may have %d characters: tell it in parts"
              .formatted(messages.size(), body.length(), PmlJson.MAX_BODY_CHARS));
    }
    String hash = PmlSignature.hash(body);
    String signature = key == null ? "" : PmlSignature.sign(hash, key);
    sequence++;
    previous = hash;
    return new PmlLetter(body, signature);
  }
}
