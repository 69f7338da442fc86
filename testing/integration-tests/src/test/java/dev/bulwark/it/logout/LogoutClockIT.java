package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.revocation.FakeClock;
import dev.bulwark.it.support.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R9: a node whose clock is wrong reads what other nodes have written as they do. */
@Tag("full")
class LogoutClockIT {

  /** For how long a notice is tried, and how far the clock is ahead; in seconds. */
  private static final int MAX_AGE = 600;

  private static final int AHEAD = 3_600;

  /** It does not bury what other nodes have made. */
  @Test
  void noticesHaveTheDatabasesTime() {
    try (LogoutServer server =
        LogoutServer.start(
            "logout-clock",
            spec ->
                FakeClock.ahead(spec, AHEAD)
                    .option(
                        "spi-admin-realm-restapi-extension--backchannel-logout--max-age",
                        Integer.toString(MAX_AGE)))) {
      LogoutRealm realm =
          LogoutRealm.create(server.keycloak().url(), server.admin(), "logout-clock");
      try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
        realm.notified("shop", application.url());
        application.away();
        Response login = realm.login("shop", "ann");
        realm.logout("shop", login);
        // As a node with the right clock makes it.
        server
            .database()
            .sql("UPDATE BULWARK_LOGOUT_NOTICE SET CREATED_AT = " + System.currentTimeMillis());
        await("some attempts")
            .atMost(SOON)
            .until(() -> realm.failing().path(0).path("failures").asInt() >= 3);
        assertThat(realm.dead()).isEmpty();
        application.back();
        await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
        assertThat(application.acknowledged().get(0).sid()).isEqualTo(LogoutRealm.sid(login));
      }
    }
  }

  /** It would take the pauses that they have written for those of a wrong clock. */
  @Test
  void aNodeThatIsBehindLeavesAReceiverAloneAsOthersDo() {
    try (LogoutServer server =
        LogoutServer.start("logout-clock-behind", spec -> FakeClock.ahead(spec, -AHEAD))) {
      LogoutRealm realm =
          LogoutRealm.create(server.keycloak().url(), server.admin(), "logout-clock-behind");
      try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
        application.away();
        realm.notified("shop", application.url());
        realm.logout("shop", realm.login("shop", "ann"));
        awaitFailures(realm, "shop", 1);
        // As a node with the right clock writes it.
        long end = Instant.now().plus(Duration.ofMinutes(10)).toEpochMilli();
        server.database().sql("UPDATE BULWARK_LOGOUT_RECEIVER SET NEXT_AT = " + end);
        int failures = failures(realm, "shop");
        realm.notified("other", application.url());
        realm.logout("other", realm.login("other", "ann"));
        // The node has looked for receivers as often.
        awaitFailures(realm, "other", 3);
        assertThat(failures(realm, "shop")).isEqualTo(failures);
      }
    }
  }

  private static void awaitFailures(LogoutRealm realm, String client, int number) {
    await(number + " failures").atMost(SOON).until(() -> failures(realm, client) >= number);
  }

  private static int failures(LogoutRealm realm, String client) {
    return StreamSupport.stream(realm.failing().spliterator(), false)
        .filter(receiver -> receiver.path("clientId").asText().equals(client))
        .mapToInt(receiver -> receiver.path("failures").asInt())
        .sum();
  }
}
