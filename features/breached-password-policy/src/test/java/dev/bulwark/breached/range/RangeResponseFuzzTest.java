package dev.bulwark.breached.range;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.breached.range.RangeResponse.MalformedRangeException;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P9: an answer is invalid, or each of its lines counts, as a plain reading of the API's
 * description has it.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class RangeResponseFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(RangeResponseFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  /** The target: the body. */
  public static void fuzzerTestOneInput(byte[] input) {
    RangeResponse response;
    try {
      response = RangeResponse.parse(input);
    } catch (MalformedRangeException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(100);
      return;
    }
    String body = new String(input, StandardCharsets.ISO_8859_1);
    assertThat(body)
        .matches("(?:[0-9A-Fa-f]{35}:[0-9]{1,10}\\r?\\n)*(?:[0-9A-Fa-f]{35}:[0-9]{1,10}\\r?)?");
    Map<String, Long> counts = new HashMap<>();
    int kept = 0;
    for (String line : body.split("\r?\n|\r$")) {
      long count = Long.parseLong(line.substring(36));
      kept += count > 0 ? 1 : 0;
      counts.merge(line.substring(0, 35).toUpperCase(Locale.ROOT), count, Math::max);
    }
    assertThat(response.size()).isEqualTo(kept);
    counts.forEach(
        (suffix, count) ->
            assertThat(response.count(HexFormat.of().parseHex("ABCDE" + suffix)))
                .isEqualTo((int) Math.min(count, Integer.MAX_VALUE)));
  }
}
