package dev.bulwark.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A range API on a raw socket of the loopback interface, so that it can misbehave in every way. */
public final class RangeServer implements AutoCloseable {

  /** Writes an answer. */
  @FunctionalInterface
  public interface Behaviour {
    void answer(Request request, OutputStream out) throws IOException;
  }

  /** What a client sent. */
  public record Request(String line, Map<String, String> headers) {}

  private final ServerSocket socket;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour;

  /** Listens on a free port. */
  public RangeServer(Behaviour behaviour) throws IOException {
    this.behaviour = behaviour;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("range-server", this::accept);
  }

  /** Answers 200 with a text. */
  public static Behaviour body(String body) {
    return status(200, "OK", "", body);
  }

  /**
   * Answers with a status.
   *
   * @param headers more headers, each with its end of line
   */
  public static Behaviour status(int code, String reason, String headers, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return (request, out) -> {
      out.write(
          ("HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n%s\r\n"
                  .formatted(code, reason, bytes.length, headers))
              .getBytes(StandardCharsets.US_ASCII));
      out.write(bytes);
      out.flush();
    };
  }

  /** Answers otherwise from the next request on. */
  public void behave(Behaviour newBehaviour) {
    behaviour = newBehaviour;
  }

  /** Ends with a slash, as the option wants it. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port() + "/range/");
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** All that came, in their order. */
  public List<Request> requests() {
    return requests;
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        open.add(connection);
        start("range-connection", () -> serve(connection));
      }
    } catch (SocketException e) {
      // Closed.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header = in.readLine();
            header != null && !header.isEmpty();
            header = in.readLine()) {
          int colon = header.indexOf(':');
          headers.put(header.substring(0, colon), header.substring(colon + 1).trim());
        }
        Request request = new Request(line, headers);
        requests.add(request);
        behaviour.answer(request, connection.getOutputStream());
      }
    } catch (IOException e) {
      // The client gave up: what several tests are about.
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : open) {
      connection.close();
    }
  }
}
