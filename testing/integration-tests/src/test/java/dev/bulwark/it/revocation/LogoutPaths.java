package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** R1: what a user or a client does to end tokens, at any server. */
interface LogoutPaths extends AtRealm {

  @Test
  default void browserLogoutEndsTheTokensOfAllItsClients() {
    FormBrowser browser = realm().browser();
    Response tokens = realm().browserLogin(browser, "cli", "ann");
    Response other = realm().singleSignOn(browser, "other");
    Response elsewhere = realm().login("ann");
    browser.open(realm().endpoint("logout") + "?id_token_hint=" + tokens.text("id_token"));

    deaths().assertDead(tokens, other);
    deaths().assertAlive(elsewhere);
  }

  @Test
  default void browserLogoutLeavesTheOfflineTwinAlive() {
    FormBrowser browser = realm().browser();
    Response online = realm().browserLogin(browser, "cli", "ann");
    FormBrowser.Page page =
        browser.open(
            realm().authorization("other", "code", Map.of("scope", "openid offline_access")));
    Response offline = realm().redeem("other", page.parameter("code")).expect(200);
    assertThat(RevokedKeys.key(offline.text("access_token"))).startsWith("revoked:of");
    browser.open(realm().endpoint("logout") + "?id_token_hint=" + online.text("id_token"));

    deaths().assertDead(online);
    deaths().assertAlive(offline, realm().refresh("other", offline.text("refresh_token")));
  }

  @Test
  default void reusedRefreshTokenEndsTheSession() {
    realm().update("", Map.of("revokeRefreshToken", true, "refreshTokenMaxReuse", 0));
    try {
      Response first = realm().login("ann");
      Response second = realm().refresh(first);
      deaths().assertAlive(first, second);
      realm().refresh("cli", first.text("refresh_token")).expect(400);

      deaths().awaitDead(first, second);
    } finally {
      realm().update("", Map.of("revokeRefreshToken", false));
    }
  }

  @Test
  default void accountConsoleEndsOneDeviceAndAllOthers() {
    realm().createUser("dan");
    realm().allowAccount("dan");
    Response current = realm().login("dan");
    Response one = realm().login("dan");
    Response two = realm().login("dan");
    realm().account(current, "DELETE", "/sessions/" + PathRealm.sid(one)).expect(204);
    deaths().assertDead(one);
    deaths().assertAlive(two, current);

    realm().account(current, "DELETE", "/sessions").expect(204);
    deaths().assertDead(two);
    deaths().assertAlive(current);

    realm().account(current, "DELETE", "/sessions?current=true").expect(204);
    deaths().assertDead(current);
  }
}
