package dev.bulwark.apikey.bulk;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a stream, one at a time and of bounded length; blank ones are passed over but
 * counted. Not for use by several threads.
 */
public final class RowLines {

  /** The longest line, in bytes. */
  public static final int MAX_LINE = 16 * 1024;

  private final InputStream in;
  private final int maxLine;
  private final Charset charset;
  private int number;

  /** Lines of rows: UTF-8, up to {@value #MAX_LINE} bytes. */
  public RowLines(InputStream in) {
    this(in, MAX_LINE, StandardCharsets.UTF_8);
  }

  /**
   * Lines of any text.
   *
   * @param maxLine longest line in bytes, 1 or more
   */
  public RowLines(InputStream in, int maxLine, Charset charset) {
    this.in = new BufferedInputStream(in, 64 * 1024);
    this.maxLine = maxLine;
    this.charset = charset;
  }

  /**
   * A line.
   *
   * @param number from 1, blank lines counted
   * @param text null for one that is too long or not in the charset
   */
  public record Line(int number, @Nullable String text) {}

  /** The next line that is not blank; null at the end. */
  public @Nullable Line next() throws IOException {
    while (true) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
      boolean tooLong = false;
      int b = in.read();
      if (b < 0) {
        return null;
      }
      number++;
      for (; b >= 0 && b != '\n'; b = in.read()) {
        if (bytes.size() < maxLine) {
          bytes.write(b);
        } else {
          tooLong = true;
        }
      }
      if (tooLong) {
        return new Line(number, null);
      }
      String text = decode(bytes.toByteArray());
      if (text == null || !text.isBlank()) {
        return new Line(number, text);
      }
    }
  }

  private @Nullable String decode(byte[] bytes) {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
