package dev.mama.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a small HTTP/1.1 server (RFC 9112): requests with a length or in chunks, one
 * after the other, and answers with a length, each written at once.
 *
 * <p>The JDK's server would do, but for settings that only its global system properties reach: it
 * closes all but 200 idle connections, and leaves Nagle's algorithm on.
 *
 * <p>Confined to the thread that serves the connection; only {@link #close} may come from another.
 */
final class HttpConnection implements Closeable {

  private static final int MAX_LINE_BYTES = 16 << 10;
  private static final int MAX_HEADERS = 200;
  private static final int MAX_BODY_BYTES = 64 << 20;

  private final Socket socket;
  private final InputStream in;

  /** A request; header names in lower case, the body read as UTF-8. */
  record Request(String method, String path, Map<String, String> headers, String body) {}

  HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * Waits for the next request; empty when the client has closed the connection.
   *
   * @param idleMillis the longest silence, 0 for any
   * @throws IOException if the connection breaks or is silent for too long, or what comes is not
   *     HTTP or above the limits
   */
  Optional<Request> read(int idleMillis) throws IOException {
    socket.setSoTimeout(idleMillis);
    String start = line();
    if (start.isEmpty()) {
      return Optional.empty();
    }
    String[] parts = start.split(" ", -1);
    if (parts.length != 3) {
      throw new IOException("'" + start + "' is no request line");
    }
    var headers = new HashMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() == MAX_HEADERS) {
        throw new IOException("'" + line + "' is no header, or one too many");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    byte[] body =
        headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")
            ? chunks()
            : exactly(length(headers.getOrDefault("content-length", "0"), 10));
    return Optional.of(
        new Request(
            parts[0], parts[1], Map.copyOf(headers), new String(body, StandardCharsets.UTF_8)));
  }

  void write(int status, Map<String, String> headers, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    var head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("content-length: ").append(body.length).append("\r\n\r\n");
    var whole = new ByteArrayOutputStream(head.length() + body.length);
    whole.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    whole.writeBytes(body);
    socket.getOutputStream().write(whole.toByteArray());
  }

  /** Sends the bytes as they are; {@code closing} ends pauses and silence. */
  void write(Transmission bytes, CountDownLatch closing) throws IOException, InterruptedException {
    for (var part : bytes.parts()) {
      if (!part.pause().isZero() && closing.await(part.pause().toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
      socket.getOutputStream().write(part.text().getBytes(StandardCharsets.UTF_8));
    }
    switch (bytes.end()) {
      case KEEP -> {}
      case CLOSE -> socket.close();
      case RESET -> {
        socket.setSoLinger(true, 0);
        socket.close();
      }
      case HALF_CLOSE -> {
        socket.shutdownOutput();
        closing.await();
      }
      case HANG -> closing.await();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (line.length() == MAX_LINE_BYTES) {
        throw new IOException("a line is longer than " + MAX_LINE_BYTES + " bytes");
      }
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  private byte[] chunks() throws IOException {
    var body = new ByteArrayOutputStream();
    for (int n = length(line(), 16); n > 0; n = length(line(), 16)) {
      body.writeBytes(exactly(n));
      if (body.size() > MAX_BODY_BYTES) {
        throw new IOException("the body is longer than " + MAX_BODY_BYTES + " bytes");
      }
      line();
    }
    while (!line().isEmpty()) {
      // Trailers say nothing here.
    }
    return body.toByteArray();
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("the connection ended within a body");
    }
    return bytes;
  }

  private static int length(String digits, int radix) throws IOException {
    try {
      int length = Integer.parseInt(digits.split(";", 2)[0].strip(), radix);
      if (length >= 0 && length <= MAX_BODY_BYTES) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw new IOException("'" + digits + "' is no length", e);
    }
    throw new IOException("length " + digits + " is not in [0, " + MAX_BODY_BYTES + "]");
  }
}
