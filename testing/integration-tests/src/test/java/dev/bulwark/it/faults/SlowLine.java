package dev.bulwark.it.faults;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy on the loopback interface that hands over late what clients send, and at once what
 * the server answers. Thread-safe.
 */
final class SlowLine implements AutoCloseable {

  private static final int BUFFER = 16 * 1024;

  private final ServerSocket socket;
  private final int target;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

  /** One thread: what is due at the same time is handed over in the order of its arrival. */
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(work -> daemon("slow-line-clock", work));

  private volatile Duration delay = Duration.ZERO;

  /**
   * @param target port of the server
   */
  SlowLine(int target) {
    this.target = target;
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon("slow-line", this::accept).start();
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Delays what is sent from now on, on open connections too. */
  void delay(Duration by) {
    delay = by;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        open.add(client);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(server);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        daemon("slow-line-requests", () -> handOver(client, server)).start();
        daemon("slow-line-answers", () -> answer(server, client)).start();
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void handOver(Socket client, Socket server) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = client.getInputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        byte[] request = Arrays.copyOf(buffer, length);
        later(() -> send(request, client, server));
      }
    } catch (IOException e) {
      // The server's side is closed below.
    }
    later(() -> closeQuietly(server));
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private void later(Runnable work) {
    try {
      clock.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // Closed.
    }
  }

  private static void send(byte[] request, Socket client, Socket server) {
    try {
      server.getOutputStream().write(request);
    } catch (IOException e) {
      closeQuietly(client);
    }
  }

  private static void answer(Socket server, Socket client) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // One of both is gone.
    }
    closeQuietly(client);
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private static void closeQuietly(Closeable end) {
    try {
      end.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  @Override
  public void close() {
    closeQuietly(socket);
    clock.shutdownNow();
    open.forEach(SlowLine::closeQuietly);
  }
}
