package dev.bulwark.revocation.writer;

import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.DatabaseFailure;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The rows of tokens that were issued although the database did not take them. They are written
 * again until it does, or until their tokens have expired. Thread-safe.
 */
final class SetAsideRows {

  private static final int MAX_BATCH = 256;

  /** Rows of a batch that are tried in vain: with a database that is away each takes a timeout. */
  private static final int MAX_BAD = 3;

  private final Insert insert;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final BlockingQueue<LedgerToken> queue;

  /** Those in the queue, and those in the hands of the thread that tries them again. */
  private final AtomicInteger lacking = new AtomicInteger();

  private final ReentrantLock retrying = new ReentrantLock();
  private volatile Runnable changed = () -> {};

  /** Writes rows. */
  @FunctionalInterface
  interface Insert {

    /** Returns when all are in the database. */
    void rows(List<LedgerToken> rows) throws SQLException;
  }

  /**
   * Creates an empty queue.
   *
   * @param max so many rows at most are kept
   */
  SetAsideRows(Insert insert, RevocationMetrics metrics, Clock clock, int max) {
    this.insert = insert;
    this.metrics = metrics;
    this.clock = clock;
    this.queue = new ArrayBlockingQueue<>(max);
  }

  /** Has something run when the first row is set aside, and when the last one is written. */
  void onChange(Runnable action) {
    changed = action;
  }

  /**
   * Sets a row aside.
   *
   * @return false if there are too many: then it is given up
   */
  boolean add(LedgerToken row) {
    // Counted before it is there: nobody may take the ledger for complete in between.
    if (lacking.incrementAndGet() == 1) {
      changed.run();
    }
    boolean kept = queue.offer(row);
    if (!kept) {
      settle(1);
      metrics.ledgerLost(1);
    }
    return kept;
  }

  private void settle(int rows) {
    if (rows > 0 && lacking.addAndGet(-rows) == 0) {
      changed.run();
    }
  }

  /** Number of rows that wait for the next try. */
  int waiting() {
    return queue.size();
  }

  /** Whether no row is set aside, and none is being tried again. Does not wait. */
  boolean isComplete() {
    return lacking.get() == 0;
  }

  /**
   * Whether no row of a user is set aside.
   *
   * @param limit how long to wait while another thread tries the rows again
   * @return false as well if that cannot be known in time
   */
  boolean hasNone(String realmId, String userId, Duration limit) throws InterruptedException {
    if (!retrying.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      // With the lock, no row is in the hands of another thread.
      return queue.stream()
          .noneMatch(row -> row.realmId().equals(realmId) && row.userId().equals(userId));
    } finally {
      retrying.unlock();
    }
  }

  /**
   * Writes the rows, and forgets those whose tokens have expired. Returns when no row is in the
   * hands of another thread either.
   *
   * @throws Exception if some could not be written, with the last reason; they stay set aside
   */
  void retry() throws Exception {
    retrying.lock();
    try {
      retryAll();
    } finally {
      retrying.unlock();
    }
  }

  /** As {@link #retry()}, unless another thread tries the rows for longer than the limit. */
  void retry(Duration limit) throws Exception {
    if (retrying.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      try {
        retryAll();
      } finally {
        retrying.unlock();
      }
    }
  }

  private void retryAll() throws Exception {
    @Nullable Exception failure = null;
    // A row that fails goes back to the end: no row is met twice.
    for (int left = queue.size(); left > 0 && failure == null; left -= MAX_BATCH) {
      List<LedgerToken> batch = new ArrayList<>();
      int taken = queue.drainTo(batch, Math.min(left, MAX_BATCH));
      try {
        long now = Math.floorDiv(clock.millis(), 1000L);
        batch.removeIf(row -> row.expiresAt() <= now);
        failure = batch.isEmpty() ? null : retry(batch);
      } finally {
        // Only now: those that were set aside again have been counted once more.
        settle(taken);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Writes a batch, or row by row if that fails, so that a bad row does not delay the others. */
  private @Nullable Exception retry(List<LedgerToken> batch) {
    try {
      insert.rows(batch);
      return null;
    } catch (Exception e) {
      if (DatabaseFailure.isTimeout(e)) {
        // Each single row would take as long.
        batch.forEach(this::add);
        return e;
      }
      return retrySingly(batch, e);
    } catch (Error e) {
      batch.forEach(this::add);
      throw e;
    }
  }

  private @Nullable Exception retrySingly(List<LedgerToken> batch, Exception reason) {
    Exception failure = reason;
    List<LedgerToken> failed = new ArrayList<>();
    int next = 0;
    try {
      while (next < batch.size() && failed.size() < MAX_BAD) {
        LedgerToken row = batch.get(next++);
        failed.add(row);
        try {
          insert.rows(List.of(row));
          failed.remove(row);
        } catch (Exception e) {
          // That the database is slow says more than that it rejects a row.
          failure = DatabaseFailure.isTimeout(failure) ? failure : e;
        }
      }
    } finally {
      // More bad ones are the database's fault. Those not tried come before those that failed.
      batch.subList(next, batch.size()).forEach(this::add);
      failed.forEach(this::add);
    }
    return failed.isEmpty() ? null : failure;
  }
}
