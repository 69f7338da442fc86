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
import org.keycloak.events.EventType;
import org.keycloak.events.admin.OperationType;

/** B12: the fields of an event in each schema. */
class EventFormatTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant TIME = Instant.parse("2026-11-27T08:00:00.123Z");

  /** What the schema allows for {@code event.category} iam and authentication. */
  private static final Set<String> ECS_TYPES =
      Set.of("start", "end", "info", "creation", "change", "deletion");

  @Test
  void aFailedLoginInTheFieldsOfElastic() throws IOException {
    assertThat(JSON.readTree(new EventJson(EventFormat.ECS).line(failedLogin())))
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

  @Test
  void anAdministratorsChangeInTheFieldsOfElastic() throws IOException {
    JsonNode line = JSON.readTree(new EventJson(EventFormat.ECS).line(change("USER.UPDATE")));
    assertThat(line.at("/event/category/0").asText()).isEqualTo("iam");
    assertThat(line.at("/event/type/0").asText()).isEqualTo("change");
    assertThat(line.at("/event/action").asText()).isEqualTo("user.update");
    assertThat(line.at("/user/id").asText()).isEqualTo("root");
    assertThat(line.at("/user/target/id").asText()).isEqualTo("u1");
  }

  @Test
  void aFailedLoginInTheFieldsOfOcsf() throws IOException {
    assertThat(JSON.readTree(new EventJson(EventFormat.OCSF).line(failedLogin())))
        .isEqualTo(
            JSON.readTree(
                """
                {"category_uid":3,"class_uid":3002,"activity_id":1,"type_uid":300201,
                 "time":1795766400123,"severity_id":1,"status_id":2,
                 "status_code":"invalid_user_credentials",
                 "metadata":{"version":"1.3.0","uid":"e1","event_code":"LOGIN_ERROR",
                  "tenant_uid":"r1","product":{"name":"Keycloak","vendor_name":"Keycloak"}},
                 "user":{"uid":"u1","name":"ann"},"service":{"name":"tasks"},
                 "src_endpoint":{"ip":"192.0.2.7"},
                 "session":{"uid":"s1"},
                 "unmapped":{"realm":"app","client_id":"tasks","details":{"auth_method":"code"}}}
                """));
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
    EventRecord event =
        new EventRecord(
            "e1",
            TIME,
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
    JsonNode ecs = JSON.readTree(new EventJson(EventFormat.ECS).line(event)).get("source");
    assertThat(ecs.get("address").asText()).isEqualTo(address);
    assertThat(ecs.path("ip").asText()).isEqualTo(isAddress ? address : "");
    JsonNode ocsf = JSON.readTree(new EventJson(EventFormat.OCSF).line(event)).get("src_endpoint");
    assertThat(ocsf.path(isAddress ? "ip" : "name").asText()).isEqualTo(address);
    assertThat(ocsf.size()).isOne();
  }

  @ParameterizedTest
  @CsvSource({
    "LOGIN, 300201",
    "LOGOUT, 300202",
    "REGISTER, 300101",
    "UPDATE_PASSWORD, 300103",
    "RESET_PASSWORD, 300104",
    "DELETE_ACCOUNT, 300106",
    "UPDATE_PROFILE, 300199",
    "USER_DISABLED_BY_PERMANENT_LOCKOUT, 300109",
    "USER_DISABLED_BY_TEMPORARY_LOCKOUT_ERROR, 300109",
    "UPDATE_TOTP, 300110",
    "REMOVE_TOTP, 300111",
    "USER_SESSION_DELETED, 300202",
    "CLIENT_REGISTER, 300401",
    "CLIENT_DELETE_ERROR, 300404",
    "REFRESH_TOKEN, 300299"
  })
  void classAndActivityOfAUsersEvent(String type, long uid) {
    assertThat(EventFormat.OCSF.fields(event(type, false, null))).containsEntry("type_uid", uid);
  }

  @ParameterizedTest
  @CsvSource({
    "USER.CREATE, 300401",
    "USER.UPDATE, 300403",
    "USER.DELETE, 300404",
    "USER.ACTION, 300499"
  })
  void classAndActivityOfAnAdministratorsEvent(String type, long uid) {
    assertThat(EventFormat.OCSF.fields(change(type))).containsEntry("type_uid", uid);
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE_CREDENTIAL, password, 300103",
    "UPDATE_CREDENTIAL, otp, 300110",
    "UPDATE_CREDENTIAL, bulwark-api-key, 300199",
    "REMOVE_CREDENTIAL, webauthn, 300111",
    "REMOVE_CREDENTIAL, password, 300199"
  })
  void classAndActivityOfACredentialsEvent(String type, String credential, long uid) {
    EventRecord event =
        eventOf(type, false, "u1", null, null, Map.of("credential_type", credential));
    assertThat(EventFormat.OCSF.fields(event)).containsEntry("type_uid", uid);
  }

  /** What version 1.3.0 of the schema requires of each class, and of its objects. */
  @ParameterizedTest
  @EnumSource
  void everyUsersEventHasWhatItsClassRequires(EventType type) throws IOException {
    for (EventRecord event :
        List.of(
            eventOf(type.name(), false, "u1", "ann", null, Map.of()),
            eventOf(type.name(), false, null, null, null, Map.of()))) {
      assertIsComplete(JSON.readTree(new EventJson(EventFormat.OCSF).line(event)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyAdministratorsEventHasWhatItsClassRequires(OperationType operation) throws IOException {
    for (EventRecord event :
        List.of(
            eventOf("USER." + operation, true, "root", null, "users/u1", Map.of()),
            // So is a change of the realm itself.
            eventOf("REALM." + operation, true, "root", null, null, Map.of()),
            eventOf("CUSTOM." + operation, true, null, null, null, Map.of()))) {
      assertIsComplete(JSON.readTree(new EventJson(EventFormat.OCSF).line(event)));
    }
  }

  private static void assertIsComplete(JsonNode event) {
    int classUid = event.get("class_uid").asInt();
    assertThat(event.get("type_uid").asLong())
        .isEqualTo(classUid * 100L + event.get("activity_id").asInt());
    assertThat(event.at("/metadata/product/vendor_name").asText()).isNotEmpty();
    assertThat(event.at("/metadata/version").asText()).isEqualTo("1.3.0");
    assertThat(event.has("time") && event.has("severity_id")).isTrue();
    switch (classUid) {
      case 3001 -> assertHasOne(event.get("user"), "uid", "name");
      case 3002 -> {
        assertHasOne(event.get("user"), "uid", "name");
        assertHasOne(event, "service", "dst_endpoint");
        assertHasOne(event.get("service"), "uid", "name");
      }
      case 3004 -> assertHasOne(event.get("entity"), "uid", "name");
      default -> throw new AssertionError(event);
    }
    if (event.has("actor")) {
      assertHasOne(event.at("/actor/user"), "uid", "name");
    }
  }

  private static void assertHasOne(JsonNode object, String... members) {
    assertThat(object).isNotNull();
    assertThat(members).as(object.toString()).anyMatch(object::has);
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
    JsonNode line = JSON.readTree(new EventJson(EventFormat.ECS).line(event(type, false, "ann")));
    assertThat(line.at("/event/category/0").asText()).isEqualTo(category);
    assertThat(line.at("/event/type/0").asText()).isEqualTo(eventType);
  }

  /**
   * Some readers end a line at the separators of Unicode, a terminal obeys control characters, and
   * MariaDB's column takes nothing beyond U+FFFF.
   */
  @ParameterizedTest
  @EnumSource
  void noCharacterOfANameLeavesItsText(EventFormat format) throws IOException {
    String typed = "J\u00fcrgen\u2028{}\u2029\u0085\u009b31m\u007f\u0000\r\n\ud83d\ude00";
    EventJson json = new EventJson(format);
    EventRecord event = event("LOGIN_ERROR", false, typed);
    for (String text : List.of(json.line(event), json.cloudEvent(event))) {
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
      String text = new EventJson(EventFormat.ECS).line(event("LOGIN_ERROR", false, typed));
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
  void everyEventIsALineInBothSchemas(EventType type) throws IOException {
    EventRecord event = event(type.name(), false, "line\nbreak \"and\" quote");
    for (EventFormat format : EventFormat.values()) {
      String line = new EventJson(format).line(event);
      assertThat(line).doesNotContain("\n");
      assertThat(JSON.readTree(line).isObject()).isTrue();
    }
    JsonNode ecs = JSON.readTree(new EventJson(EventFormat.ECS).line(event));
    assertThat(ecs.at("/event/category/0").asText()).isIn("authentication", "iam");
    assertThat(ecs.at("/event/type/0").asText()).isIn(ECS_TYPES);
    assertThat(ecs.at("/event/outcome").asText())
        .isEqualTo(type.name().endsWith("_ERROR") ? "failure" : "success");
  }

  @Test
  void theEnvelopeIsACloudEvent() throws IOException {
    JsonNode cloud = JSON.readTree(new EventJson(EventFormat.ECS).cloudEvent(failedLogin()));
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
    JsonNode cloud = JSON.readTree(new EventJson(EventFormat.ECS).cloudEvent(event));
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
    return eventOf(
        type, admin, admin ? "root" : null, username, admin ? "users/u1" : null, Map.of());
  }

  private static EventRecord eventOf(
      String type,
      boolean admin,
      @Nullable String userId,
      @Nullable String username,
      @Nullable String path,
      Map<String, String> details) {
    return new EventRecord(
        "e2",
        TIME,
        type,
        admin,
        new EventRecord.Realm("r1", null),
        userId,
        username,
        null,
        null,
        null,
        null,
        path,
        details);
  }
}
