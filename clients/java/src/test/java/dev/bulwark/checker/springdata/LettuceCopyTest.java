package dev.bulwark.checker.springdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions.RefreshTrigger;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/** R5: the connection of the checker goes to the same Redis, and follows a cluster. */
class LettuceCopyTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final RedisClusterConfiguration CLUSTER =
      new RedisClusterConfiguration(List.of("127.0.0.1:1"));

  private static ClusterTopologyRefreshOptions refresh(LettuceClientConfiguration application) {
    LettuceConnectionFactory copy =
        LettuceCopy.of(new LettuceConnectionFactory(CLUSTER, application), TIMEOUT, TIMEOUT);
    try {
      ClientOptions options = copy.getClientConfiguration().getClientOptions().orElseThrow();
      assertThat(options).isInstanceOf(ClusterClientOptions.class);
      assertThat(options.getDisconnectedBehavior())
          .isEqualTo(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS);
      assertThat(options.getSocketOptions().getConnectTimeout()).isEqualTo(TIMEOUT);
      return ((ClusterClientOptions) options).getTopologyRefreshOptions();
    } finally {
      copy.destroy();
    }
  }

  private static LettuceClientConfiguration with(ClientOptions options) {
    return LettuceClientConfiguration.builder().clientOptions(options).build();
  }

  /** Lettuce 6 would never learn that a replica has taken the place of its primary. */
  @Test
  void theSlotsOfAClusterAreAskedForAgain() {
    for (LettuceClientConfiguration application :
        List.of(
            LettuceClientConfiguration.defaultConfiguration(),
            with(ClientOptions.create()),
            with(ClusterClientOptions.create()))) {
      ClusterTopologyRefreshOptions refresh = refresh(application);
      assertThat(refresh.isPeriodicRefreshEnabled()).isTrue();
      assertThat(refresh.getRefreshPeriod())
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(9));
      assertThat(refresh.getAdaptiveRefreshTriggers())
          .containsExactlyInAnyOrder(RefreshTrigger.values());
    }
  }

  @Test
  void theApplicationsOwnRefreshIsKept() {
    ClusterTopologyRefreshOptions refresh =
        refresh(
            with(
                ClusterClientOptions.builder()
                    .topologyRefreshOptions(
                        ClusterTopologyRefreshOptions.builder()
                            .enablePeriodicRefresh(Duration.ofSeconds(42))
                            .enableAllAdaptiveRefreshTriggers()
                            .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(7))
                            .dynamicRefreshSources(false)
                            .build())
                    .build()));
    assertThat(refresh.getRefreshPeriod()).isEqualTo(Duration.ofSeconds(42));
    assertThat(refresh.getAdaptiveRefreshTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(refresh.useDynamicRefreshSources()).isFalse();
  }

  /** Its standalone configuration is that of localhost, another Redis. */
  @Test
  void staticMasterAndReplicaIsRejected() {
    LettuceConnectionFactory application =
        new LettuceConnectionFactory(
            new RedisStaticMasterReplicaConfiguration("redis.example", 6379));
    assertThatThrownBy(() -> SpringDataAccess.lettuce(application, TIMEOUT, TIMEOUT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("static master/replica is not supported")
        .hasMessageContaining("bulwark.revocation.url");
  }

  /** Without it the copy would log in with nothing. */
  @Test
  void theApplicationsProviderOfCredentialsIsKept() {
    RedisCredentialsProviderFactory credentials = new RedisCredentialsProviderFactory() {};
    LettuceConnectionFactory copy =
        LettuceCopy.of(
            new LettuceConnectionFactory(
                new RedisStandaloneConfiguration("redis.example", 1234),
                LettuceClientConfiguration.builder()
                    .redisCredentialsProviderFactory(credentials)
                    .build()),
            TIMEOUT,
            TIMEOUT);
    try {
      assertThat(copy.getClientConfiguration().getRedisCredentialsProviderFactory())
          .containsSame(credentials);
    } finally {
      copy.destroy();
    }
  }

  @Test
  void theCopyOfASingleServerGoesToIt() {
    RedisStandaloneConfiguration server = new RedisStandaloneConfiguration("redis.example", 1234);
    RedisConfiguration any = server;
    LettuceClientConfiguration client = LettuceClientConfiguration.defaultConfiguration();
    for (LettuceConnectionFactory application :
        List.of(
            new LettuceConnectionFactory(server),
            new LettuceConnectionFactory(any, client),
            new LettuceConnectionFactory("redis.example", 1234))) {
      LettuceConnectionFactory copy = LettuceCopy.of(application, TIMEOUT, TIMEOUT);
      assertThat(copy.getHostName()).isEqualTo("redis.example");
      assertThat(copy.getPort()).isEqualTo(1234);
      copy.destroy();
    }
  }
}
