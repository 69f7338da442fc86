package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.support.GlobalRevoker;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R10, R9: administrators find a global token revocation in the events, applications hear of it.
 */
class GlobalRevocationLogoutIT {

  private static final TestStack STACK = TestStack.get();

  private LogoutRealm realm;
  private GlobalRevoker revoker;

  @BeforeEach
  void addRealm() {
    realm = LogoutRealm.create(STACK.url(), STACK.admin(), "global-revocation-logout");
    revoker = GlobalRevoker.addTo(STACK.admin(), new Realm(STACK.url(), realm.name()));
  }

  @AfterEach
  void deleteRealm() {
    realm.delete();
  }

  @Test
  void aCallIsAnEvent() {
    realm.change(Json.object("eventsEnabled", true));
    realm.client("shop", Map.of());
    List<String> sessions =
        List.of(
            LogoutRealm.sid(realm.login("shop", "ann")),
            LogoutRealm.sid(realm.login("shop", "ann")));
    realm.login("shop", "ann", "openid offline_access");
    realm.login("shop", "ben");
    String ann = realm.userId("ann");
    revoker.end(ann).expect(204);

    JsonNode events = events("LOGOUT");
    assertThat(events).hasSize(1);
    JsonNode event = events.get(0);
    assertThat(event.get("userId").asText()).isEqualTo(ann);
    JsonNode details = event.get("details");
    assertThat(details.get("reason").asText()).isEqualTo("global_token_revocation");
    assertThat(details.get("caller").asText()).isEqualTo("client:global-revoker");
    assertThat(details.get("sessions").asInt()).isEqualTo(2);
    assertThat(details.get("offline_sessions").asInt()).isEqualTo(1);
    assertThat(event.get("sessionId").asText()).as("one of them").isIn(sessions);
    assertThat(events("LOGOUT_ERROR")).isEmpty();

    revoker.end(ann).expect(204);
    assertThat(events("LOGOUT").get(0).get("sessionId").asText()).isEqualTo("ALL");
  }

  @Test
  void aRejectedCallIsAnEventIfTheCallerIsKnown() {
    realm.change(Json.object("eventsEnabled", true));
    Map<String, String> ann = Map.of("format", "opaque", "id", realm.userId("ann"));
    revoker.send(ann).expect(401);
    revoker.send(ann, "Authorization", "Bearer a.b.c").expect(401);
    assertThat(events("LOGOUT_ERROR")).as("anybody can send those").isEmpty();

    revoker.end("no such user").expect(404);
    assertThat(events("LOGOUT_ERROR")).hasSize(1);
    JsonNode event = events("LOGOUT_ERROR").get(0);
    assertThat(event.get("error").asText()).isEqualTo("not_allowed");
    assertThat(event.get("details").get("reason").asText()).startsWith("global_token_revocation: ");
    assertThat(events("LOGOUT")).isEmpty();
  }

  private JsonNode events(String type) {
    return realm.admin().get(realm.path("/events?type=" + type)).expect(200).json();
  }

  @ParameterizedTest(name = "durable: {0}")
  @ValueSource(booleans = {true, false})
  void anApplicationIsNotifiedOnceForEachSession(boolean durable) {
    realm.change(
        Json.object("attributes", Map.of("backchannelLogout.durable", String.valueOf(durable))));
    try (Application application = Application.start(realm.url(), "shop", JWSAlgorithm.RS256)) {
      realm.notified("shop", application.url());
      Response first = realm.login("shop", "ann");
      Response second = realm.login("shop", "ann");
      Response others = realm.login("shop", "ben");
      revoker.end(realm.userId("ann")).expect(204);
      await().atMost(SOON).until(() -> application.acknowledged().size() == 2);

      // Notices of removed sessions come later, and nothing of ann's comes with them.
      realm.logout("shop", others);
      Response last = realm.login("shop", "ben");
      end(last, durable);
      await()
          .atMost(SOON)
          .until(
              () ->
                  application.calls().stream()
                      .anyMatch(call -> call.sid().equals(LogoutRealm.sid(last))));
      assertThat(application.calls())
          .extracting(Application.Call::sid)
          .containsExactlyInAnyOrder(
              LogoutRealm.sid(first),
              LogoutRealm.sid(second),
              LogoutRealm.sid(others),
              LogoutRealm.sid(last));
      assertThat(application.forged()).isEmpty();
    }
  }

  /** By a removal where the module notices one, since that is looked at last. */
  private void end(Response login, boolean durable) {
    if (durable) {
      realm.admin().delete(realm.path("/users/" + realm.userId("ben"))).expect(204);
    } else {
      realm.logout("shop", login);
    }
  }
}
