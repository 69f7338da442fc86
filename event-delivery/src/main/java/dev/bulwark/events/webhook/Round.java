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

/**
 * Sends the events of one round: those of different order keys at once, those of the same one after
 * the other up to the first that is not taken. Those that leave in any order are sent at once, too.
 * Not for use by several threads.
 */
final class Round {

  /** No request begins later: a round holds a database connection. */
  private static final Duration LENGTH = Duration.ofSeconds(5);

  private final Receiver receiver;
  private final ExecutorService threads;
  private final WebhookMetrics metrics;
  private final long end = System.nanoTime() + LENGTH.toNanos();
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  /** Rejected events by order key: many of one key say nothing about the receiver. */
  private final Map<String, Integer> rejected = new ConcurrentHashMap<>();

  Round(Receiver receiver, ExecutorService threads, WebhookMetrics metrics) {
    this.receiver = receiver;
    this.threads = threads;
    this.metrics = metrics;
  }

  /**
   * Sends events.
   *
   * @return those that were sent, with their answers
   */
  List<Verdict.Sent<WaitingEvent>> send(List<WaitingEvent> events) throws InterruptedException {
    List<Callable<List<Verdict.Sent<WaitingEvent>>>> work = new ArrayList<>();
    queues(events).forEach(queue -> work.add(() -> inOrder(queue)));
    List<Verdict.Sent<WaitingEvent>> sent = new ArrayList<>();
    for (Future<List<Verdict.Sent<WaitingEvent>>> done : threads.invokeAll(work)) {
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

  private List<Verdict.Sent<WaitingEvent>> inOrder(Collection<WaitingEvent> queue)
      throws InterruptedException {
    List<Verdict.Sent<WaitingEvent>> sent = new ArrayList<>();
    for (WaitingEvent event : queue) {
      if (isOver(event.getOrderKey())) {
        break;
      }
      long start = System.nanoTime();
      Answer answer = receiver.send(event.getEventId(), event.getBody());
      metrics.requests().record(Duration.ofNanos(System.nanoTime() - start));
      sent.add(new Verdict.Sent<>(event, event.getOrderKey(), event.getAttempts(), answer));
      count(event, answer.kind());
      if (answer.kind() != Answer.Kind.TAKEN) {
        break;
      }
    }
    return sent;
  }

  private void count(WaitingEvent event, Answer.Kind kind) {
    switch (kind) {
      case TAKEN -> taken.incrementAndGet();
      case REFUSED -> rejected.merge(event.getOrderKey(), 1, Integer::sum);
      case BROKEN, FAILED -> failed.incrementAndGet();
    }
  }

  /**
   * Whether no more is sent, of an order key at least. While the receiver takes nothing, a few
   * rejected events of one key are enough: thousands may wait, and each would be sent in vain.
   */
  private boolean isOver(String orderKey) {
    return System.nanoTime() - end >= 0
        || (taken.get() == 0
            && (rejected.size() + failed.get() >= Verdict.MANY
                || rejected.getOrDefault(orderKey, 0) >= Verdict.MANY));
  }
}
