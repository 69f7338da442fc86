package dev.bulwark.it.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Hands bytes on to a port of this machine, and keeps what the clients have sent. Thread-safe. */
final class Tap implements AutoCloseable {

  private final ServerSocket server;
  private final int target;
  private final List<ByteArrayOutputStream> heard = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  private Tap(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
  }

  /** Listens on a free port. */
  static Tap before(int target) {
    try {
      Tap tap = new Tap(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
      background(tap::accept);
      return tap;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void background(Runnable work) {
    Thread thread = new Thread(work, "tap");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /**
   * Returns the requests since the last call. Those of a gateway have no body, so what follows an
   * empty line is a request again.
   */
  List<String> requests() {
    return heard.stream()
        .map(Tap::emptied)
        .flatMap(text -> Stream.of(text.split("(?<=\r\n\r\n)")))
        .filter(request -> !request.isEmpty())
        .toList();
  }

  private static String emptied(ByteArrayOutputStream bytes) {
    synchronized (bytes) {
      String text = bytes.toString(StandardCharsets.ISO_8859_1);
      bytes.reset();
      return text;
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
        open.addAll(List.of(client, upstream));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        heard.add(bytes);
        background(() -> pass(client, upstream, bytes));
        background(() -> pass(upstream, client, new ByteArrayOutputStream()));
      } catch (IOException e) {
        // Closed, or nobody behind it: the gateway sees a connection that ends.
      }
    }
  }

  private static void pass(Socket from, Socket to, ByteArrayOutputStream copy) {
    byte[] buffer = new byte[65_536];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        synchronized (copy) {
          copy.write(buffer, 0, read);
        }
        out.write(buffer, 0, read);
        out.flush();
      }
    } catch (IOException e) {
      // One side is gone, and with it the other one.
      return;
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
