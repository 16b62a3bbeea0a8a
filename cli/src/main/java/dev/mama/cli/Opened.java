package dev.mama.cli;

import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.RunFolder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Servers and clients that were opened in order; closes them in the opposite one, whatever of them
 * fails.
 *
 * <p>Not thread-safe.
 */
final class Opened implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Opened.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T keep(T resource) {
    opened.push(resource);
    return resource;
  }

  @Override
  public void close() {
    // The broker takes seconds to stop, so the others do not wait for it.
    var threads = new ArrayList<Thread>();
    while (!opened.isEmpty()) {
      AutoCloseable resource = opened.pop();
      if (resource instanceof EmbeddedBroker) {
        threads.add(Thread.ofPlatform().name("stop-broker").start(() -> close(resource)));
      } else {
        if (resource instanceof RunFolder) {
          threads.forEach(Opened::join);
        }
        close(resource);
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.warn("{} could not be closed: {}", resource.getClass().getSimpleName(), e.toString());
    }
  }
}
