package dev.bulwark.revocation.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of concurrent callers together: the first to arrive leads, waits for the writer
 * before it and writes for all who have come meanwhile; the others follow and wait for it. One
 * statement and one commit serve many tokens. Callers may {@link #announce} a row that is on its
 * way; a leader waits a moment for those, so that a busy server writes fewer and larger batches
 * (PostgreSQL's {@code commit_delay} and {@code commit_siblings} do alike for its own log). A
 * caller that nobody is behind never waits. Thread-safe.
 *
 * @param <T> the rows
 */
public final class GroupCommit<T> {

  /** Writes rows; a row that exists already is no error. */
  @FunctionalInterface
  public interface Writer<T> {

    /** Returns when the rows are with the database. */
    void write(List<T> rows) throws Exception;
  }

  private final Writer<T> writer;
  private final int maxBatch;
  private final Duration patience;
  private final Duration gathering;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Object joining = new Object();
  private @Nullable Batch<T> open;
  private int announced;
  private boolean leaderGathers;

  /**
   * With limits.
   *
   * @param maxBatch rows of one write; further callers start a batch of their own
   * @param patience how long a caller waits for others before it writes its own row alone
   * @param gathering how long a leader waits at most for rows that are announced; zero for not
   */
  public GroupCommit(Writer<T> writer, int maxBatch, Duration patience, Duration gathering) {
    this.writer = writer;
    this.maxBatch = maxBatch;
    this.patience = patience;
    this.gathering = gathering;
  }

  /** A row is on its way; {@link #arrived} has to follow, whatever becomes of it. */
  public void announce() {
    synchronized (joining) {
      announced++;
    }
  }

  /** What was announced is about to be written, or will not be. */
  public void arrived() {
    synchronized (joining) {
      announced--;
      wakeLeader();
    }
  }

  /** Nothing is left to wait for, as far as the leader can know. Under the lock. */
  private void wakeLeader() {
    Batch<T> joinable = open;
    if (leaderGathers
        && (announced <= 0 || (joinable != null && joinable.rows.size() >= maxBatch))) {
      joining.notifyAll();
    }
  }

  /**
   * Writes a row, together with those of other threads.
   *
   * @throws Exception if the row could not be written
   */
  public void write(T row) throws Exception {
    Batch<T> batch;
    boolean leader;
    synchronized (joining) {
      Batch<T> joinable = open;
      leader = joinable == null || joinable.rows.size() >= maxBatch;
      batch = joinable == null || leader ? new Batch<>() : joinable;
      open = batch;
      batch.rows.add(row);
      wakeLeader();
    }
    if (leader) {
      lead(batch);
    } else if (!batch.done.await(patience.toMillis(), TimeUnit.MILLISECONDS)
        || batch.failure != null) {
      // The leader is stuck or failed: nobody depends on another's connection.
      writer.write(List.of(row));
    }
  }

  private void lead(Batch<T> batch) throws Exception {
    boolean locked = false;
    try {
      locked = writing.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (locked) {
        gather(batch);
      }
      close(batch);
      writer.write(batch.rows);
    } catch (Exception | Error e) {
      batch.failure = e;
      throw e;
    } finally {
      // Whatever happened: a batch without a leader must not be joined.
      close(batch);
      batch.done.countDown();
      if (locked) {
        writing.unlock();
      }
    }
  }

  private void gather(Batch<T> batch) throws InterruptedException {
    long end = System.nanoTime() + gathering.toNanos();
    synchronized (joining) {
      leaderGathers = true;
      try {
        long left = end - System.nanoTime();
        while (open == batch && announced > 0 && batch.rows.size() < maxBatch && left > 0) {
          TimeUnit.NANOSECONDS.timedWait(joining, left);
          left = end - System.nanoTime();
        }
      } finally {
        leaderGathers = false;
      }
    }
  }

  /** Rows in the batch that can still be joined. */
  int joined() {
    synchronized (joining) {
      Batch<T> joinable = open;
      return joinable == null ? 0 : joinable.rows.size();
    }
  }

  private void close(Batch<T> batch) {
    synchronized (joining) {
      if (open == batch) {
        open = null;
      }
    }
  }

  private static final class Batch<T> {
    final List<T> rows = new ArrayList<>();
    final CountDownLatch done = new CountDownLatch(1);
    volatile @Nullable Throwable failure;
  }
}
