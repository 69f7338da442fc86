package dev.bulwark.breached.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bulwark.breached.range.RangeUnavailableException.Reason;
import dev.bulwark.testing.RangeServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P9: the range client against a server that speaks the real format, and one that does not. */
class RangeClientTest {

  /** SHA-1 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8. */
  private static final byte[] PASSWORD = sha1("password");

  private static final String PADDED =
      "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n"
          + "1E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\r\n"
          + "00D4F6E8FA6EECAD2A3AA415EEC418D38EC:0\r\n"
          + "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:0\r\n";

  /** Where the answer comes in time, however slow the machine is. */
  private static final Duration PATIENT = Duration.ofSeconds(30);

  /** Where it does not. */
  private static final Duration TIMEOUT = Duration.ofMillis(700);

  private final List<String> observed = new ArrayList<>();
  private RangeServer server;

  @BeforeEach
  void start() throws IOException {
    server = new RangeServer(RangeServer.body(PADDED));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void sendsFiveDigitsAndAsksForPadding() throws Exception {
    try (RangeClient client = client(settings(0))) {
      assertThat(client.count(PASSWORD))
          .isEqualTo(new RangeClient.Answer(9_545_824, RangeClient.Origin.SERVICE));
    }
    RangeServer.Request request = server.requests().get(0);
    assertThat(request.line()).isEqualTo("GET /range/5BAA6 HTTP/1.1");
    assertThat(request.headers()).containsEntry("Add-Padding", "true").containsKey("User-Agent");
    assertThat(request.toString()).doesNotContain("1E4C9B93");
    assertThat(observed).containsExactly("null");
  }

  @Test
  void keepsAnAnswer() throws Exception {
    try (RangeClient client = client(settings(10))) {
      client.count(PASSWORD);
      assertThat(client.count(PASSWORD).origin()).isEqualTo(RangeClient.Origin.CACHE);
      byte[] sameRange = PASSWORD.clone();
      sameRange[19]++;
      assertThat(client.count(sameRange))
          .isEqualTo(new RangeClient.Answer(0, RangeClient.Origin.CACHE));
    }
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void failureIsNotKept() throws Exception {
    try (RangeClient client = client(settings(10))) {
      server.behave(RangeServer.body("garbage"));
      assertThat(failure(client)).isEqualTo(Reason.MALFORMED);
      server.behave(RangeServer.body(PADDED));
      assertThat(client.count(PASSWORD).count()).isEqualTo(9_545_824);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE html><title>Wi-Fi</title>",
        "",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD89545824\r\n",
        "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8"
      })
  void refusesGarbage(String body) throws Exception {
    server.behave(RangeServer.body(body));
    try (RangeClient client = client(settings(0))) {
      assertThat(failure(client)).isEqualTo(Reason.MALFORMED);
    }
  }

  @Test
  void refusesAnEndlessBody() throws Exception {
    byte[] block = PADDED.repeat(500).getBytes(StandardCharsets.US_ASCII);
    server.behave(
        (request, out) -> {
          head(out, "Content-Type: text/plain\r\nConnection: close\r\n");
          while (true) {
            out.write(block);
          }
        });
    try (RangeClient client =
        client(settings(0, server.url(), PATIENT, 3, Duration.ofMinutes(1)))) {
      assertThat(failure(client)).isEqualTo(Reason.MALFORMED);
    }
  }

  @Test
  void refusesABodyThatIsCutShort() throws Exception {
    server.behave(
        (request, out) -> {
          head(out, "Content-Length: 5000\r\n");
          out.write(PADDED.getBytes(StandardCharsets.US_ASCII));
          out.close();
        });
    try (RangeClient client = client(settings(0))) {
      assertThat(failure(client)).isEqualTo(Reason.CONNECTION);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 301, 400, 403, 404, 500, 503})
  void refusesEveryOtherStatus(int status) throws Exception {
    server.behave(
        RangeServer.status(
            status, "x", "Location: http://127.0.0.1:1/\r\n", status == 204 ? "" : PADDED));
    try (RangeClient client = client(settings(0))) {
      assertThat(failure(client)).isEqualTo(Reason.STATUS);
    }
  }

  @Test
  void aSlowDripEndsAtTheTimeout() throws Exception {
    CountDownLatch clientGone = new CountDownLatch(1);
    server.behave(
        (request, out) -> {
          head(out, "Content-Length: 100000\r\n");
          try {
            while (true) {
              out.write('0');
              out.flush();
              if (clientGone.await(50, TimeUnit.MILLISECONDS)) {
                return;
              }
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            clientGone.countDown();
          }
        });
    try (RangeClient client =
        client(settings(0, server.url(), TIMEOUT, 3, Duration.ofMinutes(1)))) {
      long start = System.nanoTime();
      assertThat(failure(client)).isEqualTo(Reason.TIMEOUT);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(TIMEOUT.minusMillis(50), TIMEOUT.plusSeconds(2));
      // The connection is given up, not left to drip.
      Awaitility.await().until(() -> clientGone.getCount() == 0);
    }
  }

  @Test
  void noAnswerEndsAtTheTimeout() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    server.behave(
        (request, out) -> {
          try {
            done.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (RangeClient client =
        client(settings(0, server.url(), TIMEOUT, 3, Duration.ofMinutes(1)))) {
      assertThat(failure(client)).isEqualTo(Reason.TIMEOUT);
    } finally {
      done.countDown();
    }
  }

  @Test
  void noServerIsNoConnection() throws Exception {
    int port;
    try (ServerSocket unused = new ServerSocket(0)) {
      port = unused.getLocalPort();
    }
    URI url = URI.create("http://127.0.0.1:" + port + "/range/");
    try (RangeClient client = client(settings(0, url, PATIENT, 3, Duration.ofMinutes(1)))) {
      assertThat(failure(client)).isEqualTo(Reason.CONNECTION);
    }
  }

  @Test
  void leavesAFailingServiceAlone() throws Exception {
    server.behave(RangeServer.status(500, "broken", "", ""));
    try (RangeClient client =
        client(settings(0, server.url(), PATIENT, 2, Duration.ofMillis(300)))) {
      failure(client);
      assertThat(client.isCircuitOpen()).isFalse();
      failure(client);
      assertThat(client.isCircuitOpen()).isTrue();
      assertThat(failure(client)).isEqualTo(Reason.CIRCUIT_OPEN);
      assertThat(server.requests()).hasSize(2);
      server.behave(RangeServer.body(PADDED));
      Awaitility.await()
          .ignoreException(RangeUnavailableException.class)
          .until(() -> client.count(PASSWORD).count() > 0);
      assertThat(client.isCircuitOpen()).isFalse();
    }
  }

  @Test
  void honoursRetryAfter() throws Exception {
    server.behave(RangeServer.status(429, "Too Many Requests", "Retry-After: 2\r\n", ""));
    try (RangeClient client = client(settings(0))) {
      long start = System.nanoTime();
      assertThat(failure(client)).isEqualTo(Reason.RATE_LIMITED);
      assertThat(failure(client)).isEqualTo(Reason.CIRCUIT_OPEN);
      server.behave(RangeServer.body(PADDED));
      Awaitility.await()
          .ignoreException(RangeUnavailableException.class)
          .until(() -> client.count(PASSWORD).count() > 0);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void goesThroughAProxy() throws Exception {
    URI elsewhere = URI.create("http://pwned.invalid/range/");
    try (RangeClient client =
        new RangeClient(
            settings(0, elsewhere, PATIENT, 3, Duration.ofMinutes(1)),
            ProxySelector.of(new InetSocketAddress("127.0.0.1", server.port())),
            null,
            (nanos, failure) -> {})) {
      assertThat(client.count(PASSWORD).count()).isEqualTo(9_545_824);
    }
    assertThat(server.requests().get(0).line())
        .isEqualTo("GET http://pwned.invalid/range/5BAA6 HTTP/1.1");
  }

  private static void head(OutputStream out, String headers) throws IOException {
    out.write(("HTTP/1.1 200 OK\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private Reason failure(RangeClient client) {
    RangeUnavailableException thrown =
        catchThrowableOfType(RangeUnavailableException.class, () -> client.count(PASSWORD));
    assertThat(thrown).isNotNull();
    return thrown.reason();
  }

  private RangeSettings settings(int cacheEntries) {
    return settings(cacheEntries, server.url(), PATIENT, 3, Duration.ofMinutes(1));
  }

  private static RangeSettings settings(
      int cacheEntries, URI url, Duration timeout, int failures, Duration pause) {
    return new RangeSettings(
        url, timeout, timeout, failures, pause, cacheEntries, Duration.ofMinutes(1));
  }

  private RangeClient client(RangeSettings settings) {
    return new RangeClient(
        settings,
        ProxySelector.of(null),
        null,
        (nanos, failure) -> observed.add(String.valueOf(failure)));
  }

  private static byte[] sha1(String password) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(password.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
