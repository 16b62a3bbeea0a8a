package dev.mama.memory;

import dev.mama.AgentId;
import dev.mama.ChatMessage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One conversation of one agent.
 *
 * <p>Thread-safe.
 */
public final class Session {

  private final String id;
  private final AgentId agent;
  private final Sessions sessions;
  final ReentrantLock lock = new ReentrantLock();
  final Window window; // guarded by lock
  private volatile long usedMillis;
  private volatile boolean ended;

  Session(String id, AgentId agent, Sessions sessions, Window window, long usedMillis) {
    this.id = id;
    this.agent = agent;
    this.sessions = sessions;
    this.window = window;
    this.usedMillis = usedMillis;
  }

  /** What it is called. */
  public String id() {
    return id;
  }

  /** Whose it is. */
  public AgentId agent() {
    return agent;
  }

  /**
   * Whether it has been ended, has expired, or had to make room; it takes no more messages then.
   */
  public boolean hasEnded() {
    return ended;
  }

  /**
   * Adds {@code message}; what no longer fits leaves. Waits for the disk where sessions are kept
   * there, and for the summariser where there is one.
   *
   * @throws IllegalArgumentException if the message alone has more tokens than the window
   * @throws IllegalStateException if the session has ended
   * @throws InterruptedException if interrupted while waiting; the message may be kept or not
   */
  public void add(ChatMessage message) throws InterruptedException {
    sessions.add(List.of(this), List.of(List.of(message)));
  }

  /** The summary, where there is one, as a system message, and the messages, oldest first. */
  public List<ChatMessage> messages() {
    lock.lock();
    try {
      return window.messages();
    } finally {
      lock.unlock();
    }
  }

  /** What is left of the messages that are no longer kept word by word. */
  public Optional<String> summary() {
    lock.lock();
    try {
      return window.summary();
    } finally {
      lock.unlock();
    }
  }

  /** How many tokens {@link #messages} has. */
  public int tokens() {
    lock.lock();
    try {
      return window.tokens();
    } finally {
      lock.unlock();
    }
  }

  long usedMillis() {
    return usedMillis;
  }

  void use(long nowMillis) {
    usedMillis = nowMillis;
  }

  void end() {
    ended = true;
  }
}
