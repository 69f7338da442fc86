package dev.bulwark.it.notify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A mail server that does not accept the mails of some recipients, and remembers all requests. */
final class ChoosyMailServer implements AutoCloseable {

  private static final String ACCEPTED = "250 accepted";

  private final ServerSocket socket;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, String> toRecipients = new ConcurrentHashMap<>();
  private final Map<String, String> toTexts = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> taken = new CopyOnWriteArrayList<>();

  private ChoosyMailServer(ServerSocket socket) {
    this.socket = socket;
  }

  static ChoosyMailServer start() {
    try {
      ChoosyMailServer server =
          new ChoosyMailServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      server.threads.execute(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Answers the command {@code RCPT} of an address. */
  void toRecipient(String address, String reply) {
    toRecipients.put(address, reply);
  }

  /** Answers the text of the mail to an address. */
  void toText(String address, String reply) {
    toTexts.put(address, reply);
  }

  /** The recipients of all attempts, in their order. */
  List<String> asked() {
    return asked;
  }

  /** The recipients of the mails that were accepted, in their order. */
  List<String> taken() {
    return taken;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        // Closed.
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        OutputStream out = client.getOutputStream()) {
      answer(out, "220 test");
      String recipient = "";
      @Nullable String command = in.readLine();
      while (command != null && !command.startsWith("QUIT")) {
        if (command.startsWith("RCPT")) {
          recipient = command.substring(command.indexOf('<') + 1, command.indexOf('>'));
          asked.add(recipient);
          answer(out, toRecipients.getOrDefault(recipient, ACCEPTED));
        } else if (command.startsWith("DATA")) {
          answer(out, "354 go on");
          readText(in);
          answer(out, judge(recipient));
        } else {
          answer(out, ACCEPTED);
        }
        command = in.readLine();
      }
      answer(out, "221 bye");
    } catch (IOException e) {
      // The client has gone.
      return;
    }
  }

  private static void readText(BufferedReader in) throws IOException {
    @Nullable String line = in.readLine();
    while (line != null && !line.equals(".")) {
      line = in.readLine();
    }
  }

  private String judge(String recipient) {
    String reply = toTexts.getOrDefault(recipient, ACCEPTED);
    if (reply.startsWith("2")) {
      taken.add(recipient);
    }
    return reply;
  }

  private static void answer(OutputStream out, String reply) throws IOException {
    out.write((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
