package dev.mama.llm;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that connections never exceed a number, neither here nor, as far as can be known, at
 * the server.
 *
 * <p>A pool's own count is of those it hands out: Reactor's takes a connection for gone before it
 * begins to close it, so that its successor may be open first. Here a slot is held from connecting
 * until the socket is closed, and whoever finds none waits with connecting.
 *
 * <p>An idle connection is closed in the order of TCP: our side first, then, once the server has
 * seen that and closed its own, the rest; a server that does not is waited for as long as {@code
 * linger} says. Closing amid an exchange is abrupt, because the server shall stop working.
 *
 * <p>Thread-safe; never waits.
 */
final class ConnectionSlots {

  private final int most;
  private final Duration linger;
  private final Queue<Guard> waiting = new ArrayDeque<>();
  private int taken;

  ConnectionSlots(int most, Duration linger) {
    this.most = most;
    this.linger = linger;
  }

  /** Connections that are open, or being opened or closed. */
  synchronized int taken() {
    return taken;
  }

  /** To be called before {@code channel} connects. */
  void guard(Channel channel) {
    if (channel.parent() == null) { // a stream of HTTP/2 is no connection
      channel.pipeline().addFirst(new Guard());
    }
  }

  /** Tells whether {@code channel} is amid an exchange; on its event loop. */
  static void amidExchange(Channel channel, boolean is) {
    Guard guard = channel.pipeline().get(Guard.class);
    if (guard != null) {
      guard.amidExchange = is;
    }
  }

  private synchronized boolean take(Guard guard) {
    if (taken == most) {
      waiting.add(guard);
      return false;
    }
    taken++;
    guard.holds = true;
    return true;
  }

  /** The channel is closed, and its slot the next one's. */
  private void give(Guard guard) {
    Guard next = null;
    synchronized (this) {
      if (guard.holds) {
        guard.holds = false;
        next = waiting.poll();
        if (next == null) {
          taken--;
        } else {
          next.holds = true;
        }
      } else {
        waiting.remove(guard);
      }
    }
    if (next != null) {
      next.connectNow();
    }
  }

  /** Stands at the wire's end of a connection; confined to its event loop but for {@code holds}. */
  private final class Guard extends ChannelDuplexHandler {
    private boolean holds; // guarded by the slots' monitor
    private boolean amidExchange;
    private boolean closing;
    private Runnable connect = () -> {};

    @Override
    public void connect(
        ChannelHandlerContext ctx, SocketAddress to, SocketAddress from, ChannelPromise done) {
      connect =
          () ->
              ctx.executor()
                  .execute(() -> {
                    var unused = ctx.connect(to, from, done);
                  });
      ctx.channel().closeFuture().addListener(closed -> give(this));
      if (take(this)) {
        var unused = ctx.connect(to, from, done);
      }
    }

    /** From any thread. */
    void connectNow() {
      try {
        connect.run();
      } catch (RejectedExecutionException e) {
        // The pool was closed meanwhile, and the channel with its event loop.
      }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise done) {
      if (amidExchange
          || !ctx.channel().isActive()
          || !(ctx.channel() instanceof DuplexChannel channel)) {
        var unused = ctx.close(done);
        return;
      }
      channel.closeFuture().addListener(closed -> done.trySuccess());
      if (!closing) {
        closing = true;
        var unused = channel.shutdownOutput();
        channel.config().setAutoRead(true); // reads the server's end, and with it closes
        var patience =
            ctx.executor()
                .schedule(() -> closeAbruptly(ctx), linger.toNanos(), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> patience.cancel(false));
      }
    }

    private static void closeAbruptly(ChannelHandlerContext ctx) {
      var unused = ctx.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      if (closing) {
        ReferenceCountUtil.release(bytes);
      } else {
        ctx.fireChannelRead(bytes);
      }
    }
  }
}
