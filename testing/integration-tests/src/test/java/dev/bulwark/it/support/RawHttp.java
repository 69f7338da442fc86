package dev.bulwark.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    return exchange(address, server, request(server.getAuthority(), lines));
  }

  /** The same with a header Host of another server. */
  public static String sendAs(String host, URI server, String... lines) {
    return exchange("127.0.0.1", server, request(host, lines));
  }

  private static String request(String host, String... lines) {
    return String.join("\r\n", lines) + "\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  }

  private static String exchange(String address, URI server, String text) {
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

  /**
   * Posts a form from an address of this machine.
   *
   * @param headers whole lines, sent as they stand
   * @return the answer, header and body; empty when the connection was closed without one
   */
  public static String postFrom(
      String address, URI server, String path, Map<String, String> form, List<String> headers) {
    String body = Http.encode(form);
    List<String> lines = new ArrayList<>();
    lines.add("POST " + path + " HTTP/1.1");
    lines.add("Host: " + server.getAuthority());
    lines.add("Content-Type: application/x-www-form-urlencoded");
    lines.add("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length);
    lines.addAll(headers);
    lines.add("Connection: close");
    return exchange(address, server, String.join("\r\n", lines) + "\r\n\r\n" + body);
  }

  /** The status of an answer; 0 if there was none. */
  public static int status(String answer) {
    return answer.startsWith("HTTP/1.") ? Integer.parseInt(answer.substring(9, 12)) : 0;
  }
}
