package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestAuthority;
import dev.bulwark.server.ServerSpec;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R4, B6: whatever is wrong with the Redis options, Keycloak starts, says which option it is, and
 * shows the lag. What is put right at Redis needs no restart.
 */
@Tag("full")
class UnusableRedisIT {

  private static final String OPTION = "spi-redis-connection--default--";
  private static final String PASSWORD = "correct-redis-battery";
  private static final String PREFIX = "tenant-7:";

  @Test
  void valkeyOverTlsWithAWrongPasswordThatIsPutRight() {
    TestAuthority authority = TestAuthority.create("keycloak", "ip:127.0.0.1");
    try (RedisProcess redis = RedisProcess.of(RedisKind.VALKEY).tls(authority).start()) {
      setUser(redis, "another");
      try (FaultServer server =
          start(
              tls(redis),
              spec ->
                  spec.option(OPTION + "tls-ca-file", authority.certificate().toString())
                      .option(OPTION + "username", "bulwark")
                      .environment("KC_SPI_REDIS_CONNECTION__DEFAULT__PASSWORD", PASSWORD)
                      .option(OPTION + "prefix", PREFIX))) {
        IssuedTokens tokens = realm(server, key -> redis.ttl(PREFIX + key));
        assertBehind(server, tokens, "authentication");
        assertThat(server.keycloak().log())
            .contains("WRONGPASS")
            .contains(OPTION + "password")
            .doesNotContain(PASSWORD);

        setUser(redis, PASSWORD);
        tokens.awaitAgreement(1, SOON);
        try (Jedis jedis = redis.connect()) {
          assertThat(jedis.keys("*")).allMatch(key -> key.startsWith(PREFIX));
        }
      }
    }
  }

  @Test
  @Tag("full")
  void anUnknownAuthority() {
    TestAuthority authority = TestAuthority.create("right", "ip:127.0.0.1");
    TestAuthority other = TestAuthority.create("wrong", "ip:127.0.0.1");
    try (RedisProcess redis = RedisProcess.of(RedisKind.REDIS).tls(authority).start();
        FaultServer server =
            start(
                tls(redis),
                spec -> spec.option(OPTION + "tls-ca-file", other.certificate().toString()))) {
      assertBehind(server, realm(server, redis::ttl), "tls");
      assertThat(server.keycloak().log()).contains("check " + OPTION + "tls-ca-file");
      assertThat(redis.size()).isZero();
    }
  }

  @Test
  @Tag("full")
  void aUrlThatIsNone() {
    try (FaultServer server = start("redis//nonsense", spec -> spec)) {
      assertBehind(server, realm(server, key -> -2), "configuration");
      assertThat(server.keycloak().log()).contains(OPTION + "url cannot be read");
    }
  }

  @Test
  @Tag("full")
  void whoNeedsRedisCanHaveItInTheHealthCheck() {
    try (RedisProcess redis = RedisProcess.start();
        FaultServer server =
            start(redis.url(), spec -> spec.option(OPTION + "health-required", "true"))) {
      redis.kill();
      await().atMost(SOON).until(() -> server.readiness().status() == 503);
      JsonNode check = FaultServer.check(server.readiness(), "Bulwark Redis");
      assertThat(check.get("status").asText()).isEqualTo("DOWN");
      redis.startAgain();
      await().atMost(SOON).until(() -> server.readiness().status() == 200);
    }
  }

  /** One logout: it works, and health and metrics say that Redis lacks it. */
  private static void assertBehind(FaultServer server, IssuedTokens tokens, String error) {
    Response session = tokens.login("ann");
    tokens.login("ann");
    tokens.logout(session);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              Response ready = server.readiness().expect(200);
              JsonNode connection = FaultServer.check(ready, "Bulwark Redis");
              assertThat(connection.at("/data/status").asText()).isEqualTo("away");
              assertThat(connection.at("/data/error").asText()).isEqualTo(error);
              JsonNode behind = FaultServer.check(ready, "Bulwark revocations in Redis");
              assertThat(behind.at("/data/pending").asLong()).isEqualTo(1);
            });
    assertThat(server.metric("bulwark_redis_up")).isZero();
    assertThat(server.metric("bulwark_revocation_pending")).isEqualTo(1);
  }

  /** What the bundle needs of Redis, and no more. */
  private static void setUser(RedisProcess redis, String password) {
    redis.admin(
        "ACL",
        "SETUSER",
        "bulwark",
        "reset",
        "on",
        ">" + password,
        "~" + PREFIX + "*",
        "+@connection",
        "+info",
        "+set",
        "+get",
        "+ttl",
        "+expireat",
        "+eval");
  }

  private static String tls(RedisProcess redis) {
    return redis.url().replace("redis://", "rediss://");
  }

  private static FaultServer start(String url, UnaryOperator<ServerSpec.Builder> more) {
    return FaultServer.start("unusable-redis", url, null, more);
  }

  private static IssuedTokens realm(FaultServer server, RedisView redis) {
    return IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "unusable", redis);
  }
}
