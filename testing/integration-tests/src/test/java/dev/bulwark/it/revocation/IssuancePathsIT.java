package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** R1: tokens of every grant are in the ledger, and die with what they lean on. */
class IssuancePathsIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "issuance-paths");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  @BeforeAll
  static void allowExchange() {
    REALM.addAudience("cli", "other");
  }

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void lightweightTokens() {
    Response light = REALM.login("light", "ann", "openid");
    assertThat(Realm.claims(light.text("access_token")).has("sub")).isFalse();
    Response refreshed = REALM.refresh("light", light.text("refresh_token")).expect(200);
    Response service = REALM.serviceOf("light");
    REALM.logout("light", refreshed.text("refresh_token")).expect(204);
    DEATHS.assertDead(light, refreshed);
    DEATHS.assertAlive(service);

    REALM.revoke("light", service.text("access_token")).expect(200);
    DEATHS.assertDead(service);
  }

  @Test
  void clientCredentials() {
    REALM.createClient("machine");
    Response first = REALM.serviceOf("machine");
    Response second = REALM.serviceOf("machine");
    REALM.revoke("machine", first.text("access_token")).expect(200);
    DEATHS.assertDead(first);
    DEATHS.assertAlive(second);

    REALM.update("/clients/" + REALM.clientUuid("machine"), Map.of("enabled", false));
    DEATHS.assertDead(second);
  }

  @Test
  void exchangedTokensNeedOnlyTheUserSession() {
    Response subject = REALM.login("ann");
    Response own = REALM.exchange("cli", subject.text("access_token")).expect(200);
    Response exchanged = REALM.exchange("other", subject.text("access_token")).expect(200);
    assertThat(RevokedKeys.key(exchanged.text("access_token"))).startsWith("revoked:nt");
    DEATHS.assertAlive(subject, own, exchanged);

    REALM.logout("cli", subject.text("refresh_token")).expect(204);
    DEATHS.assertDead(subject, own, exchanged);
  }

  @Test
  void tokensExchangedFromAnOfflineSession() {
    Response subject = REALM.login("cli", "ben", "openid offline_access");
    Response exchanged = REALM.exchange("other", subject.text("access_token")).expect(200);
    assertThat(RevokedKeys.key(exchanged.text("access_token"))).startsWith("revoked:ft");

    REALM.logout("cli", subject.text("refresh_token")).expect(204);
    DEATHS.assertDead(subject, exchanged);
  }

  @Test
  void requestingPartyTokens() {
    REALM
        .admin()
        .post(
            REALM.path("/clients"),
            Json.of(
                Map.of(
                    "clientId",
                    "resource-server",
                    "secret",
                    PathRealm.SECRET,
                    "publicClient",
                    false,
                    "serviceAccountsEnabled",
                    true,
                    "authorizationServicesEnabled",
                    true,
                    "authorizationSettings",
                    Map.of(
                        "policyEnforcementMode",
                        "PERMISSIVE",
                        "resources",
                        List.of(Map.of("name", "notes"))))))
        .expect(201);
    Response subject = REALM.login("ann");
    Response party = requestingParty(subject);
    assertThat(Realm.claims(party.text("access_token")).has("authorization")).isTrue();
    DEATHS.assertAlive(subject, party);

    REALM.logout("cli", subject.text("refresh_token")).expect(204);
    DEATHS.assertDead(subject, party);
  }

  /** UMA 2.0, section 3.3.1, with the resource server as audience. */
  private static Response requestingParty(Response subject) {
    return Http.postForm(
            REALM.endpoint("token"),
            Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:uma-ticket",
                "audience",
                "resource-server"),
            "Authorization",
            "Bearer " + subject.text("access_token"))
        .expect(200);
  }

  @Test
  void deviceGrant() {
    Response tokens = REALM.deviceLogin("ann");
    DEATHS.assertAlive(tokens);

    REALM.logout("device", tokens.text("refresh_token")).expect(204);
    DEATHS.assertDead(tokens);
  }

  @Test
  void implicitAndHybridFlows() {
    FormBrowser browser = REALM.browser();
    FormBrowser.Page page = browser.open(REALM.authorization("spa", "id_token token", Map.of()));
    FormBrowser.Page sent = PathRealm.signIn(browser, page, "ann");
    String implicit = sent.parameter("access_token");
    FormBrowser.Page hybridPage =
        browser.open(REALM.authorization("spa", "code id_token token", Map.of()));
    String hybrid = hybridPage.parameter("access_token");
    Response code = REALM.redeem("spa", hybridPage.parameter("code")).expect(200);
    DEATHS.assertAlive(implicit, hybrid, code.text("access_token"));

    REALM.logout("spa", code.text("refresh_token")).expect(204);
    DEATHS.assertDead(implicit, hybrid, code.text("access_token"));
  }

  @Test
  void manyRefreshesOfOneSession() {
    Response tokens = REALM.login("cyn");
    Response[] all = new Response[8];
    all[0] = tokens;
    for (int i = 1; i < all.length; i++) {
      all[i] = REALM.refresh(all[i - 1]);
    }
    REALM.logout("cli", all[7].text("refresh_token")).expect(204);
    DEATHS.assertDead(all);
  }
}
