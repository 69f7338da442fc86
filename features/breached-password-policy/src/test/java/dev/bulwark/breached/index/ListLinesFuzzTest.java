package dev.bulwark.breached.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.breached.index.ListFormat.LineException;
import dev.bulwark.testing.Corpus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P9: each line of a list is taken or refused, none lost; a hash of HIBP's form comes out as it
 * went in.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class ListLinesFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(ListLinesFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  private static boolean hasByteOrderMark(byte[] input) {
    return input.length >= 3
        && input[0] == (byte) 0xEF
        && input[1] == (byte) 0xBB
        && input[2] == (byte) 0xBF;
  }

  /** The target: the list; every format reads it. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException, GeneralSecurityException {
    for (ListFormat format : ListFormat.values()) {
      LineReader lines = new LineReader(new ByteArrayInputStream(input));
      byte[] sha1 = new byte[IndexFormat.HASH_BYTES];
      int start = hasByteOrderMark(input) ? 3 : 0;
      long number = 0;
      while (lines.next()) {
        assertThat(lines.number()).isEqualTo(++number);
        int end = start;
        while (end < input.length && input[end] != '\n') {
          end++;
        }
        int to = end > start && input[end - 1] == '\r' ? end - 1 : end;
        byte[] line = Arrays.copyOfRange(input, start, to);
        start = end + 1;
        assertThat(lines.tooLong()).isEqualTo(line.length > LineReader.MAX_LINE_BYTES);
        if (lines.tooLong()) {
          continue;
        }
        assertThat(Arrays.copyOf(lines.bytes(), lines.length())).isEqualTo(line);
        long count;
        try {
          count = format.parse(lines.bytes(), lines.length(), sha1);
        } catch (LineException e) {
          assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(100);
          continue;
        }
        assertThat(count).isPositive();
        if (format == ListFormat.HIBP) {
          String text = new String(line, StandardCharsets.ISO_8859_1);
          assertThat(text).startsWithIgnoringCase(HexFormat.of().formatHex(sha1) + ":");
          assertThat(Long.parseLong(text.substring(41))).isEqualTo(count);
        } else {
          assertThat(sha1).isEqualTo(MessageDigest.getInstance("SHA-1").digest(line));
        }
      }
      assertThat(start).isGreaterThanOrEqualTo(input.length);
    }
  }
}
