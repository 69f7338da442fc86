package dev.bulwark.legacy.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** P5: the exchange with the old application, over real sockets. */
class PasswordEndpointTest {

  /** Ample, on a busy machine. */
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final Duration SHORT = Duration.ofMillis(500);

  /** A request as the server saw it. */
  private record Seen(String type, String authorization, String body) {}

  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;
  private HttpHandler handler = exchange -> answer(exchange, 200, "{\"valid\":true}");

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/check",
        exchange -> {
          seen.add(
              new Seen(
                  String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")),
                  String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                  new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
          handler.handle(exchange);
        });
    server.createContext("/elsewhere", exchange -> answer(exchange, 200, "{\"valid\":true}"));
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void sendsJson() throws Exception {
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.JSON, 8)) {
      assertThat(endpoint.isRight("jo\"e@example.org", "p&ss \\wörd")).isTrue();
    }
    assertThat(seen.take())
        .isEqualTo(
            new Seen(
                "application/json",
                "Bearer s3cret",
                "{\"user\":\"jo\\\"e@example.org\",\"pass\":\"p&ss \\\\wörd\"}"));
  }

  @Test
  void sendsAForm() throws Exception {
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.FORM, 8)) {
      assertThat(endpoint.isRight("joe+x@example.org", "p&ss=wörd")).isTrue();
    }
    assertThat(seen.take())
        .isEqualTo(
            new Seen(
                "application/x-www-form-urlencoded",
                "Bearer s3cret",
                "user=joe%2Bx%40example.org&pass=p%26ss%3Dw%C3%B6rd"));
  }

  @Test
  void followsNoRedirect() {
    handler =
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          answer(exchange, 307, "");
        };
    assertReason(Reason.STATUS);
  }

  @Test
  void anAnswerThatDripsInEndsInTime() {
    handler =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream body = exchange.getResponseBody();
          body.write("{\"valid\":".getBytes(UTF_8));
          body.flush();
          awaitEnd();
        };
    long start = System.nanoTime();
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.JSON, 8, SHORT)) {
      assertReason(endpoint, Reason.TIMEOUT);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
  }

  @Test
  void aLongAnswerIsNone() {
    handler = exchange -> answer(exchange, 200, " ".repeat(PasswordEndpoint.MAX_BODY_BYTES + 1));
    assertReason(Reason.MALFORMED);
  }

  @Test
  void noConnectionIsNoAnswer() {
    server.stop(0);
    assertReason(Reason.CONNECTION);
  }

  @Test
  void aPasswordThatNobodyHasIsNotSent() throws Exception {
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.JSON, 8)) {
      assertThat(endpoint.isRight("joe", "a".repeat(PasswordEndpoint.MAX_PASSWORD + 1))).isFalse();
      assertThat(endpoint.isRight("joe", "a\0b")).isFalse();
      assertThat(endpoint.isRight("joe", "\ud800")).isFalse();
    }
    assertThat(seen).isEmpty();
  }

  @Test
  void failuresOfTheApplicationOpenTheCircuit() {
    handler = exchange -> answer(exchange, 503, "");
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.JSON, 8)) {
      for (int attempt = 0; attempt < 3; attempt++) {
        assertReason(endpoint, Reason.OVERLOADED);
      }
      assertThat(endpoint.isCircuitOpen()).isTrue();
      assertReason(endpoint, Reason.CIRCUIT_OPEN);
    }
    assertThat(seen).as("not asked any more").hasSize(3);
  }

  @Test
  void anErrorThatOnePasswordMayCauseDoesNot() {
    handler = exchange -> answer(exchange, 500, "");
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.JSON, 8)) {
      for (int attempt = 0; attempt < 5; attempt++) {
        assertReason(endpoint, Reason.STATUS);
      }
      assertThat(endpoint.isCircuitOpen()).isFalse();
    }
  }

  @Test
  void noMoreRequestsThanAllowedAreUnderWay() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    handler =
        exchange -> {
          inside.countDown();
          awaitEnd();
          answer(exchange, 200, "{\"valid\":true}");
        };
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.JSON, 1, SHORT)) {
      List<Future<Reason>> callers = new ArrayList<>();
      callers.add(threads.submit(() -> reason(endpoint)));
      inside.await();
      for (int caller = 0; caller < 4; caller++) {
        callers.add(threads.submit(() -> reason(endpoint)));
      }
      List<Reason> reasons = new ArrayList<>();
      for (Future<Reason> caller : callers) {
        reasons.add(caller.get());
      }
      assertThat(reasons).contains(Reason.TIMEOUT);
      assertThat(Collections.frequency(reasons, Reason.BUSY))
          .as("one is under way, one waits")
          .isGreaterThanOrEqualTo(3);
    }
  }

  private void assertReason(Reason reason) {
    try (PasswordEndpoint endpoint = endpoint(RequestBody.Format.JSON, 8)) {
      assertReason(endpoint, reason);
    }
  }

  private static void assertReason(PasswordEndpoint endpoint, Reason reason) {
    assertThatExceptionOfType(NoAnswerException.class)
        .isThrownBy(() -> endpoint.isRight("joe", "a-password"))
        .satisfies(
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e).hasMessageNotContaining("a-password");
            });
  }

  private static Reason reason(PasswordEndpoint endpoint) {
    try {
      throw new AssertionError("an answer: " + endpoint.isRight("joe", "a-password"));
    } catch (NoAnswerException e) {
      return e.reason();
    }
  }

  private PasswordEndpoint endpoint(RequestBody.Format format, int maxConcurrent) {
    return endpoint(format, maxConcurrent, LONG);
  }

  private PasswordEndpoint endpoint(
      RequestBody.Format format, int maxConcurrent, Duration timeout) {
    return new PasswordEndpoint(
        new EndpointSettings(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/check"),
            new RequestBody(format, "user", "pass"),
            new AnswerRules(Set.of("valid"), Set.of(401)),
            Optional.of("s3cret"),
            timeout,
            timeout,
            maxConcurrent,
            3,
            Duration.ofMinutes(10)),
        (nanos, failure) -> {});
  }

  private void awaitEnd() throws IOException {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }
}
