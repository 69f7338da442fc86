package dev.bulwark.events.webhook;

import dev.bulwark.events.outbox.WaitingEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Sends the events of one round: those of different order keys at once, those of the same one after
 * the other up to the first that is not taken. Those that leave in any order are sent at once, too.
 * Not for use by several threads.
 */
final class Round {

  /** No request begins later: a round holds a database connection. */
  static final Duration MAX_DURATION = Duration.ofSeconds(5);

  private final Receiver receiver;
  private final ExecutorService threads;
  private final WebhookMetrics metrics;
  private final LongSupplier nanoTime;
  private final long end;
  private final AtomicInteger delivered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  /** Rejected events by order key: many of one key say nothing about the receiver. */
  private final Map<String, Integer> rejected = new ConcurrentHashMap<>();

  /**
   * Makes it, and its time begins.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  Round(Receiver receiver, ExecutorService threads, WebhookMetrics metrics, LongSupplier nanoTime) {
    this.receiver = receiver;
    this.threads = threads;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.end = nanoTime.getAsLong() + MAX_DURATION.toNanos();
  }

  /**
   * Sends events.
   *
   * @return those that were sent, with their answers
   */
  List<RoundResult.Sent<WaitingEvent>> send(List<WaitingEvent> events) throws InterruptedException {
    List<Callable<List<RoundResult.Sent<WaitingEvent>>>> work = new ArrayList<>();
    queues(events).forEach(queue -> work.add(() -> sendInOrder(queue)));
    List<RoundResult.Sent<WaitingEvent>> sent = new ArrayList<>();
    for (Future<List<RoundResult.Sent<WaitingEvent>>> done : threads.invokeAll(work)) {
      try {
        sent.addAll(done.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException("an event could not be sent", e.getCause());
      }
    }
    return sent;
  }

  private static Collection<List<WaitingEvent>> queues(List<WaitingEvent> events) {
    Map<Object, List<WaitingEvent>> queues = new LinkedHashMap<>();
    for (WaitingEvent event : events) {
      // Each that leaves in any order is a queue of its own.
      Object key = event.isOrdered() ? event.getOrderKey() : event;
      queues.computeIfAbsent(key, any -> new ArrayList<>()).add(event);
    }
    return queues.values();
  }

  private List<RoundResult.Sent<WaitingEvent>> sendInOrder(Collection<WaitingEvent> queue)
      throws InterruptedException {
    List<RoundResult.Sent<WaitingEvent>> sent = new ArrayList<>();
    for (WaitingEvent event : queue) {
      if (isOver(event.getOrderKey())) {
        break;
      }
      long start = nanoTime.getAsLong();
      Answer answer = receiver.send(event.getEventId(), event.getBody());
      metrics.requests().record(Duration.ofNanos(nanoTime.getAsLong() - start));
      sent.add(new RoundResult.Sent<>(event, event.getOrderKey(), event.getAttempts(), answer));
      count(event, answer.kind());
      if (answer.kind() != Answer.Kind.DELIVERED) {
        break;
      }
    }
    return sent;
  }

  private void count(WaitingEvent event, Answer.Kind kind) {
    switch (kind) {
      case DELIVERED -> delivered.incrementAndGet();
      case REJECTED -> rejected.merge(event.getOrderKey(), 1, Integer::sum);
      case SERVER_ERROR, UNREACHABLE -> failed.incrementAndGet();
    }
  }

  /**
   * Whether no more is sent, of an order key at least. While the receiver takes nothing, a few
   * rejected events of one key are enough: thousands may wait, and each would be sent in vain.
   */
  private boolean isOver(String orderKey) {
    return nanoTime.getAsLong() - end >= 0
        || (delivered.get() == 0
            && (rejected.size() + failed.get() >= RoundResult.FAILURE_THRESHOLD
                || rejected.getOrDefault(orderKey, 0) >= RoundResult.FAILURE_THRESHOLD));
  }
}
