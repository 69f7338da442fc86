package dev.bulwark.it.versions;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.apikey.KeyFlows;
import dev.bulwark.it.password.OldHash;
import dev.bulwark.it.password.Users;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.text.ForeignHash;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * B7: what the bundle promises for each version of Keycloak, one test a part. A part that needs
 * what this Keycloak lacks says so in one line of the log, and refuses.
 */
@SharedRealm
class PartsIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final AdminApi admin = stack.admin();

  @Test
  void theLogNamesEachMissingPartAndHasNoStackTrace() {
    String log = stack.keycloak().log();
    for (String part :
        List.of(
            "Tokens are not revoked in Redis",
            "API keys are not exchanged",
            "Logout notices are not stored",
            "Token status lists are off",
            "Global token revocation is off")) {
      assertThat(log.lines().filter(line -> line.contains(part)))
          .as(part)
          .hasSize(ThisKeycloak.isComplete() ? 0 : 1);
    }
    assertThat(log.lines().filter(line -> line.contains("was not tested on Keycloak")))
        .hasSize(ThisKeycloak.isInTheList() ? 0 : 1);
    assertThat(log).doesNotContain("NoClassDefFoundError", "NoSuchMethodError", "AbstractMethod");
    assertThat(log).doesNotContain("removes sessions by methods that Bulwark does not know");
  }

  @Test
  void theHealthCheckTellsWhetherTokensAreRevoked() {
    String health = Http.get(stack.keycloak().managementUrl() + "/health/ready").expect(200).body();
    assertThat(health.contains("off: unsupported Keycloak")).isEqualTo(!ThisKeycloak.isComplete());
  }

  @Test
  void eachPartThatRunsHasItsMetrics() {
    realm.login("alice").expect(200);
    String metrics = Http.get(stack.keycloak().managementUrl() + "/metrics").expect(200).body();
    assertThat(metrics)
        .contains(
            "bulwark_password_hash_seconds",
            "bulwark_limiter_decisions_seconds",
            "bulwark_apikey_cache_size",
            "bulwark_redis_up");
    assertThat(metrics.contains("bulwark_revocation_off")).isEqualTo(!ThisKeycloak.isComplete());
  }

  @Test
  void passwordsAreArgon2() {
    String name = user("part-password", "Fjordblick 7 Kamele");
    assertThat(admin.passwordCredential(name).get("credentialData").asText())
        .contains("\"algorithm\":\"argon2\"");
    realm.login(name, "Fjordblick 7 Kamele", "openid").expect(200);
    assertRefused(realm.login(name, "Fjordblick 7 Kamel", "openid"));
  }

  @Test
  void aPasswordOfAnotherApplicationBecomesArgon2() {
    OldHash bcrypt =
        OldHash.oneOfEachForm().stream()
            .filter(hash -> hash.algorithm().equals("bcrypt"))
            .findFirst()
            .orElseThrow();
    Users users = new Users(admin);
    users.createWithHash("part-bcrypt", ForeignHash.parse(bcrypt.hash(), CostLimits.DEFAULT));
    assertThat(users.algorithm("part-bcrypt")).isEqualTo("bcrypt");
    assertRefused(realm.login("part-bcrypt", "!" + bcrypt.password(), "openid"));
    assertThat(users.algorithm("part-bcrypt")).isEqualTo("bcrypt");
    realm.login("part-bcrypt", bcrypt.password(), "openid").expect(200);
    assertThat(users.algorithm("part-bcrypt")).isEqualTo("argon2");
    realm.login("part-bcrypt", bcrypt.password(), "openid").expect(200);
  }

  @Test
  void aBreachedPasswordIsRefused() {
    String id = admin.userId(user("part-breached", "Fjordblick 7 Kamele"));
    Response refused =
        admin.put(
            "/realms/app/users/" + id + "/reset-password",
            Json.object("type", "password", "value", "password1", "temporary", false));
    assertThat(refused.status()).isEqualTo(400);
  }

  @Test
  void aWrongPasswordIsCountedAgainstTheAccount() {
    String name = user("part-lockout", "Fjordblick 7 Kamele");
    String id = admin.userId(name);
    assertRefused(realm.login(name, "Fjordblick 7 Kamel", "openid"));
    await("the failure is counted")
        .atMost(SOON)
        .until(
            () ->
                admin
                        .get("/realms/app/attack-detection/brute-force/users/" + id)
                        .expect(200)
                        .json()
                        .get("numFailures")
                        .asInt()
                    == 1);
  }

  /** A server of its own: the shared one has room for the tests of all classes. */
  @Tag("full")
  @Test
  void theShippedLimitRejectsTheSixthAttemptOfAnAddress() {
    try (RedisProcess redis = RedisProcess.start();
        DistributionServer server =
            DistributionServer.start(
                TestStack.spec("parts-limit", redis.url())
                    // Nobody here: this machine is not excepted.
                    .option("spi-login-rate-limiter--default--allowed-networks", "192.0.2.0/24")
                    .build())) {
      Realm limited = new Realm(server.url(), "app");
      for (int i = 0; i < 5; i++) {
        assertRefused(limited.login("alice", "not the password " + i, "openid"));
      }
      Response rejected = limited.login("alice", Realm.PASSWORD, "openid").expect(429);
      assertThat(rejected.text("error")).isEqualTo("slow_down");
      assertThat(Integer.parseInt(rejected.header("Retry-After"))).isBetween(1, 60);
    }
  }

  @Test
  void aKeyIsMadeAndVerified() {
    JsonNode key = key("part-verify");
    assertThat(verify(key.get("key").asText()).status()).isEqualTo(200);
    assertThat(verify(key.get("key").asText() + "x").status()).isEqualTo(403);
  }

  @Test
  void ownersListTheirKeys() {
    String id = key("part-list").get("id").asText();
    assertThat(ownKeys()).contains(id);
    Http.send(
            Http.request(realm.url() + "/api-keys/" + id)
                .header("Authorization", "Bearer " + realm.login("alice").text("access_token"))
                .DELETE())
        .expect(204);
    assertThat(ownKeys()).doesNotContain(id);
  }

  private List<String> ownKeys() {
    return Http.get(
            realm.url() + "/api-keys",
            "Authorization",
            "Bearer " + realm.login("alice").text("access_token"))
        .expect(200)
        .json()
        .findValuesAsText("id");
  }

  @Test
  void aKeyIsExchangedWhereItsTokenCanBeLimited() {
    String key = key("part-exchange").get("key").asText();
    Response answer =
        Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "urn:bulwark:params:oauth:grant-type:api-key",
                "client_id",
                "dev-cli"),
            "X-API-Key",
            key);
    if (ThisKeycloak.isComplete()) {
      assertThat(answer.expect(200).text("scope")).isEqualTo("tasks:read");
    } else {
      assertThat(answer.expect(400).text("error")).isEqualTo("unsupported_grant_type");
      assertThat(answer.body()).doesNotContain("access_token");
    }
  }

  @Test
  void neitherIsAKeyInThePasswordGrant() {
    String key = key("part-ways").get("key").asText();
    new KeyFlows(admin).directGrant("dev-cli");
    Response answer =
        Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "password",
                "client_id",
                "dev-cli",
                "username",
                "alice",
                "password",
                key,
                "scope",
                "tasks:read"));
    if (ThisKeycloak.isComplete()) {
      assertThat(answer.status()).isEqualTo(200);
    } else {
      assertThat(answer.expect(400).text("error")).isEqualTo("unsupported_grant_type");
      assertThat(answer.body()).doesNotContain("access_token");
    }
  }

  /** Where there is no ledger, they answer as if they were not there. */
  @Test
  void statusListsAndGlobalRevocationNeedTheLedger() {
    assertThat(Http.get(realm.url() + "/token-status").status())
        .isEqualTo(ThisKeycloak.isComplete() ? 200 : 404);
    Response revocation =
        Http.send(
            Http.request(realm.url() + "/global-token-revocation")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertThat(revocation.status()).isEqualTo(ThisKeycloak.isComplete() ? 401 : 404);
  }

  @Test
  void thePagesAreThoseOfTheBundle() {
    String page =
        Http.get(
                realm.endpoint("auth")
                    + "?client_id=account-console&response_type=code&scope=openid&redirect_uri="
                    + Http.encode(realm.url() + "/account/")
                    + "&code_challenge_method=S256"
                    + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            .expect(200)
            .body();
    assertThat(page).contains("/login/bulwark/");
  }

  private JsonNode key(String name) {
    String token = realm.login("alice").text("access_token");
    return Http.send(
            Http.request(realm.url() + "/api-keys")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.object(
                            "name", name, "scopes", List.of("tasks:read"), "expiresAt", null))))
        .expect(201)
        .json();
  }

  private Response verify(String key) {
    return Http.get(
        realm.url() + "/api-keys/verify",
        "Authorization",
        Realm.basic("gateway", "gateway-dev-secret"),
        "X-API-Key",
        key);
  }

  private String user(String name, String password) {
    admin
        .post(
            "/realms/app/users",
            Json.object(
                "username",
                name,
                "enabled",
                true,
                "email",
                name + "@example.org",
                "emailVerified",
                true,
                "firstName",
                "P",
                "lastName",
                "T",
                "credentials",
                List.of(Map.of("type", "password", "value", password))))
        .expect(201);
    return name;
  }

  /** Keycloak 26.4 answers 401 where later ones answer 400, as RFC 6749 says. */
  private static void assertRefused(Response answer) {
    assertThat(answer.status()).isIn(List.of(400, 401));
    assertThat(answer.text("error")).isEqualTo("invalid_grant");
  }
}
