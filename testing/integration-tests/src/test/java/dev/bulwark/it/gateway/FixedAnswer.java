package dev.bulwark.it.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A port that answers each connection with the same bytes, and ends it. Thread-safe. */
final class FixedAnswer implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 10_000;

  private final ServerSocket server;
  private final byte[] answer;

  private FixedAnswer(ServerSocket server, byte[] answer) {
    this.server = server;
    this.answer = answer;
  }

  /** Listens on a free port. */
  static FixedAnswer of(String answer) {
    try {
      FixedAnswer fixed =
          new FixedAnswer(
              new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
              answer.getBytes(StandardCharsets.US_ASCII));
      Thread thread = new Thread(fixed::serve, "fixed-answer");
      thread.setDaemon(true);
      thread.start();
      return fixed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        client.setSoTimeout(TIMEOUT_MILLIS);
        int end = 0;
        // Up to the empty line: a reset would take the answer away.
        while (end != 0x0d0a0d0a) {
          int read = client.getInputStream().read();
          if (read < 0) {
            break;
          }
          end = end << 8 | read;
        }
        client.getOutputStream().write(answer);
      } catch (IOException e) {
        // Closed, or the gateway has gone: the next one.
      }
    }
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
