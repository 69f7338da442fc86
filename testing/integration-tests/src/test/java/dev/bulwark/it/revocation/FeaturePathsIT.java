package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1: paths that need a feature or an option of Keycloak that other tests do without: the SCIM API,
 * the legacy exchange, the JWT authorization grant, CIBA and users that are not stored.
 */
@Tag("full")
class FeaturePathsIT {

  private static AuthenticationDevice device;
  private static RedisProcess redis;
  private static RevokedKeys keys;
  private static DistributionServer keycloak;
  private static PathRealm realm;
  private static Deaths deaths;

  @BeforeAll
  static void start() {
    device = AuthenticationDevice.start();
    redis = RedisProcess.start();
    keys = new RevokedKeys(redis.url());
    keycloak =
        DistributionServer.start(
            TestStack.spec("features", redis.url())
                .buildOption(
                    "features", "scim-api,token-exchange,jwt-authorization-grant,transient-users")
                .option(AuthenticationDevice.OPTION, device.url())
                .build());
    realm =
        PathRealm.create(
            keycloak.url(),
            new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD),
            "features");
    deaths = new Deaths(realm, keys);
  }

  @AfterAll
  static void close() throws Exception {
    for (AutoCloseable resource : new AutoCloseable[] {keycloak, keys, redis, device}) {
      if (resource != null) {
        resource.close();
      }
    }
  }

  @Test
  void usersThatTheScimApiDisablesAndDeletes() {
    realm.update("", Map.of("scimApiEnabled", true));
    provisioner();
    String patched = realm.createUser("pat");
    String replaced = realm.createUser("rob");
    String deleted = realm.createUser("dan");
    Response ofPatched = realm.login("pat");
    Response ofReplaced = realm.login("rob");
    Response ofDeleted = realm.login("dan");
    Response other = realm.login("ann");

    scim(
        "PATCH",
        patched,
        Map.of(
            "schemas",
            List.of("urn:ietf:params:scim:api:messages:2.0:PatchOp"),
            "Operations",
            List.of(Map.of("op", "replace", "path", "active", "value", false))));
    deaths.assertDead(ofPatched);
    scim(
        "PUT",
        replaced,
        Map.of(
            "schemas",
            List.of("urn:ietf:params:scim:schemas:core:2.0:User"),
            "id",
            replaced,
            "userName",
            "rob",
            "active",
            false));
    deaths.assertDead(ofReplaced);
    scim("DELETE", deleted, Map.of());
    deaths.assertDead(ofDeleted);
    deaths.assertAlive(other);
  }

  /** A client that may manage users, with the audience that the SCIM API asks for. */
  private static void provisioner() {
    realm.createClient("provisioner");
    String path = "/clients/" + realm.clientUuid("provisioner");
    realm
        .admin()
        .post(
            realm.path(path + "/protocol-mappers/models"),
            Json.of(
                Map.of(
                    "name",
                    "scim",
                    "protocol",
                    "openid-connect",
                    "protocolMapper",
                    "oidc-audience-mapper",
                    "config",
                    Map.of(
                        "included.custom.audience",
                        realm.url() + "/scim/v2",
                        "access.token.claim",
                        "true"))))
        .expect(201);
    String account =
        realm.admin().get(realm.path(path + "/service-account-user")).expect(200).text("id");
    String management = realm.clientUuid("realm-management");
    JsonNode role =
        realm
            .admin()
            .get(realm.path("/clients/" + management + "/roles/manage-users"))
            .expect(200)
            .json();
    realm
        .admin()
        .post(
            realm.path("/users/" + account + "/role-mappings/clients/" + management),
            Json.of(List.of(role)))
        .expect(204);
  }

  private static void scim(String method, String user, Map<String, Object> body) {
    Response response =
        Http.send(
            Http.request(realm.url() + "/scim/v2/Users/" + user)
                .header(
                    "Authorization",
                    "Bearer " + realm.serviceOf("provisioner").text("access_token"))
                .header("Content-Type", "application/scim+json")
                .method(
                    method,
                    method.equals("DELETE")
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(Json.of(body))));
    if (response.status() / 100 != 2) {
      throw new AssertionError(method + ": " + response.status() + " " + response.body());
    }
  }

  @Test
  void tokensOfTheLegacyExchange() {
    Response subject = realm.login("ann");
    Response other = realm.login("ben");
    Response exchanged = realm.exchange("cli", subject.text("access_token")).expect(200);
    Response refreshable = legacy(subject).expect(200);
    deaths.assertAlive(subject, exchanged, refreshable, other);
    realm.logout("cli", subject.text("refresh_token")).expect(204);
    deaths.assertDead(subject, exchanged, refreshable);
    deaths.assertAlive(other);
  }

  /** A requested type that only the first version of the exchange issues in this way. */
  private static Response legacy(Response subject) {
    return realm.token(
        "cli",
        Map.of(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token",
            subject.text("access_token"),
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:refresh_token"));
  }

  @Test
  void tokensOfClientInitiatedBackchannelAuthentication() {
    realm.update(
        "/clients/" + realm.clientUuid("cli"),
        Map.of("attributes", Map.of("oidc.ciba.grant.enabled", "true")));
    Response ended = backchannel("ann");
    Response other = backchannel("ann");
    deaths.assertAlive(ended, other);

    Response refreshed = realm.refresh(ended);
    realm.logout("cli", refreshed.text("refresh_token")).expect(204);
    deaths.assertDead(ended, refreshed);
    deaths.assertAlive(other);

    realm.admin().post(realm.path("/users/" + realm.userId("ann") + "/logout"), "{}").expect(204);
    deaths.assertDead(other);
  }

  /** The poll mode of CIBA: the user consents at once, so the client asks once. */
  private static Response backchannel(String user) {
    Response asked =
        realm.post(
            "ext/ciba/auth",
            Map.of(
                "client_id",
                "cli",
                "client_secret",
                PathRealm.SECRET,
                "scope",
                "openid",
                "login_hint",
                user));
    Http.send(
            Http.request(realm.endpoint("ext/ciba/auth/callback"))
                .header("Authorization", device.lastAuthorization())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.object("status", "SUCCEED"))))
        .expect(200);
    return realm
        .token(
            "cli",
            Map.of(
                "grant_type",
                "urn:openid:params:grant-type:ciba",
                "auth_req_id",
                asked.text("auth_req_id")))
        .expect(200);
  }

  /** Keycloak has such a user in its session only, so nothing but that session can end it. */
  @Test
  void tokensOfUsersThatAreNotStored() {
    PathRealm brokered = realm.createBeside("brokered");
    Deaths ofBrokered = new Deaths(brokered, keys);
    Broker broker = Broker.create(brokered, Map.of());
    broker.keepUsersInSessions();
    Response ended = broker.login(brokered.browser(), "tess");
    Response deleted = broker.login(brokered.browser(), "tim");
    Response expiring = broker.login(brokered.browser(), "tom");
    Response other = broker.login(brokered.browser(), "ted");
    Response refreshed = brokered.refresh(ended);
    assertThat(Realm.claims(ended.text("access_token")).get("sub").asText())
        .startsWith("lightweight-");
    ofBrokered.assertAlive(ended, refreshed, deleted, expiring, other);

    brokered.logout("cli", refreshed.text("refresh_token")).expect(204);
    ofBrokered.assertDead(ended, refreshed);
    brokered
        .admin()
        .delete(brokered.path("/sessions/" + PathRealm.sid(deleted) + "?isOffline=false"))
        .expect(204);
    ofBrokered.assertDead(deleted);
    ofBrokered.assertAlive(expiring, other);

    broker.remove();
    ofBrokered.assertConsistent(expiring, other);
    brokered.update("", Map.of("ssoSessionMaxLifespan", 1));
    ofBrokered.awaitDeath(expiring, Duration.ofMinutes(3));
    ofBrokered.awaitDead(other);
  }

  /** These tokens have no session that lasts: a logout ends them by the user's not-before. */
  @Test
  void tokensOfTheJwtAuthorizationGrant() {
    AssertionIssuer issuer = AssertionIssuer.create(realm, "cli");
    issuer.link("ben", "ben-there");
    issuer.link("cyn", "cyn-there");
    Response ended = issuer.grant("ben-there").expect(200);
    Response revoked = issuer.grant("ben-there").expect(200);
    Response other = issuer.grant("cyn-there").expect(200);
    deaths.assertAlive(ended, revoked, other);

    realm.revoke("cli", revoked.text("access_token")).expect(200);
    deaths.assertDead(revoked);
    deaths.assertAlive(ended, other);

    // A token of the second of the not-before would live on.
    awaitSecondAfter(ended);
    realm.admin().post(realm.path("/users/" + realm.userId("ben") + "/logout"), "{}").expect(204);
    deaths.assertDead(ended);
    deaths.assertAlive(other);

    realm.update("/users/" + realm.userId("cyn"), Map.of("enabled", false));
    deaths.assertDead(other);
  }

  private static void awaitSecondAfter(Response tokens) {
    long issued = Realm.claims(tokens.text("access_token")).get("iat").asLong();
    await().until(() -> Instant.now().getEpochSecond() > issued);
  }
}
