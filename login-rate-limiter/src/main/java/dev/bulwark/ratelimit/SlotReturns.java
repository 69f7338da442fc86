package dev.bulwark.ratelimit;

import dev.bulwark.ratelimit.window.Attempt;
import dev.bulwark.ratelimit.window.SharedLimiter;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Gives slots back: at once on this node, and in Redis on a thread of its own, so that a login
 * costs one round trip. Thread-safe.
 */
final class SlotReturns implements AutoCloseable {

  /** More are not waited for: their slots stay until the window ends. */
  private static final int WAITING = 10_000;

  private static final long STOP_SECONDS = 5;

  private final SharedLimiter limiter;
  private final LoginRateLimiterMetrics metrics;
  private final ThreadPoolExecutor thread;

  SlotReturns(SharedLimiter limiter, LoginRateLimiterMetrics metrics) {
    this.limiter = limiter;
    this.metrics = metrics;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            job -> {
              Thread created = new Thread(job, "bulwark-limiter-returns");
              created.setDaemon(true);
              return created;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  void giveBack(Attempt attempt) {
    limiter.giveBackHere(attempt);
    try {
      thread.execute(() -> metrics.returned(limiter.giveBackEverywhere(attempt)));
    } catch (RejectedExecutionException e) {
      limiter.keepEverywhere(attempt);
      metrics.returned(false);
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
