package dev.bulwark.checker.statuslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R8: no answer of Keycloak can hold a check up, or fill the memory. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpListSourceTest {

  private static final int MOST_BYTES = 1_000;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch clientHasLeft = new CountDownLatch(1);
  private final ListSource source = new HttpListSource(Duration.ofSeconds(10), MOST_BYTES);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/endless", this::writeUntilTheClientLeaves);
    server.createContext("/long", exchange -> write(exchange, 200, MOST_BYTES + 1));
    server.createContext("/fits", exchange -> write(exchange, 200, MOST_BYTES));
    server.createContext("/error", exchange -> write(exchange, 503, MOST_BYTES));
    server.createContext("/moved", this::redirect);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private static void write(HttpExchange exchange, int status, int bytes) throws IOException {
    String known = exchange.getRequestHeaders().getFirst("If-None-Match");
    exchange.getResponseHeaders().set("ETag", "after " + known);
    exchange.sendResponseHeaders(status, bytes);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write("a".repeat(bytes).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** The last part of the path is the status. */
  private void redirect(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    exchange.getResponseHeaders().set("Location", uri("/fits").toString());
    write(exchange, Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)), MOST_BYTES);
  }

  /** A byte now and then, and never an end. */
  private void writeUntilTheClientLeaves(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      do {
        body.write('a');
        body.flush();
      } while (!clientHasLeft.await(20, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      clientHasLeft.countDown();
      throw e;
    }
  }

  @Test
  void aBodyThatDoesNotEndIsGivenUpAndItsConnectionClosed() throws Exception {
    ListSource impatient = new HttpListSource(Duration.ofMillis(300), MOST_BYTES);
    assertThatThrownBy(() -> impatient.get(uri("/endless"), null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("within 300 ms");
    assertThat(clientHasLeft.await(20, TimeUnit.SECONDS)).as("the connection is closed").isTrue();
  }

  @Test
  void aBodyThatIsTooLongIsRejected() {
    assertThatThrownBy(() -> source.get(uri("/long"), null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("longer than 1000 bytes");
  }

  @Test
  void anAnswerArrivesWithItsEtag() throws Exception {
    assertThat(source.get(uri("/fits"), "\"a\""))
        .isEqualTo(new ListSource.Answer(200, "a".repeat(MOST_BYTES), "after \"a\""));
  }

  @Test
  void theBodyOfAnErrorIsOfNoInterest() throws Exception {
    assertThat(source.get(uri("/error"), null))
        .isEqualTo(new ListSource.Answer(503, "", "after null"));
  }

  /** C4: no client follows one. */
  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void aRedirectIsNotFollowed(int status) throws Exception {
    ListSource.Answer answer = source.get(uri("/moved/" + status), null);
    assertThat(answer).isEqualTo(new ListSource.Answer(status, "", "after null"));
    assertThatThrownBy(answer::expectBody)
        .isInstanceOf(IOException.class)
        .hasMessage("HTTP status " + status + ", and redirects are not followed");
  }

  @Test
  void noAnswerIsAnIoException() throws Exception {
    URI closed = uri("/fits");
    server.stop(0);
    assertThatThrownBy(() -> source.get(closed, null)).isInstanceOf(IOException.class);
  }
}
