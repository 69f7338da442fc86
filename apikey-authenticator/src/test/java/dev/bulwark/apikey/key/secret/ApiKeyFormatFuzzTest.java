package dev.bulwark.apikey.key.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.key.secret.ApiKeyFormat.Kind;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * K1: any text has a kind; only keys of the documented form count as checked, and one wrong
 * character shows.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class ApiKeyFormatFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(ApiKeyFormatFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  /** The target: first byte, which character to change; then prefix, line feed, key. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    String text = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
    int split = text.indexOf('\n');
    String prefix = split < 0 ? ApiKeyFormat.DEFAULT_PREFIX : text.substring(0, split);
    String key = text.substring(split + 1);
    if (!ApiKeyFormat.isPrefix(prefix)) {
      return;
    }
    Kind kind = ApiKeyFormat.classify(key, prefix);
    assertThat(key).contains(ApiKeyFormat.visiblePart(key));
    if (kind == Kind.CHECKED) {
      assertThat(key).matches("[a-z][a-z0-9]{1,15}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}");
      CRC32 crc = new CRC32();
      crc.update(key.substring(0, key.length() - 6).getBytes(StandardCharsets.UTF_8));
      assertThat(key).endsWith(Base62.encode(crc.getValue(), 6));
      assertThat(ApiKeyFormat.visiblePart(key)).hasSizeLessThan(key.length() - 37);
    }
    if (key.length() == 43 && key.matches("[A-Za-z0-9_-]+")) {
      String made = ApiKeyFormat.format(prefix, key);
      assertThat(ApiKeyFormat.classify(made, prefix)).isEqualTo(Kind.CHECKED);
      // CRC32 finds every change of up to 32 bits in a row.
      int at = prefix.length() + 1 + (input[0] & 0xFF) % 49;
      char changed = made.charAt(at) == 'x' ? 'y' : 'x';
      String mistyped = made.substring(0, at) + changed + made.substring(at + 1);
      assertThat(ApiKeyFormat.classify(mistyped, prefix)).isEqualTo(Kind.BAD_CHECKSUM);
    }
  }
}
