package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.bulwark.delivery.Answer;
import dev.bulwark.testing.MapScope;
import dev.bulwark.testing.SelfSignedServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.keycloak.common.enums.SslRequired;

/** R9: a connection goes to an address that was checked, and an exchange is bounded. */
class ReceiverHttpTest {

  /** A name that no DNS server knows. */
  private static final String NAME = "app.invalid";

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static final class Resolver implements ReceiverNetworks.Resolver {

    private final List<InetAddress[]> answers = new ArrayList<>();
    private int asked;

    Resolver then(String... addresses) throws UnknownHostException {
      InetAddress[] answer = new InetAddress[addresses.length];
      for (int i = 0; i < addresses.length; i++) {
        answer[i] = InetAddress.getByName(addresses[i]);
      }
      answers.add(answer);
      return this;
    }

    @Override
    public InetAddress[] resolve(String name) throws UnknownHostException {
      if (!name.equals(NAME) && !name.equals("other.invalid")) {
        throw new UnknownHostException(name);
      }
      return answers.get(asked++);
    }
  }

  private final List<String> hosts = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /** Opens when a request that is not answered yet has come. */
  private final CountDownLatch slow = new CountDownLatch(1);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @TempDir Path folder;

  @AfterEach
  void end() throws Exception {
    over.countDown();
    threads.shutdownNow();
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private int serve(HttpServer server) {
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
    opened.add(() -> server.stop(0));
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      hosts.add(exchange.getRequestHeaders().getFirst("Host"));
      bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
      if (exchange.getRequestURI().getPath().startsWith("/slow")) {
        slow.countDown();
        over.await();
      }
      exchange.sendResponseHeaders(204, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ReceiverHttp client(Resolver resolver, SSLConnectionSocketFactory tls, Duration timeout) {
    ReceiverHttp http =
        new ReceiverHttp(
            BackchannelLogoutConfig.of(
                MapScope.of("request-timeout", Long.toString(timeout.toMillis()))),
            new ReceiverNetworks(List.of(), resolver),
            tls);
    opened.add(http);
    return http;
  }

  private ReceiverHttp client(Resolver resolver) {
    return client(resolver, SSLConnectionSocketFactory.getSystemSocketFactory(), LONG);
  }

  private static URI url(String scheme, String name, int port) {
    return URI.create(scheme + "://" + name + ":" + port + "/logout?x=%2F");
  }

  /** The name is resolved once: an answer that comes later changes nothing. */
  @Test
  void theAddressThatWasCheckedIsConnectedTo() throws Exception {
    int port = serve(HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0));
    Resolver resolver = new Resolver().then("127.0.0.1").then("169.254.169.254");
    ReceiverHttp http = client(resolver);
    URI url = url("http", NAME, port);

    assertThat(http.send(url, SslRequired.NONE, "a+b").reason()).isEqualTo("status 204");
    assertThat(resolver.asked).isEqualTo(1);
    assertThat(hosts).containsExactly(NAME + ":" + port);
    assertThat(bodies).containsExactly("logout_token=a%2Bb");

    assertThat(http.send(url, SslRequired.NONE, "c").reason())
        .as("the connection to the earlier address is not used any more")
        .isEqualTo("the address 169.254.169.254 is not allowed");
    assertThat(hosts).hasSize(1);
  }

  @Test
  void oneAddressThatIsNotAllowedIsOneTooMany() throws Exception {
    int port = serve(HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0));
    ReceiverHttp http = client(new Resolver().then("127.0.0.1", "169.254.169.254"));
    assertThat(http.send(url("http", NAME, port), SslRequired.NONE, "t").reason())
        .contains("is not allowed");
    assertThat(hosts).isEmpty();
  }

  @Test
  void theNextAddressIsTriedIfNobodyListens() throws Exception {
    int port = serve(HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0));
    ReceiverHttp http = client(new Resolver().then("127.0.0.2", "127.0.0.1").then("127.0.0.2"));
    URI url = url("http", NAME, port);
    assertThat(http.send(url, SslRequired.NONE, "t").reason()).isEqualTo("status 204");
    assertThat(http.send(url, SslRequired.NONE, "t").reason()).isEqualTo("no connection");
  }

  @Test
  void tlsVerifiesTheName() throws Exception {
    SSLContext context = SelfSignedServer.contextOf(folder, "dns:" + NAME);
    HttpsServer server = HttpsServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    int port = serve(server);
    Resolver resolver = new Resolver().then("127.0.0.1").then("127.0.0.1").then("127.0.0.1");
    ReceiverHttp trusting = client(resolver, new SSLConnectionSocketFactory(context), LONG);
    assertThat(trusting.send(url("https", NAME, port), SslRequired.ALL, "t").reason())
        .isEqualTo("status 204");
    assertThat(trusting.send(url("https", "other.invalid", port), SslRequired.ALL, "t").reason())
        .isEqualTo("no TLS connection");
    assertThat(client(resolver).send(url("https", NAME, port), SslRequired.ALL, "t").reason())
        .as("no certificate that the server trusts")
        .isEqualTo("no TLS connection");
    assertThat(hosts).hasSize(1);
  }

  /** Two receivers at two paths of one host. */
  @Test
  void aReceiverDoesNotWaitForAnotherOneOfItsHost() throws Exception {
    int port = serve(HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0));
    ReceiverHttp http =
        new ReceiverHttp(
            BackchannelLogoutConfig.of(
                MapScope.of(
                    "request-timeout", "20000", "max-in-flight", "1", "max-receivers", "2")),
            new ReceiverNetworks(List.of(), new Resolver().then("127.0.0.1").then("127.0.0.1")),
            SSLConnectionSocketFactory.getSystemSocketFactory());
    opened.add(http);
    URI slowUrl = URI.create("http://" + NAME + ":" + port + "/slow");
    Future<Answer> first = threads.submit(() -> http.send(slowUrl, SslRequired.NONE, "t"));
    assertThat(slow.await(10, TimeUnit.SECONDS)).isTrue();
    Future<Answer> second =
        threads.submit(() -> http.send(url("http", NAME, port), SslRequired.NONE, "t"));

    assertThat(second.get(10, TimeUnit.SECONDS).reason()).isEqualTo("status 204");
    assertThat(first).isNotDone();
    over.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS).reason()).isEqualTo("status 204");
  }

  /** A byte now and then resets a time-out of a socket, but not the deadline. */
  @Test
  void anAnswerThatDripsInIsCutOff() throws Exception {
    ServerSocket socket = new ServerSocket(0, 1, LOOPBACK);
    opened.add(socket);
    threads.execute(() -> drip(socket));
    ReceiverHttp http =
        client(
            new Resolver().then("127.0.0.1"),
            SSLConnectionSocketFactory.getSystemSocketFactory(),
            Duration.ofSeconds(1));
    Instant begin = Instant.now();
    assertThat(http.send(url("http", NAME, socket.getLocalPort()), SslRequired.NONE, "t").reason())
        .isEqualTo("no answer in time");
    assertThat(Duration.between(begin, Instant.now()))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5));
  }

  private void drip(ServerSocket socket) {
    try (Socket connection = socket.accept();
        OutputStream out = connection.getOutputStream()) {
      out.write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(StandardCharsets.US_ASCII));
      do {
        out.write('a');
        out.flush();
      } while (!over.await(100, TimeUnit.MILLISECONDS));
    } catch (IOException | InterruptedException e) {
      // The client has hung up, or the test is over.
    }
  }

  @Test
  void anEndlessHeaderIsNoAnswer() throws Exception {
    ServerSocket socket = new ServerSocket(0, 1, LOOPBACK);
    opened.add(socket);
    threads.execute(
        () -> {
          try (Socket connection = socket.accept()) {
            OutputStream out = connection.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(StandardCharsets.US_ASCII));
            byte[] part = "a".repeat(8192).getBytes(StandardCharsets.US_ASCII);
            while (true) {
              out.write(part);
            }
          } catch (IOException e) {
            // The client has hung up.
          }
        });
    ReceiverHttp http = client(new Resolver().then("127.0.0.1"));
    assertThat(http.send(url("http", NAME, socket.getLocalPort()), SslRequired.NONE, "t").reason())
        .isEqualTo("no valid answer");
  }
}
