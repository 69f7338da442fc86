package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1, B7: the main paths of {@link LogoutPathsIT} and {@link SilentPathsIT} with what Keycloak 26.8
 * does by default: it keeps no user sessions in its caches, and every logout goes on to the
 * identity provider.
 */
@Tag("full")
class UncachedSessionsIT {

  private static PostgresProcess database;
  private static RedisProcess redis;
  private static DistributionServer keycloak;
  private static RevokedKeys keys;
  private static PathRealm realm;
  private static Deaths deaths;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    keycloak =
        DistributionServer.start(
            database
                .configure(
                    TestStack.manyFromOneAddress(TestStack.spec("uncached", redis.url()))
                        .option("spi-user-sessions--infinispan--use-caches", "false"))
                .build());
    AdminApi admin =
        new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    keys = new RevokedKeys(redis.url());
    realm = PathRealm.create(keycloak.url(), admin, "uncached");
    deaths = new Deaths(realm, keys);
  }

  @AfterAll
  static void close() throws Exception {
    for (AutoCloseable resource : new AutoCloseable[] {keys, keycloak, redis, database}) {
      if (resource != null) {
        resource.close();
      }
    }
  }

  /** With caches the token would live on: that Keycloak heeds the option is shown here. */
  @Test
  void aSessionThatIsRemovedFromTheDatabaseIsGoneAtOnce() {
    Response tokens = realm.login("ann");
    Response other = realm.login("ann");
    deaths.assertAlive(tokens, other);
    new StoredSession(database, PathRealm.sid(tokens)).remove();
    deaths.awaitDead(tokens);
    deaths.assertAlive(other);
  }

  @Test
  void browserLogoutEndsTheTokensOfAllItsClients() {
    FormBrowser browser = realm.browser();
    Response tokens = realm.browserLogin(browser, "cli", "ann");
    Response other = realm.singleSignOn(browser, "other");
    Response elsewhere = realm.login("ann");
    browser.open(realm.endpoint("logout") + "?id_token_hint=" + tokens.text("id_token"));

    deaths.assertDead(tokens, other);
    deaths.assertAlive(elsewhere);
  }

  @Test
  void browserLogoutLeavesTheOfflineTwinAlive() {
    FormBrowser browser = realm.browser();
    Response online = realm.browserLogin(browser, "cli", "ann");
    FormBrowser.Page page =
        browser.open(
            realm.authorization("other", "code", Map.of("scope", "openid offline_access")));
    Response offline = realm.redeem("other", page.parameter("code")).expect(200);
    browser.open(realm.endpoint("logout") + "?id_token_hint=" + online.text("id_token"));

    deaths.assertDead(online);
    deaths.assertAlive(offline, realm.refresh("other", offline.text("refresh_token")));
  }

  @Test
  void aRevokedRefreshTokenTakesItsAccessTokensAlong() {
    Response tokens = realm.login("ann");
    Response refreshed = realm.refresh(tokens);
    Response other = realm.login("ann");
    realm.revoke("cli", refreshed.text("refresh_token")).expect(200);

    deaths.assertDead(tokens, refreshed);
    deaths.assertAlive(other);
  }

  @Test
  void aReusedRefreshTokenEndsTheSession() {
    realm.update("", Map.of("revokeRefreshToken", true, "refreshTokenMaxReuse", 0));
    try {
      Response first = realm.login("ann");
      Response second = realm.refresh(first);
      deaths.assertAlive(first, second);
      realm.refresh("cli", first.text("refresh_token")).expect(400);

      deaths.awaitDead(first, second);
    } finally {
      realm.update("", Map.of("revokeRefreshToken", false));
    }
  }

  @Test
  void theAccountConsoleEndsOneDeviceAndAllOthers() {
    realm.createUser("dan");
    realm.allowAccount("dan");
    Response current = realm.login("dan");
    Response one = realm.login("dan");
    Response two = realm.login("dan");
    realm.account(current, "DELETE", "/sessions/" + PathRealm.sid(one)).expect(204);
    deaths.assertDead(one);
    deaths.assertAlive(two, current);

    realm.account(current, "DELETE", "/sessions").expect(204);
    deaths.assertDead(two);
    deaths.assertAlive(current);
  }

  @Test
  void anAdministratorLogsAUserOutAndDeletesAnother() {
    String ended = realm.createUser("eve");
    String deleted = realm.createUser("fay");
    Response ofEnded = realm.login("eve");
    Response ofDeleted = realm.login("fay");
    Response other = realm.login("ann");
    realm.admin().post(realm.path("/users/" + ended + "/logout"), "{}").expect(204);
    deaths.assertDead(ofEnded);
    realm.admin().delete(realm.path("/users/" + deleted)).expect(204);
    deaths.assertDead(ofDeleted);
    deaths.assertAlive(other);
  }

  @Test
  void aLoginOverTheIdentityCookieOfAnotherSession() {
    FormBrowser first = realm.browser();
    Response old = realm.browserLogin(first, "cli", "ann");
    FormBrowser second = realm.browser();
    FormBrowser.Page form = second.open(realm.authorization("cli", "code", Map.of()));
    second.takeIdentityFrom(first);
    Response fresh =
        realm.redeem("cli", PathRealm.signIn(second, form, "ben").parameter("code")).expect(200);

    deaths.assertDead(old);
    deaths.assertAlive(fresh);
  }

  @Test
  void aDisabledUserAtTheAuthorizationEndpoint() {
    String id = realm.createUser("gus");
    FormBrowser browser = realm.browser();
    FormBrowser.Page form = browser.open(realm.authorization("cli", "code", Map.of()));
    FormBrowser open = browser.copy();
    Response tokens =
        realm.redeem("cli", PathRealm.signIn(browser, form, "gus").parameter("code")).expect(200);
    realm.update("/users/" + id, Map.of("enabled", false));
    open.open(realm.authorization("cli", "code", Map.of()));
    deaths.assertDead(tokens);
  }

  @Test
  void idleExpiryAndTheSessionsRevival() {
    PathRealm idle = PathRealm.create(keycloak.url(), realm.admin(), "uncached-idle");
    idle.update("", Map.of("ssoSessionIdleTimeout", 3));
    Deaths ofIdle = new Deaths(idle, keys);
    FormBrowser browser = idle.browser();
    Response old = idle.browserLogin(browser, "cli", "ann");
    Response offline = idle.login("cli", "ann", "openid offline_access");
    ofIdle.awaitDeath(old, Deaths.SOON);
    Response fresh = idle.browserLogin(browser, "cli", "ann");
    ofIdle.assertDead(old);
    ofIdle.assertAlive(fresh, offline);
  }

  /** The parameter {@code initiating_idp} keeps a logout here; 26.8 does not heed it any more. */
  @Test
  void aLogoutEndsTheTokensWhetherOrNotItGoesOnToTheProvider() {
    Broker broker =
        Broker.create(realm, Map.of("attributes", Map.of("post.logout.redirect.uris", "+")));
    passLogoutsOn(broker);
    FormBrowser staying = realm.browser();
    Response kept = broker.login(staying, "hal");
    staying.open(logout(kept) + "&initiating_idp=" + Broker.ALIAS);
    deaths.assertDead(kept);
    assertThat(sessionsAtProvider(broker, "hal")).isOne();

    FormBrowser leaving = realm.browser();
    Response left = broker.login(leaving, "ivy");
    leaving.open(logout(left));
    deaths.assertDead(left);
    assertThat(sessionsAtProvider(broker, "ivy")).isZero();
  }

  private static String logout(Response tokens) {
    return realm.endpoint("logout")
        + "?id_token_hint="
        + tokens.text("id_token")
        + "&post_logout_redirect_uri="
        + Http.encode(PathRealm.CALLBACK);
  }

  private static void passLogoutsOn(Broker broker) {
    String path = realm.path("/identity-provider/instances/" + Broker.ALIAS);
    ObjectNode provider = (ObjectNode) realm.admin().get(path).expect(200).json();
    provider.withObject("/config").put("logoutUrl", broker.provider().endpoint("logout"));
    // What is read is masked.
    provider.withObject("/config").put("clientSecret", PathRealm.SECRET);
    realm.admin().put(path, provider.toString()).expect(204);
  }

  private static int sessionsAtProvider(Broker broker, String user) {
    PathRealm provider = broker.provider();
    return provider
        .admin()
        .get(provider.path("/users/" + provider.userId(user) + "/sessions"))
        .expect(200)
        .json()
        .size();
  }
}
