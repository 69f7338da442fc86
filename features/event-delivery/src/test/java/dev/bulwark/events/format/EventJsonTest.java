package dev.bulwark.events.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.events.record.EventRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.events.EventType;

/** B12: the fields of an event, and its text. */
class EventJsonTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant TIME = Instant.parse("2026-11-27T08:00:00.123Z");

  /** What the schema allows for {@code event.category} iam and authentication. */
  private static final Set<String> ECS_TYPES =
      Set.of("start", "end", "info", "creation", "change", "deletion");

  @Test
  void aFailedLoginInTheFieldsOfElastic() throws IOException {
    assertThat(JSON.readTree(EventJson.line(failedLogin())))
        .isEqualTo(
            JSON.readTree(
                """
                {"@timestamp":"2026-11-27T08:00:00.123Z","ecs":{"version":"8.17.0"},
                 "message":"LOGIN_ERROR of ann: invalid_user_credentials",
                 "event":{"kind":"event","id":"e1","action":"login",
                  "category":["authentication"],"type":["start"],"outcome":"failure",
                  "reason":"invalid_user_credentials","provider":"keycloak",
                  "dataset":"keycloak.user"},
                 "user":{"id":"u1","name":"ann"},
                 "source":{"address":"192.0.2.7","ip":"192.0.2.7"},
                 "service":{"type":"keycloak"},
                 "keycloak":{"event_type":"LOGIN_ERROR","realm":{"id":"r1","name":"app"},
                  "client_id":"tasks","session_id":"s1","details":{"auth_method":"code"}}}
                """));
  }

  /** One event in a thousand has no milliseconds; a receiver that sorts texts sorts it too. */
  @ParameterizedTest
  @ValueSource(strings = {"2026-11-27T08:00:00.000Z", "2026-11-27T08:00:00.120Z"})
  void timesSortAsTexts(String time) throws IOException {
    EventRecord event = at(Instant.parse(time), "192.0.2.7");
    assertThat(JSON.readTree(EventJson.line(event)).get("@timestamp").asText()).isEqualTo(time);
    assertThat(JSON.readTree(EventJson.cloudEvent(event)).get("time").asText()).isEqualTo(time);
  }

  @Test
  void anAdministratorsChangeInTheFieldsOfElastic() throws IOException {
    JsonNode line = JSON.readTree(EventJson.line(change("USER.UPDATE")));
    assertThat(line.at("/event/category/0").asText()).isEqualTo("iam");
    assertThat(line.at("/event/type/0").asText()).isEqualTo("change");
    assertThat(line.at("/event/action").asText()).isEqualTo("user.update");
    assertThat(line.at("/user/id").asText()).isEqualTo("root");
    assertThat(line.at("/user/target/id").asText()).isEqualTo("u1");
  }

  /** Some proxies send {@code for=unknown}, and a collector drops an event with such an address. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, true",
    "255.255.255.255, true",
    "2001:db8::7, true",
    "::1, true",
    "::ffff:192.0.2.7, true",
    "256.0.0.1, false",
    "192.0.2, false",
    "192.0.2.7:443, false",
    "2001:db8::7::1, false",
    "fe80::1%eth0, false",
    "unknown, false",
    "_hidden, false",
    "cafe, false",
  })
  void onlyAnAddressIsInAFieldForAddresses(String address, boolean isAddress) throws IOException {
    JsonNode ecs = JSON.readTree(EventJson.line(at(TIME, address))).get("source");
    assertThat(ecs.get("address").asText()).isEqualTo(address);
    assertThat(ecs.path("ip").asText()).isEqualTo(isAddress ? address : "");
  }

  private static EventRecord at(Instant time, String address) {
    return new EventRecord(
        "e1",
        time,
        "LOGIN",
        false,
        new EventRecord.Realm("r1", "app"),
        "u1",
        null,
        null,
        null,
        address,
        null,
        null,
        Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "USER_SESSION_DELETED, authentication, end",
    "USER_DISABLED_BY_PERMANENT_LOCKOUT, iam, change",
    "CLIENT_REGISTER, iam, creation",
    "CLIENT_UPDATE, iam, change",
    "CLIENT_DELETE, iam, deletion"
  })
  void categoryAndTypeOfAUsersEvent(String type, String category, String eventType)
      throws IOException {
    JsonNode line = JSON.readTree(EventJson.line(event(type, false, "ann")));
    assertThat(line.at("/event/category/0").asText()).isEqualTo(category);
    assertThat(line.at("/event/type/0").asText()).isEqualTo(eventType);
  }

  /**
   * Some readers end a line at the separators of Unicode, a terminal obeys control characters, and
   * MariaDB's column takes nothing beyond U+FFFF.
   */
  @Test
  void noCharacterOfANameLeavesItsText() throws IOException {
    String typed = "J\u00fcrgen\u2028{}\u2029\u0085\u009b31m\u007f\u0000\r\n\ud83d\ude00";
    EventRecord event = event("LOGIN_ERROR", false, typed);
    for (String text : List.of(EventJson.line(event), EventJson.cloudEvent(event))) {
      assertThat(text.chars())
          .noneMatch(Character::isISOControl)
          .noneMatch(c -> c == 0x2028 || c == 0x2029 || isHalf(c));
      assertThat(text).as("what everybody can read").contains("J\u00fcrgen");
      assertThat(names(JSON.readTree(text))).containsOnly(typed);
    }
  }

  /** Half of a character is no text: a strict reader would reject the whole event. */
  @Test
  void halfACharacterIsReplaced() throws IOException {
    for (String typed : List.of("a\ud83d", "a\ude00", "a\ude00\ud83d")) {
      String text = EventJson.line(event("LOGIN_ERROR", false, typed));
      assertThat(names(JSON.readTree(text)).get(0)).matches("a\ufffd+").hasSameSizeAs(typed);
    }
  }

  private static boolean isHalf(int character) {
    return character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
  }

  private static List<String> names(JsonNode event) {
    return event.findValues("user").stream().map(user -> user.get("name").asText()).toList();
  }

  @ParameterizedTest
  @EnumSource
  void everyEventIsALineOfTheSchema(EventType type) throws IOException {
    EventRecord event = event(type.name(), false, "line\nbreak \"and\" quote");
    String line = EventJson.line(event);
    assertThat(line).doesNotContain("\n");
    JsonNode ecs = JSON.readTree(line);
    assertThat(ecs.at("/event/category/0").asText()).isIn("authentication", "iam");
    assertThat(ecs.at("/event/type/0").asText()).isIn(ECS_TYPES);
    assertThat(ecs.at("/event/outcome").asText())
        .isEqualTo(type.name().endsWith("_ERROR") ? "failure" : "success");
  }

  @Test
  void theEnvelopeIsACloudEvent() throws IOException {
    JsonNode cloud = JSON.readTree(EventJson.cloudEvent(failedLogin()));
    assertThat(cloud.get("specversion").asText()).isEqualTo("1.0");
    assertThat(cloud.get("id").asText()).isEqualTo("e1");
    assertThat(cloud.get("source").asText()).isEqualTo("/realms/app");
    assertThat(cloud.get("type").asText()).isEqualTo("org.keycloak.user.LOGIN_ERROR");
    assertThat(cloud.get("subject").asText()).isEqualTo("r1/users/u1");
    assertThat(cloud.at("/data/event/id").asText()).isEqualTo("e1");
  }

  /** CloudEvents demands a reference as a URI has it. */
  @Test
  void theSourceOfARealmWithABlankIsAReference() throws IOException {
    EventRecord event =
        new EventRecord(
            "e1",
            TIME,
            "LOGIN",
            false,
            new EventRecord.Realm("r1", "My Company"),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            Map.of());
    JsonNode cloud = JSON.readTree(EventJson.cloudEvent(event));
    assertThat(cloud.get("source").asText()).isEqualTo("/realms/My%20Company");
  }

  private static EventRecord failedLogin() {
    return new EventRecord(
        "e1",
        TIME,
        "LOGIN_ERROR",
        false,
        new EventRecord.Realm("r1", "app"),
        "u1",
        "ann",
        "tasks",
        "s1",
        "192.0.2.7",
        "invalid_user_credentials",
        null,
        Map.of("auth_method", "code"));
  }

  private static EventRecord change(String type) {
    return event(type, true, null);
  }

  private static EventRecord event(String type, boolean admin, @Nullable String username) {
    return new EventRecord(
        "e2",
        TIME,
        type,
        admin,
        new EventRecord.Realm("r1", null),
        admin ? "root" : null,
        username,
        null,
        null,
        null,
        null,
        admin ? "users/u1" : null,
        Map.of());
  }
}
