package dev.bulwark.breached.range;

import java.util.Arrays;

/**
 * An answer of the range API: lines of {@code SUFFIX:COUNT}, where a suffix is the last 35
 * hexadecimal digits of a SHA-1. Lines with count 0 are padding and dropped.
 *
 * <p>Parsing is strict: one line of another form, or no line at all, makes the whole answer
 * invalid, so that an error page or a cut answer is never taken for "not breached". Immutable.
 *
 * @see <a href="https://haveibeenpwned.com/API/v3#PwnedPasswords">the API's description</a>
 */
public final class RangeResponse {

  private static final int HASH_BYTES = 20;
  private static final int PREFIX_DIGITS = 5;
  private static final int SUFFIX_DIGITS = 2 * HASH_BYTES - PREFIX_DIGITS;
  private static final int MAX_COUNT_DIGITS = 10;

  /** A suffix as stored: its odd first digit has a byte of its own. */
  private static final int SUFFIX_BYTES = 18;

  private final byte[] suffixes;
  private final int[] counts;

  private RangeResponse(byte[] suffixes, int[] counts) {
    this.suffixes = suffixes;
    this.counts = counts;
  }

  /**
   * Parses a body.
   *
   * @throws MalformedRangeException naming the first faulty line
   */
  public static RangeResponse parse(byte[] body) throws MalformedRangeException {
    int capacity = body.length / (SUFFIX_DIGITS + 2) + 1;
    byte[] suffixes = new byte[capacity * SUFFIX_BYTES];
    int[] counts = new int[capacity];
    int kept = 0;
    int line = 0;
    int position = 0;
    while (position < body.length) {
      line++;
      int end = position;
      while (end < body.length && body[end] != '\n') {
        end++;
      }
      int next = end + 1;
      if (end > position && body[end - 1] == '\r') {
        end--;
      }
      int count = parseLine(body, position, end, line, suffixes, kept * SUFFIX_BYTES);
      if (count > 0) {
        counts[kept++] = count;
      }
      position = next;
    }
    if (line == 0) {
      throw new MalformedRangeException("the answer is empty");
    }
    return new RangeResponse(
        Arrays.copyOf(suffixes, kept * SUFFIX_BYTES), Arrays.copyOf(counts, kept));
  }

  private static int parseLine(
      byte[] body, int start, int end, int line, byte[] suffixes, int offset)
      throws MalformedRangeException {
    if (end - start < SUFFIX_DIGITS + 2 || body[start + SUFFIX_DIGITS] != ':') {
      throw new MalformedRangeException(
          "line " + line + " is not " + SUFFIX_DIGITS + " digits, a colon and a count");
    }
    // The first digit stands alone, as the low half of its byte.
    for (int i = 0; i < SUFFIX_DIGITS; i++) {
      int digit = Character.digit((char) (body[start + i] & 0xFF), 16);
      if (digit < 0) {
        throw new MalformedRangeException("line " + line + " has a digit that is not hexadecimal");
      }
      int at = offset + (i + 1) / 2;
      suffixes[at] = (byte) ((i & 1) == 1 ? digit << 4 : i == 0 ? digit : suffixes[at] | digit);
    }
    int digits = end - start - SUFFIX_DIGITS - 1;
    if (digits > MAX_COUNT_DIGITS) {
      throw new MalformedRangeException("line " + line + " has an impossible count");
    }
    long count = 0;
    for (int i = end - digits; i < end; i++) {
      if (body[i] < '0' || body[i] > '9') {
        throw new MalformedRangeException("line " + line + " has a count that is not decimal");
      }
      count = 10 * count + (body[i] - '0');
    }
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  /**
   * How often a password was seen in breaches.
   *
   * @param sha1 20 bytes, whose first 5 digits are those of this range
   * @return 0 if it is not in the range
   */
  public int count(byte[] sha1) {
    byte[] suffix = Arrays.copyOfRange(sha1, HASH_BYTES - SUFFIX_BYTES, HASH_BYTES);
    suffix[0] &= 0x0F;
    int count = 0;
    for (int i = 0; i < counts.length; i++) {
      int at = i * SUFFIX_BYTES;
      if (Arrays.equals(suffixes, at, at + SUFFIX_BYTES, suffix, 0, SUFFIX_BYTES)) {
        count = Math.max(count, counts[i]);
      }
    }
    return count;
  }

  /** Number of hashes, without padding. */
  public int size() {
    return counts.length;
  }

  /** An answer is not of the documented form. The message names the line, never its content. */
  public static final class MalformedRangeException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedRangeException(String message) {
      super(message);
    }
  }
}
