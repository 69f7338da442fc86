package dev.bulwark.password.migrate.row;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The lines of a UTF-8 stream, each decoded by itself, so that a fault in one leaves the others
 * readable. {@code \n} or {@code \r\n} ends a line; a byte order mark at the start is skipped.
 * Memory is bounded: of a line longer than {@link #MAX_BYTES} no more is kept. Not thread-safe.
 */
public final class ByteLines {

  /** A row with a hundred API keys takes a tenth of it. */
  static final int MAX_BYTES = 1 << 16;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private byte[] line = new byte[1024];
  private int position;
  private int limit;
  private int length;
  private boolean tooLong;
  private long number;

  public ByteLines(InputStream in) {
    this.in = in;
  }

  /** Reads a line; false at the end of the stream. */
  public boolean next() throws IOException {
    length = 0;
    tooLong = false;
    boolean any = false;
    while (position < limit || fill()) {
      any = true;
      byte b = buffer[position++];
      if (b == '\n') {
        break;
      }
      append(b);
    }
    if (!any) {
      return false;
    }
    number++;
    if (length > 0 && !tooLong && line[length - 1] == '\r') {
      length--;
    }
    if (number == 1 && startsWithByteOrderMark()) {
      length -= BYTE_ORDER_MARK.length;
      System.arraycopy(line, BYTE_ORDER_MARK.length, line, 0, length);
    }
    return true;
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  private void append(byte b) {
    if (length == MAX_BYTES) {
      tooLong = true;
      return;
    }
    if (length == line.length) {
      line = Arrays.copyOf(line, 2 * length);
    }
    line[length++] = b;
  }

  private boolean startsWithByteOrderMark() {
    return length >= BYTE_ORDER_MARK.length
        && Arrays.equals(line, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, 3);
  }

  public boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t') {
        return false;
      }
    }
    return !tooLong;
  }

  /**
   * The line without its end.
   *
   * @throws RejectedRowException if it is too long or not UTF-8
   */
  public String text() throws RejectedRowException {
    if (tooLong) {
      throw new RejectedRowException("longer than " + MAX_BYTES + " bytes");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(line, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new RejectedRowException("not UTF-8");
    }
  }

  /** 1 for the first line. */
  public long number() {
    return number;
  }
}
