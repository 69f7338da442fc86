package dev.bulwark.it.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.faults.FaultServer;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B11: what the alerts about Redis and nodes ask for is there when Redis, and then Keycloak, is
 * killed. Nobody logs out meanwhile, so Redis lacks no key.
 */
@Tag("full")
class AlertsInFaultsIT {

  private static final List<String> AWAY =
      List.of("BulwarkRedisAway", "BulwarkLimiterAlone", "BulwarkWatermarkLate");

  @TempDir Path folder;

  @Test
  void theyFireWhileRedisOrKeycloakIsAway() throws IOException {
    Programs.require("prometheus", "prometheus");
    try (RedisProcess redis = RedisProcess.start();
        FaultServer server = FaultServer.start("alerts", redis.url(), null, spec -> spec);
        PrometheusProcess prometheus =
            PrometheusProcess.start(server.keycloak().managementUrl(), folder)) {
      server.awaitRedisUp(1);
      await().until(() -> !prometheus.query("bulwark_redis_up").isEmpty());
      for (String alert : AWAY) {
        awaitAlert(prometheus, alert, false);
      }
      awaitAlert(prometheus, "BulwarkSilent", false);

      redis.kill();
      for (String alert : AWAY) {
        awaitAlert(prometheus, alert, true);
      }
      assertThat(prometheus.query(ShippedQueries.alert("BulwarkRevocationLag")))
          .as("no revocation waits, so this one is silent")
          .isEmpty();
      redis.startAgain();
      for (String alert : AWAY) {
        awaitAlert(prometheus, alert, false);
      }

      server.keycloak().kill();
      JsonNode silent = awaitAlert(prometheus, "BulwarkSilent", true);
      assertThat(silent.findValuesAsText("namespace")).containsOnly("test");
      assertThat(silent.findValuesAsText("instance"))
          .contains(server.keycloak().managementUrl().getAuthority());
    }
  }

  private static JsonNode awaitAlert(PrometheusProcess prometheus, String alert, boolean fires)
      throws IOException {
    String query = ShippedQueries.alert(alert);
    await(alert + " fires: " + fires)
        .atMost(Duration.ofMinutes(2))
        .until(() -> prometheus.query(query).isEmpty() != fires);
    return prometheus.query(query);
  }
}
