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
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
  private static final int MAX_SET_ASIDE = 100_000;

  /** Tries to write what is set aside when the server stops. */
  private static final int LAST_TRIES = 3;

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
  private final SetAsideRows setAside;
  private final FailoverGuard guard;
  private final AtomicLong notLogged = new AtomicLong();
  private final AtomicLong nextLog = new AtomicLong(System.nanoTime());
  private volatile boolean suspended;

  /** When a logout may try again what has failed. */
  private volatile long nextTry = System.nanoTime();

  /**
   * Creates a writer.
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
    this(database, metrics, clock, limit, late, MAX_SET_ASIDE);
  }

  /** Sets so many rows aside at most. */
  LedgerWriter(
      LedgerDatabase database,
      RevocationMetrics metrics,
      Clock clock,
      Duration limit,
      Runnable late,
      int maxSetAside) {
    this.database = database;
    this.metrics = metrics;
    this.clock = clock;
    this.limit = limit;
    this.late = late;
    this.setAside = new SetAsideRows(this::insert, metrics, clock, maxSetAside);
    this.commits = new GroupCommit<>(this::write, MAX_BATCH, limit.plus(EXTRA_TIMEOUT));
    this.guard = new FailoverGuard(database, metrics);
  }

  /**
   * Has something run when the first row is set aside, and when the last one is written.
   *
   * @param action must not wait, and not throw
   */
  public void onSetAside(Runnable action) {
    setAside.onChange(action);
  }

  /**
   * Queues the row of a token that is being issued. Does not wait; the row may be written at once,
   * in a transaction of its own.
   */
  public Ticket<LedgerToken> queueRow(LedgerToken token) {
    return commits.queue(token);
  }

  /**
   * Returns when the row is in the database, or has been set aside because the database refused.
   * Never throws.
   */
  public void awaitRow(Ticket<LedgerToken> ticket) {
    long started = System.nanoTime();
    try {
      commits.await(ticket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      setAside(ticket, e);
    } catch (Exception e) {
      setAside(ticket, e);
    } finally {
      metrics.ledgerTime().record(Duration.ofNanos(System.nanoTime() - started));
    }
  }

  /** Sets a row aside that could not be awaited: it is written again in the background. */
  public void setAside(Ticket<LedgerToken> ticket, Exception reason) {
    metrics.ledgerFailed();
    logFailure(setAside.add(ticket.row()), reason);
  }

  /** Whether no row is set aside, and none is being written again. Does not wait. */
  public boolean isComplete() {
    return setAside.isComplete();
  }

  private void write(List<LedgerToken> tokens) throws SQLException {
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

  private void insert(List<LedgerToken> tokens) throws SQLException {
    // Known before they are written: a failover in between is noticed after it.
    String server = guard.server();
    database.insertTokens(limit, tokens);
    guard.written(tokens, server);
    long now = Math.floorDiv(clock.millis(), 1000L);
    if (tokens.stream().anyMatch(token -> now - token.issuedAt() > LATE_SECONDS)) {
      late.run();
    }
  }

  /**
   * Writes again what a failover of the database may have lost. Called over and over on every node.
   *
   * @throws SQLException if the database does not answer; nothing is forgotten then
   */
  public void guard() throws SQLException {
    if (guard.check()) {
      late.run();
    }
  }

  /** As {@link FailoverGuard#isSettled()}. */
  public boolean isSettled() throws SQLException {
    return guard.isSettled();
  }

  /** As {@link SetAsideRows#retry()}. */
  public void retry() throws Exception {
    retry(setAside::retry);
  }

  /**
   * Writes what has been set aside if there is a chance: not shortly after that has failed, and not
   * longer than a row's write may take while another thread tries it. Never throws.
   */
  public void retrySoon() {
    if (setAside.waiting() == 0 || (suspended && System.nanoTime() - nextTry < 0)) {
      return;
    }
    try {
      retry(() -> setAside.retry(limit));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.debug("Rows of issued tokens are still set aside", e);
    }
  }

  /** A way to try the rows that are set aside. */
  private interface Attempt {
    void run() throws Exception;
  }

  private void retry(Attempt attempt) throws Exception {
    try {
      attempt.run();
      suspended = false;
    } catch (Exception e) {
      if (!DatabaseFailure.isTimeout(e)) {
        // A row that is rejected delays no other: the database has answered in time.
        suspended = false;
      }
      nextTry = System.nanoTime() + limit.toNanos();
      throw e;
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
    return setAside.hasNone(realmId, userId, limit);
  }

  /**
   * Writes what is set aside for the last time, and counts what cannot be written. Never throws.
   * Called when no more tokens are issued.
   */
  public void close() {
    @Nullable Exception failure = null;
    for (int attempt = 0; attempt < LAST_TRIES && setAside.waiting() > 0; attempt++) {
      try {
        retry();
      } catch (Exception e) {
        failure = e;
      }
    }
    int lost = setAside.waiting();
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

  private void logFailure(boolean kept, Exception failure) {
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
