package dev.bulwark.events.webhook;

import dev.bulwark.events.outbox.Outbox;
import dev.bulwark.events.outbox.Outbox.Backlog;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * What waits in the database, and whether more has room there. From half of the room on, no order
 * key gets more than its share: one busy user or service then leaves room for the events of all
 * others. The looks are a second apart or more, so both numbers can be exceeded meanwhile. One
 * thread looks, any may ask.
 */
final class Room {

  /** A key that has one part of so many gets no more, if the room is half full. */
  private static final int SHARES = 10;

  private final long most;
  private final WaitingCount waiting;
  private final Seldom<Long> dead;
  private final Seldom<Set<String>> crowd;

  private volatile boolean full;
  private volatile Set<String> crowded = Set.of();

  /**
   * Makes one that is empty until the first look.
   *
   * @param most events that may wait
   * @param nanos as {@link System#nanoTime}
   */
  Room(long most, LongSupplier nanos) {
    this.most = most;
    this.waiting = new WaitingCount(nanos);
    this.dead = new Seldom<>(nanos);
    this.crowd = new Seldom<>(nanos);
  }

  /** Why an event is not stored. */
  enum Shortage {
    /** There is room. */
    NONE,
    /** So many events wait that no more are stored. */
    OF_ALL,
    /** So many events of this key wait. */
    OF_KEY
  }

  /** Whether there is room for an event of an order key. For any thread. */
  Shortage of(String orderKey) {
    if (full) {
      return Shortage.OF_ALL;
    }
    return crowded.contains(orderKey) ? Shortage.OF_KEY : Shortage.NONE;
  }

  /** Looks at what waits. */
  Backlog look(Outbox outbox) {
    return look(outbox.backlog(), outbox::waiting, outbox::orderKeysWithMoreThan);
  }

  /**
   * Looks at what waits.
   *
   * @param bound what waits at most
   * @param count counts what waits
   * @param keysWithMoreThan finds the order keys that have more events than a number
   */
  Backlog look(Backlog bound, LongSupplier count, LongFunction<Set<String>> keysWithMoreThan) {
    long events = waiting.of(bound.events(), count);
    full = events >= most;
    crowded = events >= most / 2 ? crowd.of(() -> keysWithMoreThan.apply(most / SHARES)) : Set.of();
    return new Backlog(events, bound.oldest());
  }

  /** Counts the dead letters, or returns the last count. */
  long dead(Outbox outbox) {
    return dead.of(outbox::dead);
  }
}
