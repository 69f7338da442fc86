package dev.bulwark.benchmarks.apikeys;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection that sends prepared requests, one after the other, and takes little of the processor
 * that the server needs. For one thread.
 */
final class HttpConnection implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 30_000;
  private static final String LENGTH = "content-length:";

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;

  HttpConnection(URI server) throws IOException {
    socket = new Socket(server.getHost(), server.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    out = socket.getOutputStream();
    in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws IOException if the answer is no success, or has no length
   */
  void exchange(byte[] request) throws IOException {
    out.write(request);
    out.flush();
    String status = line();
    if (!status.startsWith("HTTP/1.1 2")) {
      throw new IOException("not every request was answered as it should be: " + status);
    }
    long length = status.startsWith("HTTP/1.1 204") ? 0 : -1;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
        length = Long.parseLong(header.substring(LENGTH.length()).strip());
      }
    }
    if (length < 0) {
      throw new IOException("an answer without Content-Length");
    }
    in.skipNBytes(length);
  }

  private String line() throws IOException {
    byte[] text = new byte[256];
    int length = 0;
    for (int each = in.read(); each != '\n'; each = in.read()) {
      if (each < 0) {
        throw new EOFException("the server has closed the connection");
      }
      if (each != '\r' && length < text.length) {
        text[length++] = (byte) each;
      }
    }
    return new String(text, 0, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
