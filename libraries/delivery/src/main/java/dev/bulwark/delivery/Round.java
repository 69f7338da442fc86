package dev.bulwark.delivery;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
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
import java.util.function.LongSupplier;

/**
 * Sends the messages of one round to one receiver, some at a time, until the receiver takes nothing
 * or time is over. Ordered messages of one subject are sent one after the other, up to the first
 * that is not taken. For one round.
 *
 * @param <C> the content of a message
 */
public final class Round<C> {

  /** Names that do not resolve take longer than a request. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final Answer NO_ANSWER = Answer.none("the host name was not resolved in time");

  private final Sender<C> sender;
  private final Limits limits;
  private final Timer timer;
  private final LongSupplier nanoTime;
  private final long end;
  private final AtomicInteger delivered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  /** Rejected messages by subject: many of one say nothing about the receiver. */
  private final Map<String, Integer> rejected = new ConcurrentHashMap<>();

  private final Queue<Begun<C>> begun = new ConcurrentLinkedQueue<>();

  /**
   * Makes it, and its time begins.
   *
   * @param timer of the requests
   * @param nanoTime as {@link System#nanoTime}
   */
  public Round(Sender<C> sender, Limits limits, Timer timer, LongSupplier nanoTime) {
    this.sender = sender;
    this.limits = limits;
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.end = nanoTime.getAsLong() + limits.begin().toNanos();
  }

  /** Makes a request of a message. */
  @FunctionalInterface
  public interface Sender<C> {

    /**
     * Sends a message and waits for the answer.
     *
     * @throws InterruptedException if the server is about to stop
     */
    Answer send(C content) throws InterruptedException;
  }

  /**
   * What a round may take: it holds a database connection.
   *
   * @param inFlight requests at once
   * @param begin no request begins later
   * @param request time for one
   */
  public record Limits(int inFlight, Duration begin, Duration request) {

    /** Returns the time that {@link #send} takes at most. */
    public Duration longest() {
      return begin.plus(GRACE).plus(request);
    }
  }

  /** A message whose request has begun. */
  private static final class Begun<C> {

    private final Message<C> message;
    private volatile Answer answer = NO_ANSWER;

    Begun(Message<C> message) {
      this.message = message;
    }
  }

  /**
   * Sends messages.
   *
   * @return those that were sent, with their answers
   */
  public List<Sent<C>> send(List<Message<C>> messages, ExecutorService threads)
      throws InterruptedException {
    Queue<List<Message<C>>> queues = new ConcurrentLinkedQueue<>(queues(messages));
    List<Callable<Boolean>> work =
        Collections.nCopies(Math.min(limits.inFlight(), queues.size()), () -> sendSome(queues));
    long wait = limits.longest().toMillis();
    for (Future<Boolean> done : threads.invokeAll(work, wait, TimeUnit.MILLISECONDS)) {
      try {
        if (!done.isCancelled()) {
          done.get();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("a message could not be sent", e.getCause());
      }
    }
    return begun.stream().map(each -> new Sent<>(each.message, each.answer)).toList();
  }

  private static <C> Collection<List<Message<C>>> queues(List<Message<C>> messages) {
    Map<Object, List<Message<C>>> queues = new LinkedHashMap<>();
    for (int i = 0; i < messages.size(); i++) {
      Message<C> message = messages.get(i);
      // Each that leaves in any order is a queue of its own.
      Object key = message.ordered() ? message.subject() : Integer.valueOf(i);
      queues.computeIfAbsent(key, any -> new ArrayList<>()).add(message);
    }
    return queues.values();
  }

  private boolean sendSome(Queue<List<Message<C>>> queues) throws InterruptedException {
    List<Message<C>> queue = queues.poll();
    while (queue != null) {
      sendInOrder(queue);
      queue = queues.poll();
    }
    return true;
  }

  private void sendInOrder(List<Message<C>> queue) throws InterruptedException {
    for (Message<C> message : queue) {
      if (isOver(message.subject())) {
        return;
      }
      Begun<C> request = new Begun<>(message);
      begun.add(request);
      long start = nanoTime.getAsLong();
      Answer answer = sender.send(message.content());
      timer.record(nanoTime.getAsLong() - start, TimeUnit.NANOSECONDS);
      request.answer = answer;
      count(message, answer.kind());
      if (answer.kind() != Answer.Kind.DELIVERED) {
        return;
      }
    }
  }

  private void count(Message<C> message, Answer.Kind kind) {
    switch (kind) {
      case DELIVERED -> delivered.incrementAndGet();
      case REJECTED -> rejected.merge(message.subject(), 1, Integer::sum);
      case SERVER_ERROR, UNREACHABLE -> failed.incrementAndGet();
    }
  }

  /**
   * Whether no more is sent, of a subject at least. While the receiver takes nothing, a few
   * rejected messages of one subject are enough: thousands may wait, and each would be sent in
   * vain.
   */
  private boolean isOver(String subject) {
    return nanoTime.getAsLong() - end >= 0
        || (delivered.get() == 0
            && (rejected.size() + failed.get() >= Blame.FAILURE_THRESHOLD
                || rejected.getOrDefault(subject, 0) >= Blame.FAILURE_THRESHOLD));
  }
}
