package dev.bulwark.redis.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

class RedisFailuresTest {

  @ParameterizedTest
  @CsvSource({
    "LOADING Redis is loading the dataset in memory, true",
    "READONLY You can't write against a read only replica., true",
    "OOM command not allowed when used memory > 'maxmemory'., true",
    "WRONGPASS invalid username-password pair or user is disabled., true",
    "CLUSTERDOWN Hash slot not served, true",
    "NOPERM this user has no permissions, true",
    "ERR syntax error, false",
    "WRONGTYPE Operation against a key, false"
  })
  void repliesThatMeanAnOutage(String reply, boolean outage) {
    assertThat(RedisFailures.isOutage(new JedisDataException(reply))).isEqualTo(outage);
  }

  @Test
  void aLostConnectionIsAnOutageButAnExhaustedPoolIsNot() {
    assertThat(RedisFailures.isOutage(new JedisConnectionException("gone"))).isTrue();
    assertThat(
            RedisFailures.isOutage(
                new JedisException("Could not get a resource", new NoSuchElementException())))
        .isFalse();
  }

  @Test
  void theDeepestCauseIsTold() {
    Exception cause = new IllegalStateException("PKIX path building failed");
    assertThat(RedisFailures.describe(new JedisConnectionException("no connection", cause)))
        .isEqualTo("no connection (PKIX path building failed)");
  }
}
