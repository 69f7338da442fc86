package dev.bulwark.revocation.writer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds the rows that this node has written lately, and the database servers that are known to have
 * them. After a failover to a standby that has not received the last commits, these rows can be
 * written again.
 *
 * <p>Rows leave by {@link #forget} only, which is called while the database answers: during an
 * outage, however long, none leaves. Thread-safe.
 *
 * @param <T> the rows
 */
final class RecentRows<T> {

  /** Rows are kept together when they were written within this time. */
  private static final Duration SLOT = Duration.ofSeconds(1);

  private final int maxRows;
  private final long maxAge;
  private final Deque<Slot<T>> slots = new ArrayDeque<>();
  private int size;

  /**
   * Creates an empty memory.
   *
   * @param maxRows number of rows; the oldest leave when there are more
   * @param maxAge how long a row is kept
   */
  RecentRows(int maxRows, Duration maxAge) {
    this.maxRows = maxRows;
    this.maxAge = maxAge.toNanos();
  }

  /**
   * Adds rows that the database has acknowledged.
   *
   * @param server the server that was known before the rows were written: one that was found out
   *     later may not have them
   * @param nanos {@link System#nanoTime()}
   * @return number of rows that left before their time
   */
  synchronized int add(List<T> rows, String server, long nanos) {
    Slot<T> last = slots.peekLast();
    if (last == null
        || last.sealed
        || !last.servers.equals(Set.of(server))
        || nanos - last.opened >= SLOT.toNanos()) {
      last = new Slot<>(nanos, server);
      slots.add(last);
    }
    last.rows.addAll(rows);
    size += rows.size();
    int dropped = 0;
    while (size > maxRows && slots.size() > 1) {
      dropped += removeFirst();
    }
    return dropped;
  }

  /** Returns the rows that a server is not known to have. */
  synchronized Missing<T> missing(String server) {
    List<Slot<T>> found = new ArrayList<>();
    for (Slot<T> slot : slots) {
      if (!slot.servers.contains(server)) {
        slot.sealed = true;
        found.add(slot);
      }
    }
    return new Missing<>(found);
  }

  /** Notes that a server has what it lacked. */
  synchronized void confirm(Missing<T> missing, String server) {
    missing.slots.forEach(slot -> slot.servers.add(server));
  }

  /** Notes that no server is known to have any of the rows. */
  synchronized void doubt() {
    slots.forEach(slot -> slot.servers.clear());
  }

  /**
   * Lets rows leave that are older than the age and that a server is known to have.
   *
   * @param nanos {@link System#nanoTime()}
   */
  synchronized void forget(String server, long nanos) {
    Slot<T> first = slots.peekFirst();
    while (first != null
        && nanos - first.opened > maxAge + SLOT.toNanos()
        && first.servers.contains(server)) {
      removeFirst();
      first = slots.peekFirst();
    }
  }

  private int removeFirst() {
    int removed = slots.removeFirst().rows.size();
    size -= removed;
    return removed;
  }

  /**
   * Rows that a server is not known to have.
   *
   * @param <T> the rows
   */
  static final class Missing<T> {
    private final List<Slot<T>> slots;

    private Missing(List<Slot<T>> slots) {
      this.slots = slots;
    }

    /** The rows, oldest first. */
    List<T> rows() {
      List<T> rows = new ArrayList<>();
      slots.forEach(slot -> rows.addAll(slot.rows));
      return rows;
    }
  }

  private static final class Slot<T> {
    final long opened;
    final Set<String> servers = new HashSet<>();
    final List<T> rows = new ArrayList<>();

    /** Rows that are added later go to another slot. */
    boolean sealed;

    Slot(long opened, String server) {
      this.opened = opened;
      servers.add(server);
    }
  }
}
