package dev.bulwark.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.redis.topology.RedisUrl.Topology;
import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R4: a URL is refused without a secret in the message, or read so that nothing of it is lost and
 * writing it again gives the same.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class RedisUrlFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(RedisUrlFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) throws Exception {
    fuzzerTestOneInput(input);
  }

  /** The target: the URL. */
  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    assertThat(RedisUrl.withoutSecrets(text)).isNotNull();
    RedisUrl url;
    try {
      url = RedisUrl.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e.getClass()).isEqualTo(IllegalArgumentException.class);
      // One of a handful of fixed texts: none can hold a part of the URL.
      assertThat(e.getMessage())
          .matches("[a-z-]+url cannot be read: [A-Za-z0-9 ,;'/().…#%-]{10,120}");
      return;
    }
    assertThat(RedisUrl.parse(write(url))).isEqualTo(url);
    // What is not user information, trimmed hosts or a default is in the text.
    int at = text.lastIndexOf('@');
    String hidden = at < 0 ? "" : text.substring(text.indexOf("://") + 3, at);
    if (hidden.length() > 12 && text.indexOf(hidden, at) < 0) {
      assertThat(RedisUrl.withoutSecrets(text)).doesNotContain(hidden);
      assertThat(url.toString()).doesNotContain(hidden);
    }
    assertThat(text.substring(at + 1).contains("?"))
        .isEqualTo(url.topology() == Topology.SENTINEL && text.substring(at + 1).contains("?db="));
    assertThat(text.substring(at + 1).contains("#") && !url.masterName().contains("#")).isFalse();
  }

  private static String write(RedisUrl url) {
    String scheme =
        (url.tls() ? "rediss" : "redis")
            + switch (url.topology()) {
              case STANDALONE -> "";
              case SENTINEL -> "-sentinel";
              case CLUSTER -> "-cluster";
            };
    String user =
        url.password() == null
            ? ""
            : (url.username() == null ? "" : encode(url.username()))
                + ":"
                + encode(url.password())
                + "@";
    String hosts =
        url.hosts().stream()
            .map(
                host ->
                    (host.getHost().contains(":") ? "[" + host.getHost() + "]" : host.getHost())
                        + ":"
                        + host.getPort())
            .collect(Collectors.joining(","));
    String end =
        switch (url.topology()) {
          case STANDALONE -> "/" + url.database();
          case SENTINEL -> "/" + url.masterName() + "?db=" + url.database();
          case CLUSTER -> "";
        };
    return scheme + "://" + user + hosts + end;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
