package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.events.WebhookReceiver.Taken;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B12: old dead letters that cannot be deleted bring no event twice. */
@Tag("full")
class WebhookSweepIT {

  /** Old ones are deleted once a minute. */
  private static final Duration SWEEP = Duration.ofMinutes(3);

  private static final String OLD =
      "INSERT INTO bulwark_dead_event (id, event_id, realm_id, order_key, created_at, attempts,"
          + " body, reason) VALUES (-1, 'old', 'realm', 'realm/users/old', 1, 8, '{}', 'old')";

  /** As if an administrator had deleted it between the search and the deletion. */
  private static final String KEEP =
      "CREATE FUNCTION keep() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql;"
          + " CREATE TRIGGER keep BEFORE DELETE ON bulwark_dead_event FOR EACH ROW"
          + " EXECUTE FUNCTION keep()";

  @Test
  void eventsOfTheRoundAreDeliveredOnce() {
    try (PostgresProcess database = PostgresProcess.prepared();
        WebhookReceiver receiver = WebhookReceiver.start();
        EventServer server =
            EventServer.start(
                "webhook-sweep",
                spec -> EventServer.delivering(database.configure(spec), receiver))) {
      database.sql(KEEP);
      database.sql(OLD);
      String user = server.user("somebody");
      AdminApi admin = server.admin();
      AtomicInteger changes = new AtomicInteger();
      await("a deletion that fails")
          .atMost(SWEEP)
          .until(
              () -> {
                // In whichever round that is, there is an event.
                admin
                    .put(
                        "/realms/app/users/" + user,
                        Json.object("email", "n" + changes.incrementAndGet() + "@example.org"))
                    .expect(204);
                return server.keycloak().log().contains("Old dead letters could not be deleted");
              });
      await("all changes")
          .atMost(SOON)
          .until(() -> changes(receiver).stream().distinct().count() == changes.get());
      assertThat(changes(receiver)).doesNotHaveDuplicates();
      assertThat(server.keycloak().log())
          .doesNotContain("Events for the webhook could not be read or marked");

      database.sql("DROP TRIGGER keep ON bulwark_dead_event");
      await("the old one to be deleted")
          .atMost(SWEEP)
          .until(() -> database.sql("SELECT count(*) FROM bulwark_dead_event").strip().equals("0"));
    }
  }

  private static List<String> changes(WebhookReceiver receiver) {
    return receiver.taken().stream()
        .filter(event -> event.type().equals("org.keycloak.admin.USER.UPDATE"))
        .map(Taken::id)
        .toList();
  }
}
