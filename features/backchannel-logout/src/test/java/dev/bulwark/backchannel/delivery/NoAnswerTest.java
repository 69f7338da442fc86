package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.delivery.Answer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NoAnswerTest {

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
    assertThat(ReceiverHttp.noAnswer(failure).reason()).isEqualTo(reason);
    assertThat(ReceiverHttp.noAnswer(failure).kind()).isEqualTo(Answer.Kind.UNREACHABLE);
  }
}
