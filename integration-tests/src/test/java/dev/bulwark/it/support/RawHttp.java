package dev.bulwark.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** HTTP as nobody should speak it: the request is sent as it stands. */
public final class RawHttp {

  private static final int TIMEOUT_MILLIS = 20_000;

  private RawHttp() {}

  /**
   * Sends lines and reads the answer to its end.
   *
   * @param lines request line and headers; Host and Connection are added
   * @return the answer, header and body; empty when the connection was closed without one
   */
  public static String send(URI server, String... lines) {
    return sendFrom("127.0.0.1", server, lines);
  }

  /** The same from an address of this machine. */
  public static String sendFrom(String address, URI server, String... lines) {
    String text =
        String.join("\r\n", lines)
            + "\r\nHost: "
            + server.getAuthority()
            + "\r\nConnection: close\r\n\r\n";
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
      socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), TIMEOUT_MILLIS);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The status of an answer; 0 if there was none. */
  public static int status(String answer) {
    return answer.startsWith("HTTP/1.") ? Integer.parseInt(answer.substring(9, 12)) : 0;
  }
}
