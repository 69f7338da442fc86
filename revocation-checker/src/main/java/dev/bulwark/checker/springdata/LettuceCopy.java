package dev.bulwark.checker.springdata;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A connection factory for the same Redis, with waits that are bounded. */
final class LettuceCopy {

  private LettuceCopy() {}

  static LettuceConnectionFactory of(
      LettuceConnectionFactory application, Duration connectTimeout, Duration commandTimeout) {
    LettuceConnectionFactory copy =
        new LettuceConnectionFactory(
            redis(application),
            client(application.getClientConfiguration(), connectTimeout, commandTimeout));
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
    return application.getStandaloneConfiguration();
  }

  private static LettuceClientConfiguration client(
      LettuceClientConfiguration application, Duration connectTimeout, Duration commandTimeout) {
    ClientOptions.Builder options =
        application.getClientOptions().map(ClientOptions::mutate).orElseGet(ClientOptions::builder);
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
    if (application.isUseSsl()) {
      LettuceClientConfiguration.LettuceSslClientConfigurationBuilder ssl = builder.useSsl();
      ssl.verifyPeer(application.getVerifyMode());
      if (application.isStartTls()) {
        ssl.startTls();
      }
    }
    return builder.build();
  }
}
