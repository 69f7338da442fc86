package dev.bulwark.breached.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.breached.range.RangeResponse.MalformedRangeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P9: answers are parsed strictly; Retry-After by table. */
class RangeResponseTest {

  private static final String PASSWORD = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
  private static final String SUFFIX = PASSWORD.substring(5);

  @Test
  void findsTheHashAmongOthersAndPadding() throws Exception {
    RangeResponse response =
        parse(
            "0018A45C4D1DEF81644B54AB7F969B88D65:12\r\n"
                + SUFFIX
                + ":9545824\r\n"
                + "00D4F6E8FA6EECAD2A3AA415EEC418D38EC:0\r\n"
                + "011053FD0102E94D6AE2F8B83D76FAF94F6:1");
    assertThat(response.size()).isEqualTo(3);
    assertThat(response.count(hash(PASSWORD))).isEqualTo(9_545_824);
    assertThat(response.count(hash("5BAA6" + "011053FD0102E94D6AE2F8B83D76FAF94F6"))).isEqualTo(1);
    assertThat(response.count(hash("5BAA6" + "00D4F6E8FA6EECAD2A3AA415EEC418D38EC"))).isZero();
    for (int i = 5; i < 40; i++) {
      StringBuilder other = new StringBuilder(PASSWORD);
      other.setCharAt(i, other.charAt(i) == '0' ? '1' : '0');
      assertThat(response.count(hash(other.toString()))).isZero();
    }
  }

  @Test
  void takesLowerCaseDigitsAndBareLineFeeds() throws Exception {
    assertThat(parse(SUFFIX.toLowerCase(Locale.ROOT) + ":3\n").count(hash(PASSWORD))).isEqualTo(3);
  }

  @Test
  void paddingAloneIsAnAnswer() throws Exception {
    assertThat(parse(SUFFIX + ":0\r\n").count(hash(PASSWORD))).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\r\n",
        "<html><body>Log in to the network</body></html>",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8 1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD81",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:1x",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:-1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8: 1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:12345678901",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD:1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD80:1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FDG:1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:1\r\n\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8:1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:1\r\n1E4C9B93F3F0682250B6CF8331",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:1\r1E4C9B93F3F0682250B6CF8331B7EE68FD8:1",
      })
  void oneFaultMakesTheWholeAnswerInvalid(String body) {
    assertThatThrownBy(() -> parse(body)).isInstanceOf(MalformedRangeException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "2,2",
    "0,1",
    "007,7",
    "600,600",
    "601,600",
    "99999999999999999999,600",
    "'Thu, 01 Jan 1970 00:01:40 GMT',40",
    "'Thu, 01 Jan 1970 00:00:10 GMT',1"
  })
  void readsRetryAfter(String value, long seconds) {
    assertThat(RetryAfter.parse(value, Instant.ofEpochSecond(60)))
        .contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "1.5", "2 s", "\u0661"})
  void ignoresAnotherRetryAfter(String value) {
    assertThat(RetryAfter.parse(value, Instant.EPOCH)).isEmpty();
  }

  private static RangeResponse parse(String body) throws MalformedRangeException {
    return RangeResponse.parse(body.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] hash(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
