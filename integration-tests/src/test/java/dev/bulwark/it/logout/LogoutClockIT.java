package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.revocation.FakeClock;
import dev.bulwark.it.support.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R9: a node whose clock is ahead does not bury the notices that other nodes have made. */
@Tag("full")
class LogoutClockIT {

  /** For how long a notice is tried, and how far the clock is ahead; in seconds. */
  private static final int MAX_AGE = 600;

  private static final int AHEAD = 3_600;

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
}
