package dev.bulwark.checker;

import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.csc.Cache;
import redis.clients.jedis.csc.CacheConfig;
import redis.clients.jedis.csc.CacheFactory;
import redis.clients.jedis.csc.Cacheable;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/** Opens Jedis clients with bounded waits. Blocks on the network for Sentinel and Cluster. */
final class Clients {

  /** One more than the first: after a redirection or on a fresh connection. */
  private static final int CLUSTER_ATTEMPTS = 2;

  private static final Duration IDLE_CHECKS = Duration.ofSeconds(30);

  private Clients() {}

  static OpenRedis standalone(HostAndPort host, RedisSettings settings) {
    Cache cache = nearCache(settings);
    JedisClientConfig config = config(settings);
    PooledConnectionProvider connections =
        new PooledConnectionProvider(host, config, cache, pool(settings));
    RedisClient client =
        RedisClient.builder()
            .hostAndPort(host)
            .clientConfig(config)
            .connectionProvider(connections)
            .build();
    return new OpenRedis(client, connections, cache);
  }

  static OpenRedis sentinel(
      String master,
      Set<HostAndPort> sentinels,
      RedisSettings settings,
      RedisSettings sentinelSettings) {
    Cache cache = nearCache(settings);
    JedisClientConfig config = config(settings);
    SentineledConnectionProvider connections =
        new SentineledConnectionProvider(
            master, config, cache, pool(settings), sentinels, config(sentinelSettings));
    RedisSentinelClient client =
        RedisSentinelClient.builder()
            .masterName(master)
            .sentinels(sentinels)
            .clientConfig(config)
            .connectionProvider(connections)
            .build();
    return new OpenRedis(client, connections, cache);
  }

  static OpenRedis cluster(Set<HostAndPort> nodes, RedisSettings settings) {
    Cache cache = nearCache(settings);
    JedisClientConfig config = config(settings);
    ClusterConnectionProvider connections =
        new ClusterConnectionProvider(nodes, config, cache, pool(settings));
    RedisClusterClient client =
        RedisClusterClient.builder()
            .nodes(nodes)
            .clientConfig(config)
            .maxAttempts(CLUSTER_ATTEMPTS)
            .maxTotalRetriesDuration(settings.commandTimeout())
            .connectionProvider(connections)
            .build();
    return new OpenRedis(client, connections, cache);
  }

  private static JedisClientConfig config(RedisSettings settings) {
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
  private static @Nullable Cache nearCache(RedisSettings settings) {
    if (settings.nearCacheSize() == 0) {
      return null;
    }
    Cacheable lookups = (command, keys) -> command == Command.EXISTS;
    return CacheFactory.getCache(
        CacheConfig.builder().maxSize(settings.nearCacheSize()).cacheable(lookups).build());
  }

  private static ConnectionPoolConfig pool(RedisSettings settings) {
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
