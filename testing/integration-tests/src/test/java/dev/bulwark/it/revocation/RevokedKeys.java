package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Realm;
import java.time.Duration;
import java.time.Instant;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Looks at Redis as a relying application does. */
final class RevokedKeys implements AutoCloseable {

  /** Seconds that a key stays longer than its token lives: the default of the option. */
  private static final long GRACE = 60;

  private final RedisClient redis;

  RevokedKeys(String url) {
    this.redis = RedisClient.create(url);
  }

  static String key(String accessToken) {
    return "revoked:" + Realm.claims(accessToken).get("jti").asText();
  }

  boolean contains(String accessToken) {
    return redis.exists(key(accessToken));
  }

  /**
   * The key is there with the value 1 and the token's remaining life and the grace, give or take a
   * second.
   */
  void assertRevoked(String accessToken) {
    String key = key(accessToken);
    assertThat(redis.get(key)).as(key).isEqualTo("1");
    JsonNode claims = Realm.claims(accessToken);
    long remaining = claims.get("exp").asLong() - Instant.now().getEpochSecond();
    assertThat(redis.ttl(key))
        .as("TTL of %s", key)
        .isBetween(remaining + GRACE - 1, remaining + GRACE + 1);
  }

  void assertNotRevoked(String accessToken) {
    assertThat(contains(accessToken)).as(key(accessToken)).isFalse();
  }

  void awaitRevoked(String accessToken, Duration atMost) {
    await()
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(50))
        // Connections of before an outage are still in the pool.
        .ignoreExceptionsInstanceOf(JedisConnectionException.class)
        .untilAsserted(() -> assertRevoked(accessToken));
  }

  RedisClient client() {
    return redis;
  }

  @Override
  public void close() {
    redis.close();
  }
}
