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
 * R1, B7: the main paths of {@link LogoutPathsIT} and {@link SilentPathsIT}, and some more, with
 * what Keycloak 26.8 does by default: it keeps no user sessions in its caches, and every logout
 * goes on to the identity provider.
 */
@Tag("full")
class UncachedSessionsIT implements LogoutPaths, SilentPaths {

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

  @Override
  public PathRealm realm() {
    return realm;
  }

  @Override
  public RevokedKeys keys() {
    return keys;
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
  void aRevokedRefreshTokenTakesItsAccessTokensAlong() {
    Response tokens = realm.login("ann");
    Response refreshed = realm.refresh(tokens);
    Response other = realm.login("ann");
    realm.revoke("cli", refreshed.text("refresh_token")).expect(200);

    deaths.assertDead(tokens, refreshed);
    deaths.assertAlive(other);
  }

  @Test
  void anAdministratorLogsAUserOutAndDeletesAnother() {
    String ended = realm.createUser("uma");
    String deleted = realm.createUser("ugo");
    Response ofEnded = realm.login("uma");
    Response ofDeleted = realm.login("ugo");
    Response other = realm.login("ann");
    realm.admin().post(realm.path("/users/" + ended + "/logout"), "{}").expect(204);
    deaths.assertDead(ofEnded);
    realm.admin().delete(realm.path("/users/" + deleted)).expect(204);
    deaths.assertDead(ofDeleted);
    deaths.assertAlive(other);
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
