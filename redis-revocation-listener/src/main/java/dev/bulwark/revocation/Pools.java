package dev.bulwark.revocation;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The threads on which the ledger is asked and endings are applied, beside those of requests.
 * Thread-safe.
 */
final class Pools {

  /** How long a request waits for one of these threads, and the server for their end. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final int SHORT_THREADS = 4;
  private static final int MASS_THREADS = 2;
  private static final int CONFIRMING_THREADS = 2;
  private static final int MAX_QUEUED = 10_000;

  private final ExecutorService expand = pool("bulwark-revocation-expand", SHORT_THREADS);
  private final ExecutorService mass = pool("bulwark-revocation-mass", MASS_THREADS);
  private final ExecutorService confirm = pool("bulwark-revocation-confirm", CONFIRMING_THREADS);

  /** For what ends a few tokens. */
  ExecutorService expand() {
    return expand;
  }

  /** For what ends the tokens of many users. */
  ExecutorService mass() {
    return mass;
  }

  /** For what asks until Redis has every ended token. */
  ExecutorService confirm() {
    return confirm;
  }

  /**
   * Waits for what one of these threads does.
   *
   * @throws SQLException if it fails, or takes longer than {@link #TIMEOUT}
   */
  static <T> T await(Future<T> future) throws SQLException {
    try {
      return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new SQLException(e.getCause());
    } catch (TimeoutException e) {
      throw new SQLException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException(e);
    }
  }

  /** Waits for each pool at most {@link #TIMEOUT}. */
  void end() throws InterruptedException {
    end(expand);
    end(mass);
    end(confirm);
  }

  private static void end(ExecutorService executor) throws InterruptedException {
    executor.shutdown();
    if (!executor.awaitTermination(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
      executor.shutdownNow();
    }
  }

  private static ExecutorService pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_QUEUED),
            daemons(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static ThreadFactory daemons(String name) {
    return runnable -> {
      Thread thread = new Thread(runnable, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
