package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.delivery.Answer;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R9: whatever a client sets as its URL is refused, or is an http or https URL without a user that
 * can be sent to; whatever a receiver answers is read without an exception.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class ReceiverUrlFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(ReceiverUrlFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) {
    fuzzerTestOneInput(input);
  }

  /** The target: a line each for the setting, the root URL, the host and {@code Retry-After}. */
  public static void fuzzerTestOneInput(byte[] input) {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 4);
    String retryAfter = lines.length > 3 ? lines[3] : "";
    Duration asked = Answer.of(503, retryAfter).retryAfter();
    assertThat(asked == null || asked.toSeconds() <= 999_999).isTrue();
    URI url;
    try {
      url =
          ReceiverUrl.of(
              lines[0], lines.length > 1 ? lines[1] : null, lines.length > 2 ? lines[2] : null);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).matches("the URL [a-zA-Z0-9 ]+");
      return;
    }
    assertThat(url.getScheme().toLowerCase(Locale.ROOT)).isIn("http", "https");
    assertThat(url.getHost()).isNotEmpty();
    assertThat(url.getPort() == -1 || (url.getPort() > 0 && url.getPort() < 65_536)).isTrue();
    assertThat(url.getRawUserInfo()).isNull();
    assertThat(ReceiverNetworks.name(url)).isNotEmpty().doesNotContain("/", "@");
  }
}
