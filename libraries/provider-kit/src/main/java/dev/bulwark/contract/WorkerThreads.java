package dev.bulwark.contract;

import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Shares of the server's worker threads. Strangers can make a request wait for a hash, a delayed
 * answer, an unknown status list or a slow database behind one; all such requests together hold at
 * most a quarter of the threads, so that the rest of the server goes on. Immutable.
 *
 * @param logins threads that login attempts hold at most
 * @param lists threads that requests for status lists hold at most while they wait
 */
public record WorkerThreads(int logins, int lists) {

  /** Of all worker threads of the server. */
  private static final int SHARE = 4;

  /** Of that share: one read serves all who wait for it, and a login computes a hash. */
  private static final int SHARE_OF_LISTS = 3;

  /**
   * The shares of a pool; each is at least one.
   *
   * @param poolSize threads that the pool has at most, at least 1
   */
  public static WorkerThreads of(int poolSize) {
    int quarter = poolSize / SHARE;
    int lists = Math.max(1, quarter / SHARE_OF_LISTS);
    return new WorkerThreads(Math.max(1, quarter - lists), lists);
  }

  /** The shares of this server: of {@code http-pool-max-threads}, as it has come out. */
  public static WorkerThreads ofServer() {
    return of(
        ConfigProvider.getConfig().getValue("quarkus.thread-pool.max-threads", Integer.class));
  }
}
