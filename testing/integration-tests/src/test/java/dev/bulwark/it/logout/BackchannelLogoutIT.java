package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R9: notices of the logouts that Keycloak itself tells. */
@Tag("slow")
class BackchannelLogoutIT {

  private static final TestStack STACK = TestStack.get();

  private final LogoutRealm realm =
      LogoutRealm.create(STACK.url(), STACK.admin(), "backchannel-logout");
  private final Application application =
      Application.start(realm.url(), "shop", JWSAlgorithm.RS256);

  @AfterEach
  void end() {
    application.close();
    realm.delete();
  }

  @Test
  void aLogoutIsDeliveredOnceWithAValidToken() {
    realm.notified("shop", application.url());
    Response login = realm.login("shop", "ann");
    realm.logout("shop", login);

    await().atMost(SOON).until(() -> application.calls().size() == 1);
    JWTClaimsSet claims = application.calls().get(0).claims();
    assertThat(application.calls().get(0).sid()).isEqualTo(LogoutRealm.sid(login));
    assertThat(claims.getSubject()).isEqualTo(realm.userId("ann"));
    assertThat(claims.getExpirationTime().getTime() - claims.getIssueTime().getTime())
        .as("at most two minutes")
        .isBetween(1L, 120_000L);
    assertThat(application.forged()).isEmpty();
    assertNoneIsSentAgain(1);
  }

  @Test
  void anAdministratorsLogoutReachesEveryApplicationOfTheUser() {
    realm.notified("shop", application.url());
    realm.login("shop", "ann");
    realm.login("shop", "ann");
    realm.login("shop", "ben");
    realm.admin().post(realm.path("/users/" + realm.userId("ann") + "/logout"), "{}").expect(204);

    await().atMost(SOON).until(() -> application.calls().size() == 2);
    assertThat(application.calls())
        .extracting(call -> call.claims().getSubject())
        .containsOnly(realm.userId("ann"));
    assertNoneIsSentAgain(2);
  }

  @Test
  void aReceiverThatIsAwayGetsItWhenItIsBack() {
    realm.notified("shop", application.url());
    application.away();
    Response login = realm.login("shop", "ann");
    realm.logout("shop", login);
    await("an attempt").atMost(SOON).until(() -> realm.failing().size() == 1);
    assertThat(realm.failing().get(0).get("clientId").asText()).isEqualTo("shop");
    application.back();

    await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
    assertThat(application.acknowledged().get(0).sid()).isEqualTo(LogoutRealm.sid(login));
    await().atMost(SOON).until(() -> realm.failing().isEmpty());
  }

  @Test
  void everyAttemptHasTheSameTokenId() {
    realm.notified("shop", application.url());
    application.answer(call -> application.calls().size() < 3 ? 503 : 204);
    realm.logout("shop", realm.login("shop", "ann"));

    await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
    assertThat(application.calls())
        .extracting(Application.Call::jti)
        .hasSize(3)
        .containsOnly(application.calls().get(0).jti());
    assertThat(application.calls().get(2).claims().getIssueTime())
        .as("signed at the delivery")
        .isAfterOrEqualTo(application.calls().get(0).claims().getIssueTime());
  }

  @Test
  void theTokenHasTheClientsAlgorithmAndPairwiseSubject() {
    realm
        .admin()
        .post(
            realm.path("/components"),
            """
            {"name": "es256", "providerId": "ecdsa-generated",
             "providerType": "org.keycloak.keys.KeyProvider",
             "config": {"ecdsaEllipticCurveKey": ["P-256"], "priority": ["100"]}}
            """)
        .expect(201);
    try (Application other = Application.start(realm.url(), "bank", JWSAlgorithm.ES256)) {
      realm.client(
          "bank",
          Map.of("backchannel.logout.url", other.url(), "id.token.signed.response.alg", "ES256"));
      realm
          .admin()
          .post(
              realm.path("/clients/" + realm.clientUuid("bank") + "/protocol-mappers/models"),
              """
              {"name": "pairwise", "protocol": "openid-connect",
               "protocolMapper": "oidc-sha256-pairwise-sub-mapper",
               "config": {"pairwiseSubAlgorithmSalt": "salt"}}
              """)
          .expect(201);
      Response login = realm.login("bank", "ann");
      realm.logout("bank", login);

      await().atMost(SOON).until(() -> other.calls().size() == 1);
      assertThat(other.calls().get(0).claims().getSubject())
          .isNotEqualTo(realm.userId("ann"))
          .isEqualTo(Realm.claims(login.text("id_token")).get("sub").asText());
    }
  }

  /**
   * An application that asks for offline use in a session that is there has both sessions under one
   * id. They end apart, and Keycloak alone tells of each.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theOfflineSessionThatOutlivesTheLogoutIsToldToo(boolean durable) {
    realm.client("portal", Map.of());
    realm.withBrowser("portal");
    realm.notified("shop", application.url());
    realm.withBrowser("shop");
    realm.change("{\"attributes\": {\"backchannelLogout.durable\": \"%s\"}}".formatted(durable));
    FormBrowser browser = new FormBrowser(STACK.url());
    Response online = realm.browserLogin(browser, "portal", "openid");
    Response offline = realm.browserLogin(browser, "shop", "openid offline_access");
    String sid = LogoutRealm.sid(online);
    assertThat(LogoutRealm.sid(offline)).isEqualTo(sid);

    realm.browserLogout(browser, online);
    await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
    // It was not used since.
    realm.admin().delete(realm.path("/sessions/" + sid + "?isOffline=true")).expect(204);
    await().atMost(SOON).until(() -> application.acknowledged().size() == 2);
    assertThat(application.acknowledged()).extracting(Application.Call::sid).containsOnly(sid);
    assertThat(realm.refresh("shop", offline).status()).isEqualTo(400);
  }

  /** Keycloak ends the online session of the id with the offline session. */
  @Test
  void bothSessionsThatEndTogetherAreToldOnce() {
    realm.notified("shop", application.url());
    realm.client("portal", Map.of());
    realm.withBrowser("portal");
    realm.withBrowser("shop");
    FormBrowser browser = new FormBrowser(STACK.url());
    realm.browserLogin(browser, "portal", "openid");
    Response offline = realm.browserLogin(browser, "shop", "openid offline_access");
    realm.logout("shop", offline);
    await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
    // The removal of the online session is looked at three seconds later.
    Response last = realm.login("shop", "ben");
    realm.admin().delete(realm.path("/users/" + realm.userId("ben"))).expect(204);
    await()
        .atMost(SOON)
        .until(
            () ->
                application.calls().stream()
                    .anyMatch(call -> call.sid().equals(LogoutRealm.sid(last))));
    assertThat(application.calls()).hasSize(2);
  }

  @Test
  void whereTheRealmHasItOffKeycloakItselfCalls() {
    realm.notified("shop", application.url());
    realm.change("{\"attributes\": {\"backchannelLogout.durable\": \"false\"}}");
    Response login = realm.login("shop", "ann");
    realm.logout("shop", login);
    // With the response, and none is kept for later.
    assertThat(application.calls()).hasSize(1);
    application.away();
    realm.logout("shop", realm.login("shop", "ann"));
    application.back();
    assertNoneIsSentAgain(1);
    assertThat(realm.failing()).isEmpty();
  }

  /** As a node has written it whose clock was a day ahead. */
  @Test
  void aNoticeThatIsPutOffTooFarIsSent() {
    assumeTrue(STACK.database().isPresent(), "H2 is a part of Keycloak");
    DatabaseProcess database = STACK.database().orElseThrow();
    realm.notified("shop", application.url());
    application.away();
    Response login = realm.login("shop", "ann");
    realm.logout("shop", login);
    await("an attempt").atMost(SOON).until(() -> realm.failing().size() == 1);
    for (String table : new String[] {"BULWARK_LOGOUT_NOTICE", "BULWARK_LOGOUT_RECEIVER"}) {
      database.sql(
          "UPDATE %s SET NEXT_AT = NEXT_AT + 86400000 WHERE CLIENT_ID = '%s'"
              .formatted(table, realm.clientUuid("shop")));
    }
    application.back();
    await().atMost(SOON).until(() -> application.acknowledged().size() == 1);
    assertThat(application.acknowledged().get(0).sid()).isEqualTo(LogoutRealm.sid(login));
  }

  /** Whatever an administrator's program sends, the answer is clear. */
  @Test
  void randomRequestsForDeadLettersHaveClearAnswers() {
    long seed = Long.getLong("bulwark.seed", 9);
    Random random = new Random(seed);
    Set<Integer> seen = new HashSet<>();
    int begin = STACK.keycloak().log().length();
    for (int i = 0; i < 200; i++) {
      String path =
          realm.path("/backchannel-logout")
              + pick(
                  random,
                  "/failing",
                  "/dead",
                  "/dead",
                  "/dead/" + random.nextInt(),
                  "/dead/" + random.nextInt(100) + "/send",
                  "/dead/99999999999999999999",
                  "/dead/1e3/send",
                  "/dead/%F0%9F%92%A9",
                  "/failing/1",
                  "/x",
                  "")
              + pick(
                  random,
                  "",
                  "?first=-1&max=0",
                  "?first=99999999999",
                  "?max=x",
                  "?first=2147483647&max=2147483647",
                  "?max=-5&first=%01");
      Response answer =
          switch (random.nextInt(5)) {
            case 0 -> realm.admin().post(path, pick(random, "", "{", "[]", "\0"));
            case 1 -> realm.admin().delete(path);
            case 2 -> realm.admin().put(path, "{}");
            default -> realm.admin().get(path);
          };
      seen.add(answer.status());
      assertThat(answer.status())
          .as("seed %d, request %d: %s", seed, i, path)
          .isIn(200, 204, 400, 404, 405, 415);
    }
    assertThat(seen).contains(200, 404, 405);
    assertThat(STACK.keycloak().log().substring(begin)).doesNotContain("Uncaught server error");
  }

  private static String pick(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }

  /** Another notice, which comes after all that was there before. */
  private void assertNoneIsSentAgain(int calls) {
    realm.change("{\"attributes\": {\"backchannelLogout.durable\": \"true\"}}");
    Response last = realm.login("shop", "ben");
    realm.logout("shop", last);
    await()
        .atMost(SOON)
        .until(
            () ->
                application.calls().stream()
                    .anyMatch(call -> call.sid().equals(LogoutRealm.sid(last))));
    assertThat(application.calls()).hasSize(calls + 1);
  }
}
