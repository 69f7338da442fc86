package dev.bulwark.redis.topology;

import java.time.Duration;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/** Opens the client that the options ask for. Blocks on the network for Sentinel and Cluster. */
public final class RedisTopologies {

  private static final int CLUSTER_ATTEMPTS = 3;

  private RedisTopologies() {}

  /**
   * Opens a client.
   *
   * @throws IllegalArgumentException if an option is unusable; the message names it
   * @throws redis.clients.jedis.exceptions.JedisException if Sentinels or cluster do not answer
   */
  public static RedisTopology open(RedisConfig config) {
    RedisUrl url = RedisUrl.parse(config.url());
    JedisClientConfig clientConfig = clientConfig(config, url);
    ConnectionPoolConfig pool = pool(config);
    return switch (url.topology()) {
      case STANDALONE -> standalone(config, url, clientConfig, pool);
      case SENTINEL -> sentinel(config, url, clientConfig, pool);
      case CLUSTER -> cluster(config, url, clientConfig, pool);
    };
  }

  private static RedisTopology standalone(
      RedisConfig config,
      RedisUrl url,
      JedisClientConfig clientConfig,
      GenericObjectPoolConfig<Connection> pool) {
    HostAndPort host = url.hosts().iterator().next();
    PooledConnectionProvider connections =
        new PooledConnectionProvider(host, clientConfig, null, pool);
    return new SinglePrimaryTopology(
        RedisClient.builder()
            .hostAndPort(host)
            .clientConfig(clientConfig)
            .connectionProvider(connections)
            .build(),
        connections,
        () -> host,
        url.database(),
        config.prefix());
  }

  private static RedisTopology sentinel(
      RedisConfig config,
      RedisUrl url,
      JedisClientConfig clientConfig,
      GenericObjectPoolConfig<Connection> pool) {
    JedisClientConfig sentinelConfig =
        base(config, url)
            .user(config.sentinelUsername())
            .password(config.sentinelPassword())
            .build();
    Sentinels.requireGroup(url, sentinelConfig);
    SentineledConnectionProvider connections =
        new SentineledConnectionProvider(
            url.masterName(), clientConfig, pool, url.hosts(), sentinelConfig);
    return new SinglePrimaryTopology(
        RedisSentinelClient.builder()
            .masterName(url.masterName())
            .sentinels(url.hosts())
            .clientConfig(clientConfig)
            .connectionProvider(connections)
            .build(),
        connections,
        connections::getCurrentMaster,
        url.database(),
        config.prefix());
  }

  private static RedisTopology cluster(
      RedisConfig config,
      RedisUrl url,
      JedisClientConfig clientConfig,
      GenericObjectPoolConfig<Connection> pool) {
    ClusterConnectionProvider connections =
        new ClusterConnectionProvider(url.hosts(), clientConfig, pool);
    return new ClusterTopology(
        RedisClusterClient.builder()
            .nodes(url.hosts())
            .clientConfig(clientConfig)
            .maxAttempts(CLUSTER_ATTEMPTS)
            .connectionProvider(connections)
            .build(),
        connections,
        config.prefix());
  }

  private static JedisClientConfig clientConfig(RedisConfig config, RedisUrl url) {
    return base(config, url)
        .user(first(config.username(), url.username()))
        .password(first(config.password(), url.password()))
        .database(url.database())
        .clientName("bulwark-keycloak")
        .build();
  }

  private static DefaultJedisClientConfig.Builder base(RedisConfig config, RedisUrl url) {
    DefaultJedisClientConfig.Builder builder =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(Math.toIntExact(config.connectTimeout().toMillis()))
            .socketTimeoutMillis(Math.toIntExact(config.commandTimeout().toMillis()));
    if (url.tls()) {
      builder
          .ssl(true)
          .sslSocketFactory(RedisTls.socketFactory(config.tlsCaFile()))
          .sslParameters(RedisTls.parameters(config.tlsVerifyHostname()));
    }
    return builder;
  }

  private static ConnectionPoolConfig pool(RedisConfig config) {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(config.poolSize());
    pool.setMaxIdle(config.poolSize());
    pool.setMinIdle(1);
    pool.setBlockWhenExhausted(true);
    pool.setMaxWait(config.poolWait());
    pool.setTimeBetweenEvictionRuns(Duration.ofSeconds(30));
    pool.setJmxEnabled(false);
    return pool;
  }

  private static @Nullable String first(@Nullable String preferred, @Nullable String other) {
    return preferred != null ? preferred : other;
  }
}
