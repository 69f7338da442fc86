package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * R1: tokens that die although their user, client, realm and session are all there and enabled:
 * what they name is called otherwise now, or what their user belongs to was disabled.
 */
class MissingPathsIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "missing-paths");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void renamedClient() {
    REALM.createClient("old-name");
    Response tokens = REALM.login("old-name", "ann", "openid");
    Response service = REALM.serviceOf("old-name");
    Response other = REALM.login("ann");
    REALM.update("/clients/" + REALM.clientUuid("old-name"), Map.of("clientId", "new-name"));
    DEATHS.assertDead(tokens, service);
    DEATHS.assertAlive(other, REALM.login("new-name", "ann", "openid"));
  }

  @Test
  void aClientThatWasSavedWithoutANewNameKeepsItsTokens() {
    REALM.createClient("steady");
    Response tokens = REALM.login("steady", "ann", "openid");
    REALM.update("/clients/" + REALM.clientUuid("steady"), Map.of("name", "Steady"));
    DEATHS.assertAlive(tokens);
  }

  /** Introspection asks whether the client may still have offline access, by its own protocol. */
  @Test
  void clientOfAnotherProtocol() {
    REALM.createClient("becomes-saml");
    Response offline = REALM.login("becomes-saml", "ann", "openid offline_access");
    Response online = REALM.login("becomes-saml", "ben", "openid");
    REALM.update("/clients/" + REALM.clientUuid("becomes-saml"), Map.of("protocol", "saml"));
    DEATHS.assertDead(offline);
    DEATHS.assertAlive(online);
  }

  @Test
  void registrationsThatDropOfflineAccess() {
    dropOfflineAccess(
        "openid-connect",
        json ->
            json.put(
                "scope", json.get("scope").asText().replaceAll(" ?offline_access", "").strip()));
    dropOfflineAccess(
        "default",
        json ->
            ((ArrayNode) json.get("optionalClientScopes"))
                .removeIf(scope -> scope.asText().equals("offline_access")));
  }

  private static void dropOfflineAccess(String provider, Consumer<ObjectNode> change) {
    String clientId = "registered-by-" + provider;
    // Its internal id is its client id, as of the clients that register themselves: Keycloak looks
    // them up by it.
    REALM
        .admin()
        .post(
            REALM.path("/clients"),
            Json.of(
                Map.of(
                    "id",
                    clientId,
                    "clientId",
                    clientId,
                    "secret",
                    PathRealm.SECRET,
                    "directAccessGrantsEnabled",
                    true)))
        .expect(201);
    Response offline = REALM.login(clientId, "ann", "openid offline_access");
    Response online = REALM.login(clientId, "ben", "openid");
    String token =
        REALM
            .admin()
            .post(
                REALM.path("/clients/" + REALM.clientUuid(clientId) + "/registration-access-token"),
                "")
            .expect(200)
            .text("registrationAccessToken");
    String url = REALM.url() + "/clients-registrations/" + provider + "/" + clientId;
    Response registered =
        Http.send(Http.request(url).header("Authorization", "Bearer " + token)).expect(200);
    ObjectNode json = (ObjectNode) registered.json();
    String next =
        json.path("registrationAccessToken")
            .asText(json.path("registration_access_token").asText(token));
    change.accept(json);
    Http.send(
            Http.request(url)
                .header("Authorization", "Bearer " + next)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json.toString())))
        .expect(200);
    DEATHS.assertDead(offline);
    DEATHS.assertAlive(online);
  }

  @Test
  void renamedRealm() {
    PathRealm before = PathRealm.create(STACK.url(), STACK.admin(), "missing-old-realm");
    Response tokens = before.login("ann");
    Response service = before.service();
    Response other = REALM.login("ann");
    PathRealm after = before.rename("missing-new-realm");
    try {
      new Deaths(after, KEYS).assertDead(tokens, service);
      new Deaths(after, KEYS).assertAlive(after.login("ann"), after.service());
      DEATHS.assertAlive(other);
    } finally {
      after.delete();
    }
  }

  @Test
  void newFrontendUrlOfARealm() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "missing-frontend");
    try {
      Deaths deaths = new Deaths(realm, KEYS);
      Response tokens = realm.login("ann");
      realm.update("", Map.of("attributes", Map.of("frontendUrl", "http://login.example.org")));
      deaths.assertDead(tokens);
      Response fresh = realm.login("ann");
      realm.update("", Map.of("displayName", "Saved again"));
      deaths.assertAlive(fresh);
      realm.update("", Map.of("attributes", Map.of("frontendUrl", "https://id.example.org")));
      deaths.assertDead(fresh);
    } finally {
      realm.delete();
    }
  }

  @Test
  void disabledOrganization() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "missing-organization");
    Organization organization = Organization.create(realm);
    try {
      Deaths deaths = new Deaths(realm, KEYS);
      Response managed = organization.loginManaged("mia");
      Response guest = realm.login("ann");
      organization.add("ann");
      deaths.assertAlive(managed, guest);
      organization.disable();
      deaths.awaitDead(managed);
      deaths.assertAlive(guest);
    } finally {
      organization.delete();
    }
  }

  @Test
  void removedOrganization() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "missing-organization-removed");
    Organization organization = Organization.create(realm);
    try {
      Deaths deaths = new Deaths(realm, KEYS);
      Response managed = organization.loginManaged("mel");
      Response guest = realm.login("ann");
      organization.add("ann");
      deaths.assertAlive(managed, guest);
      organization.remove();
      deaths.awaitDead(managed);
      deaths.assertAlive(guest);
    } finally {
      organization.delete();
    }
  }

  @Test
  void organizationsSwitchedOff() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "missing-organizations");
    Organization organization = Organization.create(realm);
    try {
      Deaths deaths = new Deaths(realm, KEYS);
      Response managed = organization.loginManaged("max");
      Response guest = realm.login("ann");
      deaths.assertAlive(managed, guest);
      realm.update("", Map.of("organizationsEnabled", false));
      deaths.awaitDead(managed);
      deaths.assertAlive(guest);
    } finally {
      organization.delete();
    }
  }

  @Test
  void disabledUserStoreOfImportedUsers() {
    try (Directory directory = Directory.start(List.of("liz"))) {
      String store = directory.connect(REALM, "imported", true);
      Response tokens = REALM.login("liz");
      Response local = REALM.login("ann");
      DEATHS.assertAlive(tokens);
      Directory.disable(REALM, store);
      DEATHS.awaitDead(tokens);
      DEATHS.assertAlive(local);
    }
  }

  /**
   * Introspection ends the session of a user that it does not find, so Redis is looked at before:
   * relying applications do not introspect.
   */
  @Test
  void disabledAndRemovedUserStoresOfUsersThatAreNotImported() {
    try (Directory directory = Directory.start(List.of("lou", "lea"))) {
      String disabled = directory.connect(REALM, "passing-through", false);
      Response ofDisabled = REALM.login("lou");
      DEATHS.assertAlive(ofDisabled);
      Directory.disable(REALM, disabled);
      KEYS.awaitRevoked(ofDisabled.text("access_token"), Deaths.SOON);
      DEATHS.assertDead(ofDisabled);

      String removed = directory.connect(REALM, "passing-away", false);
      Response ofRemoved = REALM.login("lea");
      Response local = REALM.login("ann");
      DEATHS.assertAlive(ofRemoved);
      REALM.admin().delete(REALM.path("/components/" + removed)).expect(204);
      KEYS.awaitRevoked(ofRemoved.text("access_token"), Deaths.SOON);
      DEATHS.assertDead(ofRemoved);
      DEATHS.assertAlive(local);
    }
  }
}
