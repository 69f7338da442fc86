package dev.bulwark.events.webhook;

import dev.bulwark.delivery.Backlog;
import dev.bulwark.events.outbox.Outbox;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * What waits in the database, and whether more may be stored there. If it is half full, no order
 * key gets more than its share: one busy user or service then leaves capacity for the events of all
 * others. Updates are a second apart or more, so both numbers can be exceeded meanwhile. One thread
 * updates, any may ask.
 */
final class OutboxCapacity {

  /** A key that has one part of so many gets no more, if the outbox is half full. */
  private static final int MAX_KEY_SHARE_DIVISOR = 10;

  private final long maxWaiting;
  private final WaitingCount waiting;
  private final ThrottledQuery<Long> deadCount;
  private final ThrottledQuery<Set<String>> crowdedKeysQuery;

  private volatile boolean full;
  private volatile Set<String> crowdedKeys = Set.of();

  /**
   * Makes one that is empty until the first update.
   *
   * @param maxWaiting events that may wait
   * @param nanos as {@link System#nanoTime}
   */
  OutboxCapacity(long maxWaiting, LongSupplier nanos) {
    this.maxWaiting = maxWaiting;
    this.waiting = new WaitingCount(nanos);
    this.deadCount = new ThrottledQuery<>(nanos);
    this.crowdedKeysQuery = new ThrottledQuery<>(nanos);
  }

  /** Why an event is not stored. */
  enum Shortage {
    /** More may be stored. */
    NONE,
    /** So many events wait that no more are stored. */
    OUTBOX_FULL,
    /** So many events of this key wait. */
    ORDER_KEY_FULL
  }

  /** Whether an event of an order key may be stored. For any thread. */
  Shortage shortage(String orderKey) {
    if (full) {
      return Shortage.OUTBOX_FULL;
    }
    return crowdedKeys.contains(orderKey) ? Shortage.ORDER_KEY_FULL : Shortage.NONE;
  }

  /** Reads what waits, and counts the dead letters or returns their last count. */
  Backlog update(Outbox outbox) {
    Backlog waits = update(outbox.backlog(), outbox::waiting, outbox::orderKeysWithMoreThan);
    return new Backlog(waits.waiting(), waits.oldest(), deadCount.get(outbox::dead));
  }

  /**
   * Reads what waits.
   *
   * @param bound what waits at most
   * @param count counts what waits
   * @param keysWithMoreThan finds the order keys that have more events than a number
   */
  Backlog update(Backlog bound, LongSupplier count, LongFunction<Set<String>> keysWithMoreThan) {
    long events = waiting.of(bound.waiting(), count);
    full = events >= maxWaiting;
    crowdedKeys =
        events >= maxWaiting / 2
            ? crowdedKeysQuery.get(() -> keysWithMoreThan.apply(maxWaiting / MAX_KEY_SHARE_DIVISOR))
            : Set.of();
    return new Backlog(events, bound.oldest(), bound.dead());
  }
}
