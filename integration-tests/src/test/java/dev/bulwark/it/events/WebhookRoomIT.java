package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.events.WebhookReceiver.Taken;
import dev.bulwark.it.support.Realm;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B12: an event that waits for long leaves all others their room in the database. */
@Tag("full")
class WebhookRoomIT {

  /** The least that the option allows. */
  private static final int MAX_WAITING = 1000;

  private static final int AT_ONCE = 200;
  private static final String OPTION = "spi-events-listener--bulwark-webhook--";

  @Test
  void noEventIsDroppedWhileOneWaits() {
    try (WebhookReceiver receiver = WebhookReceiver.start();
        EventServer server =
            EventServer.start(
                "webhook-room",
                spec ->
                    EventServer.delivering(spec, receiver)
                        .option(OPTION + "max-waiting", Integer.toString(MAX_WAITING))
                        .option(OPTION + "max-attempts", "100"))) {
      receiver.answer(event -> isOfUser(event) ? 403 : 204);
      server.user("somebody");

      for (int stored = AT_ONCE; stored <= MAX_WAITING + AT_ONCE; stored += AT_ONCE) {
        IntStream.range(0, AT_ONCE).parallel().forEach(i -> token(server.realm()));
        int expected = stored;
        await().atMost(SOON).untilAsserted(() -> assertThat(tokens(receiver)).isEqualTo(expected));
      }
      assertThat(server.metric("bulwark_webhook_events_total", "outcome=\"dropped\"")).isZero();
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(server.metric("bulwark_webhook_waiting")).isOne());
    }
  }

  private static void token(Realm realm) {
    realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of()).expect(200);
  }

  private static long tokens(WebhookReceiver receiver) {
    return receiver.taken().stream()
        .filter(event -> event.type().equals("org.keycloak.user.CLIENT_LOGIN"))
        .map(Taken::id)
        .distinct()
        .count();
  }

  private static boolean isOfUser(Taken event) {
    return event.type().equals("org.keycloak.admin.USER.CREATE");
  }
}
