package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.database.HaltedQueries;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R9: the host of the database is gone while a notice is looked for. It is sent nevertheless. */
@Tag("full")
class LogoutDatabaseGoneIT {

  /** A look at the database has two minutes. */
  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  void aLookThatNobodyAnswersIsGivenUp() {
    try (LogoutServer server = LogoutServer.start("logout-database-gone")) {
      LogoutRealm realm =
          LogoutRealm.create(server.keycloak().url(), server.admin(), "logout-database-gone");
      try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
        realm.notified("shop", application.url());
        realm.logout("shop", realm.login("shop", "ann"));
        await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
        try (HaltedQueries halted =
            HaltedQueries.of(server.database(), "bulwark_logout_receiver")) {
          realm.logout("shop", realm.login("shop", "ann"));
          await("the notice, in spite of " + halted)
              .atMost(LONG)
              .until(() -> application.acknowledged().size() == 2);
        }
      }
    }
  }
}
