package dev.bulwark.it.events;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** B12, L6: the shipped realm has each event in the log as fields, and not as an escaped string. */
@SharedRealm
class ShippedEventLogIT {

  private static final TestStack STACK = TestStack.get();

  @Test
  void aLoginIsOneLineWithFields() {
    assumeFalse(STACK.keycloak().log().isEmpty(), "a remote server keeps its log");
    String name = "u" + UUID.randomUUID();
    String user = EventServer.addUser(STACK.admin(), name);
    Instant before = Instant.now();
    STACK.realm().login(name).expect(200);

    await().atMost(SOON).until(() -> !logins(user).isEmpty());
    assertThat(logins(user)).hasSize(1);
    JsonNode line = logins(user).get(0);
    assertThat(Instant.parse(line.get("@timestamp").asText()))
        .isBetween(before.minus(Duration.ofSeconds(1)), Instant.now());
    assertThat(line.at("/ecs/version").asText()).startsWith("8.");
    assertThat(line.at("/event/action").asText()).isEqualTo("login");
    assertThat(line.at("/event/outcome").asText()).isEqualTo("success");
    assertThat(line.at("/event/category/0").asText()).isEqualTo("authentication");
    assertThat(line.at("/user/name").asText()).isEqualTo(name);
    assertThat(line.at("/source/ip").asText()).isEqualTo("127.0.0.1");
    assertThat(line.at("/keycloak/realm/name").asText()).isEqualTo("app");
    assertThat(line.at("/keycloak/client_id").asText()).isEqualTo("dev-cli");
    assertThat(STACK.keycloak().log().lines())
        .filteredOn(text -> text.contains(user) && text.contains("type=\"LOGIN\""))
        .isEmpty();
  }

  private static List<JsonNode> logins(String user) {
    return EventLines.of(STACK.keycloak().log()).stream()
        .filter(line -> line.at("/user/id").asText().equals(user))
        .filter(line -> line.at("/keycloak/event_type").asText().equals("LOGIN"))
        .toList();
  }
}
