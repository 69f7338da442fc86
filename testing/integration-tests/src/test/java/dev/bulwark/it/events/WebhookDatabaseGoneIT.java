package dev.bulwark.it.events;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.HaltedQueries;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Json;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B12: the host of the database is gone during a round. The events are delivered nevertheless. */
@Tag("full")
class WebhookDatabaseGoneIT {

  /** A round has two minutes for the database, and ten seconds for the requests. */
  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  void aRoundThatNobodyAnswersIsGivenUp() {
    try (PostgresProcess database = PostgresProcess.prepared();
        WebhookReceiver receiver = WebhookReceiver.start();
        EventServer server =
            EventServer.start(
                "webhook-database-gone",
                spec -> EventServer.delivering(database.configure(spec), receiver))) {
      String user = server.user("ann");
      await().atMost(LONG).until(() -> !receiver.taken().isEmpty());
      try (HaltedQueries halted = HaltedQueries.of(database, "bulwark_event_lock")) {
        server
            .admin()
            .put("/realms/app/users/" + user, Json.object("email", "ann@example.com"))
            .expect(204);
        await("the change, in spite of " + halted)
            .atMost(LONG)
            .until(
                () ->
                    receiver.taken().stream()
                        .anyMatch(each -> each.type().equals("org.keycloak.admin.USER.UPDATE")));
      }
    }
  }
}
