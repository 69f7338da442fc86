package dev.bulwark.breached.index;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The two input formats of the index command. Each reads one line; a fault is told without
 * repeating the line.
 */
enum ListFormat {
  /** HIBP's download: 40 hexadecimal digits, a colon, a decimal count from 1. */
  HIBP {
    @Override
    long parse(byte[] line, int length, byte[] sha1) throws LineException {
      if (length == 0) {
        throw new LineException("empty line");
      }
      int digits = 2 * IndexFormat.HASH_BYTES;
      for (int i = 0; i < digits; i++) {
        int digit = i < length ? Character.digit((char) (line[i] & 0xFF), 16) : -1;
        if (digit < 0) {
          throw new LineException("expected 40 hexadecimal digits, found " + i);
        }
        sha1[i >> 1] = (byte) ((i & 1) == 0 ? digit << 4 : sha1[i >> 1] | digit);
      }
      if (length == digits || line[digits] != ':') {
        throw new LineException("expected a colon after the hash");
      }
      if (length == digits + 1) {
        throw new LineException("no count after the colon");
      }
      if (length > digits + 1 + MAX_COUNT_DIGITS) {
        throw new LineException("count is longer than " + MAX_COUNT_DIGITS + " digits");
      }
      long count = 0;
      for (int i = digits + 1; i < length; i++) {
        if (line[i] < '0' || line[i] > '9') {
          throw new LineException("count is not a decimal number");
        }
        count = count * 10 + (line[i] - '0');
      }
      if (count == 0) {
        throw new LineException("count is 0");
      }
      return count;
    }
  },

  /** One password a line in UTF-8; each stands for as many breaches as can be stored. */
  PLAIN {
    @Override
    long parse(byte[] line, int length, byte[] sha1) throws LineException {
      if (length == 0) {
        throw new LineException("empty line");
      }
      try {
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(line, 0, length));
      } catch (CharacterCodingException e) {
        throw new LineException("not UTF-8");
      }
      MessageDigest digest = sha1();
      digest.update(line, 0, length);
      System.arraycopy(digest.digest(), 0, sha1, 0, IndexFormat.HASH_BYTES);
      return IndexFormat.MAX_COUNT;
    }
  };

  private static final int MAX_COUNT_DIGITS = 12;

  /**
   * Reads one line.
   *
   * @param sha1 receives the hash
   * @return the count, at least 1
   * @throws LineException with the reason, if the line is not of this format
   */
  abstract long parse(byte[] line, int length, byte[] sha1) throws LineException;

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  /** Why a line was refused. */
  static final class LineException extends Exception {
    private static final long serialVersionUID = 1L;

    LineException(String message) {
      super(message, null, false, false);
    }
  }
}
