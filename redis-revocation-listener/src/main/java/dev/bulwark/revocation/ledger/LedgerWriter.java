package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.RevocationMetrics;
import dev.bulwark.revocation.ledger.GroupCommit.Ticket;
import dev.bulwark.revocation.rules.LedgerToken;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes issued tokens to the ledger before they leave the server. If the database refuses, the
 * token goes out all the same and its row is tried again in the background. Thread-safe.
 */
public final class LedgerWriter {

  private static final Logger LOG = Logger.getLogger(LedgerWriter.class);

  private static final int MAX_BATCH = 256;
  private static final int MAX_UNWRITTEN = 10_000;

  /** Rows of a batch that are tried in vain: with a database that is away each takes a time-out. */
  private static final int MAX_BAD = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final LedgerDatabase database;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final GroupCommit<LedgerToken> commits;
  private final BlockingQueue<LedgerToken> unwritten;

  /** With its collaborators. */
  public LedgerWriter(LedgerDatabase database, RevocationMetrics metrics, Clock clock) {
    this(database, metrics, clock, MAX_UNWRITTEN);
  }

  /** Keeps so many rows at most. */
  LedgerWriter(LedgerDatabase database, RevocationMetrics metrics, Clock clock, int maxUnwritten) {
    this.database = database;
    this.metrics = metrics;
    this.clock = clock;
    this.unwritten = new ArrayBlockingQueue<>(maxUnwritten);
    this.commits = new GroupCommit<>(this::insert, MAX_BATCH, PATIENCE);
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

  /** Takes back the row of a token that was not issued. Never throws. */
  public void withdraw(Ticket<LedgerToken> ticket) {
    try {
      if (!commits.withdraw(ticket)) {
        database.run(connection -> database.tokens().delete(connection, List.of(ticket.row())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException | RuntimeException e) {
      // Nobody has the token: its row costs its place until it expires.
      LOG.debug("The row of a token that was not issued stays in the ledger", e);
    }
  }

  /**
   * Writes what has been set aside, and gives up rows whose tokens have expired meanwhile.
   *
   * @throws Exception if some could not be written, with the last reason; they stay set aside
   */
  public void retry() throws Exception {
    @Nullable Exception failure = null;
    // A row that fails goes back to the end: no row is met twice.
    for (int left = unwritten.size(); left > 0 && failure == null; left -= MAX_BATCH) {
      List<LedgerToken> again = new ArrayList<>();
      unwritten.drainTo(again, Math.min(left, MAX_BATCH));
      long now = Math.floorDiv(clock.millis(), 1000L);
      again.removeIf(token -> token.expiresAt() <= now);
      failure = again.isEmpty() ? null : retry(again);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Writes a batch, or row by row if that fails, so that a bad one holds up no other. */
  private @Nullable Exception retry(List<LedgerToken> again) {
    try {
      insert(again);
      return null;
    } catch (Exception e) {
      return retrySingly(again, e);
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
        failure = e;
      }
    }
    // More bad ones are the database's fault. Those not tried come before those that failed.
    again.subList(next, again.size()).forEach(this::keep);
    failed.forEach(this::keep);
    return failed.isEmpty() ? null : failure;
  }

  private boolean keep(LedgerToken token) {
    boolean kept = unwritten.offer(token);
    if (!kept) {
      metrics.ledgerLost();
      LOG.warn("Too many tokens wait for their row in the ledger: one's revocation can be missed");
    }
    return kept;
  }

  private void insert(List<LedgerToken> tokens) throws Exception {
    database.run(
        connection -> {
          database.tokens().insert(connection, tokens);
        });
  }

  private void setAside(LedgerToken token, Exception failure) {
    boolean kept = keep(token);
    metrics.ledgerFailed();
    LOG.warnf(
        failure,
        "A token was issued without a row in the ledger; %s",
        kept ? "it is tried again" : "too many wait already");
  }
}
