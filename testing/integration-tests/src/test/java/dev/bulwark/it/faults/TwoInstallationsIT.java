package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Realm;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.RealmFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * R3, R5: two Keycloaks, each with a database of its own, write to one Redis under the same keys.
 * After a loss of Redis, each would call it complete without what the other has revoked.
 */
@Tag("full")
class TwoInstallationsIT {

  private static final String COMPLETE = "revocation:complete";
  private static final String LINE = "Another Keycloak, with another database";

  @TempDir private Path folder;

  @Test
  void noneOfThemCallsRedisCompleteWhileBothAreThere() throws Exception {
    try (RedisProcess redis = RedisProcess.start();
        Jedis client = new Jedis("127.0.0.1", redis.port());
        FaultServer first = start("installation-one", redis.url())) {
      await().atMost(SOON).until(() -> time(client) > 0);
      FaultServer second = start("installation-two", redis.url());
      try {
        await().atMost(SOON).until(() -> first.keycloak().log().contains(LINE));
        await().atMost(SOON).until(() -> second.keycloak().log().contains(LINE));
        assertThat(client.get(COMPLETE)).isEqualTo("0");
        Realm realm = new Realm(second.keycloak().url(), "app");
        String refreshToken = realm.login("alice").text("refresh_token");
        redis.kill();
        realm.logout(refreshToken).expect(204);
        redis.startAgain();
        try (Jedis again = new Jedis("127.0.0.1", redis.port())) {
          await()
              .during(Duration.ofSeconds(20))
              .atMost(Duration.ofSeconds(25))
              .pollInterval(Duration.ofMillis(10))
              .until(() -> time(again) == 0);
        }
        for (FaultServer each : List.of(first, second)) {
          assertThat(each.metric("bulwark_revocation_complete_age_seconds"))
              .as("an alert watches it")
              .isGreaterThan(20);
        }
      } finally {
        second.close();
      }
      try (Jedis again = new Jedis("127.0.0.1", redis.port())) {
        await("the first is alone again")
            .atMost(Duration.ofSeconds(120))
            .until(() -> time(again) > 0);
      }
    }
  }

  private FaultServer start(String name, String redisUrl) throws Exception {
    Path realm = RealmFile.development().writeTo(folder.resolve(name));
    return FaultServer.start(
        name,
        redisUrl,
        null,
        spec -> spec.environment(RealmFile.developmentEnvironment()).realmFile(realm));
  }

  /** The time up to which Redis is said to be complete; 0 if it is not. */
  private static long time(Jedis redis) {
    String value = redis.get(COMPLETE);
    return value == null ? 0 : Long.parseLong(value);
  }
}
