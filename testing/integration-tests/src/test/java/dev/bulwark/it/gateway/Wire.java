package dev.bulwark.it.gateway;

import dev.bulwark.it.support.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;

/** Sends bytes to a gateway as they stand, over TLS if it has TLS. */
final class Wire {

  private static final int TIMEOUT_MILLIS = 20_000;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");
  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  private Wire() {}

  /** An address of this machine that no other question comes from: wrong keys are limited by it. */
  static String freshAddress() {
    int number = ADDRESSES.incrementAndGet();
    return "127.7." + number / 250 + "." + (1 + number % 250);
  }

  /**
   * Sends a request, and reads until the gateway closes the connection.
   *
   * @param from address of this machine
   * @return the answers; empty if the connection was closed without one
   */
  static String send(Gateway gateway, String from, String request) {
    URI target = gateway.uri();
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(TIMEOUT_MILLIS);
      plain.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
      plain.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), target.getPort()),
          TIMEOUT_MILLIS);
      try (Socket socket = secured(plain, target)) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return read(socket);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Socket secured(Socket plain, URI target) throws IOException {
    return target.getScheme().equals("https")
        ? TestCertificate.get()
            .context(new KeyManager[0])
            .getSocketFactory()
            .createSocket(plain, "localhost", target.getPort(), true)
        : plain;
  }

  private static String read(Socket socket) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(bytes);
    } catch (java.net.SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      // A gateway that rejects a request in the middle of its body resets the connection.
      if (bytes.size() == 0) {
        return "";
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  /** The statuses of all answers, without the interim ones. */
  static List<Integer> statuses(String answers) {
    return STATUS
        .matcher(answers)
        .results()
        .map(match -> Integer.valueOf(match.group(1)))
        .filter(status -> status >= 200)
        .toList();
  }
}
