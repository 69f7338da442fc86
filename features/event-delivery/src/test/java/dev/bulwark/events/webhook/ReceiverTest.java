package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.delivery.Answer;
import dev.bulwark.testing.MapScope;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** What WebhookIT cannot bring about. */
class ReceiverTest {

  @Test
  void anIdThatIsNoHeaderConcernsItsEventAlone() throws Exception {
    assertThat(send(1, "two\nlines").kind()).isEqualTo(Answer.Kind.REJECTED);
  }

  @Test
  void nobodyAtThePortConcernsAll() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    Answer answer = send(port, "1");
    assertThat(answer.kind()).isEqualTo(Answer.Kind.UNREACHABLE);
    assertThat(answer.reason()).contains("ConnectException");
  }

  private static Answer send(int port, String id) throws InterruptedException {
    WebhookConfig config =
        WebhookConfig.of(
                MapScope.of(
                    "url",
                    "http://127.0.0.1:" + port,
                    "secret",
                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
            .orElseThrow();
    try (Receiver receiver = new Receiver(config, Clock.systemUTC())) {
      return receiver.send(id, "{}");
    }
  }
}
