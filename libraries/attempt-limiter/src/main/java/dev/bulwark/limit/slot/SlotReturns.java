package dev.bulwark.limit.slot;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.SharedLimiter;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Gives slots back: at once on this node, and in Redis on a thread of its own, so that an attempt
 * costs one round trip. Thread-safe.
 */
public final class SlotReturns implements AutoCloseable {

  /** More are not waited for: their slots stay until the window ends. */
  private static final int MAX_QUEUED = 10_000;

  private static final long STOP_SECONDS = 5;

  private final SharedLimiter limiter;
  private final Consumer<Boolean> returned;
  private final ThreadPoolExecutor thread;

  /**
   * Begins without a thread.
   *
   * @param name of the thread
   * @param returned told of each slot whether it was given back in Redis
   */
  public SlotReturns(SharedLimiter limiter, String name, Consumer<Boolean> returned) {
    this.limiter = limiter;
    this.returned = returned;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_QUEUED),
            job -> {
              Thread created = new Thread(job, name);
              created.setDaemon(true);
              return created;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /** Gives the slots of an attempt back. */
  public void giveBack(Attempt attempt) {
    limiter.giveBackHere(attempt);
    try {
      thread.execute(() -> returned.accept(limiter.giveBackEverywhere(attempt)));
    } catch (RejectedExecutionException e) {
      limiter.keepEverywhere(attempt);
      returned.accept(false);
    }
  }

  /** The attempt has failed: its slots stay. */
  public void fail(Attempt attempt) {
    limiter.failHere(attempt);
    try {
      thread.execute(() -> limiter.failEverywhere(attempt));
    } catch (RejectedExecutionException e) {
      // To other nodes it stays in flight until its windows end.
    }
  }

  /** Sets a mark: on this node at once. */
  public void mark(String key, Duration life) {
    limiter.markHere(key, life);
    try {
      thread.execute(() -> limiter.markEverywhere(key, life));
    } catch (RejectedExecutionException e) {
      // Other nodes learn of it with the next login.
    }
  }

  /** Finishes what is waiting, for a few seconds at most. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
