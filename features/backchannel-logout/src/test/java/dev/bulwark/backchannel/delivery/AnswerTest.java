package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.backchannel.delivery.Answer.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {

  @ParameterizedTest
  @CsvSource({
    "200, DELIVERED",
    "204, DELIVERED",
    "301, UNREACHABLE",
    "302, UNREACHABLE",
    "400, REJECTED",
    "401, UNREACHABLE",
    "403, UNREACHABLE",
    "404, UNREACHABLE",
    "422, REJECTED",
    "429, UNREACHABLE",
    "500, REJECTED",
    "501, REJECTED",
    "502, UNREACHABLE",
    "503, UNREACHABLE",
    "504, UNREACHABLE"
  })
  void kindOfAStatus(int status, Kind kind) {
    assertThat(Answer.of(status, null).kind()).isEqualTo(kind);
    assertThat(Answer.of(status, null).reason()).isEqualTo("status " + status);
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new SocketTimeoutException("secret"), "no answer in time"),
        Arguments.of(wrapped(new SocketTimeoutException("secret")), "no answer in time"),
        Arguments.of(new UnknownHostException("secret"), "the host name is unknown"),
        Arguments.of(wrapped(new ConnectException("secret")), "no connection"),
        Arguments.of(wrapped(new SSLHandshakeException("secret")), "no TLS connection"),
        Arguments.of(wrapped(new ProtocolException("\0secret")), "no valid answer"),
        Arguments.of(new IOException("secret"), "no valid answer"));
  }

  private static IOException wrapped(Exception cause) {
    return new IOException("no exchange", cause);
  }

  /** It is stored and logged: nothing that a receiver has sent. */
  @ParameterizedTest
  @MethodSource("failures")
  void aFailureHasNothingOfTheReceivers(IOException failure, String reason) {
    assertThat(Answer.none(failure).reason()).isEqualTo(reason);
    assertThat(Answer.none(failure).kind()).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void secondsOfRetryAfter() {
    assertThat(Answer.of(503, "120").retryAfter()).isEqualTo(Duration.ofMinutes(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1e3", "Fri, 31 Dec 1999 23:59:59 GMT", "99999999999999999999"})
  void anyOtherRetryAfterIsNone(String header) {
    assertThat(Answer.of(503, header).retryAfter()).isNull();
  }
}
