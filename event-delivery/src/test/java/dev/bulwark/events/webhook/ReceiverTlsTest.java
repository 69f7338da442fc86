package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.bulwark.options.MapScope;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B12: events go to no server but the one that the URL names. */
class ReceiverTlsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final SSLContext usual = defaultContext();
  private final AtomicInteger requests = new AtomicInteger();

  @TempDir Path folder;

  @AfterEach
  void trustAsBefore() {
    SSLContext.setDefault(usual);
  }

  @Test
  void aServerWithTheNameOfTheUrlGetsTheEvent() throws Exception {
    SSLContext context = certificateOf("ip:127.0.0.1");
    SSLContext.setDefault(context);
    assertThat(sentTo(context).kind()).isEqualTo(Answer.Kind.TAKEN);
    assertThat(requests).hasValue(1);
  }

  @Test
  void aServerWithAnotherNameGetsNone() throws Exception {
    SSLContext context = certificateOf("dns:siem.example.org");
    SSLContext.setDefault(context);
    assertGetsNone(context, "No subject alternative names");
  }

  /** The server keeps the usual authorities. */
  @Test
  void aServerWhoseCertificateNobodyKnowsGetsNone() throws Exception {
    assertGetsNone(certificateOf("ip:127.0.0.1"), "PKIX path building failed");
  }

  private void assertGetsNone(SSLContext context, String reason) throws Exception {
    Answer answer = sentTo(context);
    assertThat(answer.kind()).isEqualTo(Answer.Kind.FAILED);
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

  /**
   * Makes a certificate that nobody has signed.
   *
   * @param name of the server
   * @return shows it, and trusts nothing else
   */
  private SSLContext certificateOf(String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path file = folder.resolve("key.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=receiver",
                "-ext",
                "san=" + name,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("receiver", store.getCertificate("mykey"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
