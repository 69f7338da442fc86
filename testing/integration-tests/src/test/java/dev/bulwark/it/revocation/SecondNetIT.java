package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1: changes that no event tells, since they are made in the database or by an option of the
 * server, and deaths whose event was missed. On PostgreSQL, or the database that the property
 * {@value SharedDatabase#PROPERTY} names; table names in capitals, which MariaDB tells from others.
 */
@Tag("full")
class SecondNetIT {

  private static DatabaseProcess database;
  private static RedisProcess redis;
  private static RevokedKeys keys;
  private static DistributionServer keycloak;
  private static PathRealm realm;

  @BeforeAll
  static void start() {
    database = SharedDatabase.require();
    redis = RedisProcess.start();
    keys = new RevokedKeys(redis.url());
    keycloak =
        DistributionServer.start(
            database.configure(TestStack.spec("second-net", redis.url())).build());
    realm = PathRealm.create(keycloak.url(), admin(keycloak), "second-net");
  }

  @AfterAll
  static void close() throws Exception {
    for (AutoCloseable resource : new AutoCloseable[] {keycloak, keys, redis, database}) {
      if (resource != null) {
        resource.close();
      }
    }
  }

  private static AdminApi admin(DistributionServer server) {
    return new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  /** Keycloak finds out when its caches are cleared. */
  private static void change(String sql) {
    database.sql(sql);
    realm.admin().post(realm.path("/clear-realm-cache"), "{}").expect(204);
    realm.admin().post(realm.path("/clear-user-cache"), "{}").expect(204);
  }

  @Test
  void aClientRenamedInTheDatabase() {
    realm.createClient("before");
    // The first look notes its client id.
    awaitSeen("CLIENT", realm.clientUuid("before"));
    Response tokens = realm.login("before", "ann", "openid");
    Response other = realm.login("ann");
    change("UPDATE CLIENT SET CLIENT_ID = 'after' WHERE ID = '" + realm.clientUuid("before") + "'");
    assertDies(tokens);
    assertAlive(other);
  }

  @Test
  void anOrganizationDisabledInTheDatabase() {
    PathRealm own = PathRealm.create(keycloak.url(), admin(keycloak), "second-net-org");
    Organization organization = Organization.create(own);
    Response managed = organization.loginManaged("mia");
    Response guest = own.login("ann");
    database.sql("UPDATE ORG SET ENABLED = FALSE");
    own.admin().post(own.path("/clear-realm-cache"), "{}").expect(204);
    own.admin().post(own.path("/clear-user-cache"), "{}").expect(204);
    keys.awaitRevoked(managed.text("access_token"), SOON);
    assertThat(own.isActive(managed.text("access_token"))).isFalse();
    new Deaths(own, keys).assertAlive(guest);
    organization.delete();
  }

  @Test
  void aUserStoreDisabledInTheDatabase() {
    try (Directory directory = Directory.start(List.of("liz"))) {
      String store = directory.connect(realm, "store", true);
      Response tokens = realm.login("liz");
      Response local = realm.login("ann");
      change(
          "UPDATE COMPONENT_CONFIG SET VALUE = 'false' WHERE NAME = 'enabled' AND COMPONENT_ID = '"
              + store
              + "'");
      assertDies(tokens);
      assertAlive(local);
    }
  }

  @Test
  void aRevocationWhoseEventWasMissed() {
    Response tokens = realm.service();
    Response other = realm.service();
    String token = tokens.text("access_token");
    String jti = Realm.claims(token).get("jti").asText();
    realm.revoke("service", token).expect(200);
    keys.awaitRevoked(token, SOON);
    String row = "FROM BULWARK_REVOKED_TOKEN WHERE JTI = '" + jti + "'";
    // It is written when it is in Redis.
    database.awaitAnswer("SELECT COUNT(*) " + row, "1");
    database.sql("DELETE FROM BULWARK_REVOCATION_SCOPE");
    database.sql("DELETE " + row);
    keys.client().del(RevokedKeys.key(token));
    assertDies(tokens);
    assertAlive(other);
  }

  @Test
  void anApiKeyRemovedInTheDatabase() {
    AdminApi admin = admin(keycloak);
    Realm app = new Realm(keycloak.url(), "app");
    Response user =
        admin
            .post(
                "/realms/app/users",
                """
                {"username": "kim", "enabled": true, "email": "kim@example.org",
                 "emailVerified": true, "firstName": "K", "lastName": "B"}
                """)
            .expect(201);
    String location = user.header("Location");
    String owner = location.substring(location.lastIndexOf('/') + 1);
    Response made =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read"], "owner": {"type": "user", "id": "%s"}}
                """
                    .formatted(owner))
            .expect(201);
    Response tokens =
        Http.postForm(
                app.endpoint("token"),
                Map.of(
                    "grant_type",
                    "urn:bulwark:params:oauth:grant-type:api-key",
                    "client_id",
                    "dev-cli"),
                "X-API-Key",
                made.text("key"))
            .expect(200);
    keys.assertNotRevoked(tokens.text("access_token"));
    database.sql("DELETE FROM CREDENTIAL WHERE ID = '" + made.text("id") + "'");
    keys.awaitRevoked(tokens.text("access_token"), SOON);
  }

  @Test
  void aHostnameOptionThatIsSetBetweenTwoStarts() {
    PathRealm own = PathRealm.create(keycloak.url(), admin(keycloak), "second-net-host");
    awaitSeen("REALM", own.admin().get(own.path("")).expect(200).json().get("id").asText());
    Response tokens = own.login("ann");
    keys.assertNotRevoked(tokens.text("access_token"));
    keycloak.stop();
    DistributionServer again =
        DistributionServer.start(
            database
                .configure(TestStack.spec("second-net-again", redis.url()))
                .option("hostname", "https://id.example.org")
                .option("hostname-backchannel-dynamic", "false")
                .build());
    try {
      keys.awaitRevoked(tokens.text("access_token"), SOON);
      PathRealm after = PathRealm.known(again.url(), admin(again), "second-net-host");
      assertThat(after.isActive(tokens.text("access_token"))).isFalse();
      new Deaths(after, keys).assertAlive(after.login("ann"));
    } finally {
      again.close();
      keycloak.startAgain();
    }
  }

  private static void assertDies(Response tokens) {
    keys.awaitRevoked(tokens.text("access_token"), SOON);
    assertThat(realm.isActive(tokens.text("access_token"))).isFalse();
  }

  private static void assertAlive(Response tokens) {
    new Deaths(realm, keys).assertAlive(tokens);
  }

  private static void awaitSeen(String kind, String id) {
    String seen = "SELECT COUNT(*) FROM BULWARK_LAST_SEEN WHERE KIND = '%s' AND ID = '%s'";
    database.awaitAnswer(seen.formatted(kind, id), "1");
  }
}
