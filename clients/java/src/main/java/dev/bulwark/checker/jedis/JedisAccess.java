package dev.bulwark.checker.jedis;

import dev.bulwark.checker.RedisAccess;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Pool;

/**
 * The Redis that Keycloak feeds, by Jedis 6.0 to 8.0. It is first contacted by the first check, so
 * that an app starts without it. Thread-safe.
 */
public final class JedisAccess implements RedisAccess {

  private final Supplier<Client> opener;
  private final Duration openWait;
  private final boolean clustered;
  private final boolean nearCached;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable Client open;
  private volatile boolean closed;
  private volatile int failures;
  private @Nullable JedisException failure;

  private JedisAccess(Supplier<Client> opener, JedisSettings settings, boolean clustered) {
    this.opener = opener;
    this.openWait = settings.connectTimeout().plus(settings.commandTimeout());
    this.clustered = clustered;
    this.nearCached = settings.nearCacheSize() > 0;
  }

  /**
   * The Redis that a URL names, in the forms of Keycloak's option {@code url}: {@code
   * redis://[user:password@]host[:port][/database]}, {@code
   * redis-sentinel://host,host/master[?db=n]} or {@code redis-cluster://host,host}; {@code rediss…}
   * for TLS. Sentinels are asked without credentials.
   *
   * @param settings everything else; parts of the URL take precedence
   * @throws IllegalArgumentException if the URL is none; the message holds no secret
   */
  public static JedisAccess of(String url, JedisSettings settings) {
    RedisUrl target = RedisUrl.parse(url);
    JedisSettings.Builder builder = settings.toBuilder().database(target.database());
    if (target.password() != null) {
      builder.credentials(target.user(), target.password());
    }
    if (target.tls()) {
      builder.tls();
    }
    JedisSettings merged = builder.build();
    return switch (target.topology()) {
      case STANDALONE -> {
        HostAndPort host = target.hosts().iterator().next();
        yield standalone(host.getHost(), host.getPort(), merged);
      }
      case CLUSTER -> cluster(target.hosts(), merged);
      case SENTINEL -> {
        JedisSettings.Builder sentinels =
            JedisSettings.builder()
                .connectTimeout(merged.connectTimeout())
                .commandTimeout(merged.commandTimeout());
        if (target.tls()) {
          sentinels.tls();
        }
        yield sentinel(target.master(), target.hosts(), merged, sentinels.build());
      }
    };
  }

  /** One server. */
  public static JedisAccess standalone(String host, int port, JedisSettings settings) {
    HostAndPort address = new HostAndPort(host, port);
    return new JedisAccess(() -> JedisClients.standalone(address, settings), settings, false);
  }

  /**
   * The primary that Sentinels name.
   *
   * @param sentinelSettings credentials, TLS and timeouts for the Sentinels themselves
   */
  public static JedisAccess sentinel(
      String master,
      Set<HostAndPort> sentinels,
      JedisSettings settings,
      JedisSettings sentinelSettings) {
    Set<HostAndPort> addresses = Set.copyOf(sentinels);
    return new JedisAccess(
        () -> JedisClients.sentinel(master, addresses, settings, sentinelSettings),
        settings,
        false);
  }

  /** A cluster, known by some of its nodes. */
  public static JedisAccess cluster(Set<HostAndPort> nodes, JedisSettings settings) {
    if (settings.database() != 0) {
      throw new IllegalArgumentException("database must be 0: a cluster has no other");
    }
    Set<HostAndPort> addresses = Set.copyOf(nodes);
    return new JedisAccess(() -> JedisClients.cluster(addresses, settings), settings, true);
  }

  /**
   * A client that the app has already, of a single server or a Sentinel group. Its timeouts and its
   * pool are the app's. By Jedis' defaults, a check waits 2 s for an answer, and without a limit
   * for a free connection. {@link #close()} leaves it open.
   *
   * @throws IllegalArgumentException for a client of a cluster or with client-side caching, which
   *     need {@link #cluster} and {@link JedisSettings.Builder#nearCacheSize}
   */
  public static JedisAccess of(UnifiedJedis client) {
    ApplicationJedis apps = new ApplicationJedis(client);
    return new JedisAccess(() -> apps, JedisSettings.defaults(), false);
  }

  @Override
  public List<@Nullable String> mget(List<String> keys) {
    return ask(client -> client.mget(keys.toArray(String[]::new)));
  }

  @Override
  public boolean exists(String key) {
    return ask(client -> client.exists(key));
  }

  @Override
  public boolean isClustered() {
    return clustered;
  }

  @Override
  public List<Integer> lowestSlots() {
    return ask(Client::lowestSlots);
  }

  @Override
  public boolean isNearCached() {
    return nearCached;
  }

  @Override
  public void clearNearCache() {
    Client current = open;
    if (current != null) {
      current.clearNearCache();
    }
  }

  @Override
  public Duration longestAttempt() {
    return openWait;
  }

  @Override
  public void dropIdleConnections() {
    Client current = open;
    if (current == null) {
      return;
    }
    for (Object pool : current.pools()) {
      if (pool instanceof Pool<?> connections) {
        connections.clear();
      }
    }
  }

  private <T> T ask(Function<Client, T> question) {
    try {
      Client current = open;
      return question.apply(current != null ? current : openNow());
    } catch (JedisException e) {
      throw JedisFailures.of(e);
    }
  }

  /** Of those who find it closed one connects; the others wait and share what comes of it. */
  private Client openNow() {
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
      Client current = open;
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

  private Client connect() {
    try {
      Client fresh = opener.get();
      open = fresh;
      return fresh;
    } catch (JedisException e) {
      // Whoever was interrupted found nothing out that others could share.
      if (!JedisFailures.isInterruption(e)) {
        failure = e;
        failures++;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    opening.lock();
    try {
      closed = true;
      Client current = open;
      open = null;
      if (current != null) {
        current.close();
      }
    } finally {
      opening.unlock();
    }
  }
}
