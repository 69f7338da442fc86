package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.MariaDbProcess;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * B12: an event whose client id has characters beyond U+FFFF is delivered, also from MariaDB, whose
 * column takes none of them.
 */
@Tag("full")
class WebhookCharactersIT {

  private static final String CLIENT = "no-client-\ud83d\ude00-J\u00fcrgen";

  @Test
  void aClientIdWithAnEmojiIsDelivered() {
    try (MariaDbProcess database = MariaDbProcess.start();
        WebhookReceiver receiver = WebhookReceiver.start();
        EventServer server =
            EventServer.start(
                "webhook-characters",
                spec -> EventServer.delivering(database.configure(spec), receiver))) {
      server.realm().clientCredentials(CLIENT, "wrong", Map.of()).expect(401);
      await()
          .atMost(SOON)
          .until(
              () ->
                  receiver.taken().stream()
                      .anyMatch(event -> event.text("/keycloak/client_id").equals(CLIENT)));
    }
  }
}
