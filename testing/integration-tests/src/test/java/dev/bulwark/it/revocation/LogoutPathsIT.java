package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * R1: what a user or a client does to end tokens. The keys are there with the response. {@link
 * LogoutPaths} has those that {@link UncachedSessionsIT} takes, too.
 */
class LogoutPathsIT implements LogoutPaths {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "logout-paths");
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
  void logoutWithAnOfflineTokenEndsTheOnlineTwinToo() {
    FormBrowser browser = REALM.browser();
    Response online = REALM.browserLogin(browser, "cli", "ann");
    FormBrowser.Page page =
        browser.open(
            REALM.authorization("other", "code", Map.of("scope", "openid offline_access")));
    Response offline = REALM.redeem("other", page.parameter("code")).expect(200);
    REALM.logout("other", offline.text("refresh_token")).expect(204);

    DEATHS.assertDead(offline, online);
  }

  @Test
  void theFirstOfflineTokenSurvivesTheEndOfItsOnlineSession() {
    // The password grant removes the online session while it issues the offline token.
    Response offline = REALM.login("cli", "ann", "openid offline_access");
    Response refreshed = REALM.refresh(offline);
    DEATHS.assertAlive(offline, refreshed);
  }

  @Test
  void revokedOfflineTokenTakesItsAccessTokensAlong() {
    Response offline = REALM.login("cli", "ben", "openid offline_access");
    Response refreshed = REALM.refresh(offline);
    Response other = REALM.login("ben");
    REALM.revoke("cli", refreshed.text("refresh_token")).expect(200);

    DEATHS.assertDead(offline, refreshed);
    DEATHS.assertAlive(other);
  }

  @Test
  void revokedRefreshTokenLeavesTheOtherClientOfTheSession() {
    FormBrowser browser = REALM.browser();
    Response tokens = REALM.browserLogin(browser, "cli", "ann");
    Response other = REALM.singleSignOn(browser, "other");
    REALM.revoke("cli", tokens.text("refresh_token")).expect(200);
    DEATHS.assertDead(tokens);
    DEATHS.assertAlive(other);

    REALM.revoke("other", other.text("refresh_token")).expect(200);
    DEATHS.assertDead(other);
  }

  @Test
  void revokedAccessTokenTakesTheTokensExchangedFromItAlong() {
    Response subject = REALM.login("ann");
    Response refreshed = REALM.refresh(subject);
    Response exchanged = REALM.exchange("cli", refreshed.text("access_token")).expect(200);
    REALM.revoke("cli", refreshed.text("access_token")).expect(200);

    DEATHS.assertDead(refreshed);
    DEATHS.assertConsistent(exchanged, subject);
  }

  @Test
  void reusedCodeEndsTheSession() {
    FormBrowser browser = REALM.browser();
    FormBrowser.Page page = browser.open(REALM.authorization("cli", "code", Map.of()));
    String code = PathRealm.signIn(browser, page, "ann").parameter("code");
    Response tokens = REALM.redeem("cli", code).expect(200);
    REALM.redeem("cli", code).expect(400);

    DEATHS.awaitDead(tokens);
  }

  @Test
  void aSessionBeyondTheLimitEndsTheOldestOne() {
    REALM.limitSessions("cli-limited", 1);
    try {
      String id = REALM.createUser("lea");
      assertThat(id).isNotEmpty();
      Response oldest = REALM.login("lea");
      Response newest = REALM.login("lea");
      DEATHS.assertDead(oldest);
      DEATHS.assertAlive(newest);
    } finally {
      REALM.update("", Map.of("directGrantFlow", "direct grant"));
    }
  }

  @Test
  void backChannelLogoutOfAnIdentityProvider() {
    Broker broker =
        Broker.create(
            REALM,
            Map.of(
                "attributes",
                Map.of(
                    "backchannel.logout.url",
                    REALM.endpoint("logout/backchannel-logout"),
                    "backchannel.logout.session.required",
                    "true")));
    try {
      Response ended = broker.login(REALM.browser(), "bea");
      Response staying = broker.login(REALM.browser(), "bob");
      broker.logoutAtProvider("bea");

      DEATHS.assertDead(ended);
      DEATHS.assertAlive(staying);
    } finally {
      broker.remove();
      broker.provider().delete();
    }
  }

  @Test
  void newPasswordSignsOutOtherDevices() {
    REALM.createUser("pia");
    Response elsewhere = REALM.login("pia");
    FormBrowser browser = REALM.browser();
    FormBrowser.Page page =
        browser.open(REALM.authorization("cli", "code", Map.of("kc_action", "UPDATE_PASSWORD")));
    FormBrowser.Page form = PathRealm.signIn(browser, page, "pia");
    Response here =
        REALM
            .redeem(
                "cli",
                browser
                    .submit(
                        form,
                        Map.of(
                            "password-new",
                            "another-path-battery",
                            "password-confirm",
                            "another-path-battery",
                            "logout-sessions",
                            "on"))
                    .parameter("code"))
            .expect(200);

    DEATHS.assertDead(elsewhere);
    DEATHS.assertAlive(here);
  }

  @Test
  void accountConsoleRemovesAnApplication() {
    REALM.createUser("rob");
    REALM.allowAccount("rob");
    FormBrowser browser = REALM.browser();
    Response tokens = REALM.consentingLogin(browser, "rob");
    Response own = REALM.singleSignOn(browser, "cli");
    DEATHS.assertAlive(tokens);
    REALM.account(own, "DELETE", "/applications/consenting/consent").expect(204);

    DEATHS.assertDead(tokens);
    DEATHS.assertAlive(own);
  }

  @Test
  void aUserDeletesTheOwnAccount() {
    REALM.createUser("zoe");
    REALM.allowAccount("zoe");
    REALM.enableRequiredAction("delete_account");
    Response tokens = REALM.login("zoe");
    FormBrowser browser = REALM.browser();
    FormBrowser.Page page =
        browser.open(REALM.authorization("cli", "code", Map.of("kc_action", "delete_account")));
    FormBrowser.Page confirmation = PathRealm.signIn(browser, page, "zoe");
    browser.submit(confirmation, Map.of());

    DEATHS.assertDead(tokens);
  }

  @Test
  void aRefusedLogoutIsNotPushed() {
    Response tokens = REALM.login("ann");
    // The wrong client: refused, nothing ends.
    assertThat(REALM.logout("other", tokens.text("refresh_token")).status()).isEqualTo(400);
    assertThat(
            Http.postForm(
                    REALM.endpoint("revoke"),
                    Map.of(
                        "client_id",
                        "other",
                        "client_secret",
                        PathRealm.SECRET,
                        "token",
                        tokens.text("access_token")))
                .status())
        .isIn(200, 400);
    DEATHS.assertAlive(tokens);
  }
}
