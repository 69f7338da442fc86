package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1: deaths that no event tells. Where Keycloak removes a session, its tokens are in Redis with
 * the response; the reconciler finds the others within ten seconds. {@link SilentPaths} has those
 * that {@link UncachedSessionsIT} takes, too.
 */
@Tag("slow")
class SilentPathsIT implements SilentPaths {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "silent-paths");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Override
  public PathRealm realm() {
    return REALM;
  }

  @Override
  public RevokedKeys keys() {
    return KEYS;
  }

  @Test
  void restartOfTheLoginDuringReAuthentication() {
    FormBrowser browser = REALM.browser();
    Response old = REALM.browserLogin(browser, "cli", "ann");
    Response elsewhere = REALM.login("ann");
    FormBrowser.Page again =
        browser.open(REALM.authorization("cli", "code", Map.of("prompt", "login")));
    browser.click(again, "skip_logout=false");

    DEATHS.assertDead(old);
    DEATHS.assertAlive(elsewhere);
  }

  @Test
  void impersonationInTheSameRealm() {
    Response admin = REALM.login("cyn");
    Response other = REALM.login("cyn");
    String target = REALM.userId("ben");
    Http.send(
            Http.request(STACK.url() + "/admin" + REALM.path("/users/" + target + "/impersonation"))
                .header("Authorization", "Bearer " + admin.text("access_token"))
                .POST(HttpRequest.BodyPublishers.noBody()))
        .expect(200);

    DEATHS.assertDead(admin);
    DEATHS.assertAlive(other);
  }

  @Test
  void workflowDisablesAndDeletesUsers() {
    String disabled = REALM.createUser("wanda");
    String deleted = REALM.createUser("willy");
    Response ofDisabled = REALM.login("wanda");
    Response ofDeleted = REALM.login("willy");
    Response other = REALM.login("ann");
    REALM.runWorkflow("disable-user", disabled);
    REALM.runWorkflow("delete-user", deleted);

    // The steps run on a thread of their own.
    DEATHS.awaitDeath(ofDisabled, Deaths.SOON);
    DEATHS.awaitDeath(ofDeleted, Deaths.SOON);
    DEATHS.assertAlive(other);
  }

  @Test
  void partialImportOverwritesAUser() {
    REALM.createUser("paula");
    Response tokens = REALM.login("paula");
    Response other = REALM.login("ann");
    REALM
        .admin()
        .post(
            REALM.path("/partialImport"),
            Json.of(
                Map.of(
                    "ifResourceExists",
                    "OVERWRITE",
                    "users",
                    List.of(Map.of("username", "paula", "enabled", true)))))
        .expect(200);

    DEATHS.assertDead(tokens);
    DEATHS.assertAlive(other);
  }

  @Test
  void offlineAccessTakenFromAGroup() {
    REALM.createUser("greta");
    OfflineGroup group = OfflineGroup.create(REALM, "offliners");
    group.holdOnly("greta");
    Response offline = REALM.login("cli", "greta", "openid offline_access");
    Response online = REALM.login("greta");
    Response other = REALM.login("cli", "ann", "openid offline_access");
    DEATHS.assertAlive(offline, online, other);
    group.loseRole();

    DEATHS.awaitDead(offline);
    DEATHS.assertAlive(online, other);
  }

  @Test
  void offlineAccessTakenFromAClient() {
    REALM
        .admin()
        .post(
            REALM.path("/clients"),
            Json.of(
                Map.of(
                    "clientId",
                    "offline-for-now",
                    "secret",
                    PathRealm.SECRET,
                    "publicClient",
                    false,
                    "directAccessGrantsEnabled",
                    true)))
        .expect(201);
    Response offline = REALM.login("offline-for-now", "ben", "openid offline_access");
    Response other = REALM.login("cli", "ben", "openid offline_access");
    DEATHS.assertAlive(offline, other);
    String scopes =
        REALM.path("/clients/" + REALM.clientUuid("offline-for-now") + "/optional-client-scopes");
    String scope = null;
    for (JsonNode known : REALM.admin().get(scopes).expect(200).json()) {
      if (known.get("name").asText().equals("offline_access")) {
        scope = known.get("id").asText();
      }
    }
    REALM.admin().delete(scopes + "/" + scope).expect(204);

    DEATHS.awaitDead(offline);
    DEATHS.assertAlive(other);
  }

  @Test
  void rememberMeTurnedOff() {
    REALM.update("", Map.of("rememberMe", true));
    Response remembered = rememberedLogin(REALM, "ann");
    Response other = REALM.login("ann");
    REALM.update("", Map.of("rememberMe", false));

    DEATHS.awaitDead(remembered);
    DEATHS.assertAlive(other);
  }

  /**
   * Keycloak honours remembered sessions again that nobody has used meanwhile. It removes one that
   * is used while "remember me" is off.
   */
  @Test
  void rememberMeTurnedOffAndOnBetweenTwoSearches() throws Exception {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "silent-toggled");
    try {
      realm.update("", Map.of("rememberMe", true));
      Deaths deaths = new Deaths(realm, KEYS);
      Response used = rememberedLogin(realm, "ann");
      Response unused = rememberedLogin(realm, "ben");
      REALM.update("", Map.of("rememberMe", true));
      Response control = rememberedLogin(REALM, "ann");
      try (AutoCloseable reconciler = haltReconciler()) {
        assertThat(reconciler).isNotNull();
        forgetEndings(realm);
        realm.update("", Map.of("rememberMe", false));
        realm.refresh("cli", used.text("refresh_token")).expect(400);
        realm.update("", Map.of("rememberMe", true));
      }
      deaths.awaitDead(used);
      // A search of all realms finds it.
      REALM.update("", Map.of("rememberMe", false));
      DEATHS.awaitDead(control);
      if (STACK.database().orElse(null) instanceof PostgresProcess) {
        deaths.assertAlive(unused);
      }
    } finally {
      realm.delete();
    }
  }

  /** The first change of a new realm is an ending; its later passes would ask Keycloak, too. */
  private static void forgetEndings(PathRealm realm) {
    String id = STACK.admin().get(realm.path("")).expect(200).text("id");
    STACK
        .database()
        .ifPresent(
            database ->
                database.sql("DELETE FROM BULWARK_REVOCATION_SCOPE WHERE REALM_ID = '" + id + "'"));
  }

  private static Response rememberedLogin(PathRealm realm, String user) {
    FormBrowser browser = realm.browser();
    FormBrowser.Page page = browser.open(realm.authorization("cli", "code", Map.of()));
    FormBrowser.Page sent = PathRealm.signInRemembered(browser, page, user);
    return realm.redeem("cli", sent.parameter("code")).expect(200);
  }

  @Test
  void logoutAtAKeycloakIdentityProviderAndItsRemoval() {
    Broker broker =
        Broker.create(REALM, Map.of("adminUrl", Broker.endpoint(REALM), "attributes", Map.of()));
    try {
      Response loggedOut = broker.login(REALM.browser(), "dee");
      Response staying = broker.login(REALM.browser(), "don");
      Response local = REALM.login("ann");
      broker.logoutAtProvider("dee");
      DEATHS.assertDead(loggedOut);
      DEATHS.assertAlive(staying, local);

      broker.remove();
      DEATHS.awaitDead(staying);
      DEATHS.assertAlive(local);
    } finally {
      broker.provider().delete();
    }
  }

  @Test
  void logoutAtASamlIdentityProvider() {
    SamlBroker broker = SamlBroker.create(REALM);
    try {
      Response loggedOut = broker.login(REALM.browser(), "sam");
      Response staying = broker.login(REALM.browser(), "sue");
      broker.logoutAtProvider("sam");
      DEATHS.assertDead(loggedOut);
      DEATHS.assertAlive(staying);
    } finally {
      broker.remove();
    }
  }

  @Test
  void anInvalidSessionFoundOnUse() {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "silent-restart");
    try {
      realm.update("", Map.of("rememberMe", true));
      Deaths deaths = new Deaths(realm, KEYS);
      FormBrowser browser = realm.browser();
      FormBrowser.Page page = browser.open(realm.authorization("cli", "code", Map.of()));
      FormBrowser open = browser.copy();
      FormBrowser.Page sent = PathRealm.signInRemembered(browser, page, "ann");
      Response old = realm.redeem("cli", sent.parameter("code")).expect(200);
      realm.update("", Map.of("rememberMe", false));
      Response fresh = realm.browserLogin(open, "cli", "ann");
      // Keycloak restarts the session in place: nothing is removed.
      deaths.awaitDead(old);
      deaths.assertAlive(fresh);
    } finally {
      realm.delete();
    }
  }

  /**
   * Keycloak starts a session anew, under its old id, when it is found to be invalid at the end of
   * a login. Nothing else ends the old token: the reconciler is kept from looking while the session
   * is invalid. It is by "remember me" that the old one is invalid: a life of a second would end
   * the new one too, before its code is redeemed on a busy machine.
   */
  @Test
  void aSessionThatIsRestartedInPlace() throws Exception {
    PathRealm realm = PathRealm.create(STACK.url(), STACK.admin(), "silent-in-place");
    try {
      realm.update("", Map.of("rememberMe", true));
      Deaths deaths = new Deaths(realm, KEYS);
      FormBrowser browser = realm.browser();
      FormBrowser.Page page = browser.open(realm.authorization("cli", "code", Map.of()));
      FormBrowser.Page remembered = PathRealm.signInRemembered(browser, page, "ann");
      Response old = realm.redeem("cli", remembered.parameter("code")).expect(200);
      FormBrowser.Page again =
          browser.open(realm.authorization("cli", "code", Map.of("prompt", "login")));
      // A token of the second before the restart, or of the same, lives on.
      long issued = Realm.claims(old.text("access_token")).get("iat").asLong();
      await().until(() -> Instant.now().getEpochSecond() > issued + 1);
      Response fresh;
      try (AutoCloseable reconciler = haltReconciler()) {
        assertThat(reconciler).isNotNull();
        realm.update("", Map.of("rememberMe", false));
        FormBrowser.Page sent =
            browser.submit(again, Map.of("username", "ann", "password", PathRealm.PASSWORD));
        fresh = realm.redeem("cli", sent.parameter("code")).expect(200);
        deaths.assertAlive(fresh);
      }
      assertThat(PathRealm.sid(fresh)).isEqualTo(PathRealm.sid(old));
      deaths.awaitDead(old);
      deaths.assertAlive(fresh);
      Response refreshed = realm.refresh(fresh);
      realm.logout("cli", refreshed.text("refresh_token")).expect(204);
      deaths.assertDead(fresh, refreshed);
    } finally {
      realm.delete();
    }
  }

  /** Holds the lease of the reconciler, which waits for it; on another database it goes on. */
  private static AutoCloseable haltReconciler() {
    if (!(STACK.database().orElse(null) instanceof PostgresProcess postgres)) {
      return () -> {};
    }
    AutoCloseable lease =
        postgres.hold("SELECT name FROM bulwark_lease WHERE name = 'reconciler' FOR UPDATE");
    // A round that had begun goes on.
    await("the reconciler waits")
        .atMost(Deaths.SOON)
        .until(
            () ->
                !postgres
                    .sql(
                        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND query ILIKE 'UPDATE bulwark_lease%'")
                    .isEmpty());
    return lease;
  }
}
