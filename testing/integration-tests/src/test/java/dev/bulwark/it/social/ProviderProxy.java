package dev.bulwark.it.social;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An outgoing proxy (HTTP {@code CONNECT}) on the loopback interface, which leads Google's hosts to
 * one stand-in, for Keycloak's broker has their addresses fixed, and no other host anywhere.
 * Nothing leaves this machine. Thread-safe.
 */
final class ProviderProxy implements AutoCloseable {

  private final ServerSocket socket;
  private final InetSocketAddress target;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private final Set<String> hosts = ConcurrentHashMap.newKeySet();
  private volatile boolean down;

  /**
   * @param target the stand-in that is behind every host
   */
  ProviderProxy(InetSocketAddress target) {
    this.target = target;
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("provider-proxy", this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  /** The hosts that somebody wanted to reach, each with its port. */
  Set<String> hosts() {
    return Set.copyOf(hosts);
  }

  /** Ends all connections, and takes no more until {@link #goUp}. */
  void goDown() {
    down = true;
    open.forEach(ProviderProxy::closeQuietly);
    open.clear();
  }

  void goUp() {
    down = false;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket visitor = socket.accept();
        open.add(visitor);
        start("provider-tunnel", () -> serve(visitor));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void serve(Socket visitor) {
    try (visitor) {
      // Unbuffered beyond the request: what comes after it belongs to the tunnel. A client sends
      // nothing until it has the answer.
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(visitor.getInputStream(), StandardCharsets.US_ASCII));
      String request = in.readLine();
      for (String line = request; line != null && !line.isEmpty(); ) {
        line = in.readLine();
      }
      if (request == null || down) {
        return;
      }
      String[] words = request.split(" ");
      if (!words[0].equals("CONNECT") || !Google.HOSTS.contains(words[1].replace(":443", ""))) {
        answer(visitor, "403 Forbidden");
        return;
      }
      hosts.add(words[1]);
      try (Socket provider = new Socket(target.getAddress(), target.getPort())) {
        open.add(provider);
        answer(visitor, "200 Connection established");
        start("provider-answers", () -> copy(provider, visitor));
        copy(visitor, provider);
      }
    } catch (IOException e) {
      // One of both gave up.
    }
  }

  private static void answer(Socket visitor, String status) throws IOException {
    visitor
        .getOutputStream()
        .write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  @Override
  public void close() {
    goDown();
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
