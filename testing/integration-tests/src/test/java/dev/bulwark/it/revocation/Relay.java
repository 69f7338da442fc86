package dev.bulwark.it.revocation;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A TCP relay on the loopback interface, by which a server is reached until it is cut. */
final class Relay implements AutoCloseable {

  private final ServerSocket socket;
  private final URI server;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

  /**
   * Starts it.
   *
   * @param server address without a path
   */
  Relay(URI server) {
    this.server = server;
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("relay", this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Socket target = new Socket(server.getHost(), server.getPort());
        open.add(client);
        open.add(target);
        start("relay-requests", () -> copy(client, target));
        start("relay-answers", () -> copy(target, client));
      } catch (IOException e) {
        // Cut.
      }
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One of both is gone.
    }
    closeQuietly(from);
    closeQuietly(to);
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Closeable end) {
    try {
      end.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  /** Ends all connections, and accepts none from now on. */
  void cut() {
    closeQuietly(socket);
    open.forEach(Relay::closeQuietly);
  }

  @Override
  public void close() {
    cut();
  }
}
