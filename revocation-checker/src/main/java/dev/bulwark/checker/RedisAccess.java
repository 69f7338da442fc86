package dev.bulwark.checker;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The Redis that Keycloak feeds. It is first contacted by the first check, so that an app starts
 * without it. Thread-safe.
 */
public final class RedisAccess implements AutoCloseable {

  private final Supplier<OpenRedis> opener;
  private final Duration openWait;
  private final boolean clustered;
  private final boolean nearCached;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable OpenRedis open;
  private volatile boolean closed;
  private volatile int failures;
  private @Nullable JedisException failure;

  private RedisAccess(Supplier<OpenRedis> opener, RedisSettings settings, boolean clustered) {
    this.opener = opener;
    this.openWait = settings.connectTimeout().plus(settings.commandTimeout());
    this.clustered = clustered;
    this.nearCached = settings.nearCacheSize() > 0;
  }

  /** One server. */
  public static RedisAccess standalone(String host, int port, RedisSettings settings) {
    HostAndPort address = new HostAndPort(host, port);
    return new RedisAccess(() -> Clients.standalone(address, settings), settings, false);
  }

  /**
   * The primary that Sentinels name.
   *
   * @param sentinelSettings credentials, TLS and time-outs for the Sentinels themselves
   */
  public static RedisAccess sentinel(
      String master,
      Set<HostAndPort> sentinels,
      RedisSettings settings,
      RedisSettings sentinelSettings) {
    Set<HostAndPort> addresses = Set.copyOf(sentinels);
    return new RedisAccess(
        () -> Clients.sentinel(master, addresses, settings, sentinelSettings), settings, false);
  }

  /** A cluster, known by some of its nodes. */
  public static RedisAccess cluster(Set<HostAndPort> nodes, RedisSettings settings) {
    if (settings.database() != 0) {
      throw new IllegalArgumentException("database must be 0: a cluster has no other");
    }
    Set<HostAndPort> addresses = Set.copyOf(nodes);
    return new RedisAccess(() -> Clients.cluster(addresses, settings), settings, true);
  }

  /**
   * A client that the app has already, of a single server or a Sentinel group. Its time-outs and
   * its pool are the app's: by Jedis' defaults an answer is waited for 2 s, and a free connection
   * without end. {@link #close()} leaves it open.
   *
   * @throws IllegalArgumentException for a client of a cluster or with client-side caching, which
   *     need {@link #cluster} and {@link RedisSettings#withNearCache}
   */
  public static RedisAccess of(UnifiedJedis client) {
    if (client instanceof RedisClusterClient || client instanceof JedisCluster) {
      throw new IllegalArgumentException("a cluster's client: use RedisAccess.cluster");
    }
    if (client.getCache() != null) {
      throw new IllegalArgumentException(
          "a client with client-side caching: use RedisSettings.withNearCache");
    }
    return new RedisAccess(
        () -> new OpenRedis(client, null, null), RedisSettings.defaults(), false);
  }

  /** In a cluster a token's key and the watermark are on different nodes. */
  boolean isClustered() {
    return clustered;
  }

  /** With a near-cache there may be no trip to take the watermark along. */
  boolean isNearCached() {
    return nearCached;
  }

  /** How long one attempt to connect and ask may take. */
  Duration longestAttempt() {
    return openWait;
  }

  /**
   * The open client.
   *
   * @throws redis.clients.jedis.exceptions.JedisException if it cannot be opened now
   */
  OpenRedis open() {
    OpenRedis current = open;
    return current != null ? current : openNow();
  }

  /** Of those who find it closed one connects; the others wait and share what comes of it. */
  private OpenRedis openNow() {
    int before = failures;
    try {
      if (!opening.tryLock(openWait.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new JedisConnectionException("Another thread is still connecting.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JedisConnectionException("Interrupted while connecting.", e);
    }
    try {
      OpenRedis current = open;
      if (closed) {
        throw new JedisConnectionException("The access to Redis is closed.");
      }
      if (current != null) {
        return current;
      }
      if (failures != before) {
        throw new JedisConnectionException("Another thread could not connect.", failure);
      }
      return connect();
    } finally {
      opening.unlock();
    }
  }

  private OpenRedis connect() {
    try {
      OpenRedis fresh = opener.get();
      open = fresh;
      return fresh;
    } catch (JedisException e) {
      failure = e;
      failures++;
      throw e;
    }
  }

  @Override
  public void close() {
    opening.lock();
    try {
      closed = true;
      OpenRedis current = open;
      open = null;
      if (current != null) {
        current.close();
      }
    } finally {
      opening.unlock();
    }
  }
}
