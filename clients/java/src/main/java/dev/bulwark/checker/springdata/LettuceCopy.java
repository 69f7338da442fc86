package dev.bulwark.checker.springdata;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions.RefreshTrigger;
import java.lang.reflect.Field;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

/** A connection factory for the same Redis, with waits that are bounded. */
final class LettuceCopy {

  /** Of a cluster, unless the application has set another time. */
  private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(5);

  private LettuceCopy() {}

  static LettuceConnectionFactory of(
      LettuceConnectionFactory application, Duration connectTimeout, Duration commandTimeout) {
    LettuceConnectionFactory copy =
        new LettuceConnectionFactory(
            redis(application), client(application, connectTimeout, commandTimeout));
    copy.setShareNativeConnection(true);
    copy.afterPropertiesSet();
    copy.start();
    return copy;
  }

  private static RedisConfiguration redis(LettuceConnectionFactory application) {
    if (application.getClusterConfiguration() != null) {
      return application.getClusterConfiguration();
    }
    if (application.getSentinelConfiguration() != null) {
      return application.getSentinelConfiguration();
    }
    if (application.getSocketConfiguration() != null) {
      return application.getSocketConfiguration();
    }
    RedisConfiguration own = configuration(application);
    if (own instanceof RedisStaticMasterReplicaConfiguration) {
      throw new IllegalArgumentException(
          "static master/replica is not supported: name the primary by a connection factory of its"
              + " own, in an application with Spring Boot by bulwark.revocation.url");
    }
    return own != null ? own : application.getStandaloneConfiguration();
  }

  /**
   * What the factory was made from, which it does not show. Its standalone configuration is that of
   * localhost, another Redis, if it was made from static nodes, or from any {@link
   * RedisConfiguration}.
   */
  private static @Nullable RedisConfiguration configuration(LettuceConnectionFactory application) {
    Field configuration =
        ReflectionUtils.findField(LettuceConnectionFactory.class, null, RedisConfiguration.class);
    if (configuration == null) {
      return null;
    }
    ReflectionUtils.makeAccessible(configuration);
    return (RedisConfiguration) ReflectionUtils.getField(configuration, application);
  }

  private static LettuceClientConfiguration client(
      LettuceConnectionFactory factory, Duration connectTimeout, Duration commandTimeout) {
    LettuceClientConfiguration application = factory.getClientConfiguration();
    ClientOptions.Builder options =
        options(application.getClientOptions().orElseGet(ClientOptions::create), factory);
    LettuceClientConfigurationBuilder builder =
        LettuceClientConfiguration.builder()
            .clientName("bulwark-checker")
            .commandTimeout(commandTimeout)
            .shutdownTimeout(Duration.ZERO)
            .clientOptions(
                options
                    .autoReconnect(true)
                    // Callers are told at once; a check that is due opens a new connection.
                    .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                    .socketOptions(SocketOptions.builder().connectTimeout(connectTimeout).build())
                    .timeoutOptions(TimeoutOptions.enabled(commandTimeout))
                    .build());
    application.getClientResources().ifPresent(builder::clientResources);
    application
        .getRedisCredentialsProviderFactory()
        .ifPresent(builder::redisCredentialsProviderFactory);
    if (application.isUseSsl()) {
      LettuceClientConfiguration.LettuceSslClientConfigurationBuilder ssl = builder.useSsl();
      ssl.verifyPeer(application.getVerifyMode());
      if (application.isStartTls()) {
        ssl.startTls();
      }
    }
    return builder.build();
  }

  private static ClientOptions.Builder options(
      ClientOptions application, LettuceConnectionFactory factory) {
    if (!factory.isClusterAware()) {
      return application.mutate();
    }
    ClusterClientOptions.Builder cluster = ClusterClientOptions.builder(application);
    return cluster.topologyRefreshOptions(refreshed(cluster.build().getTopologyRefreshOptions()));
  }

  /**
   * Keeps what the application has set, and adds what Lettuce 6 leaves off: without any refresh, a
   * client asks a primary for ever that a replica has replaced.
   */
  private static ClusterTopologyRefreshOptions refreshed(ClusterTopologyRefreshOptions own) {
    ClusterTopologyRefreshOptions.Builder refresh =
        ClusterTopologyRefreshOptions.builder()
            .closeStaleConnections(own.isCloseStaleConnections())
            .dynamicRefreshSources(own.useDynamicRefreshSources())
            .refreshTriggersReconnectAttempts(own.getRefreshTriggersReconnectAttempts())
            .adaptiveRefreshTriggersTimeout(own.getAdaptiveRefreshTimeout())
            .enablePeriodicRefresh(
                own.isPeriodicRefreshEnabled() ? own.getRefreshPeriod() : TOPOLOGY_REFRESH);
    if (own.getAdaptiveRefreshTriggers().isEmpty()) {
      return refresh.enableAllAdaptiveRefreshTriggers().build();
    }
    return refresh
        .enableAdaptiveRefreshTrigger(
            own.getAdaptiveRefreshTriggers().toArray(RefreshTrigger[]::new))
        .build();
  }
}
