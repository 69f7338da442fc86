package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.delivery.Answer.Kind;
import dev.bulwark.backchannel.delivery.Settlement.Sent;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.keycloak.common.enums.SslRequired;

/**
 * Sends the requests of one round to one receiver, some at a time, until the receiver does not
 * answer or time is over. For one round.
 */
final class Sending {

  /** No request begins later: a round holds a database connection. */
  static final Duration MAX_DURATION = Duration.ofSeconds(2);

  /** Names that do not resolve take longer than a request. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final Answer NO_ANSWER = Answer.none("the host name was not resolved in time");

  private final ReceiverHttp http;
  private final SslRequired sslRequired;
  private final BackchannelLogoutConfig config;
  private final Timer timer;
  private final long end = System.nanoTime() + MAX_DURATION.toNanos();
  private final AtomicInteger delivered = new AtomicInteger();
  private final AtomicInteger rejected = new AtomicInteger();
  private final AtomicInteger unreachable = new AtomicInteger();
  private final Queue<Request> begun = new ConcurrentLinkedQueue<>();
  private final Map<Request, Answer> answers = new ConcurrentHashMap<>();

  Sending(ReceiverHttp http, SslRequired sslRequired, BackchannelLogoutConfig config, Timer timer) {
    this.http = http;
    this.sslRequired = sslRequired;
    this.config = config;
    this.timer = timer;
  }

  /** A request to send; each is another one. */
  static final class Request {

    private final LogoutNotice notice;
    private final URI url;
    private final String token;

    Request(LogoutNotice notice, URI url, String token) {
      this.notice = notice;
      this.url = url;
      this.token = token;
    }
  }

  /** Returns the time that {@link #send} takes at most. */
  static Duration longest(BackchannelLogoutConfig config) {
    return MAX_DURATION.plus(GRACE).plus(config.requestTimeout());
  }

  /**
   * Sends requests.
   *
   * @return those that were sent, with their answers
   */
  List<Sent> send(List<Request> requests, ExecutorService threads) throws InterruptedException {
    Queue<Request> queue = new ConcurrentLinkedQueue<>(requests);
    List<Callable<Boolean>> work =
        Collections.nCopies(Math.min(config.maxInFlight(), requests.size()), () -> sendSome(queue));
    long wait = longest(config).toMillis();
    for (Future<Boolean> done : threads.invokeAll(work, wait, TimeUnit.MILLISECONDS)) {
      try {
        if (!done.isCancelled()) {
          done.get();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("a logout notice could not be sent", e.getCause());
      }
    }
    return begun.stream()
        .map(each -> new Sent(each.notice, answers.getOrDefault(each, NO_ANSWER)))
        .toList();
  }

  private boolean sendSome(Queue<Request> queue) throws InterruptedException {
    while (!isOver()) {
      Request request = queue.poll();
      if (request == null) {
        return true;
      }
      begun.add(request);
      long start = System.nanoTime();
      Answer answer = http.send(request.url, sslRequired, request.token);
      timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
      answers.put(request, answer);
      counter(answer.kind()).incrementAndGet();
    }
    return false;
  }

  private AtomicInteger counter(Kind kind) {
    return switch (kind) {
      case DELIVERED -> delivered;
      case REJECTED -> rejected;
      case UNREACHABLE -> unreachable;
    };
  }

  private boolean isOver() {
    return System.nanoTime() - end >= 0
        || unreachable.get() > 0
        || (delivered.get() == 0 && rejected.get() >= Settlement.FAILURE_THRESHOLD);
  }
}
