package dev.bulwark.statuslist.store;

import dev.bulwark.factory.TimeLimit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs work with the tables on threads of its own: on the thread of a request the pool of Keycloak
 * would enlist the connection in the transaction of the request. Each statement has a time limit:
 * neither a lock in the database nor a host that has gone may hold up the threads, and what waits
 * for them. Thread-safe.
 */
public final class StatusDatabase implements AutoCloseable {

  private static final int THREADS = 4;
  private static final int MAX_QUEUED = 1_000;

  private final Source connections;
  private final StatusTables tables;
  private final Duration limit;
  private final ExecutorService threads;

  /** Gives connections of Keycloak's pool, in auto-commit mode. */
  @FunctionalInterface
  public interface Source {
    /**
     * Returns a connection that the caller closes.
     *
     * @throws SQLException if there is none
     */
    Connection open() throws SQLException;
  }

  /** Work with the tables. */
  @FunctionalInterface
  interface Work<T> {
    /** Does it; each statement commits by itself. */
    T on(StatusTables tables, Connection connection) throws SQLException;
  }

  /**
   * The tables, by connections of a source.
   *
   * @param limit time limit of each statement, rounded up to seconds; zero for none
   */
  public StatusDatabase(Source connections, StatusTables tables, Duration limit) {
    this.connections = connections;
    this.tables = tables;
    this.limit = limit;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_QUEUED),
            runnable -> {
              Thread thread = new Thread(runnable, "bulwark-token-status");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    this.threads = pool;
  }

  /** Starts work; fails with a RejectedExecutionException if too much waits already. */
  <T> CompletableFuture<T> start(Work<T> work) {
    return start(Duration.ZERO, work);
  }

  /**
   * Starts work after a time. It fails if too much waits then. Java's own executor with a delay
   * would drop it silently, so its result would never come.
   */
  <T> CompletableFuture<T> start(Duration delay, Work<T> work) {
    CompletableFuture<Boolean> begin =
        delay.isZero()
            ? CompletableFuture.completedFuture(true)
            : new CompletableFuture<Boolean>()
                .completeOnTimeout(true, delay.toNanos(), TimeUnit.NANOSECONDS);
    return begin.thenApplyAsync(begun -> done(work), threads);
  }

  private <T> T done(Work<T> work) {
    try (Connection connection = connections.open()) {
      return limit.isZero()
          ? work.on(tables, connection)
          : TimeLimit.call(connection, limit, limited -> work.on(tables, limited));
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
