package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.bulwark.events.outbox.WaitingEvent;
import dev.bulwark.events.record.EventRecord;
import dev.bulwark.testing.MapScope;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** B12: how many events of a round are sent. One at a time, so the numbers are exact. */
class RoundTest {

  private static final int MANY = 256;

  private final AtomicInteger requests = new AtomicInteger();
  private final ExecutorService one = Executors.newSingleThreadExecutor();
  private final WebhookMetrics metrics = new WebhookMetrics(new SimpleMeterRegistry());

  /** Stands still, so that a slow machine ends no round; unless a test moves it. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

  private HttpServer server;
  private Receiver receiver;

  /** The status of a request by its number, from 1 on. */
  private volatile IntUnaryOperator status = number -> 204;

  private volatile Duration requestDuration = Duration.ZERO;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            nanos.addAndGet(requestDuration.toNanos());
            exchange.sendResponseHeaders(
                status.applyAsInt(requests.incrementAndGet()), /* no body */ -1);
          }
        });
    server.start();
    WebhookConfig config =
        WebhookConfig.of(
                MapScope.of(
                    "url",
                    "http://127.0.0.1:" + server.getAddress().getPort(),
                    "secret",
                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    "request-timeout",
                    "30000"))
            .orElseThrow();
    receiver = new Receiver(config, Clock.systemUTC());
  }

  @AfterEach
  void end() {
    receiver.close();
    server.stop(0);
    one.shutdownNow();
    metrics.close();
  }

  @Test
  void eventsInAnyOrderAreAllSentWhereTheyAreTaken() throws InterruptedException {
    assertThat(send(anyOrder("service", MANY))).isEqualTo(MANY);
  }

  /** Thousands may wait, and each of them is due again after 30 s. */
  @Test
  void ofAServiceWhoseEventsAreRejectedAFewAreSent() throws InterruptedException {
    status = number -> 422;
    assertThat(send(anyOrder("service", MANY))).isEqualTo(RoundResult.FAILURE_THRESHOLD);
  }

  /** These say something about the receiver. */
  @Test
  void othersAreSentAfterThoseThatAreRejected() throws InterruptedException {
    status = number -> number <= RoundResult.FAILURE_THRESHOLD ? 422 : 204;
    List<WaitingEvent> events = anyOrder("service", MANY);
    events.add(event("user"));
    assertThat(send(events)).isEqualTo(RoundResult.FAILURE_THRESHOLD + 1);
  }

  @Test
  void oneThatIsTakenIsEnoughForAllToBeSent() throws InterruptedException {
    status = number -> number == RoundResult.FAILURE_THRESHOLD ? 204 : 422;
    assertThat(send(anyOrder("service", MANY))).isEqualTo(MANY);
  }

  @Test
  void fiveRejectedSubjectsEndTheRound() throws InterruptedException {
    status = number -> 422;
    assertThat(send(ofUsers(RoundResult.FAILURE_THRESHOLD + 1)))
        .isEqualTo(RoundResult.FAILURE_THRESHOLD);
  }

  @Test
  void fiveFailuresEndTheRound() throws InterruptedException {
    status = number -> 503;
    assertThat(send(anyOrder("service", MANY))).isEqualTo(RoundResult.FAILURE_THRESHOLD);
  }

  @Test
  void theNextEventOfASubjectWaitsForOneThatIsNotTaken() throws InterruptedException {
    status = number -> number == 2 ? 422 : 204;
    assertThat(send(List.of(event("ann"), event("ann"), event("ann"), event("ben")))).isEqualTo(3);
  }

  @Test
  void noRequestBeginsAfterFiveSeconds() throws InterruptedException {
    requestDuration = Duration.ofSeconds(2);
    assertThat(send(anyOrder("service", MANY))).isEqualTo(3);
  }

  private int send(List<WaitingEvent> events) throws InterruptedException {
    List<RoundResult.Sent<WaitingEvent>> sent =
        new Round(receiver, one, metrics, nanos::get).send(events);
    assertThat(requests).hasValue(sent.size());
    return sent.size();
  }

  private static List<WaitingEvent> anyOrder(String subject, int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(i -> event(subject + EventRecord.ANY_ORDER)).toList());
  }

  private static List<WaitingEvent> ofUsers(int count) {
    return IntStream.range(0, count).mapToObj(i -> event("user-" + i)).toList();
  }

  private static WaitingEvent event(String orderKey) {
    return new WaitingEvent("id", "realm", orderKey, 0, "{}");
  }
}
