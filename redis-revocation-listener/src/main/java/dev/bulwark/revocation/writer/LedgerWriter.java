package dev.bulwark.revocation.writer;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.DatabaseFailure;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes issued tokens to the ledger before they leave the server. If the database rejects a row or
 * takes too long, the token is issued nevertheless. Its row is set aside and written again in the
 * background. Thread-safe.
 *
 * <p>After a timeout, as when somebody has locked the table, no request waits again until the rows
 * set aside are tried without another one: the requests that wait would need up all connections of
 * Keycloak's pool.
 */
public final class LedgerWriter {

  private static final Logger LOG = Logger.getLogger(LedgerWriter.class);

  private static final int MAX_BATCH = 256;

  /** 100 s of 1,000 tokens a second; about 50 MB. */
  private static final int MAX_UNWRITTEN = 100_000;

  /** Rows of a batch that are tried in vain: with a database that is away each takes a time-out. */
  private static final int MAX_BAD = 3;

  /** How much longer than the time limit others wait for the request that writes their row. */
  private static final Duration EXTRA_TIMEOUT = Duration.ofMillis(500);

  /** How often failures are logged. */
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  /** Half of the time in which a logout searches the ledger again: see {@code EndingSchedule}. */
  private static final long LATE_SECONDS = 30;

  private final LedgerDatabase database;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final Duration limit;
  private final Runnable late;
  private final GroupCommit<LedgerToken> commits;
  private final BlockingQueue<LedgerToken> unwritten;

  /** Those in {@link #unwritten}, and those in the hands of the thread that tries them again. */
  private final AtomicInteger lacking = new AtomicInteger();

  private final FailoverGuard guard;
  private final ReentrantLock retrying = new ReentrantLock();
  private final AtomicLong notLogged = new AtomicLong();
  private final AtomicLong nextLog = new AtomicLong(System.nanoTime());
  private volatile boolean suspended;
  private volatile Observer observer = new Observer() {};

  /** When a logout may try again what has failed. */
  private volatile long nextTry = System.nanoTime();

  /**
   * With its collaborators.
   *
   * @param limit how long a row's write may take, rounded up to seconds
   * @param late run after rows were written so long after their tokens that the last pass of a
   *     logout may have missed them; must not wait, and not throw
   */
  public LedgerWriter(
      LedgerDatabase database,
      RevocationMetrics metrics,
      Clock clock,
      Duration limit,
      Runnable late) {
    this(database, metrics, clock, limit, late, MAX_UNWRITTEN);
  }

  /** Keeps so many rows at most. */
  LedgerWriter(
      LedgerDatabase database,
      RevocationMetrics metrics,
      Clock clock,
      Duration limit,
      Runnable late,
      int maxUnwritten) {
    this.database = database;
    this.metrics = metrics;
    this.clock = clock;
    this.limit = limit;
    this.late = late;
    this.unwritten = new ArrayBlockingQueue<>(maxUnwritten);
    this.commits = new GroupCommit<>(this::write, MAX_BATCH, limit.plus(EXTRA_TIMEOUT));
    this.guard = new FailoverGuard(database, metrics);
  }

  /** Hears what becomes of rows. Its methods must not wait, and not throw. */
  public interface Observer {

    /** Rows are in the ledger, or their tokens have expired. */
    default void written(List<LedgerToken> tokens) {}

    /** A row has been set aside. */
    default void postponed() {}

    /** The database may lack its last commits. */
    default void doubted() {}

    /** Whether a token is revoked after this server's end if it has no row. */
    default boolean isCovered(LedgerToken token) {
      return false;
    }
  }

  /** Sets the one that hears of rows from now on. */
  public void observe(Observer one) {
    observer = one;
  }

  /**
   * Writes rows now.
   *
   * @throws Exception if the database refuses, or has lately not answered in time
   */
  public void write(List<LedgerToken> tokens) throws Exception {
    if (suspended) {
      throw new SQLTimeoutException(
          "The ledger has not taken a row in time, and is tried in the background");
    }
    try {
      insert(tokens);
    } catch (SQLException e) {
      if (DatabaseFailure.isTimeout(e)) {
        suspended = true;
      }
      throw e;
    }
  }

  /** Sets a row aside that could not be written: it is tried again in the background. */
  public void postpone(LedgerToken token, Exception reason) {
    setAside(token, reason);
  }

  /**
   * Says that a token's row is to be written. Does not wait; the row may be written at once, in a
   * transaction of its own.
   */
  public Ticket<LedgerToken> announce(LedgerToken token) {
    return commits.announce(token);
  }

  /**
   * Returns when the row is with the database, or has been set aside because the database refused.
   * Never throws.
   */
  public void finish(Ticket<LedgerToken> ticket) {
    long started = System.nanoTime();
    try {
      commits.finish(ticket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      postpone(ticket, e);
    } catch (Exception e) {
      postpone(ticket, e);
    } finally {
      metrics.ledgerTime().record(Duration.ofNanos(System.nanoTime() - started));
    }
  }

  /** Sets a row aside that could not be finished: it is tried again in the background. */
  public void postpone(Ticket<LedgerToken> ticket, Exception reason) {
    setAside(ticket.row(), reason);
  }

  /** Whether rows are set aside. */
  public boolean isBehind() {
    return !unwritten.isEmpty();
  }

  /**
   * Whether no row is set aside, and none of those that were is in the hands of a thread that tries
   * it again. Does not wait.
   */
  public boolean isComplete() {
    return lacking.get() == 0;
  }

  /**
   * Writes again what a failover of the database may have lost. Called over and over on every node.
   *
   * @throws SQLException if the database does not answer; nothing is forgotten then
   */
  public void guard() throws SQLException {
    boolean written = guard.check();
    if (guard.isDoubtful()) {
      observer.doubted();
    }
    if (written) {
      late.run();
    }
  }

  /**
   * Writes what has been set aside, and gives up rows whose tokens have expired meanwhile. Returns
   * when no row is in the hands of another thread either.
   *
   * @throws Exception if some could not be written, with the last reason; they stay set aside
   */
  public void retry() throws Exception {
    retrying.lock();
    try {
      retryAll();
    } catch (Exception e) {
      nextTry = System.nanoTime() + limit.toNanos();
      throw e;
    } finally {
      retrying.unlock();
    }
  }

  /**
   * Writes what has been set aside if there is a chance: not shortly after that has failed, and not
   * longer than a row's write may take while another thread tries it. Never throws.
   */
  public void retrySoon() {
    if (!isBehind() || (suspended && System.nanoTime() - nextTry < 0)) {
      return;
    }
    try {
      if (retrying.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          retry();
        } finally {
          retrying.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.debug("Rows of issued tokens are still set aside", e);
    }
  }

  /**
   * Whether no row of a user is set aside on this node; tries first to write what is.
   *
   * @param limit how long to wait while another thread tries it
   * @return false as well if that cannot be known in time
   */
  public boolean hasAll(String realmId, String userId, Duration limit) throws InterruptedException {
    retrySoon();
    if (!retrying.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      // With the lock, no row is in the hands of another thread.
      return unwritten.stream()
          .noneMatch(token -> token.realmId().equals(realmId) && token.userId().equals(userId));
    } finally {
      retrying.unlock();
    }
  }

  /**
   * Forgets rows that are set aside, since their tokens are about to be revoked. Does not wait.
   *
   * @return false if rows are tried again at this moment; then none is forgotten
   */
  public boolean forget(Set<String> jtis) {
    if (!retrying.tryLock()) {
      return false;
    }
    try {
      // With the lock, none of them is in the hands of another thread.
      AtomicInteger forgotten = new AtomicInteger();
      unwritten.removeIf(
          token -> {
            boolean known = jtis.contains(token.jti());
            if (known) {
              forgotten.incrementAndGet();
            }
            return known;
          });
      lacking.addAndGet(-forgotten.get());
      return true;
    } finally {
      retrying.unlock();
    }
  }

  private void retryAll() throws Exception {
    @Nullable Exception failure = null;
    // A row that fails goes back to the end: no row is met twice.
    for (int left = unwritten.size(); left > 0 && failure == null; left -= MAX_BATCH) {
      List<LedgerToken> again = new ArrayList<>();
      int taken = unwritten.drainTo(again, Math.min(left, MAX_BATCH));
      try {
        long now = Math.floorDiv(clock.millis(), 1000L);
        observer.written(again.stream().filter(token -> token.expiresAt() <= now).toList());
        again.removeIf(token -> token.expiresAt() <= now);
        failure = again.isEmpty() ? null : retry(again);
      } finally {
        // Only now: those that were kept again have been counted once more.
        lacking.addAndGet(-taken);
      }
    }
    if (!DatabaseFailure.isTimeout(failure)) {
      // A row that is rejected holds up no other: the database has answered in time.
      suspended = false;
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Writes what is set aside for the last time, and counts what cannot be written. Never throws.
   * Called when no more tokens are issued.
   */
  public void close() {
    @Nullable Exception failure = null;
    for (int attempt = 0; attempt < MAX_BAD && isBehind(); attempt++) {
      try {
        retry();
      } catch (Exception e) {
        failure = e;
      }
    }
    long covered = unwritten.stream().filter(observer::isCovered).count();
    if (covered > 0) {
      LOG.warnf(
          failure,
          "%d tokens have no row in the ledger, because the server stops and the "
              + "database rejects the rows. Another node, or this one after its next "
              + "start, revokes these tokens.",
          covered);
    }
    int lost = (int) (unwritten.size() - covered);
    if (lost > 0) {
      metrics.ledgerLost(lost);
      LOG.errorf(
          failure,
          "%d tokens have no row in the ledger, because the server stops and the "
              + "database rejects the rows. A logout does not revoke these tokens in "
              + "Redis. Replace the signing keys of the affected realms and disable the old ones, "
              + "or wait until the tokens have expired.",
          lost);
    }
  }

  /** Writes a batch, or row by row if that fails, so that a bad one holds up no other. */
  private @Nullable Exception retry(List<LedgerToken> again) {
    try {
      insert(again);
      return null;
    } catch (Exception e) {
      if (DatabaseFailure.isTimeout(e)) {
        // Each single row would take as long.
        again.forEach(this::keep);
        return e;
      }
      return retrySingly(again, e);
    } catch (Error e) {
      again.forEach(this::keep);
      throw e;
    }
  }

  private @Nullable Exception retrySingly(List<LedgerToken> again, Exception reason) {
    Exception failure = reason;
    List<LedgerToken> failed = new ArrayList<>();
    int next = 0;
    while (next < again.size() && failed.size() < MAX_BAD) {
      LedgerToken token = again.get(next++);
      try {
        insert(List.of(token));
      } catch (Exception e) {
        failed.add(token);
        // That the database is slow says more than that it rejects a row.
        failure = DatabaseFailure.isTimeout(failure) ? failure : e;
      } catch (Error e) {
        again.subList(next - 1, again.size()).forEach(this::keep);
        failed.forEach(this::keep);
        throw e;
      }
    }
    // More bad ones are the database's fault. Those not tried come before those that failed.
    again.subList(next, again.size()).forEach(this::keep);
    failed.forEach(this::keep);
    return failed.isEmpty() ? null : failure;
  }

  private boolean keep(LedgerToken token) {
    // Before it is there: nobody may take the ledger for complete in between.
    lacking.incrementAndGet();
    boolean kept = unwritten.offer(token);
    if (!kept) {
      lacking.decrementAndGet();
      metrics.ledgerLost(1);
    }
    return kept;
  }

  private void insert(List<LedgerToken> tokens) throws SQLException {
    // Known before they are written: a failover in between is noticed after it.
    String server = guard.server();
    database.insertTokens(limit, tokens);
    guard.written(tokens, server);
    observer.written(tokens);
    long now = Math.floorDiv(clock.millis(), 1000L);
    if (tokens.stream().anyMatch(token -> now - token.issuedAt() > LATE_SECONDS)) {
      late.run();
    }
  }

  private void setAside(LedgerToken token, Exception failure) {
    metrics.ledgerFailed();
    boolean kept = keep(token);
    observer.postponed();
    long failures = notLogged.incrementAndGet();
    long now = System.nanoTime();
    long due = nextLog.get();
    // An outage must not flood the log.
    if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_INTERVAL.toNanos())) {
      notLogged.addAndGet(-failures);
      LOG.warnf(
          failure,
          "%d tokens were issued without a row in the ledger since the last such line; %s",
          failures,
          kept
              ? "the rows are set aside and tried again every few seconds. Check the database, and"
                  + " whether a statement locks the table BULWARK_TOKEN."
              : "too many rows are set aside already: a logout does not revoke these tokens in"
                  + " Redis. Check the database.");
    }
  }
}
