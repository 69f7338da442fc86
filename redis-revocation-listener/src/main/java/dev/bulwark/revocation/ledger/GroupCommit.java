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
 * statement and one commit serve many tokens.
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
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Object joining = new Object();
  private @Nullable Batch<T> open;

  /**
   * With limits.
   *
   * @param maxBatch rows of one write; further callers start a batch of their own
   * @param patience how long a caller waits for others before it writes its own row alone
   */
  public GroupCommit(Writer<T> writer, int maxBatch, Duration patience) {
    this.writer = writer;
    this.maxBatch = maxBatch;
    this.patience = patience;
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
