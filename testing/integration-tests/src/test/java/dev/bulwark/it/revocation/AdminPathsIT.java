package dev.bulwark.it.revocation;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** R1: what an administrator does to end tokens, and what does not end them. */
class AdminPathsIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "admin-paths");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void revokedConsent() {
    FormBrowser browser = REALM.browser();
    Response tokens = REALM.consentingLogin(browser, "ann");
    Response other = REALM.singleSignOn(browser, "cli");
    REALM
        .admin()
        .delete(REALM.path("/users/" + REALM.userId("ann") + "/consents/consenting"))
        .expect(204);

    DEATHS.assertDead(tokens);
    DEATHS.assertAlive(other);
  }

  @Test
  void deletedSessions() {
    Response online = REALM.login("ann");
    Response offline = REALM.login("cli", "ann", "openid offline_access");
    Response other = REALM.login("ann");
    REALM.admin().delete(REALM.path("/sessions/" + PathRealm.sid(online))).expect(204);
    DEATHS.assertDead(online);
    DEATHS.assertAlive(offline, other);

    REALM
        .admin()
        .delete(REALM.path("/sessions/" + PathRealm.sid(offline) + "?isOffline=true"))
        .expect(204);
    DEATHS.assertDead(offline);
    DEATHS.assertAlive(other);
  }

  @Test
  void logoutOfAUserTakesOfflineTokensAlong() {
    REALM.createUser("lou");
    Response online = REALM.login("lou");
    Response offline = REALM.login("cli", "lou", "openid offline_access");
    Response other = REALM.login("ann");
    // Not-before has the grain of a second: a token of the same second survives it.
    awaitNextSecond(offline);
    REALM.admin().post(REALM.path("/users/" + REALM.userId("lou") + "/logout"), "{}").expect(204);

    DEATHS.assertDead(online, offline);
    DEATHS.assertAlive(other);
  }

  @Test
  void logoutOfTheWholeRealm() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "admin-logout-all");
    try {
      Deaths deaths = new Deaths(realm, KEYS);
      Response online = realm.login("ann");
      Response offline = realm.login("cli", "ben", "openid offline_access");
      Response service = realm.service();
      Response elsewhere = REALM.login("ann");
      awaitNextSecond(service);
      realm.admin().post(realm.path("/logout-all"), "{}").expect(200);

      deaths.assertDead(online, offline, service);
      DEATHS.assertAlive(elsewhere);
    } finally {
      realm.delete();
    }
  }

  @Test
  void notBeforeOfAClientAndItsPush() {
    Response tokens = REALM.login("other", "ann", "openid");
    Response others = REALM.login("ann");
    String client = REALM.clientUuid("other");
    long issued = Realm.claims(tokens.text("access_token")).get("iat").asLong();
    REALM.update("/clients/" + client, Map.of("notBefore", issued));
    REALM.admin().post(REALM.path("/clients/" + client + "/push-revocation"), "{}").expect(200);
    // Strict: not before means that the second itself is fine.
    DEATHS.assertAlive(tokens, others);

    REALM.update("/clients/" + client, Map.of("notBefore", issued + 1));
    DEATHS.assertDead(tokens);
    DEATHS.assertAlive(others);
    REALM.update("/clients/" + client, Map.of("notBefore", 0));
  }

  @Test
  void notBeforeOfARealm() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "admin-not-before");
    try {
      Deaths deaths = new Deaths(realm, KEYS);
      Response tokens = realm.login("ann");
      Response service = realm.service();
      long issued = Realm.claims(service.text("access_token")).get("iat").asLong();
      realm.update("", Map.of("notBefore", issued + 1));
      realm.admin().post(realm.path("/push-revocation"), "{}").expect(200);
      deaths.assertDead(tokens, service);
    } finally {
      realm.delete();
    }
  }

  @Test
  void disabledAndEnabledUser() {
    String id = REALM.createUser("ida");
    Response tokens = REALM.login("ida");
    Response offline = REALM.login("cli", "ida", "openid offline_access");
    Response other = REALM.login("ann");
    REALM.update("/users/" + id, Map.of("enabled", false));
    DEATHS.assertDead(tokens, offline);
    DEATHS.assertAlive(other);

    // A limit that the README names: what is revoked stays revoked.
    REALM.update("/users/" + id, Map.of("enabled", true));
    KEYS.assertRevoked(tokens.text("access_token"));
  }

  @Test
  void deletedUser() {
    String id = REALM.createUser("una");
    Response tokens = REALM.login("una");
    Response offline = REALM.login("cli", "una", "openid offline_access");
    REALM.admin().delete(REALM.path("/users/" + id)).expect(204);
    DEATHS.assertDead(tokens, offline);
  }

  /** R6: what a deleted client has issued is revoked. */
  @Test
  void disabledAndDeletedClients() {
    REALM.createClient("doomed");
    Response tokens = REALM.login("doomed", "ann", "openid");
    Response service = REALM.serviceOf("doomed");
    Response other = REALM.login("ann");
    REALM.update("/clients/" + REALM.clientUuid("doomed"), Map.of("enabled", false));
    DEATHS.assertDead(tokens, service);

    REALM.createClient("fleeting");
    Response more = REALM.login("fleeting", "ann", "openid");
    Response moreService = REALM.serviceOf("fleeting");
    REALM.admin().delete(REALM.path("/clients/" + REALM.clientUuid("fleeting"))).expect(204);
    DEATHS.assertDead(more, moreService);
    DEATHS.assertAlive(other);
  }

  @Test
  void clientsOfDynamicRegistration() {
    Response access =
        REALM
            .admin()
            .post(REALM.path("/clients-initial-access"), Json.object("count", 2, "expiration", 300))
            .expect(201);
    for (String method : List.of("PUT", "DELETE")) {
      String clientId = "registered-" + method;
      Response registered =
          registration("POST", "", access.text("token"), clientJson(clientId, true)).expect(201);
      Response service = REALM.serviceOf(clientId);
      DEATHS.assertAlive(service);
      registration(
          method,
          "/" + clientId,
          registered.text("registrationAccessToken"),
          clientJson(clientId, false));
      DEATHS.assertDead(service);
    }
  }

  @Test
  void disabledAndDeletedRealm() {
    PathRealm disabled = PathRealm.create(STACK.url(), STACK.admin(), "admin-disabled");
    PathRealm deleted = PathRealm.create(STACK.url(), STACK.admin(), "admin-deleted");
    Response ofDisabled = disabled.login("ann");
    Response serviceOfDisabled = disabled.service();
    Response ofDeleted = deleted.login("ann");
    Response serviceOfDeleted = deleted.service();
    Response other = REALM.login("ann");

    disabled.update("", Map.of("enabled", false));
    new Deaths(disabled, KEYS).assertDead(ofDisabled, serviceOfDisabled);
    deleted.delete();
    new Deaths(deleted, KEYS).assertDead(ofDeleted, serviceOfDeleted);
    DEATHS.assertAlive(other);
    disabled.delete();
  }

  @Test
  void permanentLockoutEndsTokensAndATemporaryOneDoesNot() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "admin-lockout");
    try {
      Deaths deaths = new Deaths(realm, KEYS);
      realm.update(
          "",
          Map.of(
              "bruteForceProtected", true, "failureFactor", 2, "quickLoginCheckMilliSeconds", 0));
      Response temporary = realm.login("ann");
      realm.failLogins("ann", 3);
      deaths.assertAlive(temporary);

      realm.update("", Map.of("permanentLockout", true));
      Response permanent = realm.login("ben");
      realm.failLogins("ben", 3);
      deaths.awaitDeath(permanent, Deaths.SOON);
      deaths.assertAlive(temporary);
    } finally {
      realm.delete();
    }
  }

  @Test
  void aNewPasswordOrRoleByAnAdministratorDoesNotEndTokens() {
    String id = REALM.createUser("rae");
    Response tokens = REALM.login("rae");
    REALM
        .admin()
        .put(
            REALM.path("/users/" + id + "/reset-password"),
            Json.object("type", "password", "value", "another-path-battery"))
        .expect(204);
    Response role = REALM.admin().get(REALM.path("/roles/offline_access")).expect(200);
    String mappings = REALM.path("/users/" + id + "/role-mappings/realm");
    REALM.admin().post(mappings, "[" + role.body() + "]").expect(204);
    REALM.admin().deleteWithBody(mappings, "[" + role.body() + "]").expect(204);
    DEATHS.assertAlive(tokens);
  }

  @Test
  void offlineAccessTakenFromAUser() {
    REALM.createUser("olga");
    OfflineGroup group = OfflineGroup.create(REALM, "leavers");
    group.holdOnly("olga");
    Response byGroup = REALM.login("cli", "olga", "openid offline_access");
    Response online = REALM.login("olga");
    Response other = REALM.login("cli", "ann", "openid offline_access");
    group.leave("olga");
    DEATHS.awaitDead(byGroup);
    DEATHS.assertAlive(online, other);

    String role = REALM.admin().get(REALM.path("/roles/offline_access")).expect(200).body();
    String mappings = REALM.path("/users/" + REALM.userId("olga") + "/role-mappings/realm");
    REALM.admin().post(mappings, "[" + role + "]").expect(204);
    Response byRole = REALM.login("cli", "olga", "openid offline_access");
    DEATHS.assertAlive(byRole);
    REALM.admin().deleteWithBody(mappings, "[" + role + "]").expect(204);
    DEATHS.awaitDead(byRole);
    DEATHS.assertAlive(online, other);
  }

  /** As the admin console takes roles away: from a user, and from a group. */
  @Test
  void offlineAccessTakenInTheAdminConsole() {
    String user = REALM.createUser("ulla");
    OfflineGroup group = OfflineGroup.create(REALM, "console");
    group.holdOnly("ulla");
    JsonNode role = REALM.admin().get(REALM.path("/roles/offline_access")).expect(200).json();
    String chosen =
        Json.of(
            List.of(
                Map.of("roleId", role.get("id").asText(), "roleName", role.get("name").asText())));
    String console = REALM.path("/ui-ext/role-mapping-delete");
    Response byGroup = REALM.login("cli", "ulla", "openid offline_access");
    Response online = REALM.login("ulla");
    Response other = REALM.login("cli", "ann", "openid offline_access");
    REALM.admin().post(console + "/" + group.path(), chosen).expect(204);
    DEATHS.awaitDead(byGroup);
    DEATHS.assertAlive(online, other);

    REALM
        .admin()
        .post(REALM.path("/users/" + user + "/role-mappings/realm"), "[" + role + "]")
        .expect(204);
    Response byRole = REALM.login("cli", "ulla", "openid offline_access");
    DEATHS.assertAlive(byRole);
    REALM.admin().post(console + "/users/" + user, chosen).expect(204);
    DEATHS.awaitDead(byRole);
    DEATHS.assertAlive(online, other);
  }

  private static void awaitNextSecond(Response tokens) {
    long issued = Realm.claims(tokens.text("access_token")).get("iat").asLong();
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> System.currentTimeMillis() / 1000 > issued);
  }

  private static String clientJson(String clientId, boolean enabled) {
    return Json.of(
        Map.of(
            "clientId",
            clientId,
            "secret",
            PathRealm.SECRET,
            "enabled",
            enabled,
            "publicClient",
            false,
            "serviceAccountsEnabled",
            true));
  }

  private static Response registration(String method, String path, String token, String json) {
    return Http.send(
        Http.request(REALM.url() + "/clients-registrations/default" + path)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json)));
  }
}
