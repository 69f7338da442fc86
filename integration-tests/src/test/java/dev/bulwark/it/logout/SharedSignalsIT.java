package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.support.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R9: where Keycloak's Shared Signals transmitter is on, it tells of silent ends too, each once.
 */
@Tag("full")
class SharedSignalsIT {

  private static LogoutServer server;

  private LogoutRealm realm;

  @BeforeAll
  static void start() {
    server = LogoutServer.start("shared-signals", spec -> spec.buildOption("features", "ssf"));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void addRealm() {
    realm = LogoutRealm.create(server.keycloak().url(), server.admin(), "shared-signals");
    realm.client("shop", Map.of());
  }

  @AfterEach
  void deleteRealm() {
    realm.delete();
  }

  private SignalReceiver receiver() {
    switchTransmitter(true);
    return SignalReceiver.of(realm);
  }

  private void switchTransmitter(boolean on) {
    realm.change(
        """
        {"attributes": {"backchannelLogout.durable": "true", "ssf.transmitterEnabled": "%s"}}
        """
            .formatted(on));
  }

  private static void awaitToken(SignalReceiver receiver, Response login) {
    Awaitility.await()
        .atMost(SOON)
        .until(() -> receiver.sessions().contains(LogoutRealm.sid(login)));
  }

  @Test
  void anExpiredSession() {
    SignalReceiver receiver = receiver();
    realm.change("{\"ssoSessionIdleTimeout\": 4}");
    Response login = realm.login("shop", "ann");
    awaitToken(receiver, login);
    JsonNode claims = receiver.revoked().get(0);
    assertThat(claims.get("iss").asText()).isEqualTo(realm.url());
    JsonNode user = claims.get("sub_id").get("user");
    assertThat(user.get("iss").asText()).isEqualTo(realm.url());
    assertThat(user.get("sub").asText()).isEqualTo(realm.userId("ann"));
    JsonNode event = claims.get("events").get(SignalReceiver.SESSION_REVOKED);
    assertThat(event.get("initiating_entity").asText()).isEqualTo("policy");

    // It is removed later, and that is no second end.
    realm.admin().delete(realm.path("/users/" + realm.userId("ann"))).expect(204);
    Response last = removedWithItsUser("ben");
    awaitToken(receiver, last);
    assertThat(receiver.sessions()).containsExactly(LogoutRealm.sid(login), LogoutRealm.sid(last));
  }

  private Response removedWithItsUser(String name) {
    Response login = realm.login("shop", name);
    realm.admin().delete(realm.path("/users/" + realm.userId(name))).expect(204);
    return login;
  }

  @Test
  void sessionsThatAreRemoved() {
    SignalReceiver receiver = receiver();
    Response ann = realm.login("shop", "ann");
    Response ben = realm.login("shop", "ben");
    realm.admin().delete(realm.path("/sessions/" + LogoutRealm.sid(ann))).expect(204);
    awaitToken(receiver, ann);
    realm.admin().post(realm.path("/logout-all"), "{}").expect(200);
    awaitToken(receiver, ben);
    assertThat(receiver.sessions()).containsExactly(LogoutRealm.sid(ann), LogoutRealm.sid(ben));
    assertThat(receiver.revoked())
        .extracting(
            claims ->
                claims
                    .get("events")
                    .get(SignalReceiver.SESSION_REVOKED)
                    .get("initiating_entity")
                    .asText())
        .containsOnly("system");
    assertThat(server.metric("bulwark_backchannel_logout_notices_total")).isGreaterThan(1);
  }

  /** Keycloak itself tells of these, and no second token follows. */
  @Test
  void logoutsAreToldOnce() {
    SignalReceiver receiver = receiver();
    Response ann = realm.login("shop", "ann");
    realm.logout("shop", ann);
    realm.login("shop", "ann");
    realm.login("shop", "ann");
    realm.admin().post(realm.path("/users/" + realm.userId("ann") + "/logout"), "{}").expect(204);
    Response last = removedWithItsUser("ben");
    awaitToken(receiver, last);
    assertThat(receiver.sessions())
        .containsExactlyInAnyOrder(LogoutRealm.sid(ann), "ALL", LogoutRealm.sid(last));
  }

  /** The online session gives way to the offline session of its id. */
  @Test
  void aLoginForOfflineUseIsNoEnd() {
    SignalReceiver receiver = receiver();
    Response offline = realm.login("shop", "ann", "openid offline_access");
    Response last = removedWithItsUser("ben");
    awaitToken(receiver, last);
    assertThat(receiver.sessions()).containsExactly(LogoutRealm.sid(last));
    realm.refresh("shop", offline).expect(200);
  }

  @Test
  void nothingIsStoredWhereTheTransmitterIsOff() {
    realm.change("{\"ssoSessionIdleTimeout\": 4}");
    try (Application application = Application.start(realm.url(), "told", JWSAlgorithm.RS256)) {
      realm.notified("told", application.url());
      realm.login("told", "ann");
      Awaitility.await().atMost(SOON).until(() -> application.calls().size() == 1);
    }
    assertThat(signals()).isEqualTo("0");
  }

  /**
   * A receiver that has a stream does not hear of these ends later either, except of a session that
   * is idle: the search for such sessions finds it as long as it has its row.
   */
  @Test
  void nothingIsEmittedWhileTheTransmitterIsOff() {
    SignalReceiver receiver = receiver();
    switchTransmitter(false);
    int begin = server.keycloak().log().length();
    List<String> silent = new ArrayList<>();
    try (Application application = Application.start(realm.url(), "told", JWSAlgorithm.RS256)) {
      realm.notified("told", application.url());
      Response loggedOut = realm.login("told", "ann");
      realm.logout("told", loggedOut);
      Response ended = realm.login("told", "ann");
      realm.admin().delete(realm.path("/sessions/" + LogoutRealm.sid(ended))).expect(204);
      realm.change("{\"ssoSessionIdleTimeout\": 4}");
      realm.login("told", "ann");
      for (Response tokens : List.of(loggedOut, ended)) {
        silent.add(LogoutRealm.sid(tokens));
      }
      Awaitility.await().atMost(SOON).until(() -> application.calls().size() == 3);
    }
    assertThat(signals()).isEqualTo("0");
    assertThat(server.keycloak().log().substring(begin)).doesNotContain(" ERROR ");
    switchTransmitter(true);
    Response last = removedWithItsUser("ben");
    awaitToken(receiver, last);
    assertThat(receiver.sessions())
        .contains(LogoutRealm.sid(last))
        .doesNotContainAnyElementsOf(silent);
  }

  private String signals() {
    String id = realm.admin().get(realm.path("")).expect(200).text("id");
    return server
        .database()
        .sql("SELECT count(*) FROM bulwark_logout_notice WHERE client_id = '" + id + "'")
        .strip();
  }
}
