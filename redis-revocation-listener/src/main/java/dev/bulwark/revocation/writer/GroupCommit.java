package dev.bulwark.revocation.writer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of concurrent callers together. Each queues its row as soon as it knows it and
 * awaits it when it needs it written: the first caller to wait writes all queued rows; the others
 * find their rows written or wait for them. One statement and one commit serve many tokens.
 *
 * <p>Before it writes, the first yields its processor a few times, and so do the others before they
 * let themselves be woken up: on a busy machine other requests run meanwhile and queue theirs, on
 * an idle one they go on at once. (A pause by the clock was measured and dropped: what it saves in
 * work it costs in time.)
 *
 * @param <T> the rows; told apart by identity
 */
public final class GroupCommit<T> {

  /** Writes rows; a row that exists already is no error. */
  @FunctionalInterface
  public interface Writer<T> {

    /** Returns when the rows are with the database. */
    void write(List<T> rows) throws Exception;
  }

  /** How often the first yields at most, and from how many rows on it does not. */
  private static final int YIELDS = 6;

  private static final int BATCH_THRESHOLD = 6;

  /** How often another yields at most before it sleeps: a write takes some tenths of a ms. */
  private static final int WAITING_YIELDS = 60;

  private final Writer<T> writer;
  private final int maxBatch;
  private final Duration patience;
  private final Object joining = new Object();
  private @Nullable Batch<T> open;

  /**
   * With limits.
   *
   * @param maxBatch rows of one write; further callers start a batch of their own
   * @param patience how long a caller waits for the one that writes its row, before it writes it
   *     alone
   */
  public GroupCommit(Writer<T> writer, int maxBatch, Duration patience) {
    this.writer = writer;
    this.maxBatch = maxBatch;
    this.patience = patience;
  }

  /** A row that has been queued. To be awaited, by each thread that needs it written. */
  public static final class Ticket<T> {
    private final Batch<T> batch;
    private final T row;

    private Ticket(Batch<T> batch, T row) {
      this.batch = batch;
      this.row = row;
    }

    /** The row. */
    public T row() {
      return row;
    }

    /** Whether it is known to be written, by whoever wrote it. */
    public boolean isWritten() {
      return batch.done.getCount() == 0 && batch.failure == null;
    }

    /** Whether it could not be written with the others. Who awaits it may have written it since. */
    public boolean hasFailed() {
      return batch.failure != null;
    }
  }

  /** Queues a row. Does not wait; from now on others may write it. */
  public Ticket<T> queue(T row) {
    synchronized (joining) {
      Batch<T> batch = open;
      if (batch == null || batch.rows.size() >= maxBatch) {
        batch = new Batch<>();
        open = batch;
      }
      batch.rows.add(row);
      return new Ticket<>(batch, row);
    }
  }

  /**
   * Returns when the row has been written, by this thread or another.
   *
   * @throws Exception if it could not be written
   */
  public void await(Ticket<T> ticket) throws Exception {
    Batch<T> batch = ticket.batch;
    gather(batch);
    if (start(batch)) {
      lead(batch);
    } else if (!isDone(batch) || batch.failure != null) {
      // Who writes is stuck or failed: nobody depends on another's connection.
      writer.write(List.of(ticket.row));
    }
  }

  private void gather(Batch<T> batch) {
    for (int i = 0; i < YIELDS; i++) {
      synchronized (joining) {
        if (batch.started || batch.rows.size() >= BATCH_THRESHOLD) {
          return;
        }
      }
      Thread.yield();
    }
  }

  private boolean isDone(Batch<T> batch) throws InterruptedException {
    for (int i = 0; i < WAITING_YIELDS && batch.done.getCount() > 0; i++) {
      Thread.yield();
    }
    return batch.done.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether this thread is the one to write the batch, which nobody joins any more. */
  private boolean start(Batch<T> batch) {
    synchronized (joining) {
      boolean first = !batch.started;
      batch.started = true;
      if (open == batch) {
        open = null;
      }
      return first;
    }
  }

  private void lead(Batch<T> batch) throws Exception {
    try {
      writer.write(batch.rows);
    } catch (Exception | Error e) {
      batch.failure = e;
      throw e;
    } finally {
      batch.done.countDown();
    }
  }

  private static final class Batch<T> {
    /** Not changed any more once started. */
    final List<T> rows = new ArrayList<>();

    final CountDownLatch done = new CountDownLatch(1);
    boolean started;
    volatile @Nullable Throwable failure;
  }
}
