package dev.bulwark.events.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.events.record.EventRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.events.EventType;

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
                 "user":{"uid":"u1","name":"ann"},"src_endpoint":{"ip":"192.0.2.7"},
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
