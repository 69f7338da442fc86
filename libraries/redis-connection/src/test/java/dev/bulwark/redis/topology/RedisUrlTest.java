package dev.bulwark.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.redis.topology.RedisUrl.Topology;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;

class RedisUrlTest {

  @Test
  void aSingleServer() {
    RedisUrl url = RedisUrl.parse("rediss://kc:p%40ss%3Aw+rd@redis.example.org:6380/3");
    assertThat(url.topology()).isEqualTo(Topology.STANDALONE);
    assertThat(url.tls()).isTrue();
    assertThat(url.hosts()).containsExactly(new HostAndPort("redis.example.org", 6380));
    assertThat(url.database()).isEqualTo(3);
    assertThat(url.username()).isEqualTo("kc");
    assertThat(url.password()).isEqualTo("p@ss:w+rd");
  }

  @Test
  void aPasswordWithoutUser() {
    RedisUrl url = RedisUrl.parse("redis://:secret@localhost");
    assertThat(url.username()).isNull();
    assertThat(url.password()).isEqualTo("secret");
    assertThat(url.hosts()).containsExactly(new HostAndPort("localhost", 6379));
  }

  @Test
  void aSentinelGroup() {
    RedisUrl url = RedisUrl.parse("redis-sentinel://:pw@s1,s2:26380,[::1]:26381/tokens?db=2");
    assertThat(url.topology()).isEqualTo(Topology.SENTINEL);
    assertThat(url.masterName()).isEqualTo("tokens");
    assertThat(url.database()).isEqualTo(2);
    assertThat(url.hosts())
        .isEqualTo(
            Set.of(
                new HostAndPort("s1", 26379),
                new HostAndPort("s2", 26380),
                new HostAndPort("::1", 26381)));
  }

  @Test
  void aCluster() {
    RedisUrl url = RedisUrl.parse("rediss-cluster://a:7000,b:7001");
    assertThat(url.topology()).isEqualTo(Topology.CLUSTER);
    assertThat(url.tls()).isTrue();
    assertThat(url.hosts()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:6379",
        "http://localhost",
        "redisss://localhost",
        "redis://",
        "redis://a,b",
        "redis://host:0",
        "redis://host:99999",
        "redis://host:port",
        "redis://host/db",
        "redis://host/-1",
        "redis://host/65536",
        "redis://user@host",
        "redis://u:%zz@host",
        "redis://ho st",
        "redis-sentinel://host",
        "redis-sentinel://host/name?timeout=1",
        "redis-sentinel://,/name",
        "redis-cluster://host/1"
      })
  void whatCannotBeReadNamesTheOption(String url) {
    assertThatThrownBy(() -> RedisUrl.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spi-redis-connection--default--url");
  }

  @ParameterizedTest
  @CsvSource({
    "redis://u:secret@host, redis://***@host",
    "redis://u:sec@ret@host, redis://***@host",
    "u:secret@host, ***@host",
    "secret, (not a URL)",
    "redis://host, redis://host"
  })
  void secretsAreNotShown(String url, String shown) {
    assertThat(RedisUrl.withoutSecrets(url)).isEqualTo(shown);
  }
}
