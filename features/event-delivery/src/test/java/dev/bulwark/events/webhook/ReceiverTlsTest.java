package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.bulwark.delivery.Answer;
import dev.bulwark.testing.MapScope;
import dev.bulwark.testing.SelfSignedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B12: events go to no server but the one that the URL names. */
class ReceiverTlsTest {

  private final SSLContext usual = defaultContext();
  private final AtomicInteger requests = new AtomicInteger();

  @TempDir Path folder;

  @AfterEach
  void trustAsBefore() {
    SSLContext.setDefault(usual);
  }

  @Test
  void aServerWithTheNameOfTheUrlGetsTheEvent() throws Exception {
    SSLContext context = SelfSignedServer.contextOf(folder, "ip:127.0.0.1");
    SSLContext.setDefault(context);
    assertThat(sentTo(context).kind()).isEqualTo(Answer.Kind.DELIVERED);
    assertThat(requests).hasValue(1);
  }

  @Test
  void aServerWithAnotherNameGetsNone() throws Exception {
    SSLContext context = SelfSignedServer.contextOf(folder, "dns:siem.example.org");
    SSLContext.setDefault(context);
    assertGetsNone(context, "No subject alternative names");
  }

  /** The server keeps the usual authorities. */
  @Test
  void aServerWhoseCertificateNobodyKnowsGetsNone() throws Exception {
    assertGetsNone(SelfSignedServer.contextOf(folder, "ip:127.0.0.1"), "PKIX path building failed");
  }

  private void assertGetsNone(SSLContext context, String reason) throws Exception {
    Answer answer = sentTo(context);
    assertThat(answer.kind()).isEqualTo(Answer.Kind.UNREACHABLE);
    assertThat(answer.reason()).contains("SSLHandshakeException", reason);
    assertThat(requests).hasValue(0);
  }

  private Answer sentTo(SSLContext context) throws IOException, InterruptedException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(204, /* no body */ -1);
          }
        });
    server.start();
    WebhookConfig config =
        WebhookConfig.of(
                MapScope.of(
                    "url",
                    "https://127.0.0.1:" + server.getAddress().getPort(),
                    "secret",
                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    "request-timeout",
                    "30000"))
            .orElseThrow();
    try (Receiver receiver = new Receiver(config, Clock.systemUTC())) {
      return receiver.send("id", "{}");
    } finally {
      server.stop(0);
    }
  }

  private static SSLContext defaultContext() {
    try {
      return SSLContext.getDefault();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
