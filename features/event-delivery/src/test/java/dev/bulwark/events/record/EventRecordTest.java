package dev.bulwark.events.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.AuthDetails;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;

class EventRecordTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "false, LOGIN, ann, app, -, r/users/ann",
        "false, LOGIN_ERROR, ann, app, -, r/users/ann",
        "false, CODE_TO_TOKEN, ann, app, -, r/users/ann",
        "true, USER.CREATE, root, -, users/ann, r/users/ann",
        "true, USER.ACTION, root, -, users/ann/reset-password, r/users/ann",
        "true, REALM.UPDATE, root, -, -, r/REALM.UPDATE",
        "true, CLIENT.UPDATE, root, -, clients/7/optional-client-scopes/3, r/clients/7",
        "true, REALM_ROLE.UPDATE, root, -, roles/*, r/roles/+",
        "true, REALM_ROLE.UPDATE, root, -, roles/*/composites, r/roles/+",
        "false, LOGIN, f:1:a/*, app, -, r/users/f:1:a/+"
      })
  void eventsOfAUserHaveOneOrder(
      boolean admin,
      String type,
      @Nullable String user,
      @Nullable String client,
      @Nullable String path,
      String key) {
    assertThat(event(admin, type, user, client, path).orderKey()).isEqualTo(key);
  }

  /** B12: a busy service or a guessing stranger is not sent one event after the other. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "CLIENT_LOGIN, service-account-app, app, r/clients/app/*",
        "CLIENT_LOGIN_ERROR, service-account-app, app, r/clients/app/*",
        "CLIENT_LOGIN_ERROR, -, app, r/events/*",
        "LOGIN_ERROR, -, made-up-by-a-stranger, r/events/*",
        "LOGIN_ERROR, -, -, r/events/*"
      })
  void eventsThatHaveNothingToDoWithEachOtherHaveNoOrder(
      String type, @Nullable String user, @Nullable String client, String key) {
    assertThat(event(false, type, user, client, null).orderKey()).isEqualTo(key);
  }

  @Test
  void anOrderKeyFitsItsColumn() {
    assertThat(event(true, "USER.CREATE", "root", null, "users/" + "x".repeat(400)).orderKey())
        .hasSize(255);
    assertThat(event(false, "CLIENT_LOGIN", "ann", "x".repeat(255), null).orderKey())
        .hasSize(255)
        .endsWith(EventRecord.ANY_ORDER);
  }

  @Test
  void aUsersEventKeepsWhatItKnows() {
    Event event = new Event();
    event.setId("1");
    event.setTime(1_700_000_000_123L);
    event.setType(EventType.LOGIN_ERROR);
    event.setRealmId("r");
    event.setRealmName("app");
    event.setError("invalid_user_credentials");
    event.setIpAddress("192.0.2.7");
    Map<String, String> details = new HashMap<>();
    details.put("username", "ann");
    details.put("auth_method", "openid-connect");
    details.put("empty", null);
    event.setDetails(details);

    EventRecord made = KeycloakEvents.of(event);

    assertThat(made.time()).isEqualTo(Instant.parse("2023-11-14T22:13:20.123Z"));
    assertThat(made.action()).isEqualTo("LOGIN");
    assertThat(made.isFailure()).isTrue();
    assertThat(made.username()).isEqualTo("ann");
    assertThat(made.details()).containsExactly(Map.entry("auth_method", "openid-connect"));
    assertThat(event.getDetails()).as("Keycloak's own event is not touched").hasSize(3);
  }

  @Test
  void anAdministratorsInputDoesNotGoAlong() {
    AdminEvent event = new AdminEvent();
    event.setId("2");
    event.setTime(1_700_000_000_123L);
    event.setRealmId("r");
    event.setOperationType(OperationType.CREATE);
    event.setResourceType(ResourceType.USER);
    event.setResourcePath("users/ann");
    event.setRepresentation("{\"credentials\":[{\"value\":\"secret\"}]}");
    AuthDetails by = new AuthDetails();
    by.setRealmName("master");
    by.setUserId("root");
    by.setIpAddress("192.0.2.8");
    event.setAuthDetails(by);

    EventRecord made = KeycloakEvents.of(event);

    assertThat(made.type()).isEqualTo("USER.CREATE");
    assertThat(made.userId()).isEqualTo("root");
    assertThat(made.details()).containsExactly(Map.entry("administrator_realm", "master"));
    assertThat(made.toString()).doesNotContain("secret");
  }

  private static EventRecord event(
      boolean admin,
      String type,
      @Nullable String user,
      @Nullable String client,
      @Nullable String path) {
    return new EventRecord(
        "1",
        Instant.EPOCH,
        type,
        admin,
        new EventRecord.Realm("r", "app"),
        user,
        null,
        client,
        null,
        null,
        null,
        path,
        Map.of());
  }
}
