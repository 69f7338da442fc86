package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
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
