package dev.bulwark.checker.jedis;

import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.csc.Cache;
import redis.clients.jedis.csc.CacheConfig;
import redis.clients.jedis.csc.CacheFactory;
import redis.clients.jedis.csc.Cacheable;
import redis.clients.jedis.executors.ClusterCommandExecutor;
import redis.clients.jedis.executors.DefaultCommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/**
 * Opens connections by Jedis with bounded waits. Blocks on the network for Sentinel and Cluster.
 */
final class JedisClients {

  /** One more than the first: after a redirection or on a fresh connection. */
  private static final int CLUSTER_ATTEMPTS = 2;

  private static final Duration IDLE_CHECKS = Duration.ofSeconds(30);

  private JedisClients() {}

  static OpenJedis standalone(HostAndPort host, JedisSettings settings) {
    Cache cache = nearCache(settings);
    PooledConnectionProvider connections =
        new PooledConnectionProvider(host, config(settings), cache, pool(settings));
    return new OpenJedis(
        new DefaultCommandExecutor(connections), Commands.standalone(), connections, cache);
  }

  static OpenJedis sentinel(
      String master,
      Set<HostAndPort> sentinels,
      JedisSettings settings,
      JedisSettings sentinelSettings) {
    Cache cache = nearCache(settings);
    SentineledConnectionProvider connections =
        new SentineledConnectionProvider(
            master, config(settings), cache, pool(settings), sentinels, config(sentinelSettings));
    return new OpenJedis(
        new DefaultCommandExecutor(connections), Commands.standalone(), connections, cache);
  }

  static OpenJedis cluster(Set<HostAndPort> nodes, JedisSettings settings) {
    Cache cache = nearCache(settings);
    ClusterConnectionProvider connections =
        new ClusterConnectionProvider(nodes, config(settings), cache, pool(settings));
    return new OpenJedis(
        new ClusterCommandExecutor(connections, CLUSTER_ATTEMPTS, settings.commandTimeout()),
        Commands.cluster(),
        connections,
        cache);
  }

  private static JedisClientConfig config(JedisSettings settings) {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(Math.toIntExact(settings.connectTimeout().toMillis()))
            .socketTimeoutMillis(Math.toIntExact(settings.commandTimeout().toMillis()))
            .user(settings.user())
            .password(settings.password())
            .database(settings.database())
            .clientName("bulwark-checker");
    if (settings.nearCacheSize() > 0) {
      config.protocol(RedisProtocol.RESP3);
    }
    if (settings.tls()) {
      SSLParameters parameters = new SSLParameters();
      // RFC 2818 rules: the certificate bears the host's name or address.
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      config.ssl(true).sslSocketFactory(settings.socketFactory()).sslParameters(parameters);
    }
    return config.build();
  }

  /** Only the look-up of one token is kept, never the watermark. */
  private static @Nullable Cache nearCache(JedisSettings settings) {
    if (settings.nearCacheSize() == 0) {
      return null;
    }
    Cacheable lookups = (command, keys) -> command == Command.EXISTS;
    return CacheFactory.getCache(
        CacheConfig.builder().maxSize(settings.nearCacheSize()).cacheable(lookups).build());
  }

  private static ConnectionPoolConfig pool(JedisSettings settings) {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(settings.poolSize());
    pool.setMaxIdle(settings.poolSize());
    pool.setMinIdle(1);
    pool.setBlockWhenExhausted(true);
    pool.setMaxWait(settings.poolWait());
    pool.setTimeBetweenEvictionRuns(IDLE_CHECKS);
    pool.setJmxEnabled(false);
    return pool;
  }
}
