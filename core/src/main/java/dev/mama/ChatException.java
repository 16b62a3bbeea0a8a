package dev.mama;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A chat model did not answer; {@link #reason} says why, and whether trying again may help. */
public final class ChatException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final int attempts;
  private final @Nullable Duration retryAfter;

  /** Why there is no answer. */
  public enum Reason {
    /** The server will not take this request, nor will another: 400, 422 and most other 4xx. */
    REFUSED(false),
    /** The key, a right, the address or the model is wrong: 401, 403, 404, or no TLS. */
    DENIED(false),
    /** What came back is no chat completion, or longer than allowed. */
    MALFORMED(false),
    /** The model has been closed. */
    CLOSED(false),
    /** A hard limit of tokens or money is reached. */
    BUDGET(false),
    /** No connection, or one that broke. */
    UNREACHABLE(true),
    /** The server took the request and failed: 408, 409 and 5xx except 503. */
    FAILED(true),
    /** The server has no room now: 429 and 503. */
    OVERLOADED(true),
    /** The answer began and broke off before its end. */
    TRUNCATED(true),
    /** No answer within the longest time a call may be on the wire. */
    TIMEOUT(true),
    /** The request's deadline passed, or cannot be met. */
    DEADLINE(true),
    /** Too many calls wait in this process already. */
    BUSY(true),
    /** The model failed or was slow too often and is left alone for a while. */
    RESTING(true),
    /** Under the pressure of the moment a call of this priority does not leave the process. */
    SKIPPED(true);

    private final boolean transientFailure;

    Reason(boolean transientFailure) {
      this.transientFailure = transientFailure;
    }

    /** Whether the same request may succeed later. */
    public boolean isTransient() {
      return transientFailure;
    }
  }

  /** A failure without cause, after one attempt or none. */
  public ChatException(String message, Reason reason) {
    this(message, reason, 0, null, null);
  }

  /**
   * @param message what was asked of whom and what came back; never a key or a password
   * @param attempts how often a server was asked, 0 if it was not
   * @param retryAfter how long the server wants to be left alone, or null if it did not say
   */
  public ChatException(
      String message,
      Reason reason,
      int attempts,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.attempts = attempts;
    this.retryAfter = retryAfter;
  }

  /** Why there is no answer. */
  public Reason reason() {
    return reason;
  }

  /** How often a server was asked; 0 if the request never left the process. */
  public int attempts() {
    return attempts;
  }

  /** How long the server wants to be left alone, counted from its answer; empty if unsaid. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * Whether the same request may succeed later: the server was busy, slow or away, and not: it
   * refused the request.
   */
  public boolean isTransient() {
    return reason.isTransient();
  }
}
