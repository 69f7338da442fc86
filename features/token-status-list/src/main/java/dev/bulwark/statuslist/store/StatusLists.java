package dev.bulwark.statuslist.store;

import dev.bulwark.contract.WorkerThreads;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The lists as the database has them, read when somebody asks, at most twice a second, whatever is
 * asked for. An answer is never older than a second while the database answers soon. Otherwise it
 * is what was read last: a list says itself until when it may be relied on. Thread-safe.
 */
public final class StatusLists {

  private static final Logger LOG = Logger.getLogger(StatusLists.class);

  /** What is older is read again while it is still served. */
  private static final Duration REFRESH_AGE = Duration.ofMillis(500);

  /** What is older is not served while the database answers. */
  private static final Duration MAX_AGE = Duration.ofSeconds(1);

  /** Of requests for a read, from its begin. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

  /** The same after a read that failed: a database that hangs must not hold up the server. */
  private static final Duration READ_TIMEOUT_AFTER_FAILURE = Duration.ofMillis(500);

  /**
   * From the begin of a read: so long, all who ask for a known list may wait. A healthy database
   * answers sooner.
   */
  private static final Duration FREE_WAIT = Duration.ofMillis(100);

  /** From the begin of a read to the next. */
  private static final Duration READ_INTERVAL = Duration.ofMillis(500);

  /**
   * The number of rows shows whether a list has changed. A database that fails over may lose rows
   * and get as many others, so all are read again after this time.
   */
  private static final Duration FULL_READ_INTERVAL = Duration.ofSeconds(30);

  private final StatusDatabase database;
  private final Clock clock;
  private volatile @Nullable Snapshot current;
  private final Semaphore waiting;
  private @Nullable PendingRead running;
  private long nextRead = System.nanoTime();
  private long reads;
  private volatile boolean failing;

  /**
   * The lists of a database.
   *
   * <p>An unknown list may be new, so who asks for it waits for the next read; so do all while the
   * database is slow. Neither made-up ids nor a database that hangs must keep the threads of the
   * server. So others get what was read last, or are told to ask again: that there is no such list
   * would have an application reject good tokens.
   *
   * @param maxWaiting requests that wait at most, as {@link WorkerThreads#lists()}
   */
  public StatusLists(StatusDatabase database, Clock clock, int maxWaiting) {
    this.database = database;
    this.clock = clock;
    this.waiting = new Semaphore(maxWaiting);
  }

  /**
   * What the database had.
   *
   * @param readAt {@link System#nanoTime()} before it was read
   * @param fullReadAt when all bits were read, as above
   * @param completeUntil every token that ended before has its bit
   */
  private record Snapshot(
      long readAt, long fullReadAt, CompleteUntil completeUntil, Map<String, RevokedBits> lists) {

    boolean isOlderThan(Duration age) {
      return System.nanoTime() - readAt > age.toNanos();
    }

    Optional<State> find(String id, String realmId) {
      return Optional.ofNullable(lists.get(id))
          .filter(bits -> bits.list().realmId().equals(realmId))
          .map(bits -> new State(bits, completeUntil.of(realmId)));
    }
  }

  /**
   * A read that has begun, or begins after a pause.
   *
   * @param freeUntil {@link System#nanoTime()} up to which all requests may wait for it
   * @param until {@link System#nanoTime()} up to which those wait that may hold a thread
   */
  private record PendingRead(CompletableFuture<Snapshot> result, long freeUntil, long until) {

    Snapshot await() throws UnavailableException {
      return await(until)
          .orElseThrow(() -> new UnavailableException("The status lists took too long", null));
    }

    /** Empty if it takes longer. */
    Optional<Snapshot> await(long deadline) throws UnavailableException {
      try {
        long nanos = Math.max(0, deadline - System.nanoTime());
        return Optional.of(result.get(nanos, TimeUnit.NANOSECONDS));
      } catch (TimeoutException e) {
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UnavailableException("Interrupted", e);
      } catch (ExecutionException e) {
        throw new UnavailableException("The status lists could not be read", e);
      }
    }
  }

  /**
   * A list at a time. Immutable.
   *
   * @param completeUntil every token that ended before has its bit, milliseconds since 1970
   */
  public record State(RevokedBits bits, long completeUntil) {}

  /** The database has not answered in time, or too many wait for its answer. */
  public static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnavailableException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Returns a list of a realm; empty if there is none, or its tokens have expired. A list that was
   * not there at the last read is waited for until the next. The list of another realm takes as
   * long as one that nobody has made, so the time does not tell one from the other. While the
   * database does not answer, a list is as it was read last.
   *
   * @param realmId internal id of the realm
   * @throws UnavailableException if the database does not answer in time and had no such list at
   *     the last read, or so many wait for its answer that it is not known whether there is one
   */
  public Optional<State> find(String id, String realmId) throws UnavailableException {
    if (!StatusReference.isListId(id)) {
      return Optional.empty();
    }
    Optional<State> known = latest().find(id, realmId);
    if (known.isPresent()) {
      return known;
    }
    return readAfter(System.nanoTime()).find(id, realmId);
  }

  /**
   * Returns the ids of the lists of a realm whose tokens can be alive.
   *
   * @param realmId internal id of the realm
   * @throws UnavailableException if the database does not answer in time, or too many wait for it
   */
  public List<String> ids(String realmId) throws UnavailableException {
    return fresh().lists.values().stream()
        .map(RevokedBits::list)
        .filter(list -> list.realmId().equals(realmId))
        .map(StatusList::id)
        .sorted()
        .toList();
  }

  /** Returns what is fresh, or else what was read last. */
  private Snapshot latest() throws UnavailableException {
    try {
      return fresh();
    } catch (UnavailableException e) {
      Snapshot last = current;
      if (last == null) {
        throw e;
      }
      return last;
    }
  }

  private Snapshot fresh() throws UnavailableException {
    Snapshot snapshot = current;
    if (snapshot == null || snapshot.isOlderThan(MAX_AGE)) {
      long since = System.nanoTime() - MAX_AGE.toNanos();
      PendingRead pending = read();
      Optional<Snapshot> soon =
          pending.await(pending.freeUntil).filter(read -> read.readAt - since >= 0);
      return soon.isPresent() ? soon.get() : readAfter(since);
    }
    if (snapshot.isOlderThan(REFRESH_AGE)) {
      read();
    }
    return snapshot;
  }

  /**
   * Returns what was read after a time, unless as many wait for it as may. A read that began before
   * that time may be under way.
   */
  private Snapshot readAfter(long nanos) throws UnavailableException {
    if (!waiting.tryAcquire()) {
      throw new UnavailableException("Too many wait for the status lists", null);
    }
    try {
      Snapshot read = read().await();
      return read.readAt - nanos >= 0 ? read : read().await();
    } finally {
      waiting.release();
    }
  }

  /** All who ask at the same time wait for one read. */
  private synchronized PendingRead read() {
    if (running == null || running.result.isDone()) {
      Duration pause = Duration.ofNanos(Math.max(0, nextRead - System.nanoTime()));
      CompletableFuture<Snapshot> result =
          database.start(pause, this::read).whenComplete((read, failure) -> note(failure));
      long begin = System.nanoTime() + pause.toNanos();
      running =
          new PendingRead(
              result,
              failing ? System.nanoTime() : begin + FREE_WAIT.toNanos(),
              begin + (failing ? READ_TIMEOUT_AFTER_FAILURE : READ_TIMEOUT).toNanos());
      nextRead = begin + READ_INTERVAL.toNanos();
    }
    return running;
  }

  /** Returns the number of a read that begins now. */
  private synchronized long begin(long now) {
    nextRead = now + READ_INTERVAL.toNanos();
    return ++reads;
  }

  /** Logs the first failure of an outage: an application asks every few seconds. */
  private void note(@Nullable Throwable failure) {
    if (failure != null && !failing) {
      LOG.warn(
          "The token status lists cannot be read. Applications use their last lists until these"
              + " expire. The database is asked again at the next request. Check the database.",
          failure);
    }
    failing = failure != null;
  }

  private Snapshot read(StatusTables tables, Connection connection) throws SQLException {
    long began = System.nanoTime();
    long number = begin(began);
    Snapshot before = current;
    boolean full = before == null || began - before.fullReadAt > FULL_READ_INTERVAL.toNanos();
    // In this order: what is complete until then is in what is read after it.
    CompleteUntil completeUntil = tables.completeUntil(connection);
    Map<String, Integer> rows = tables.rows(connection);
    Map<String, RevokedBits> lists = new HashMap<>();
    long retired = IndexSupply.retiredBy(clock.millis(), completeUntil.all());
    for (StatusList list : tables.live(connection, retired)) {
      RevokedBits known = before == null ? null : before.lists.get(list.id());
      boolean unchanged = !full && known != null && known.rows() == rows.getOrDefault(list.id(), 0);
      lists.put(
          list.id(),
          unchanged && known != null ? known : readBits(tables, connection, list, number, known));
    }
    Snapshot snapshot =
        new Snapshot(
            began, full || before == null ? began : before.fullReadAt, completeUntil, lists);
    current = snapshot;
    return snapshot;
  }

  /** What has not changed stays as old as it was: it need not be signed again. */
  private static RevokedBits readBits(
      StatusTables tables,
      Connection connection,
      StatusList list,
      long number,
      @Nullable RevokedBits known)
      throws SQLException {
    RevokedBits read = tables.read(connection, list, number);
    return known != null && known.isSameAs(read) ? known : read;
  }

  /** Returns the places that ids of tokens name. */
  public static List<StatusReference> places(Collection<String> jtis) {
    return jtis.stream().map(StatusReference::ofJti).flatMap(Optional::stream).toList();
  }
}
