package dev.bulwark.password.migrate.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.testing.Corpus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P5: no byte of the input is in no line, however the stream delivers it.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class ByteLinesFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(ByteLinesFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  /**
   * The target: the first byte says how many bytes a read gives at most, and repeats a long line.
   */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = content(input);
    List<byte[]> expected = split(bytes);
    ByteLines lines = new ByteLines(new Trickle(bytes, 1 + (input[0] & 0x3F)));
    int number = 0;
    while (lines.next()) {
      byte[] line = expected.get(number++);
      assertThat(lines.number()).isEqualTo(number);
      String text;
      try {
        text = lines.text();
      } catch (RejectedRowException e) {
        // The byte order mark and the carriage return count as well.
        assertThat(
                line.length + 4 > ByteLines.MAX_BYTES
                    || new String(line, StandardCharsets.UTF_8).contains("\uFFFD"))
            .isTrue();
        assertThat(lines.isBlank()).isFalse();
        continue;
      }
      assertThat(text.getBytes(StandardCharsets.UTF_8)).isEqualTo(line);
      assertThat(lines.isBlank()).isEqualTo(text.chars().allMatch(c -> c == ' ' || c == '\t'));
    }
    assertThat(number).isEqualTo(expected.size());
  }

  /** With bit 7 of the first byte set, the third of its bytes is there 65,530 times more. */
  private static byte[] content(byte[] input) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 1; i < input.length; i++) {
      out.write(input[i]);
      if (i == 3 && input[0] < 0) {
        for (int more = 0; more < ByteLines.MAX_BYTES - 6; more++) {
          out.write(input[i]);
        }
      }
    }
    return out.toByteArray();
  }

  private static List<byte[]> split(byte[] bytes) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      int from = start;
      int to = end > start && bytes[end - 1] == '\r' ? end - 1 : end;
      if (start == 0
          && to >= 3
          && bytes[0] == (byte) 0xEF
          && bytes[1] == (byte) 0xBB
          && bytes[2] == (byte) 0xBF) {
        from = 3;
      }
      // One that is too long is refused before its end is looked at.
      lines.add(java.util.Arrays.copyOfRange(bytes, from, to));
      start = end + 1;
    }
    return lines;
  }

  private static final class Trickle extends InputStream {
    private final ByteArrayInputStream bytes;
    private final int most;

    Trickle(byte[] bytes, int most) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.most = most;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return bytes.read(into, offset, Math.min(length, most));
    }
  }
}
