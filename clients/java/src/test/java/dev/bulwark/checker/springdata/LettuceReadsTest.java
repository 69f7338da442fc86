package dev.bulwark.checker.springdata;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ReadFrom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** R5: the watermark of one replica says nothing about the tokens that another one has. */
class LettuceReadsTest {

  private static final RedisClusterConfiguration CLUSTER =
      new RedisClusterConfiguration(List.of("127.0.0.1:1"));

  private static void use(LettuceClientConfiguration client) {
    SpringDataAccess.of(new LettuceConnectionFactory(CLUSTER, client), Duration.ofSeconds(1));
  }

  private static LettuceClientConfiguration readingFrom(ReadFrom from) {
    return LettuceClientConfiguration.builder().readFrom(from).build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"upstreamPreferred", "replica", "replicaPreferred", "any", "lowestLatency"})
  void aFactoryThatReadsFromReplicasIsRejected(String from) {
    assertThatThrownBy(() -> use(readingFrom(ReadFrom.valueOf(from))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("replicas");
  }

  @Test
  @SuppressWarnings("deprecation") // Applications use the older name as well.
  void aFactoryThatReadsFromThePrimaryIsAccepted() {
    assertThatCode(() -> use(readingFrom(ReadFrom.UPSTREAM))).doesNotThrowAnyException();
    assertThatCode(() -> use(readingFrom(ReadFrom.MASTER))).doesNotThrowAnyException();
    assertThatCode(() -> use(LettuceClientConfiguration.defaultConfiguration()))
        .doesNotThrowAnyException();
  }
}
