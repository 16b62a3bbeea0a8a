package dev.mama.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on the loopback interface that does to connections what networks do: cut, reset,
 * stall, half-open, slow, far away. Bytes are never changed, reordered or dropped within a
 * connection that goes on.
 *
 * <p>Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {

  private static final int BUFFER = 16 << 10;
  private static final int CRUMB = 64;
  private static final long LOOK_MILLIS = 5;

  private enum Way {
    UP,
    DOWN
  }

  /** Sees the bytes of a connection go by, one direction's in their order, on one thread each. */
  @FunctionalInterface
  public interface Tap {

    /**
     * Takes a look.
     *
     * @param connection which one, counted from 1
     * @param up whether they go to the server
     * @param bytes read-only, valid until this returns
     */
    void passes(int connection, boolean up, ByteBuffer bytes);
  }

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final Tap tap;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicLong bytesUp = new AtomicLong();
  private volatile boolean stalled;
  private volatile int bytesPerSecond = Integer.MAX_VALUE;
  private volatile long delayNanos;
  private volatile boolean closed;

  private FaultProxy(ServerSocket server, InetSocketAddress target, Tap tap) {
    this.server = server;
    this.target = target;
    this.tap = tap;
  }

  /**
   * Listens on a free port, and passes all connections on to {@code host} and {@code port}.
   *
   * @throws IOException if it cannot listen
   */
  public static FaultProxy start(String host, int port) throws IOException {
    return start(host, port, (connection, up, bytes) -> {});
  }

  /** As {@link #start(String, int)}, with somebody who sees the bytes go by. */
  public static FaultProxy start(String host, int port, Tap tap) throws IOException {
    var server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    var proxy = new FaultProxy(server, new InetSocketAddress(host, port), tap);
    Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
    return proxy;
  }

  /** Where it listens, a numeric address. */
  public String host() {
    return server.getInetAddress().getHostAddress();
  }

  /** The port it listens on. */
  public int port() {
    return server.getLocalPort();
  }

  /** How many connections it has accepted so far. */
  public int connections() {
    return accepted.get();
  }

  /** How many bytes have gone to the server so far. */
  public long bytesUp() {
    return bytesUp.get();
  }

  /** Ends all connections of now in an orderly way, towards both ends. */
  public void cut() {
    links.forEach(Link::close);
  }

  /** Ends all connections of now by a reset, towards both ends. */
  public void reset() {
    for (Link link : links) {
      link.lingerNot();
      link.close();
    }
  }

  /**
   * Of all connections of now: holds back what comes from the server, while what goes there passes.
   * For ever; it is meant to be followed by one of the others.
   */
  public void holdAnswers() {
    links.forEach(link -> link.heldDown = true);
  }

  /**
   * Of all connections of now: the server's end is gone, and the client is told nothing; what it
   * sends is taken and goes nowhere.
   */
  public void halfOpen() {
    links.forEach(Link::loseServer);
  }

  /** Nothing moves, in old and new connections, until {@link #heal}. */
  public void stall() {
    stalled = true;
  }

  /**
   * So many bytes a second in each direction of each connection, old and new, until {@link #heal}.
   */
  public void slow(int perSecond) {
    if (perSecond < 1) {
      throw new IllegalArgumentException(
          "%d bytes a second must be 1 at least".formatted(perSecond));
    }
    bytesPerSecond = perSecond;
  }

  /**
   * From now on all bytes arrive so much later, in each direction of each connection, old and new,
   * until {@link #heal}; as many as there are may be on their way at once, so that a long way takes
   * nothing from the rate. A connection is made, and cut, without delay.
   *
   * @param oneWay at most an hour; zero for none
   * @throws IllegalArgumentException if it is negative or longer
   */
  public void delay(Duration oneWay) {
    if (oneWay.isNegative() || oneWay.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "delay %s must be zero to an hour in one direction".formatted(oneWay));
    }
    delayNanos = oneWay.toNanos();
  }

  /**
   * Ends {@link #stall}, {@link #slow}, {@link #delay} and {@link #holdAnswers}; what was held back
   * goes on, what is on its way arrives when it would have.
   */
  public void heal() {
    stalled = false;
    bytesPerSecond = Integer.MAX_VALUE;
    delayNanos = 0;
    links.forEach(link -> link.heldDown = false);
  }

  /** Ends all connections, and listens no more. */
  @Override
  public void close() throws IOException {
    closed = true;
    server.close();
    cut();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = server.accept();
        int number = accepted.incrementAndGet();
        Thread.ofVirtual().name("fault-proxy-" + number).start(() -> connect(number, client));
      } catch (IOException e) {
        if (!closed) {
          throw new IllegalStateException("the fault proxy cannot accept connections", e);
        }
      }
    }
  }

  private void connect(int number, Socket client) {
    var upstream = new Socket();
    var link = new Link(number, client, upstream);
    links.add(link);
    try {
      upstream.connect(target);
      upstream.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Thread.ofVirtual()
          .name("fault-proxy-down-" + number)
          .start(() -> link.pump(Way.DOWN, upstream, client));
      link.pump(Way.UP, client, upstream);
    } catch (IOException e) {
      link.close(); // nobody listens there: so it looks to the client, too
    }
    if (closed) {
      link.close();
    }
  }

  private final class Link {
    private final int number;
    private final Socket client;
    private final Socket upstream;
    private volatile boolean heldDown;
    private volatile boolean serverLost;
    private volatile boolean ended;
    private volatile @Nullable LongWay longUp; // from the first delay on
    private volatile @Nullable LongWay longDown;

    Link(int number, Socket client, Socket upstream) {
      this.number = number;
      this.client = client;
      this.upstream = upstream;
    }

    void pump(Way way, Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        int read;
        while ((read =
                in.read(
                    buffer,
                    0,
                    Math.min(BUFFER, bytesPerSecond == Integer.MAX_VALUE ? BUFFER : CRUMB)))
            >= 0) {
          awaitPassage(way, read);
          LongWay longWay = longWay(way, out);
          if (longWay == null) {
            pass(way, out, buffer, read);
          } else {
            longWay.send(Arrays.copyOf(buffer, read), delayNanos);
          }
        }
        LongWay longWay = way == Way.UP ? longUp : longDown;
        if (longWay != null) {
          longWay.awaitArrival();
        }
      } catch (IOException e) {
        // One end is gone; the other shall know, unless it shall not.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ended(way);
    }

    /** Nothing goes this way any more; nor the other, unless the client shall not know. */
    private void ended(Way way) {
      if (!serverLost || way == Way.UP) {
        close();
      }
    }

    private void pass(Way way, OutputStream out, byte[] bytes, int length) throws IOException {
      if (way == Way.UP && serverLost) {
        return; // into nowhere
      }
      tap.passes(number, way == Way.UP, ByteBuffer.wrap(bytes, 0, length).asReadOnlyBuffer());
      out.write(bytes, 0, length);
      if (way == Way.UP) {
        bytesUp.addAndGet(length);
      }
    }

    /** The long way in this direction, if there has been a delay: what came by it stays ahead. */
    private @Nullable LongWay longWay(Way way, OutputStream out) {
      LongWay known = way == Way.UP ? longUp : longDown;
      if (known != null || delayNanos == 0) {
        return known;
      }
      var made = new LongWay(bytes -> pass(way, out, bytes, bytes.length), () -> ended(way));
      if (way == Way.UP) {
        longUp = made;
      } else {
        longDown = made;
      }
      made.start("fault-proxy-delay-" + number);
      return made;
    }

    private void awaitPassage(Way way, int bytes) throws InterruptedException, IOException {
      while (stalled || (way == Way.DOWN && (heldDown || serverLost))) {
        if (ended) {
          throw new IOException("the connection has ended");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      int rate = bytesPerSecond;
      if (rate != Integer.MAX_VALUE) {
        TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(bytes) / rate);
      }
    }

    void loseServer() {
      serverLost = true;
      closeQuietly(upstream);
    }

    void lingerNot() {
      try {
        client.setSoLinger(true, 0);
        upstream.setSoLinger(true, 0);
      } catch (IOException e) {
        // It has ended already, and so needs no reset.
      }
    }

    void close() {
      ended = true;
      links.remove(this);
      closeQuietly(longUp);
      closeQuietly(longDown);
      closeQuietly(client);
      closeQuietly(upstream);
    }

    private void closeQuietly(@Nullable LongWay longWay) {
      if (longWay != null) {
        longWay.close();
      }
    }

    private void closeQuietly(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone, which is what was wanted.
      }
    }
  }
}
