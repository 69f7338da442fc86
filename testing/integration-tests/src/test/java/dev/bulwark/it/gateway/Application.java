package dev.bulwark.it.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The application behind a gateway: answers 200 to whatever arrives, and remembers it byte for
 * byte. Thread-safe.
 */
final class Application implements AutoCloseable {

  /**
   * A request as it came through.
   *
   * @param head request line and headers, a line each
   * @param body as ISO 8859-1
   */
  record Seen(List<String> head, String body) {

    String method() {
      return head.get(0).split(" ", 2)[0];
    }

    String target() {
      return head.get(0).split(" ", 3)[1];
    }

    /** Returns the names and values, the names in lower case. */
    List<String[]> headers() {
      return head.subList(1, head.size()).stream()
          .map(line -> line.split(":", 2))
          .map(pair -> new String[] {pair[0].toLowerCase(Locale.ROOT), pair[1].strip()})
          .toList();
    }

    /** Returns the values of a header. */
    List<String> values(String name) {
      return headers().stream()
          .filter(header -> header[0].equals(name))
          .map(header -> header[1])
          .toList();
    }
  }

  private final ServerSocket server;
  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

  private Application(ServerSocket server) {
    this.server = server;
  }

  /** Listens on a free port. */
  static Application start() {
    try {
      Application application =
          new Application(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      background(application::accept);
      return application;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void background(Runnable work) {
    Thread thread = new Thread(work, "application");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        background(() -> serve(client));
      } catch (IOException e) {
        // Closed.
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        List<String> head = new ArrayList<>();
        for (; !line.isEmpty(); line = line(in)) {
          head.add(line);
        }
        Seen request = new Seen(List.copyOf(head), "");
        request = new Seen(request.head(), body(in, request));
        seen.add(request);
        client
            .getOutputStream()
            .write(
                ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
                        + (request.method().equals("HEAD") ? "" : "app"))
                    .getBytes(StandardCharsets.US_ASCII));
        if (head.get(0).endsWith("HTTP/1.0") || request.values("connection").contains("close")) {
          return;
        }
      }
    } catch (IOException e) {
      // The gateway has ended the connection.
      return;
    }
  }

  private static String body(InputStream in, Seen request) throws IOException {
    if (request.values("transfer-encoding").isEmpty()) {
      List<String> length = request.values("content-length");
      int size = length.isEmpty() ? 0 : Integer.parseInt(length.get(0));
      return new String(in.readNBytes(size), StandardCharsets.ISO_8859_1);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(in), 16); ; size = Integer.parseInt(line(in), 16)) {
      all.write(in.readNBytes(size));
      line(in);
      if (size == 0) {
        return all.toString(StandardCharsets.ISO_8859_1);
      }
    }
  }

  /** Returns a line without its end; empty at the end of the stream too. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int read = in.read(); read >= 0 && read != '\n'; read = in.read()) {
      bytes.write(read);
    }
    String text = bytes.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns the requests since the last call. */
  List<Seen> requests() {
    List<Seen> requests = List.copyOf(seen);
    seen.clear();
    return requests;
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
