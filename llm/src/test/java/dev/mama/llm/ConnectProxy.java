package dev.mama.llm;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy on the loopback address that knows HTTP CONNECT and a password, and nothing else. */
final class ConnectProxy implements AutoCloseable {

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final String authorization;
  final List<String> heads = new CopyOnWriteArrayList<>();

  ConnectProxy() throws IOException {
    this("");
  }

  /** A proxy that lets nobody through but whoever sends {@code user:password}. */
  static ConnectProxy askingFor(String login) throws IOException {
    byte[] bytes = login.getBytes(StandardCharsets.UTF_8);
    return new ConnectProxy("Basic " + Base64.getEncoder().encodeToString(bytes));
  }

  private ConnectProxy(String authorization) throws IOException {
    this.authorization = authorization;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // the test is over
      }
    }
  }

  private void serve(Socket client) {
    try {
      String head = head(client.getInputStream());
      heads.add(head);
      if (!head.contains(authorization)) {
        client
            .getOutputStream()
            .write(
                "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        return;
      }
      String port = head.substring(head.indexOf(':') + 1, head.indexOf(" HTTP/1.1"));
      var server = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
      sockets.add(server);
      client
          .getOutputStream()
          .write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      Thread.ofVirtual().start(() -> pump(server, client));
      pump(client, server);
    } catch (IOException e) {
      closeQuietly(client);
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side has gone; so goes the other.
    } finally {
      closeQuietly(to);
    }
  }

  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the client has gone");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is over either way.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    sockets.forEach(ConnectProxy::closeQuietly);
  }
}
