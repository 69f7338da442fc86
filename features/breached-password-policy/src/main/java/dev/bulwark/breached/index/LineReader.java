package dev.bulwark.breached.index;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream into lines of bytes: {@code \n} or {@code \r\n} ends one, the last need not be
 * ended. A byte order mark in front of the first line is no part of it. A line longer than {@link
 * #MAX_LINE_BYTES} is read to its end but only flagged, so memory stays bounded. Not thread-safe.
 */
final class LineReader {

  static final int MAX_LINE_BYTES = 4096;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private final byte[] line = new byte[MAX_LINE_BYTES + 1 + BYTE_ORDER_MARK.length];
  private int position;
  private int limit;
  private int length;
  private boolean tooLong;
  private long number;

  LineReader(InputStream in) {
    this.in = in;
  }

  /** Reads a line; false at the end of the stream. */
  boolean next() throws IOException {
    length = 0;
    tooLong = false;
    boolean any = false;
    while (true) {
      if (position == limit) {
        limit = Math.max(0, in.read(buffer));
        position = 0;
        if (limit == 0) {
          break;
        }
      }
      any = true;
      byte b = buffer[position++];
      if (b == '\n') {
        break;
      }
      if (length < line.length) {
        line[length++] = b;
      } else {
        tooLong = true;
      }
    }
    if (!any) {
      return false;
    }
    number++;
    if (!tooLong && length > 0 && line[length - 1] == '\r') {
      length--;
    }
    if (number == 1) {
      dropByteOrderMark();
    }
    tooLong |= length > MAX_LINE_BYTES;
    return true;
  }

  private void dropByteOrderMark() {
    int mark = BYTE_ORDER_MARK.length;
    if (length >= mark && Arrays.equals(line, 0, mark, BYTE_ORDER_MARK, 0, mark)) {
      length -= mark;
      System.arraycopy(line, mark, line, 0, length);
    }
  }

  /**
   * The line's bytes are the first {@link #length()} of this array, until the next call of {@link
   * #next()}.
   */
  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  boolean tooLong() {
    return tooLong;
  }

  /** 1 for the first line. */
  long number() {
    return number;
  }
}
